import type { Looks } from "./looks";
import type { Project } from "./project";

const PRESETS = ["high-detail", "balanced", "performance", "simple-shapes"];

/** Hear the keys that work everywhere but in dialogs and where one writes; returns what ends that. */
export function keysOf(project: Project, looks: Looks): () => void {
  const hear = (event: KeyboardEvent) => {
    // A dialog has its own, as Escape, which a browser closes it by.
    if (document.querySelector(":modal") !== null) return;
    if (isWritten(event.target) || (event.key === "Enter" && isPressed(event.target))) return;
    const command = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (command && key === "z") {
      void (event.shiftKey ? project.redo() : project.undo());
    } else if (command || event.altKey || !act(key)) return;
    event.preventDefault();
  };
  const act = (key: string): boolean => {
    const preset = PRESETS[Number(key) - 1];
    if (preset !== undefined) project.usePreset(preset);
    else if (key === "w") looks.wireframe.value = !looks.wireframe.value;
    else if (key === "b") looks.toggleSplit();
    else if (key === "?") looks.keys.value = true;
    else if (key === "f") looks.fits.value += 1;
    else if (key === "enter" && project.isDraft.value && project.mayEdit.value) void project.keep();
    else if (key === "escape" && looks.before.value !== null) looks.endComparison();
    else if (key === "escape") project.discard();
    else return false;
    return true;
  };
  addEventListener("keydown", hear);
  return () => removeEventListener("keydown", hear);
}

const FIELDS = "input:not([type=range], [type=checkbox]), select, textarea";

/** Fields take all keys; sliders are moved by others. */
function isWritten(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(FIELDS) !== null;
}

/** What Enter presses by itself. */
function isPressed(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("button, a, summary") !== null;
}
