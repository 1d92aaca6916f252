import { defineConfig } from "vite";
import { compressed } from "./build/compressed.ts";
import { messages } from "./build/messages.ts";

export default defineConfig({
  base: "/",
  // As the server lays them out: docs/operations.md. The page's policy takes no inline fonts.
  build: {
    outDir: "../src/spinelift/web/page/built",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  plugins: [messages(), compressed()],
});
