import { counts, parts } from "../mesh/mesh";
import { type Project, verticesOf } from "./project";
import { say } from "./words";

/** What was measured of the mesh on the stage. */
export function Card({ project }: { readonly project: Project }) {
  const document = project.document.value;
  const layer = project.current.value;
  if (layer === null) return null;
  const failure = layer.work?.error ?? null;
  if (document === null) return failure === null ? null : <Failure reason={failure} />;
  const { quality, warnings } = document;
  const { vertices, triangles } = counts(document);
  const kept = verticesOf(layer.mesh);
  const angle = Math.min(
    ...parts(document).map((part) => part.quality.smallest_angle_degrees ?? 0),
  );
  return (
    <section class="card" aria-live="polite">
      <p class="figure">
        {project.isDraft.value && kept !== null && kept !== vertices
          ? say("card.vertices-change", { before: kept, after: vertices })
          : say("card.vertices", { count: vertices })}
      </p>
      <ul>
        <li>{say("card.triangles", { count: triangles })}</li>
        <li>{say("card.covered", { pixels: quality.uncovered_pixels ?? 0 })}</li>
        <li>{say("card.overdraw", { area: Math.round((quality.overdraw ?? 1) * 100) })}</li>
        <li>{say("card.angle", { angle: Math.round(angle) })}</li>
      </ul>
      {failure !== null && <p class="warning">{failure}</p>}
      {warnings.map((warning) => (
        <p class="warning" key={warning}>
          {warning}
        </p>
      ))}
      {project.isDraft.value && (
        <div class="row">
          <button type="button" class="strong" onClick={() => void project.keep()}>
            {project.chosen.value.size > 1
              ? say("keep.all", { count: project.chosen.value.size })
              : say("keep")}
          </button>
          <button type="button" onClick={() => project.discard()}>
            {say("discard")}
          </button>
        </div>
      )}
    </section>
  );
}

/** Why there is no mesh. */
function Failure({ reason }: { readonly reason: string }) {
  return (
    <section class="card" aria-live="polite">
      <p class="figure">{say("status.failed")}</p>
      <p>{reason}</p>
    </section>
  );
}
