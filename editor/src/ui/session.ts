import { signal } from "@preact/signals";
import * as accounts from "../server/accounts";
import { reconnect } from "../server/live";
import { attempt, isExpired } from "./trouble";

/** Who is signed in; null for nobody, "unknown" until the server has said. */
export const account = signal<accounts.User | null | "unknown">("unknown");

export async function lookWhoItIs(): Promise<void> {
  if (
    !(await attempt(async () => {
      account.value = await accounts.session();
    }))
  ) {
    account.value = null;
  }
}

export async function signIn(email: string, password: string): Promise<void> {
  const before = account.value;
  const user = await accounts.logIn(email, password);
  if (before !== null && before !== "unknown" && before.id !== user.id) {
    // What is open is somebody else's.
    location.reload();
    return;
  }
  account.value = user;
  isExpired.value = false;
  reconnect();
}

export async function signOut(): Promise<void> {
  await attempt(async () => {
    await accounts.logOut();
    account.value = null;
  });
}
