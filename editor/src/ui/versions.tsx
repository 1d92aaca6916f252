import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import * as meshes from "../server/meshes";
import { verticesOf } from "./layer";
import type { Looks } from "./looks";
import type { Project } from "./project";
import { attempt } from "./trouble";
import { type Key, language, say } from "./words";

const SOURCES: Record<meshes.Mesh["source"], Key> = {
  generated: "versions.generated",
  edited: "versions.edited",
  restored: "versions.restored",
};

interface Props {
  readonly project: Project;
  readonly looks: Looks;
}

/** All that the mesh on the stage was, of which any can be it again. */
export function Versions({ project, looks }: Props) {
  const found = useSignal<readonly meshes.Mesh[]>([]);
  const isOpen = useSignal(false);
  const image = project.current.value?.image.id;
  const newest = project.current.value?.mesh?.id;
  useEffect(() => {
    if (image === undefined || newest === undefined || !isOpen.value) return;
    void attempt(async () => {
      const read = await meshes.versions(image);
      if (project.current.value?.image.id === image) found.value = read;
    });
  }, [project, image, newest, isOpen.value, found]);
  // Of another layer, nothing is compared.
  useEffect(() => () => looks.endComparison(), [looks, image]);
  if (newest === undefined) return null;
  const time = new Intl.DateTimeFormat(language.value, { dateStyle: "short", timeStyle: "short" });
  return (
    <details
      onToggle={(event) => {
        isOpen.value = event.currentTarget.open;
      }}
    >
      <summary>{say("versions")}</summary>
      <ol class="versions">
        {found.value
          .filter(({ image_id, status }) => image_id === image && status === "completed")
          .map((mesh) => (
            <li key={mesh.id}>
              <span>
                {say("versions.one", { number: mesh.number, vertices: verticesOf(mesh) ?? 0 })}
                <span class="dim">
                  {" "}
                  {say(SOURCES[mesh.source])}, {time.format(new Date(mesh.created_at))}
                </span>
              </span>
              <span class="grow" />
              {(mesh.id !== newest || project.isDraft.value) && (
                <button
                  type="button"
                  aria-pressed={looks.before.value?.mesh === mesh.id}
                  onClick={() => void attempt(() => compare(mesh, project, looks))}
                >
                  {say("compare")}
                </button>
              )}
              {mesh.id !== newest && project.mayEdit.value && (
                <button type="button" onClick={() => void project.restore(mesh)}>
                  {say("versions.restore")}
                </button>
              )}
            </li>
          ))}
      </ol>
    </details>
  );
}

/** Show it beside what is on the stage; asked for once more, no longer. */
async function compare(mesh: meshes.Mesh, project: Project, looks: Looks): Promise<void> {
  const { id, image_id, number, stale } = mesh;
  if (looks.before.value?.mesh === id) {
    looks.endComparison();
    return;
  }
  const document = await meshes.geometry(id);
  if (project.current.value?.image.id !== image_id) return;
  looks.compare({ mesh: id, number, isStale: stale, document });
}
