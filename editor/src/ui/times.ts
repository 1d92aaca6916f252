import { language } from "./words";

/** A time of the API in the chosen language and where one is, to the minute. */
export function timeOf(at: string): string {
  const parts = { dateStyle: "short", timeStyle: "short" } as const;
  return new Date(at).toLocaleString(language.value, parts);
}

/** When a day begins where one is, or one so many days after it, for the API; of "2026-03-01". */
export function beginningOf(day: string, later = 0): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}

/** The day that it is where one is. */
export function today(): string {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}
