import { useSignalEffect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { isExpired } from "./trouble";
import { Troubles } from "./troubles";
import { say } from "./words";

interface Props {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** What is shown above all else until it is closed: by its button, by Esc, or as the session ends. */
export function Dialog({ title, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  useSignalEffect(() => {
    // Who has to sign in again could not reach the form behind it.
    if (isExpired.value) dialog.current?.close();
  });
  return (
    <dialog class="panel" ref={dialog} aria-label={title} onClose={onClose}>
      <div class="row heading">
        <h2>{title}</h2>
        <span class="grow" />
        <button type="button" onClick={() => dialog.current?.close()}>
          {say("close")}
        </button>
      </div>
      {children}
      {/* Those of the page are behind it, where nobody hears of them. */}
      <Troubles />
    </dialog>
  );
}
