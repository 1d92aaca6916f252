import { vi } from "vitest";

/** A request as it was asked. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: unknown;
  readonly signal: AbortSignal;
}

type Answer = (asked: Asked) => Response | Promise<Response>;

/** Answers what is fetched as it is told; gives all that was asked, in order. */
export function fakeServer(answer: Answer, cookie = "csrftoken=abc"): readonly Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal("document", { cookie });
  vi.stubGlobal("fetch", async (url: string, options: RequestInit) => {
    const one: Asked = {
      method: options.method ?? "GET",
      url,
      headers: new Headers(options.headers),
      body: typeof options.body === "string" ? JSON.parse(options.body) : options.body,
      signal: options.signal ?? new AbortController().signal,
    };
    asked.push(one);
    return answer(one);
  });
  return asked;
}

export function json(content: unknown, status = 200, headers: Record<string, string> = {}) {
  return new Response(JSON.stringify(content), { status, headers });
}

/** What our API says of what it refuses. */
export function refused(status: number, code: string, details: Record<string, unknown> = {}) {
  return json({ error: { code, message: "It cannot be so.", details } }, status);
}
