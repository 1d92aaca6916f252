import { ask } from "./request";
import type { components } from "./schema";

export type ParameterValue = number | string | null;
export type Parameters = Readonly<Record<string, unknown>>;
export type Validation = components["schemas"]["ValidationOut"];

/** What one parameter may be; an optional one may be null, which is no limit. */
export interface Parameter {
  readonly name: string;
  readonly kind: "integer" | "number" | "choice";
  readonly default: ParameterValue;
  readonly help: string;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly step: number | null;
  readonly unit: string | null;
  readonly choices: readonly string[];
  readonly optional: boolean;
}

export interface ParametersAnswer {
  readonly parameters: readonly Parameter[];
  /** Name to most vertices; null is no limit. */
  readonly targets: Readonly<Record<string, number | null>>;
  readonly spine_versions: readonly string[];
  readonly default_spine_version: string;
}

/** All that sliders need to know. */
export function read(): Promise<ParametersAnswer> {
  return ask("GET", "/parameters");
}

/** What is wrong with parameters, all at once, and what contradicts itself. */
export function validate(parameters: Parameters): Promise<Validation> {
  return ask("POST", "/validate", { body: { parameters } });
}
