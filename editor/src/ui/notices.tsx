import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { follow } from "../server/live";
import * as notifications from "../server/notifications";
import { attempt } from "./trouble";
import { say } from "./words";

const unread = signal<readonly notifications.Notification[]>([]);

/** What one was told of and has not read yet, as it comes. */
export function Notices() {
  useEffect(
    () =>
      follow({ kind: "notifications" }, (told) => {
        const others = unread.value.filter(({ id }) => id !== told.id);
        unread.value = told.read_at === null ? [told, ...others] : others;
      }),
    [],
  );
  const { length } = unread.value;
  return (
    <details class="menu">
      <summary>
        {say("notices")}
        {length > 0 && <span class="badge">{length}</span>}
      </summary>
      <div class="sheet wide">
        {length === 0 && <p>{say("notices.none")}</p>}
        <ul class="notices">
          {unread.value.map(({ id, title, text }) => (
            <li key={id}>
              <strong>{title}</strong> {text}
            </li>
          ))}
        </ul>
        {length > 0 && (
          <button
            type="button"
            onClick={() =>
              void attempt(async () => {
                await notifications.markAllRead();
                unread.value = [];
              })
            }
          >
            {say("notices.read")}
          </button>
        )}
      </div>
    </details>
  );
}
