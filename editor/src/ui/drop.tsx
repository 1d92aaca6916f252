import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Upload } from "../server/images";
import { filesOf, uploadOf } from "./files";
import { say } from "./words";

interface Props {
  readonly onFiles: (files: readonly Upload[]) => void;
  /** What is said while something is held above it. */
  readonly hint: string;
  readonly children: ComponentChildren;
}

/** The whole window takes what is dropped or pasted: files, folders, a zip. */
export function DropArea({ onFiles, hint, children }: Props) {
  const isOver = useSignal(false);
  const take = useRef(onFiles);
  take.current = onFiles;

  // Before anything is seen: what is dropped at once is not lost.
  useLayoutEffect(() => {
    const listening = new AbortController();
    const { signal } = listening;
    const give = async (data: DataTransfer | null) => {
      if (data === null) return;
      const files = await filesOf(data);
      if (files.length > 0) take.current(files);
    };
    addEventListener(
      "dragover",
      (event) => {
        if (!event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        isOver.value = true;
      },
      { signal },
    );
    addEventListener(
      "dragleave",
      (event) => {
        if (event.relatedTarget === null) isOver.value = false;
      },
      { signal },
    );
    addEventListener(
      "drop",
      (event) => {
        event.preventDefault();
        isOver.value = false;
        void give(event.dataTransfer);
      },
      { signal },
    );
    addEventListener("paste", (event) => void give(event.clipboardData), { signal });
    return () => listening.abort();
  }, [isOver]);

  return (
    <>
      {children}
      {isOver.value && <div class="dropping">{hint}</div>}
    </>
  );
}

/** A button that asks for files, for who does not drop any. */
export function FileButton({ onFiles }: { readonly onFiles: (files: readonly Upload[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" onClick={() => input.current?.click()}>
        {say("drop.choose")}
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept="image/*,.zip"
        aria-label={say("drop.choose")}
        onChange={(event) => {
          onFiles([...(event.currentTarget.files ?? [])].map(uploadOf));
          event.currentTarget.value = "";
        }}
      />
    </>
  );
}
