import { signal } from "@preact/signals";

/** Where one is in the page, from the part of the address that no server is sent. */
export type Place =
  | { readonly name: "projects" }
  | { readonly name: "project"; readonly id: string; readonly recipe?: string }
  | { readonly name: "confirm"; readonly key: string }
  | { readonly name: "reset"; readonly key: string | null };

export const place = signal<Place>(read());

/** Of whatever stands there: what is no address of ours is one's projects. */
function read(): Place {
  const [, path = "", recipe] = /^#?\/?([^?]*)\??(.*)$/s.exec(location.hash) ?? [];
  const [name, rest = ""] = path.split("/", 2);
  const key = decoded(rest);
  if (name === "project" && key) return { name: "project", id: key, ...(recipe && { recipe }) };
  if (name === "confirm" && key) return { name: "confirm", key };
  if (name === "reset") return { name: "reset", key };
  return { name: "projects" };
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text) || null;
  } catch {
    return null;
  }
}

/** Go there; the browser's Back comes back from it. */
export function go(to: Place): void {
  location.hash = to.name === "project" ? `/project/${to.id}` : "/";
}

/** The address that has a recipe tried in this project. */
export function recipeUrl(id: string, recipe: string): string {
  return `${location.origin}${location.pathname}#/project/${id}?${recipe}`;
}

/** The recipe of the address, which is tried once, also where the page is loaded anew. */
export function takeRecipe(): string | undefined {
  const there = place.value;
  if (there.name !== "project" || there.recipe === undefined) return undefined;
  history.replaceState(history.state, "", `#/project/${there.id}`);
  place.value = { name: "project", id: there.id };
  return there.recipe;
}

addEventListener("hashchange", () => {
  place.value = read();
});
