import { afterEach, expect, it, vi } from "vitest";
import { config, confirm, logIn, logOut, session, signUp } from "./accounts";
import { fakeServer, json, refused } from "./fakes";
import { Refused } from "./request";

afterEach(() => vi.unstubAllGlobals());

const ALICE = { id: "1", email: "alice@example.com" };

it("knows who is signed in, and that nobody is", async () => {
  fakeServer(() => json(ALICE));
  expect(await session()).toEqual(ALICE);
  fakeServer(() => refused(401, "UNAUTHORIZED"));
  expect(await session()).toBeNull();
});

it("does not take a server that is away for a session that has ended", async () => {
  fakeServer(() => refused(503, "DATABASE_UNAVAILABLE"));
  await expect(session()).rejects.toBeInstanceOf(Refused);
});

it("takes for done what ends without a session", async () => {
  fakeServer(() => json({ status: 401, data: { flows: [] }, meta: {} }, 401));
  await signUp("alice@example.com", "secret");
  await confirm("key");
  await logOut();
});

it("does not take for done what is refused", async () => {
  const errors = [{ code: "invalid_or_expired_key", message: "No." }];
  fakeServer(() => json({ status: 400, errors }, 400));
  await expect(confirm("key")).rejects.toMatchObject({ code: "invalid_or_expired_key" });
  fakeServer(() => json({ status: 401, data: { flows: [] } }, 401));
  await expect(logIn("alice@example.com", "wrong")).rejects.toMatchObject({ status: 401 });
});

it("says whether one can register", async () => {
  fakeServer(() => json({ status: 200, data: { account: { is_open_for_signup: true } } }));
  expect(await config()).toEqual({ isOpenForSignup: true });
});
