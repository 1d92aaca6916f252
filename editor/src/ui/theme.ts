import { signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

export const theme = signal<Theme>("system");

const system = matchMedia("(prefers-color-scheme: dark)");

/** Whether the page is dark now: the canvas has to know, the rest is CSS. */
export const isDark = signal(system.matches);

/** Show the page so, also when it is opened again. */
export function show(wanted: Theme): void {
  theme.value = wanted;
  localStorage.setItem("theme", wanted);
  document.documentElement.dataset.theme = wanted;
  isDark.value = wanted === "system" ? system.matches : wanted === "dark";
}

/** The theme that was chosen. */
export function chosen(): Theme {
  const stored = localStorage.getItem("theme");
  return stored === "light" || stored === "dark" ? stored : "system";
}

system.addEventListener("change", () => show(theme.value));
