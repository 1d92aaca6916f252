import { useSignal } from "@preact/signals";
import { Dialog } from "./dialog";

interface Props {
  /** What the button does. */
  readonly label: string;
  /** What it is called where there are many of it. */
  readonly name?: string;
  readonly question: string;
  readonly onYes: () => void;
}

/** A button that asks first, as what it does cannot be undone. */
export function Confirm({ label, name, question, onYes }: Props) {
  const isAsking = useSignal(false);
  const end = () => {
    isAsking.value = false;
  };
  return (
    <>
      <button
        type="button"
        aria-label={name}
        onClick={() => {
          isAsking.value = true;
        }}
      >
        {label}
      </button>
      {isAsking.value && (
        <Dialog title={label} onClose={end}>
          <p>{question}</p>
          <button
            type="button"
            class="danger"
            onClick={() => {
              end();
              onYes();
            }}
          >
            {label}
          </button>
        </Dialog>
      )}
    </>
  );
}
