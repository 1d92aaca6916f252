/** How a mesh is to be made: what the API calls an order. */
export interface Order {
  readonly preset: string | null;
  readonly parameters: Readonly<Record<string, Value>>;
}

export type Value = number | string | null;

export const DEFAULT_ORDER: Order = { preset: "balanced", parameters: {} };

/** The order with one value of its own. */
export function withValue(order: Order, name: string, value: Value): Order {
  return { ...order, parameters: { ...order.parameters, [name]: value } };
}

/** The order with a parameter as its preset has it. */
export function withoutValue(order: Order, name: string): Order {
  const { [name]: _, ...rest } = order.parameters;
  return { ...order, parameters: rest };
}

/** The order with those values alone that its base has otherwise. */
export function reduced(
  preset: string | null,
  values: Readonly<Record<string, unknown>>,
  base: Readonly<Record<string, unknown>>,
): Order {
  const own = Object.entries(values).filter(([name, value]) => value !== base[name]);
  return { preset, parameters: Object.fromEntries(own) as Order["parameters"] };
}

/** Whether both are asked for in the same words; `Catalogue.areSame` knows what they come to. */
export function same(one: Order, other: Order): boolean {
  const names = new Set([...Object.keys(one.parameters), ...Object.keys(other.parameters)]);
  return (
    one.preset === other.preset &&
    [...names].every((name) => one.parameters[name] === other.parameters[name])
  );
}

/** The order as a `spinelift.toml`. */
export function toml({ preset, parameters }: Order): string {
  const lines = Object.entries(parameters)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  const base = preset === null ? [] : [`preset = ${JSON.stringify(preset)}`, ""];
  return [...base, "[parameters]", ...lines, ""].join("\n");
}

/** The same as options of `spinelift mesh`. */
export function commandLine({ preset, parameters }: Order): string {
  const options = Object.entries({ ...(preset === null ? {} : { preset }), ...parameters })
    .filter(([, value]) => value !== null)
    .map(([name, value]) => ` --${name.replaceAll("_", "-")} ${value}`);
  return `spinelift mesh art/*.png -o spine${options.join("")}`;
}
