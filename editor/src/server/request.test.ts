import { afterEach, describe, expect, it, vi } from "vitest";
import { fakeServer, json, refused } from "./fakes";
import { ask, path, Refused, Unreachable, withQuery } from "./request";

afterEach(() => vi.unstubAllGlobals());

async function failure(asking: Promise<unknown>): Promise<unknown> {
  return asking.then(
    () => expect.fail("it was done"),
    (error: unknown) => error,
  );
}

describe("what is sent", () => {
  it("has the CSRF token where it changes something, and only there", async () => {
    const asked = fakeServer(() => json({}), "other=1; csrftoken=abc; third=csrftoken=no");
    for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const) {
      await ask(method, "/me");
    }
    const tokens = asked.map(({ headers }) => headers.get("X-CSRFToken"));
    expect(tokens).toEqual([null, null, "abc", "abc", "abc", "abc"]);
  });

  it("is JSON, or a form as it is", async () => {
    const asked = fakeServer(() => json({}));
    await ask("POST", "/projects", { body: { name: "狐 <b>" }, key: "once" });
    expect(asked[0]?.url).toBe("/api/v1/projects");
    expect(asked[0]?.body).toEqual({ name: "狐 <b>" });
    expect(asked[0]?.headers.get("Content-Type")).toBe("application/json");
    expect(asked[0]?.headers.get("Idempotency-Key")).toBe("once");
    const form = new FormData();
    await ask("POST", "/projects", { form });
    expect(asked[1]?.body).toBe(form);
    // Which has a boundary that only the browser knows.
    expect(asked[1]?.headers.get("Content-Type")).toBeNull();
  });

  it("has names as data, whatever is in them", () => {
    expect(path`/projects/${"../../admin?x#y"}/images`).toBe(
      "/projects/..%2F..%2Fadmin%3Fx%23y/images",
    );
    expect(withQuery("/a", { name: "x&y=z", none: undefined, nil: null, no: false, zero: 0 })).toBe(
      "/a?name=x%26y%3Dz&no=false&zero=0",
    );
    expect(withQuery("/a", { none: undefined })).toBe("/a");
  });
});

describe("what comes back", () => {
  it("is the JSON, or nothing where there is none", async () => {
    fakeServer(({ method }) =>
      method === "DELETE" ? new Response(null, { status: 204 }) : json([1]),
    );
    expect(await ask("GET", "/a")).toEqual([1]);
    expect(await ask("DELETE", "/a")).toBeUndefined();
  });

  it("says why something is refused", async () => {
    const headers = { "Retry-After": "7" };
    fakeServer(() =>
      json(
        { error: { code: "TOO_MANY_JOBS", message: "Later.", details: { a: 1 } } },
        429,
        headers,
      ),
    );
    const error = await failure(ask("POST", "/a"));
    expect(error).toBeInstanceOf(Refused);
    expect(error).toMatchObject({
      status: 429,
      code: "TOO_MANY_JOBS",
      message: "Later.",
      details: { a: 1 },
      retryAfter: 7,
    });
  });

  it("may be refused until a date", async () => {
    const soon = new Date(Date.now() + 60_000).toUTCString();
    fakeServer(() => json({ error: {} }, 503, { "Retry-After": soon }));
    const error = await failure(ask("GET", "/a"));
    expect((error as Refused).retryAfter).toBeGreaterThan(50);
  });

  it("may be allauth's", async () => {
    const errors = [{ code: "email_password_mismatch", message: "No.", param: "password" }];
    fakeServer(() => json({ status: 400, errors }, 400));
    expect(await failure(ask("POST", "/auth/browser/v1/auth/login"))).toMatchObject({
      code: "email_password_mismatch",
      message: "No.",
      details: { errors },
    });
  });

  it.each([
    ["a proxy's page", () => new Response("<h1>Bad gateway</h1>", { status: 502 })],
    ["cut off", () => new Response('{"a": ')],
    ["a network that is lost", () => Promise.reject(new TypeError("Failed to fetch"))],
  ])("may be none: %s", async (_, answer) => {
    fakeServer(answer);
    expect(await failure(ask("GET", "/a"))).toBeInstanceOf(Unreachable);
  });

  it("of our server is a refusal, also where it is not there now", async () => {
    fakeServer(() => refused(503, "DATABASE_UNAVAILABLE"));
    expect(await failure(ask("GET", "/a"))).toMatchObject({ code: "DATABASE_UNAVAILABLE" });
  });

  it("is not waited for by who has aborted", async () => {
    const controller = new AbortController();
    fakeServer(
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
        }),
    );
    const asking = failure(ask("GET", "/a", { signal: controller.signal }));
    controller.abort();
    expect(await asking).toMatchObject({ name: "AbortError" });
  });
});
