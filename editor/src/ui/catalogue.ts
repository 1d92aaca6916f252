import * as parameters from "../server/parameters";
import * as presets from "../server/presets";
import { DEFAULT_ORDER, type Order, reduced, type Value } from "./order";

type Values = Readonly<Record<string, unknown>>;

/** What meshes can be made with: all parameters, and the presets that one may use. */
export class Catalogue {
  readonly #gone: readonly presets.Preset[];

  constructor(
    private readonly read: parameters.ParametersAnswer,
    readonly presets: readonly presets.Preset[],
    /** Those that there are no more: what was done with them is undone to what they were. */
    gone: readonly presets.Preset[] = [],
  ) {
    this.#gone = gone;
    this.parameters = new Map(read.parameters.map((one) => [one.name, one]));
    this.spineVersions = read.spine_versions;
    this.usualSpineVersion = read.default_spine_version;
  }

  /** By their names, in the order in which they are shown. */
  readonly parameters: ReadonlyMap<string, parameters.Parameter>;
  readonly spineVersions: readonly string[];
  readonly usualSpineVersion: string;

  static async read(): Promise<Catalogue> {
    const [read, found] = await Promise.all([parameters.read(), presets.list()]);
    return new Catalogue(read, found);
  }

  /** The same with the presets that there are by now. */
  withPresets(found: readonly presets.Preset[]): Catalogue {
    const ids = new Set(found.map(({ id }) => id));
    const gone = [...this.presets, ...this.#gone].filter(({ id }) => !ids.has(id));
    return new Catalogue(this.read, found, gone);
  }

  /** What a parameter is in an order, which may leave it to its preset. */
  value(order: Order, name: string): Value {
    const own = order.parameters[name];
    return own !== undefined ? own : (this.#base(order.preset)[name] as Value);
  }

  /** What all parameters are in an order. */
  values(order: Order): Readonly<Record<string, Value>> {
    return Object.fromEntries(
      [...this.parameters.keys()].map((name) => [name, this.value(order, name)]),
    );
  }

  /** How a mesh with all these values was asked for, in as few words as can be. */
  orderOf(preset: string | null, values: Values | null): Order {
    if (values === null) return DEFAULT_ORDER;
    const known = this.#has(preset) ? preset : DEFAULT_ORDER.preset;
    return reduced(known, values, this.#base(known));
  }

  /** The order without a preset that is gone: the values that it had are the order's own. */
  standing(order: Order): Order {
    return this.#has(order.preset) ? order : this.orderOf(null, this.values(order));
  }

  /** The same in words that are understood everywhere: without presets that somebody has made. */
  portable(order: Order): Order {
    const isOurs = this.presets.some(({ id, kind }) => id === order.preset && kind === "system");
    return isOurs ? order : this.orderOf(null, this.values(order));
  }

  /** Whether both make the same mesh of the same art. */
  areSame(one: Order, other: Order): boolean {
    return [...this.parameters.keys()].every(
      (name) => this.value(one, name) === this.value(other, name),
    );
  }

  #has(preset: string | null): boolean {
    return this.presets.some(({ id }) => id === preset);
  }

  #base(preset: string | null): Values {
    const found = [...this.presets, ...this.#gone].find(({ id }) => id === preset);
    const defaults = [...this.parameters.values()].map((one) => [one.name, one.default] as const);
    return { ...Object.fromEntries(defaults), ...found?.parameters };
  }
}
