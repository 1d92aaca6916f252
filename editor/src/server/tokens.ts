import { all } from "./pages";
import { ask, path } from "./request";
import type { components } from "./schema";

export type Token = components["schemas"]["TokenOut"];
/** With its text, which is in this answer alone. */
export type NewToken = components["schemas"]["NewTokenOut"];
export type TokenOrder = components["schemas"]["TokenIn"];

/** One's tokens, the newest first; also those that have ended. */
export function list(): Promise<readonly Token[]> {
  return all("/tokens");
}

export function create(wanted: TokenOrder): Promise<NewToken> {
  return ask("POST", "/tokens", { body: wanted });
}

export function revoke(id: string): Promise<void> {
  return ask("DELETE", path`/tokens/${id}`);
}
