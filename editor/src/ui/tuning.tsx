import { useRef } from "preact/hooks";
import { type Order, type Value, withoutValue, withValue } from "./order";
import { OwnPresets } from "./own-presets";
import { Parameter } from "./parameter";
import type { Project } from "./project";
import { type Key, say } from "./words";

/** Presets of SpineLift's own have words; others have the names that people gave them. */
const OWN: Record<string, Key> = {
  "high-detail": "preset.high-detail",
  balanced: "preset.balanced",
  performance: "preset.performance",
  "simple-shapes": "preset.simple-shapes",
};
/** Those that have a slider of their own. */
const UNFOLDED = new Set(["detail_factor", "max_vertices"]);
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
  return (
    <section class="tuning" aria-label={say("tune")}>
      <fieldset class="chips">
        <legend>{say("preset")}</legend>
        {project.presets.value.map(({ id, name }) => (
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
      <OwnPresets project={project} />
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
        {[...catalogue.parameters.values()]
          .filter(({ name }) => !UNFOLDED.has(name))
          .map((parameter) => (
            <Parameter
              key={parameter.name}
              parameter={parameter}
              value={catalogue.value(order, parameter.name)}
              isOwn={parameter.name in order.parameters}
              onChange={(value) => project.use(withValue(order, parameter.name, value))}
              onReset={() => project.use(withoutValue(order, parameter.name))}
            />
          ))}
      </details>
    </section>
  );
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
