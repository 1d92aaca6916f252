import { useSignal } from "@preact/signals";
import { say } from "./words";

/** Puts a text where it can be pasted from; browsers allow that over HTTPS and on one's own machine. */
export function CopyButton({ text }: { readonly text: string }) {
  const copied = useSignal<string | null>(null);
  if (!("clipboard" in navigator)) return null;
  return (
    <button
      type="button"
      onClick={async () => {
        await navigator.clipboard.writeText(text);
        copied.value = text;
      }}
    >
      {say(copied.value === text ? "share.copied" : "share.copy")}
    </button>
  );
}
