import { all } from "./pages";
import { ask, path } from "./request";
import type { components } from "./schema";

export type Preset = components["schemas"]["PresetOut"];
export type NewPreset = components["schemas"]["PresetIn"];
export type PresetChange = components["schemas"]["PresetChange"];

/** SpineLift's own presets, one's own, and those of one's projects. */
export function list(): Promise<readonly Preset[]> {
  return all("/presets");
}

export function create(preset: NewPreset, key?: string): Promise<Preset> {
  return ask("POST", "/presets", { body: preset, key });
}

export function change(id: string, wanted: PresetChange): Promise<Preset> {
  return ask("PATCH", path`/presets/${id}`, { body: wanted });
}

export function remove(id: string): Promise<void> {
  return ask("DELETE", path`/presets/${id}`);
}
