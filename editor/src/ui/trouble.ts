import { signal } from "@preact/signals";
import { Refused, Unreachable } from "../server/request";
import { say } from "./words";

/** What went wrong, as a sentence; the newest last. */
export interface Trouble {
  readonly id: number;
  readonly text: string;
}

export const troubles = signal<readonly Trouble[]>([]);

/** Whether the server knows the session no more; what is open stays until somebody has signed in. */
export const isExpired = signal(false);

let last = 0;

/** Tell of it until it is put away. */
export function tell(text: string): void {
  if (troubles.value.some((one) => one.text === text)) return;
  last += 1;
  troubles.value = [...troubles.value, { id: last, text }];
}

export function putAway(id: number): void {
  troubles.value = troubles.value.filter((one) => one.id !== id);
}

/** Have something done, and tell of what was refused; whether it was done. */
export async function attempt(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    tellOf(error);
    return false;
  }
}

/** Tell of what a server refused or did not answer; anything else is a fault of ours. */
export function tellOf(error: unknown): void {
  if (error instanceof Refused && error.code === "UNAUTHORIZED") isExpired.value = true;
  else if (error instanceof Refused) tell(error.message);
  else if (error instanceof Unreachable) tell(say("error.unreachable"));
  else throw error;
}
