import { signal } from "@preact/signals";
import english from "./words/en.json";

export type Key = keyof typeof english;
type Values = Record<string, string | number>;
type Messages = Record<Key, (values: Values) => string>;

/** What the page can speak, each by its own name. */
export const LANGUAGES = {
  en: "English",
  "zh-Hans": "简体中文",
  ja: "日本語",
  ko: "한국어",
} as const;
export type Language = keyof typeof LANGUAGES;

const LOADED: Record<Language, () => Promise<unknown>> = {
  en: async () => english,
  "zh-Hans": async () => (await import("./words/zh-Hans.json")).default,
  ja: async () => (await import("./words/ja.json")).default,
  ko: async () => (await import("./words/ko.json")).default,
};

// The build makes functions of the messages, which TypeScript sees as the texts that they were.
const spoken = signal(english as unknown as Messages);

export const language = signal<Language>("en");

export function isKey(text: string): text is Key {
  return text in english;
}

/** A message in the chosen language; whoever renders it is rendered anew when that changes. */
export function say(key: Key, values: Values = {}): string {
  return spoken.value[key](values);
}

/** Whether there are words for it. */
export function knows(key: string): key is Key {
  return Object.hasOwn(english, key);
}

/** Speak another language, also when the page is opened again. */
export async function speak(wanted: Language): Promise<void> {
  spoken.value = (await LOADED[wanted]()) as Messages;
  language.value = wanted;
  document.documentElement.lang = wanted;
  localStorage.setItem("language", wanted);
}

/** The language that was chosen, or the first of the browser's that there is. */
export function preferred(): Language {
  const chosen = localStorage.getItem("language");
  for (const tag of chosen ? [chosen] : navigator.languages) {
    // Not `Intl.Locale`, which throws at what some systems call their locale.
    const [subtag = ""] = tag.split("-");
    const found = subtag === "zh" ? "zh-Hans" : subtag;
    if (found in LANGUAGES) return found as Language;
  }
  return "en";
}
