import { signal } from "@preact/signals";

/** Where one is in the page, from the part of the address that no server is sent. */
export type Place =
  | { readonly name: "projects" }
  | { readonly name: "project"; readonly id: string }
  | { readonly name: "confirm"; readonly key: string }
  | { readonly name: "reset"; readonly key: string | null };

export const place = signal<Place>(read());

function read(): Place {
  const [name, rest] = location.hash.replace(/^#\/?/, "").split("/", 2);
  const key = rest ? decodeURIComponent(rest) : null;
  if (name === "project" && key) return { name: "project", id: key };
  if (name === "confirm" && key) return { name: "confirm", key };
  if (name === "reset") return { name: "reset", key };
  return { name: "projects" };
}

/** Go there; the browser's Back comes back from it. */
export function go(to: Place): void {
  location.hash = to.name === "project" ? `/project/${to.id}` : "/";
}

addEventListener("hashchange", () => {
  place.value = read();
});
