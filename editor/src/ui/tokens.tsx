import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import * as tokens from "../server/tokens";
import { Confirm } from "./confirm";
import { Secret } from "./secret";
import { beginningOf, timeOf, today } from "./times";
import { attempt } from "./trouble";
import { type Key, say } from "./words";

const SCOPES: Record<tokens.Token["scope"], Key> = {
  write: "tokens.write",
  read: "tokens.read",
};

/** With what one's programs come in. */
export function Tokens() {
  const found = useSignal<readonly tokens.Token[] | null>(null);
  const made = useSignal<tokens.NewToken | null>(null);
  const read = async () => {
    found.value = await tokens.list();
  };
  useEffect(() => void attempt(read), []);

  const make = async (form: HTMLFormElement) => {
    const data = new FormData(form);
    const name = String(data.get("name"));
    const until = String(data.get("until"));
    await attempt(async () => {
      made.value = await tokens.create({
        name,
        scope: data.get("scope") as tokens.Token["scope"],
        expires_at: until === "" ? null : beginningOf(until, 1),
      });
      // What was written meanwhile stays.
      if (new FormData(form).get("name") === name) form.reset();
      await read();
    });
  };
  const revoke = (id: string) =>
    attempt(async () => {
      await tokens.revoke(id);
      if (made.value?.id === id) made.value = null;
      await read();
    });
  return (
    <section aria-label={say("tokens")}>
      <h3>{say("tokens")}</h3>
      <p class="dim">{say("tokens.help")}</p>
      <form
        class="fields"
        onSubmit={(event) => {
          event.preventDefault();
          void make(event.currentTarget);
        }}
      >
        <label>
          {say("tokens.name")}
          <input name="name" maxLength={200} autocomplete="off" required />
        </label>
        <label>
          {say("tokens.scope")}
          <select name="scope">
            {Object.entries(SCOPES).map(([scope, key]) => (
              <option key={scope} value={scope}>
                {say(key)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {say("tokens.until")}
          <input name="until" type="date" min={today()} />
        </label>
        <button type="submit">{say("tokens.make")}</button>
      </form>
      {made.value && <Secret name={made.value.name} text={made.value.text} />}
      {found.value?.length === 0 && <p>{say("tokens.none")}</p>}
      <ul class="entries">
        {found.value?.map((token) => (
          <li key={token.id}>
            <div class="grow">
              <strong>{token.name}</strong> <code>{token.hint}…</code>
              <div class="dim">
                {say(SCOPES[token.scope])}, {say("tokens.made", { at: timeOf(token.created_at) })},{" "}
                {endOf(token)}
              </div>
            </div>
            {token.revoked_at === null && (
              <Confirm
                label={say("tokens.revoke")}
                name={say("tokens.revoke-one", { name: token.name })}
                question={say("tokens.revoke-question", { name: token.name })}
                onYes={() => void revoke(token.id)}
              />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** How long it opens something, or since when it does not. */
function endOf({ expires_at, revoked_at }: tokens.Token): string {
  if (revoked_at !== null) return say("tokens.revoked", { at: timeOf(revoked_at) });
  if (expires_at === null) return say("tokens.endless");
  const isOver = new Date(expires_at) <= new Date();
  return say(isOver ? "tokens.expired" : "tokens.expires", { at: timeOf(expires_at) });
}
