/** For tests: a catalogue with parameters of each kind. */

import type { Parameter } from "../server/parameters";
import type { Preset } from "../server/presets";
import { Catalogue } from "./catalogue";

const NOTHING = {
  help: "",
  minimum: null,
  maximum: null,
  step: null,
  unit: null,
  choices: [],
  optional: false,
};

const PARAMETERS: readonly Parameter[] = [
  {
    ...NOTHING,
    name: "detail_factor",
    kind: "number",
    default: 0.01,
    minimum: 0.001,
    maximum: 0.05,
  },
  { ...NOTHING, name: "padding", kind: "integer", default: 0, minimum: 0, maximum: 256 },
  {
    ...NOTHING,
    name: "max_vertices",
    kind: "integer",
    default: null,
    minimum: 4,
    maximum: 65535,
    optional: true,
  },
  { ...NOTHING, name: "islands", kind: "choice", default: "bridge", choices: ["bridge", "split"] },
];

export const MINE: Preset = {
  id: "0b7c",
  name: "Mine",
  kind: "own",
  parameters: { detail_factor: 0.03, padding: 0, max_vertices: null, islands: "bridge" },
};

export const catalogue = new Catalogue(
  { parameters: PARAMETERS, targets: {}, spine_versions: ["4.2"], default_spine_version: "4.2" },
  [{ id: "balanced", name: "balanced", kind: "system", parameters: {} }, MINE],
);
