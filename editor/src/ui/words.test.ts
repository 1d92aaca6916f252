import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import english from "./words/en.json";

const FOLDER = new URL(".", import.meta.url);
const sources = readdirSync(FOLDER)
  .filter((name) => /\.tsx?$/.test(name) && !name.includes(".test."))
  .map((name) => [name, readFileSync(new URL(name, FOLDER), "utf8")] as const);

/** Names that are the same in all languages. */
const NAMES = new Set(["SpineLift"]);

test.each(sources)("%s says nothing but messages", (name, source) => {
  if (!name.endsWith(".tsx")) return;
  const texts = source.matchAll(/^\s*(?:<(\w+)[^>]*>)?([^<>{}=;()]*\p{L}{2}[^<>{}=;()]*)<\//gmu);
  expect(
    [...texts].map(([, , text]) => text?.trim()).filter((text) => !NAMES.has(text ?? "")),
  ).toEqual([]);
  const attributes = source.matchAll(/(?:aria-label|title|placeholder|alt)="([^"]*\p{L}[^"]*)"/gu);
  expect([...attributes].map(([, text]) => text)).toEqual([]);
});

test("every message is said somewhere", () => {
  const all = sources.map(([, source]) => source).join();
  const begun = ["audit.did.", "connection.", "parameter.", "status."];
  const unsaid = Object.keys(english).filter(
    (key) => !all.includes(`"${key}"`) && !begun.some((prefix) => key.startsWith(prefix)),
  );
  expect(unsaid).toEqual([]);
});

function read(locale: string): Record<string, string> {
  return JSON.parse(readFileSync(new URL(`words/${locale}.json`, FOLDER), "utf8"));
}

test.each(["zh-Hans", "ja", "ko"])("%s has the messages and values that English has", (locale) => {
  const values = (text: string) =>
    [
      ...new Set([...text.matchAll(/(?<!=\d |one |other )\{(\w+)[,}]/g)].map(([, value]) => value)),
    ].sort();
  const said = (words: Record<string, string>) =>
    Object.entries(words).map(([key, text]) => [key, values(text)]);
  expect(said(read(locale))).toEqual(said(read("en")));
});
