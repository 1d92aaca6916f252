import { ask, type Method, Refused } from "./request";
import type { components } from "./schema";

export type User = components["schemas"]["UserOut"];

export interface Config {
  readonly isOpenForSignup: boolean;
}

const BELOW = "/auth/browser/v1";

/** Who is signed in, or null. */
export async function session(): Promise<User | null> {
  try {
    return await ask<User>("GET", "/me");
  } catch (error) {
    if (error instanceof Refused && error.status === 401) return null;
    throw error;
  }
}

/** Signs in. Refused with 400 where email and password do not match. */
export async function logIn(email: string, password: string): Promise<User> {
  await ask("POST", `${BELOW}/auth/login`, { body: { email, password } });
  return ask("GET", "/me");
}

/** Has a mail sent with a link that confirms the email; nobody is signed in before. */
export function signUp(email: string, password: string): Promise<void> {
  return askUnknown("POST", "/auth/signup", { email, password });
}

/** Confirms an email with the key of the link, decoded; its user can log in then. */
export function confirm(key: string): Promise<void> {
  return askUnknown("POST", "/auth/email/verify", { key });
}

/** Has a mail sent with a link that leads to a new password, if there is such an account. */
export function requestReset(email: string): Promise<void> {
  return askUnknown("POST", "/auth/password/request", { email });
}

/** Sets the password with the key of the link, decoded; its user can log in then. */
export function reset(key: string, password: string): Promise<void> {
  return askUnknown("POST", "/auth/password/reset", { key, password });
}

/** Signs out. */
export function logOut(): Promise<void> {
  return askUnknown("DELETE", "/auth/session");
}

/** What whoever runs the server allows. */
export async function config(): Promise<Config> {
  interface Answer {
    readonly data: { readonly account: { readonly is_open_for_signup: boolean } };
  }
  const { data } = await ask<Answer>("GET", `${BELOW}/config`);
  return { isOpenForSignup: data.account.is_open_for_signup };
}

/** Asks for what is done and answered with 401 all the same, as nobody is signed in after it. */
async function askUnknown(method: Method, path: string, body?: unknown): Promise<void> {
  try {
    await ask(method, BELOW + path, { body });
  } catch (error) {
    const isDone = error instanceof Refused && error.status === 401 && "data" in error.details;
    if (!isDone) throw error;
  }
}
