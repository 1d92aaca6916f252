import { type Measures, measures } from "../mesh/measures";
import type { MeshDocument } from "../mesh/mesh";
import type { Before } from "./looks";
import type { Value } from "./order";
import { nameOf, wordsOf } from "./parameter-words";
import { type Key, language, say } from "./words";

interface Measured {
  readonly name: Key;
  readonly of: (measures: Measures) => number;
  readonly unit?: string;
  /** Which way is better, where that can be said: 1 for more. */
  readonly better?: 1 | -1;
}

const ROWS: readonly Measured[] = [
  { name: "compare.vertices", of: ({ vertices }) => vertices },
  { name: "compare.hull", of: ({ hull }) => hull },
  { name: "compare.triangles", of: ({ triangles }) => triangles },
  { name: "compare.uncovered", of: (one) => one.uncovered_pixels, unit: " px", better: -1 },
  { name: "compare.overdraw", of: (one) => Math.round(one.overdraw * 100), unit: " %", better: -1 },
  {
    name: "compare.angle",
    of: (one) => Math.round(one.smallest_angle_degrees),
    unit: "°",
    better: 1,
  },
];

interface Props {
  readonly before: Before;
  /** What is on the stage. */
  readonly after: MeshDocument;
  readonly onEnd: () => void;
}

/** An older version and what is on the stage, in numbers. */
export function Comparison({ before, after, onEnd }: Props) {
  const [older, newer] = [measures(before.document), measures(after)];
  return (
    <div class="comparison">
      <table>
        <caption>{say("compare.title", { number: before.number })}</caption>
        <thead>
          <tr>
            <td />
            <th scope="col">{before.number}</th>
            <th scope="col">{say("compare.now")}</th>
            <th scope="col">{say("compare.change")}</th>
          </tr>
        </thead>
        <tbody>
          {ROWS.map((row) => (
            <Row key={row.name} row={row} from={row.of(older)} to={row.of(newer)} />
          ))}
          {differing(before.document, after).map(([name, from, to]) => (
            <tr key={name}>
              <th scope="row">{nameOf(name)}</th>
              <td>{wordsOf(name, from)}</td>
              <td>{wordsOf(name, to)}</td>
              <td />
            </tr>
          ))}
        </tbody>
      </table>
      {before.isStale && <p class="warning">{say("compare.stale")}</p>}
      <button type="button" onClick={onEnd}>
        {say("compare.end")}
      </button>
    </div>
  );
}

interface RowProps {
  readonly row: Measured;
  readonly from: number;
  readonly to: number;
}

function Row({ row: { name, unit = "", better }, from, to }: RowProps) {
  const number = new Intl.NumberFormat(language.value);
  const signed = new Intl.NumberFormat(language.value, { signDisplay: "exceptZero" });
  const gain = better === undefined ? 0 : better * (to - from);
  return (
    <tr>
      <th scope="row">{say(name)}</th>
      <td>{number.format(from) + unit}</td>
      <td>{number.format(to) + unit}</td>
      <td class={gain > 0 ? "better" : gain < 0 ? "worse" : ""}>{signed.format(to - from)}</td>
    </tr>
  );
}

/** Parameters that are not the same, with what they were and are. */
function differing(one: MeshDocument, other: MeshDocument): readonly [string, Value, Value][] {
  return Object.entries(other.parameters).flatMap(([name, to]) => {
    const from = one.parameters[name] ?? null;
    return from === to ? [] : [[name, from as Value, to as Value] as [string, Value, Value]];
  });
}
