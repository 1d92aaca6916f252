import type { Coming } from "./coming";
import { Confirm } from "./confirm";
import { type Layer, verticesOf, wantsALook } from "./layer";
import type { Filter, Project } from "./project";
import { type Key, say } from "./words";

const FILTERS: Record<Filter, Key> = {
  all: "layers.all",
  looks: "layers.looks",
  failed: "layers.failed",
};

/** The images of the project, each with how its mesh is. */
export function Layers({ project }: { readonly project: Project }) {
  const chosen = project.chosen.value;
  return (
    <nav class="layers" aria-label={say("layers")}>
      <div class="row">
        <input
          type="search"
          value={project.search.value}
          placeholder={say("layers.filter")}
          aria-label={say("layers.filter")}
          onInput={(event) => {
            project.search.value = event.currentTarget.value;
          }}
        />
        <select
          aria-label={say("layers.show")}
          value={project.filter.value}
          onChange={(event) => {
            project.filter.value = event.currentTarget.value as Filter;
          }}
        >
          {Object.entries(FILTERS).map(([name, key]) => (
            <option key={name} value={name}>
              {say(key)}
            </option>
          ))}
        </select>
      </div>
      <ul>
        {project.coming.value.map((art) => (
          <ComingRow key={art.place} art={art} />
        ))}
        {project.shown.value.map((layer) => (
          <Row
            key={layer.image.id}
            layer={layer}
            isChosen={chosen.has(layer.image.id)}
            project={project}
          />
        ))}
      </ul>
      {chosen.size > 0 && project.mayEdit.value && (
        <Confirm
          label={say("layers.remove", { count: chosen.size })}
          question={say("layers.remove-question", {
            count: chosen.size,
            name: project.current.value?.image.name ?? "",
          })}
          onYes={() => void project.remove([...chosen])}
        />
      )}
    </nav>
  );
}

/** What one sees of it before the server has it; how far that is, the bar below tells. */
function ComingRow({ art }: { readonly art: Coming }) {
  return (
    <li class="layer" aria-hidden="true">
      <div class="pick">
        <img loading="lazy" src={art.url} alt="" width="40" height="40" />
        <span class="name">{art.name}</span>
        <span class="dim">{say("layers.coming")}</span>
        <span class="dot" data-status="queued" />
      </div>
    </li>
  );
}

interface RowProps {
  readonly layer: Layer;
  readonly isChosen: boolean;
  readonly project: Project;
}

/** Reads signals, the words: so it is rendered anew only where one of these is another. */
function Row({ layer, isChosen, project }: RowProps) {
  const { image, mesh, work } = layer;
  const isLocked = mesh?.locked ?? false;
  return (
    <li class={isChosen ? "layer chosen" : "layer"}>
      <button
        type="button"
        class="pick"
        aria-pressed={isChosen}
        onClick={(event) => project.choose(image.id, event.ctrlKey || event.metaKey)}
      >
        {/* `loading` comes before `src`, with which browsers begin. */}
        <img loading="lazy" src={image.thumbnail_url} alt="" width="40" height="40" />
        <span class="name">{image.name}</span>
        <span class="dim">{statusOf(layer)}</span>
        <span class="dot" data-status={dotOf(layer)} title={work?.error ?? ""} />
      </button>
      <button
        type="button"
        class="quiet"
        aria-pressed={isLocked}
        disabled={mesh === null || !project.mayEdit.value}
        aria-label={say(isLocked ? "layers.unlock" : "layers.lock", { name: image.name })}
        onClick={() => void project.lock(layer, !isLocked)}
      >
        <Lock isShut={isLocked} />
      </button>
    </li>
  );
}

function Lock({ isShut }: { readonly isShut: boolean }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <rect x="3" y="7" width="10" height="7" rx="1.5" fill="currentColor" />
      <path
        d={isShut ? "M5 7V5a3 3 0 0 1 6 0v2" : "M5 7V4a3 3 0 0 1 5.6-1.5"}
        fill="none"
        stroke="currentColor"
        stroke-width="1.6"
      />
    </svg>
  );
}

function statusOf({ mesh, work }: Layer): string {
  if (work !== null) return say(`status.${work.status}`, { progress: work.progress });
  if (mesh?.stale) return say("stale");
  const count = verticesOf(mesh);
  return count === null ? "" : say("card.vertices", { count });
}

function dotOf(layer: Layer): string {
  if (layer.work !== null) return layer.work.status;
  return layer.mesh === null ? "none" : wantsALook(layer) ? "look" : "completed";
}
