// What stands in docs/api.md for a page, run as if it were in one.
//
// Arguments: the page's address, a token, a mesh. stdin: the script, after its import.
// stdout: each text that it shows.

import { text } from "node:stream/consumers";
import ActionCable from "@rails/actioncable";
import WebSocket from "ws";

const [address, token, mesh] = process.argv.slice(2);

// A browser's session is a cookie; here it is a token.
ActionCable.adapters.WebSocket = class extends WebSocket {
  constructor(url, protocols) {
    super(url, [...protocols, `spinelift-token.${token}`]);
  }
};
globalThis.addEventListener = globalThis.removeEventListener = () => {};
// A link knows the whole address of what it leads to.
globalThis.document = {
  createElement: () => ({
    set href(path) {
      this.url = new URL(path, address);
    },
    get href() {
      return this.url.href;
    },
    set protocol(scheme) {
      this.url.protocol = scheme;
    },
    get protocol() {
      return this.url.protocol;
    },
  }),
};

const run = new Function("createConsumer", "mesh", "show", await text(process.stdin));
run(ActionCable.createConsumer, mesh, (shown) => {
  process.stdout.write(`${shown}\n`);
  if (shown.startsWith("100 %")) process.exit();
});
