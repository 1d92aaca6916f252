import { useSignal } from "@preact/signals";
import { projectDownloadUrl } from "../server/meshes";
import type { Project } from "./project";
import { say } from "./words";

/** The whole project, as Spine takes it. */
export function Download({ project }: { readonly project: Project }) {
  const chosen = useSignal<string | null>(null);
  const atlas = useSignal(false);
  const catalogue = project.catalogue.value;
  const version = chosen.value ?? catalogue?.usualSpineVersion;
  const address = (format: "zip" | "spine") =>
    projectDownloadUrl(project.id, {
      format,
      atlas: atlas.value,
      ...(version && { spine_version: version }),
    });
  return (
    <details class="menu">
      <summary class="strong">{say("download")}</summary>
      <div class="sheet">
        <select
          aria-label={say("download.version", { version: "" })}
          value={version}
          onChange={(event) => {
            chosen.value = event.currentTarget.value;
          }}
        >
          {catalogue?.spineVersions.map((one) => (
            <option key={one} value={one}>
              {say("download.version", { version: one })}
            </option>
          ))}
        </select>
        <label class="check">
          <input
            type="checkbox"
            checked={atlas.value}
            onChange={(event) => {
              atlas.value = event.currentTarget.checked;
            }}
          />
          {say("download.atlas")}
        </label>
        <a href={address("zip")} download>
          {say("download.zip")}
        </a>
        <a href={address("spine")} download>
          {say("download.json")}
        </a>
      </div>
    </details>
  );
}
