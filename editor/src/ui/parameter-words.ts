import type { Value } from "./order";
import { knows, say } from "./words";

/** What a parameter is called; one that this page does not know, as the command line calls it. */
export function nameOf(name: string): string {
  return said(`parameter.${name}`) ?? capitalized(name.replaceAll("_", " "));
}

/** What it does; `usual` are the server's own words. */
export function helpOf(name: string, usual: string): string {
  return said(`parameter.${name}.help`) ?? usual;
}

/** One of those that a parameter may be. */
export function choiceOf(name: string, choice: string): string {
  return said(`parameter.${name}.${choice}`) ?? capitalized(choice);
}

/** What it is in an order. */
export function wordsOf(name: string, value: Value): string {
  if (value === null) return say("tune.budget-none");
  return typeof value === "number" ? String(value) : choiceOf(name, value);
}

function said(key: string): string | undefined {
  return knows(key) ? say(key) : undefined;
}

function capitalized(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
