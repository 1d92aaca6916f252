import * as presets from "../server/presets";
import type { Project } from "./project";
import { attempt } from "./trouble";
import { say } from "./words";

/** Presets that people have made: the tuning that is shown becomes one, and all may change. */
export function OwnPresets({ project }: { readonly project: Project }) {
  const shown = project.presets.value.filter(({ kind }) => kind !== "system");
  const mayShare = project.mayEdit.value;
  return (
    <details class="own-presets">
      <summary>{say("own-presets")}</summary>
      <form
        onSubmit={async (event) => {
          event.preventDefault();
          const form = event.currentTarget;
          const given = new FormData(form);
          if (await save(project, String(given.get("name")), given.has("shared"))) form.reset();
        }}
      >
        <div class="row">
          <input
            name="name"
            class="grow"
            maxLength={200}
            required
            placeholder={say("own-presets.name")}
            aria-label={say("own-presets.name")}
          />
          <button type="submit">{say("own-presets.save")}</button>
        </div>
        {mayShare && (
          <label class="check">
            <input type="checkbox" name="shared" /> {say("own-presets.share")}
          </label>
        )}
      </form>
      <ul>
        {shown.map((preset) => (
          <Row
            key={preset.id}
            preset={preset}
            project={project}
            mayChange={preset.kind === "own" || mayShare}
          />
        ))}
      </ul>
    </details>
  );
}

interface RowProps {
  readonly preset: presets.Preset;
  readonly project: Project;
  readonly mayChange: boolean;
}

function Row({ preset, project, mayChange }: RowProps) {
  const { name, kind } = preset;
  return (
    <li class="row">
      <input
        class="grow"
        value={name}
        maxLength={200}
        required
        readOnly={!mayChange}
        aria-label={say("own-presets.rename", { name })}
        onChange={async (event) => {
          const field = event.currentTarget;
          if (!(field.reportValidity() && (await rename(project, preset, field.value)))) {
            field.value = name;
          }
        }}
      />
      {kind === "project" && <span class="dim">{say("own-presets.shared")}</span>}
      {mayChange && (
        <button
          type="button"
          class="quiet"
          aria-label={say("own-presets.remove", { name })}
          onClick={() => void remove(project, preset)}
        >
          ×
        </button>
      )}
    </li>
  );
}

/** Have a preset of what is shown; whether there is one. */
function save(project: Project, name: string, isShared: boolean): Promise<boolean> {
  const { value: catalogue } = project.catalogue;
  const order = project.order.value;
  return attempt(async () => {
    const { id } = await presets.create({
      name,
      parameters: { ...catalogue?.values(order) },
      project_id: isShared ? project.id : null,
    });
    await project.readPresets();
    project.call(id);
  });
}

async function rename(project: Project, preset: presets.Preset, name: string): Promise<boolean> {
  const change = (from: string, to: string) => async () => {
    // By its name, which it has for itself: deleted and had again, it is another one.
    const found = project.presets.value.find(
      (one) => one.name === from && one.kind === preset.kind,
    );
    if (found) await presets.change(found.id, { name: to });
    await project.readPresets();
  };
  const redo = change(preset.name, name.trim());
  if (!(await attempt(redo))) return false;
  project.history.add({ undo: change(name.trim(), preset.name), redo });
  return true;
}

async function remove(project: Project, preset: presets.Preset): Promise<void> {
  let { id } = preset;
  const { name, parameters, project_id = null } = preset;
  const redo = async () => {
    await presets.remove(id);
    await project.readPresets();
  };
  const undo = async () => {
    ({ id } = await presets.create({ name, parameters, project_id }));
    await project.readPresets();
  };
  if (await attempt(redo)) project.history.add({ undo, redo });
}
