import * as parameters from "../server/parameters";
import * as presets from "../server/presets";
import { DEFAULT_ORDER, type Order, reduced, type Value } from "./order";

/** What meshes can be made with: all parameters, and the presets that one may use. */
export class Catalogue {
  readonly #parameters: ReadonlyMap<string, parameters.Parameter>;

  private constructor(
    read: parameters.ParametersAnswer,
    readonly presets: readonly presets.Preset[],
  ) {
    this.#parameters = new Map(read.parameters.map((one) => [one.name, one]));
    this.spineVersions = read.spine_versions;
    this.usualSpineVersion = read.default_spine_version;
  }

  readonly spineVersions: readonly string[];
  readonly usualSpineVersion: string;

  static async read(): Promise<Catalogue> {
    const [read, found] = await Promise.all([parameters.read(), presets.list()]);
    return new Catalogue(read, found);
  }

  parameter(name: string): parameters.Parameter | undefined {
    return this.#parameters.get(name);
  }

  /** What a parameter is in an order, which may leave it to its preset. */
  value(order: Order, name: string): Value {
    const own = order.parameters[name];
    return own !== undefined ? own : (this.#base(order.preset)[name] as Value);
  }

  /** How a mesh with all these values was asked for, in as few words as can be. */
  orderOf(preset: string | null, values: Readonly<Record<string, unknown>> | null): Order {
    return values === null ? DEFAULT_ORDER : reduced(preset, values, this.#base(preset));
  }

  /** Whether both make the same mesh of the same art. */
  areSame(one: Order, other: Order): boolean {
    return [...this.#parameters.keys()].every(
      (name) => this.value(one, name) === this.value(other, name),
    );
  }

  #base(preset: string | null): Readonly<Record<string, unknown>> {
    const found = this.presets.find(({ id }) => id === preset);
    const defaults = [...this.#parameters.values()].map((one) => [one.name, one.default] as const);
    return { ...Object.fromEntries(defaults), ...found?.parameters };
  }
}
