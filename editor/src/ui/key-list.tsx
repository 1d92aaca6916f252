import { useEffect, useRef } from "preact/hooks";
import type { Looks } from "./looks";
import { type Key, say } from "./words";

const KEYS: readonly (readonly [string, Key])[] = [
  ["1 2 3 4", "keys.presets"],
  ["Enter", "keep"],
  ["Esc", "discard"],
  ["W", "wireframe"],
  ["B", "split"],
  ["F", "fit"],
  ["N, Shift N", "keys.next"],
  ["← ↑ → ↓, Shift", "keys.move"],
  ["Delete", "keys.remove"],
  ["Ctrl Z", "undo"],
  ["Ctrl Shift Z", "redo"],
  ["?", "keys.list"],
];

/** What keys do. */
export function KeyList({ looks }: { readonly looks: Looks }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = looks.keys.value;
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  const close = () => {
    looks.keys.value = false;
  };
  return (
    <dialog ref={dialog} aria-label={say("keys")} onClose={close}>
      <dl class="keys">
        {KEYS.map(([keys, word]) => (
          <div key={word}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{say(word)}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={close}>
        {say("close")}
      </button>
    </dialog>
  );
}
