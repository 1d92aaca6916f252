import { counts, outside, parts } from "../mesh/mesh";
import { type Project, verticesOf } from "./project";
import { say } from "./words";

/** What was measured of the mesh on the stage. */
export function Card({ project }: { readonly project: Project }) {
  const document = project.document.value;
  const layer = project.current.value;
  if (document === null || layer === null) return null;
  const { quality, warnings } = document;
  const { vertices, triangles } = counts(document);
  const { pixels, islands } = outside(document);
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
        <li>{say("card.covered", { pixels, islands })}</li>
        {islands > 0 && <li class="warning">{say("card.left-out", { islands })}</li>}
        <li>{say("card.overdraw", { area: Math.round((quality.overdraw ?? 1) * 100) })}</li>
        <li>{say("card.angle", { angle: Math.round(angle) })}</li>
      </ul>
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
