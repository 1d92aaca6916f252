/** Below which the API is. */
export const ROOT = "/api/v1";

/** After which an answer is not waited for any more; the longest that the server waits is 60 s. */
const PATIENCE_MILLISECONDS = 75_000;

const SAFE = new Set(["GET", "HEAD"]);

export type Method = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface Options {
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, for as long as it takes. */
  readonly form?: FormData | Blob;
  readonly signal?: AbortSignal | undefined;
  /** With which the same request may be sent again, and is done once. */
  readonly key?: string | undefined;
}

/** What the server has understood and not done; the message is a sentence for people. */
export class Refused extends Error {
  override readonly name = "Refused";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: Readonly<Record<string, unknown>>,
    /** Seconds after which to ask again, where the server has said so. */
    readonly retryAfter: number | null,
  ) {
    super(message);
  }
}

/** There was no answer, or none of our server: the same request may go through later. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/**
 * Asks the API, as who has the session of this browser. Rejects with Refused, with Unreachable, and
 * with the signal's reason where that has aborted.
 */
export async function ask<T>(method: Method, path: string, options: Options = {}): Promise<T> {
  const { form, signal, key } = options;
  const headers = new Headers({ Accept: "application/json" });
  if (options.body !== undefined) headers.set("Content-Type", "application/json");
  if (!SAFE.has(method)) headers.set("X-CSRFToken", csrfToken());
  if (key !== undefined) headers.set("Idempotency-Key", key);
  const ends = [
    ...(signal === undefined ? [] : [signal]),
    ...(form === undefined ? [AbortSignal.timeout(PATIENCE_MILLISECONDS)] : []),
  ];
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(ROOT + path, {
      method,
      headers,
      body: form ?? (options.body === undefined ? null : JSON.stringify(options.body)),
      signal: AbortSignal.any(ends),
      credentials: "same-origin",
    });
    text = await answer.text();
  } catch (error) {
    signal?.throwIfAborted();
    throw new Unreachable("The server does not answer.", { cause: error });
  }
  const content = text === "" ? undefined : parsed(text);
  if (answer.ok) {
    if (text !== "" && content === undefined) throw new Unreachable("The answer is cut off.");
    return content as T;
  }
  throw refusal(answer, content);
}

/** The bytes at an address that the API has given. Rejects with Refused and with Unreachable. */
export async function bytesAt(address: string): Promise<Blob> {
  let answer: Response;
  let content: Blob;
  try {
    answer = await fetch(address);
    content = await answer.blob();
  } catch (error) {
    throw new Unreachable("The server does not answer.", { cause: error });
  }
  if (answer.ok) return content;
  throw refusal(answer, parsed(await content.text()));
}

/** The path with what is given of the query; a list is given as its name once for each value. */
export function withQuery(path: string, query: Query): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) given.append(name, String(value));
  }
  return given.size === 0 ? path : `${path}?${given}`;
}

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** A path of literal words and of values, which may hold anything. */
export function path(words: TemplateStringsArray, ...values: readonly string[]): string {
  return String.raw({ raw: words }, ...values.map(encodeURIComponent));
}

function csrfToken(): string {
  const found = /(?:^|; *)csrftoken=([^;]*)/.exec(document.cookie);
  return found?.[1] ?? "";
}

/** What the text says as JSON; undefined where it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What is said in the shape of our API, or of allauth's; a proxy's own pages are in neither. */
function refusal(answer: Response, content: unknown): Refused | Unreachable {
  const retryAfter = secondsOf(answer.headers.get("Retry-After"));
  if (!isRecord(content)) {
    const words = `The answer was ${answer.status}, without a word of our server.`;
    if (answer.status >= 500) return new Unreachable(words);
    return new Refused(answer.status, "UNKNOWN", words, {}, retryAfter);
  }
  const { error } = content;
  if (isRecord(error)) {
    const details = isRecord(error.details) ? error.details : {};
    const { code, message } = error;
    return new Refused(answer.status, String(code), String(message), details, retryAfter);
  }
  const first: unknown = Array.isArray(content.errors) ? content.errors[0] : undefined;
  const { code, message } = isRecord(first) ? first : {};
  return new Refused(
    answer.status,
    String(code ?? (answer.status === 401 ? "UNAUTHORIZED" : "UNKNOWN")),
    String(message ?? `The answer was ${answer.status}.`),
    content,
    retryAfter,
  );
}

/** Of a Retry-After, which is a number of seconds, or a date. */
function secondsOf(header: string | null): number | null {
  if (header === null) return null;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? null : Math.max(0, seconds);
}

/** Whether it is what JSON calls an object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
