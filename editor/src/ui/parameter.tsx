import type * as parameters from "../server/parameters";
import type { Value } from "./order";
import { choiceOf, helpOf, nameOf } from "./parameter-words";
import { say } from "./words";

interface Props {
  readonly parameter: parameters.Parameter;
  readonly value: Value;
  /** Whether it is not its preset's. */
  readonly isOwn: boolean;
  /** Told of what was chosen; nothing is, while it is no value yet. */
  readonly onChange: (value: Value) => void;
  readonly onReset: () => void;
}

/** One parameter, within what it may be, with a line of help. */
export function Parameter({ parameter, value, isOwn, onChange, onReset }: Props) {
  const { name, kind, unit } = parameter;
  const id = `parameter-${name}`;
  const Field = kind === "choice" ? Choice : Figure;
  return (
    <div class="parameter">
      <div class="row">
        <label for={id}>{nameOf(name)}</label>
        <span class="grow" />
        {isOwn && (
          <button
            type="button"
            class="quiet"
            aria-label={say("reset", { name: nameOf(name) })}
            onClick={onReset}
          >
            ↺
          </button>
        )}
        <Field id={id} parameter={parameter} value={value} onChange={onChange} />
        {kind !== "choice" && <span class="unit">{unit?.replace("2", "²")}</span>}
      </div>
      <p class="dim" id={`${id}-help`}>
        {helpOf(name, parameter.help)}
      </p>
    </div>
  );
}

interface FieldProps extends Pick<Props, "parameter" | "value" | "onChange"> {
  readonly id: string;
}

function Choice({ id, parameter: { name, choices }, value, onChange }: FieldProps) {
  return (
    <select
      id={id}
      value={String(value)}
      aria-describedby={`${id}-help`}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      {choices.map((choice) => (
        <option key={choice} value={choice}>
          {choiceOf(name, choice)}
        </option>
      ))}
    </select>
  );
}

function Figure({ id, parameter, value, onChange }: FieldProps) {
  const { minimum, maximum, step, optional } = parameter;
  return (
    <input
      id={id}
      type="number"
      min={minimum ?? undefined}
      max={maximum ?? undefined}
      step={step ?? "any"}
      value={value === null ? "" : String(value)}
      placeholder={optional ? say("tune.budget-none") : undefined}
      aria-describedby={`${id}-help`}
      onChange={(event) => {
        const { value: text, validity } = event.currentTarget;
        if (!validity.valid || (text === "" && !optional)) return;
        onChange(text === "" ? null : Number(text));
      }}
    />
  );
}
