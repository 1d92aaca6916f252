import type { Parameter } from "../server/parameters";
import type { Catalogue } from "./catalogue";
import { DEFAULT_ORDER, type Order, type Value } from "./order";
import { choiceOf, nameOf } from "./parameter-words";
import { say } from "./words";

/** What an optional parameter is where it limits nothing. */
const NONE = "none";

/** Of what a link says wrongly, so much is repeated. */
const MOST_LETTERS = 40;
const MOST_FAULTS = 4;

const NUMBER = /^-?\d+(\.\d+)?(e-?\d+)?$/i;

/** What a link asked for, as far as there is that; and what is wrong with the rest, in words. */
export interface Recipe {
  readonly order: Order;
  readonly faults: readonly string[];
}

/** The order as a part of an address, each value under its name. */
export function recipe({ preset, parameters }: Order): string {
  const values = Object.entries(parameters).map(([name, value]) => [name, String(value ?? NONE)]);
  return String(new URLSearchParams([...(preset === null ? [] : [["preset", preset]]), ...values]));
}

/** Reads what anybody may have written; what is not in the catalogue is left out of the order. */
export function readRecipe(text: string, catalogue: Catalogue): Recipe {
  let { preset } = DEFAULT_ORDER;
  const parameters: [string, Value][] = [];
  const faults: string[] = [];
  for (const [name, given] of new URLSearchParams(text)) {
    const parameter = catalogue.parameters.get(name);
    if (name === "preset") {
      if (catalogue.presets.some(({ id }) => id === given)) preset = given;
      else faults.push(say("recipe.no-preset", { name: shortened(given) }));
    } else if (parameter === undefined) {
      faults.push(say("recipe.no-parameter", { name: shortened(name) }));
    } else {
      const value = valueIn(parameter, given);
      if (value === undefined) {
        const allowed = allowedOf(parameter);
        faults.push(
          say("recipe.no-value", { name: nameOf(name), given: shortened(given), allowed }),
        );
      } else parameters.push([name, value]);
    }
  }
  const order = { preset, parameters: Object.fromEntries(parameters) };
  return { order, faults: faults.slice(0, MOST_FAULTS) };
}

/** What the text says, if the parameter may be that. */
function valueIn(parameter: Parameter, text: string): Value | undefined {
  const { kind, choices, minimum, maximum, optional } = parameter;
  if (optional && text === NONE) return null;
  if (kind === "choice") return choices.includes(text) ? text : undefined;
  const value = Number(text);
  const isNumber = NUMBER.test(text) && (kind === "number" || Number.isInteger(value));
  return isNumber && value >= (minimum ?? -Infinity) && value <= (maximum ?? Infinity)
    ? value
    : undefined;
}

function allowedOf({ name, kind, choices, minimum, maximum }: Parameter): string {
  return kind === "choice"
    ? choices.map((one) => choiceOf(name, one)).join(", ")
    : `${minimum} – ${maximum}`;
}

function shortened(text: string): string {
  return text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS)}…` : text;
}
