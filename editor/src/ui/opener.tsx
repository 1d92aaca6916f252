import { useSignal } from "@preact/signals";
import type { ComponentChild } from "preact";
import { Unreachable } from "../server/request";
import { attempt } from "./trouble";

type Shown = (close: () => void) => ComponentChild;

interface Props {
  readonly label: string;
  readonly load: () => Promise<Shown>;
}

/** A button that opens what is wanted so seldom that it is loaded only then. */
export function Opener({ label, load }: Props) {
  const shown = useSignal<Shown | null>(null);
  const open = async () => {
    shown.value = await load().catch((error) => {
      throw new Unreachable("The server does not answer.", { cause: error });
    });
  };
  return (
    <>
      <button type="button" onClick={() => void attempt(open)}>
        {label}
      </button>
      {shown.value?.(() => {
        shown.value = null;
      })}
    </>
  );
}
