import { useEffect, useMemo, useRef } from "preact/hooks";
import { imagePoint } from "../math/point";
import { moved, removed } from "../mesh/edit";
import { counts, outside } from "../mesh/mesh";
import type { Looks } from "./looks";
import type { Project } from "./project";
import { Scenery } from "./scenery";
import { say } from "./words";

interface Props {
  readonly project: Project;
  readonly looks: Looks;
}

/** The art and its mesh, on which one pans, zooms, bends and edits. */
export function Stage({ project, looks }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scenery = useMemo(() => new Scenery(project, looks), [project, looks]);
  useEffect(() => (canvas.current ? scenery.show(canvas.current) : undefined), [scenery]);

  const layer = project.current.value;
  const isEditing = looks.mode.value === "edit";
  return (
    <main class="stage">
      <div class="row tools">
        <Toggle name={say("wireframe")} value={looks.wireframe} />
        <button
          type="button"
          aria-pressed={looks.split.value !== null}
          onClick={() => looks.toggleSplit()}
        >
          {say("split")}
        </button>
        {project.mayEdit.value && (
          <button
            type="button"
            aria-pressed={isEditing}
            title={say("edit.help")}
            onClick={() => {
              looks.mode.value = isEditing ? "bend" : "edit";
              looks.selected.value = null;
            }}
          >
            {say("edit")}
          </button>
        )}
        <span class="grow" />
        <button
          type="button"
          onClick={() => {
            looks.fits.value += 1;
          }}
        >
          {say("fit")}
        </button>
        <button
          type="button"
          onClick={() => {
            looks.fullSizes.value += 1;
          }}
        >
          {say("full-size")}
        </button>
      </div>
      <div
        class="ground"
        ref={(element) => element?.style.setProperty("--at", `${(looks.split.value ?? 1) * 100}%`)}
      >
        <canvas
          ref={canvas}
          tabIndex={0}
          role="img"
          aria-label={layer ? say("stage", { name: layer.image.name }) : say("stage.none")}
          aria-describedby="stage-summary"
          onKeyDown={(event) => {
            if (isEditing && editByKey(project, looks, event)) event.preventDefault();
          }}
        />
        {looks.before.value !== null && (
          <Older key={looks.before.value.mesh} looks={looks} scenery={scenery} />
        )}
        {looks.split.value !== null && <Divider looks={looks} />}
        {looks.graphics.value !== "there" && (
          <p class="lost" role="alert">
            {say(looks.graphics.value === "lost" ? "stage.lost" : "stage.no-graphics")}
          </p>
        )}
      </div>
      <p id="stage-summary" class="summary" aria-live="polite">
        {summary(project)}
      </p>
      <p class="dim hint" aria-live="polite">
        {pointOf(project, looks) ?? say(isEditing ? "edit.help" : "bend.help")}
      </p>
    </main>
  );
}

function Toggle({ name, value }: { readonly name: string; readonly value: Looks["wireframe"] }) {
  return (
    <button
      type="button"
      aria-pressed={value.value}
      onClick={() => {
        value.value = !value.value;
      }}
    >
      {name}
    </button>
  );
}

/** Left of the divider, the version that is compared with what is on the stage. */
function Older({ looks, scenery }: { readonly looks: Looks; readonly scenery: Scenery }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const before = looks.before.value;
  useEffect(
    () => (canvas.current && before ? scenery.showBefore(canvas.current, before) : undefined),
    [scenery, before],
  );
  return (
    <>
      <canvas ref={canvas} class="older" />
      <p class="tag">{say("compare.version", { number: before?.number ?? 0 })}</p>
      <p class="tag newer">{say("compare.now")}</p>
    </>
  );
}

/** Between the art alone and the art with its mesh, for keys: the canvas below has it dragged. */
function Divider({ looks }: { readonly looks: Looks }) {
  const at = looks.split.value ?? 0.5;
  const set = (place: number) => {
    looks.split.value = Math.min(Math.max(place, 0), 1);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: an <hr> cannot be focused.
    <div
      class="divider"
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={say("split.divider")}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(at * 100)}
      onKeyDown={({ key }) => {
        if (key === "ArrowLeft") set(at - 0.02);
        else if (key === "ArrowRight") set(at + 0.02);
      }}
    />
  );
}

const MOVES: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** What keys do to the points of a mesh; whether that was one of them. */
function editByKey(project: Project, looks: Looks, event: KeyboardEvent): boolean {
  const edit = project.vertices.value;
  if (edit === null) return false;
  const { key, shiftKey } = event;
  const count = edit.vertices.length;
  const { selected } = looks;
  const chosen = selected.value;
  if (key.toLowerCase() === "n") {
    selected.value = ((chosen ?? (shiftKey ? 0 : -1)) + (shiftKey ? count - 1 : 1)) % count;
    return true;
  }
  const vertex = chosen === null ? undefined : edit.vertices[chosen];
  if (chosen === null || vertex === undefined) return false;
  const by = MOVES[key];
  if (by) {
    const length = shiftKey ? 10 : 1;
    const to = imagePoint(vertex[0] + by[0] * length, vertex[1] + by[1] * length);
    void project.edit(moved(edit, chosen, to));
    return true;
  }
  if (key === "Delete" || key === "Backspace") {
    const left = removed(edit, chosen);
    if (left) void project.edit(left);
    selected.value = null;
    return true;
  }
  return false;
}

function summary(project: Project): string {
  const document = project.document.value;
  if (document === null) return "";
  return say("stage.summary", {
    name: document.name,
    width: document.width,
    height: document.height,
    ...counts(document),
    ...outside(document),
  });
}

/** Which point is chosen, and where it is. */
function pointOf(project: Project, looks: Looks): string | null {
  const number = looks.selected.value;
  const vertices = project.document.value?.vertices ?? [];
  const vertex = number === null ? undefined : vertices[number];
  if (number === null || vertex === undefined) return null;
  const [x, y] = vertex.map(Math.round) as [number, number];
  return say("edit.point", { number: number + 1, count: vertices.length, x, y });
}
