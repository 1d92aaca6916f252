import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import * as meshes from "../server/meshes";
import { type Project, verticesOf } from "./project";
import { attempt } from "./trouble";
import { type Key, language, say } from "./words";

const SOURCES: Record<meshes.Mesh["source"], Key> = {
  generated: "versions.generated",
  edited: "versions.edited",
  restored: "versions.restored",
};

/** All that the mesh on the stage was, of which any can be it again. */
export function Versions({ project }: { readonly project: Project }) {
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
