import { useRef } from "preact/hooks";
import type * as parameters from "../server/parameters";
import { type Order, type Value, withoutValue, withValue } from "./order";
import type { Project } from "./project";
import { type Key, say } from "./words";

/** Presets of SpineLift's own have words; others have the names that people gave them. */
const OWN: Record<string, Key> = {
  "high-detail": "preset.high-detail",
  balanced: "preset.balanced",
  performance: "preset.performance",
  "simple-shapes": "preset.simple-shapes",
};
const FOLDED = [
  "alpha_threshold",
  "concave_factor",
  "internal_vertex_density",
  "blur_kernel_size",
  "binary_threshold",
  "min_contour_area",
  "density_scaling_factor",
  "min_triangle_area",
  "max_hull_vertices",
  "padding",
  "refinement",
];
const LOOSEST_BUDGET = 400;

/** How the mesh on the stage is made: it follows each slider while that is dragged. */
export function Tuning({ project }: { readonly project: Project }) {
  const catalogue = project.catalogue.value;
  const order = project.order.value;
  const begun = useRef<Order | null>(null);
  if (catalogue === null) return null;
  const change = (next: Order) => {
    begun.current ??= order;
    void project.tune(next);
  };
  const end = () => {
    if (begun.current) project.note(begun.current);
    begun.current = null;
  };
  const slider = (name: string, label: string) => {
    const parameter = catalogue.parameter(name);
    if (!parameter) return null;
    return (
      <Slider
        key={name}
        parameter={parameter}
        label={label}
        value={catalogue.value(order, name)}
        isOwn={name in order.parameters}
        onChange={(value) => change(withValue(order, name, value))}
        onEnd={end}
        onReset={() => {
          change(withoutValue(order, name));
          end();
        }}
      />
    );
  };
  return (
    <section class="tuning" aria-label={say("tune")}>
      <fieldset class="chips">
        <legend>{say("preset")}</legend>
        {catalogue.presets.map(({ id, name }) => (
          <button
            key={id}
            type="button"
            aria-pressed={order.preset === id}
            onClick={() => project.usePreset(id)}
          >
            {id in OWN ? say(OWN[id] as Key) : name}
          </button>
        ))}
      </fieldset>
      <Detail
        value={Number(catalogue.value(order, "detail_factor"))}
        onChange={(value) => change(withValue(order, "detail_factor", value))}
        onEnd={end}
      />
      <Budget
        value={catalogue.value(order, "max_vertices")}
        onChange={(value) => change(withValue(order, "max_vertices", value))}
        onEnd={end}
      />
      <details>
        <summary>{say("tune.fine")}</summary>
        {FOLDED.map((name) => slider(name, labelOf(name)))}
      </details>
    </section>
  );
}

/** As the command line and the recipe call it, in words. */
function labelOf(name: string): string {
  const words = name.replaceAll("_", " ");
  return words[0]?.toUpperCase() + words.slice(1);
}

interface DetailProps {
  readonly value: number;
  readonly onChange: (value: number) => void;
  readonly onEnd: () => void;
}

/** The detail factor, on a scale on which each step looks as large, more to the right. */
function Detail({ value, onChange, onEnd }: DetailProps) {
  const [least, most] = [0.001, 0.05];
  const place = 100 * (1 - Math.log(value / least) / Math.log(most / least));
  return (
    <label class="slider">
      <span>{say("tune.detail")}</span>
      <input
        type="range"
        min="0"
        max="100"
        value={place}
        onInput={(event) => {
          const moved = 1 - Number(event.currentTarget.value) / 100;
          onChange(Number((least * (most / least) ** moved).toPrecision(3)));
        }}
        onChange={onEnd}
      />
    </label>
  );
}

interface BudgetProps {
  readonly value: Value;
  readonly onChange: (value: number | null) => void;
  readonly onEnd: () => void;
}

/** How many vertices there may be at most; all to the right, as many as are needed. */
function Budget({ value, onChange, onEnd }: BudgetProps) {
  const shown = typeof value === "number" ? value : LOOSEST_BUDGET;
  const text = typeof value === "number" ? String(value) : say("tune.budget-none");
  return (
    <label class="slider">
      <span>
        {say("tune.budget")} <output>{text}</output>
      </span>
      <input
        type="range"
        min="4"
        max={LOOSEST_BUDGET}
        value={shown}
        aria-valuetext={text}
        onInput={(event) => {
          const wanted = Number(event.currentTarget.value);
          onChange(wanted >= LOOSEST_BUDGET ? null : wanted);
        }}
        onChange={onEnd}
      />
    </label>
  );
}

interface SliderProps {
  readonly parameter: parameters.Parameter;
  readonly label: string;
  readonly value: Value;
  readonly isOwn: boolean;
  readonly onChange: (value: Value) => void;
  readonly onEnd: () => void;
  readonly onReset: () => void;
}

/** One parameter, within what it may be, with a line of help. */
function Slider({ parameter, label, value, isOwn, onChange, onEnd, onReset }: SliderProps) {
  const { name, help, minimum, maximum, step, unit, optional } = parameter;
  const id = `parameter-${name}`;
  return (
    <div class="parameter">
      <div class="row">
        <label for={id}>{label}</label>
        <span class="grow" />
        {isOwn && (
          <button
            type="button"
            class="quiet"
            aria-label={say("reset", { name: label })}
            onClick={onReset}
          >
            ↺
          </button>
        )}
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
            onEnd();
          }}
        />
        <span class="unit">{unit}</span>
      </div>
      <p class="dim" id={`${id}-help`}>
        {help}
      </p>
    </div>
  );
}
