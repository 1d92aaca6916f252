import { measures } from "../mesh/measures";
import { type MeshDocument, outside } from "../mesh/mesh";
import { Comparison } from "./comparison";
import { verticesOf } from "./layer";
import type { Looks } from "./looks";
import type { Project } from "./project";
import { say } from "./words";

interface Props {
  readonly project: Project;
  readonly looks: Looks;
}

/** How the mesh on the stage is, and why what was to take its place was not made. */
export function Card({ project, looks }: Props) {
  const document = project.document.value;
  const before = looks.before.value;
  const error = project.current.value?.work?.error ?? null;
  if (document === null && error === null) return null;
  return (
    <section class="card" aria-live="polite">
      {document === null && <p class="figure">{say("status.failed")}</p>}
      {error !== null && <p class="error">{error}</p>}
      {document !== null &&
        (before === null ? (
          <Measured project={project} document={document} />
        ) : (
          <Comparison before={before} after={document} onEnd={() => looks.endComparison()} />
        ))}
      {document?.warnings.map((warning) => (
        <p class="warning" key={warning}>
          {warning}
        </p>
      ))}
      {project.isDraft.value && (
        <div class="row">
          {project.mayEdit.value && (
            <button type="button" class="strong" onClick={() => void project.keep()}>
              {project.chosen.value.size > 1
                ? say("keep.all", { count: project.chosen.value.size })
                : say("keep")}
            </button>
          )}
          <button type="button" onClick={() => project.discard()}>
            {say("discard")}
          </button>
        </div>
      )}
    </section>
  );
}

interface MeasuredProps {
  readonly project: Project;
  readonly document: MeshDocument;
}

/** What was measured of it. */
function Measured({ project, document }: MeasuredProps) {
  const { vertices, triangles, ...quality } = measures(document);
  const { pixels, islands } = outside(document);
  const kept = verticesOf(project.current.value?.mesh ?? null);
  return (
    <>
      <p class="figure">
        {project.isDraft.value && kept !== null && kept !== vertices
          ? say("card.vertices-change", { before: kept, after: vertices })
          : say("card.vertices", { count: vertices })}
      </p>
      <ul>
        <li>{say("card.triangles", { count: triangles })}</li>
        <li>{say("card.covered", { pixels, islands })}</li>
        {islands > 0 && <li class="warning">{say("card.left-out", { islands })}</li>}
        <li>{say("card.overdraw", { area: Math.round(quality.overdraw * 100) })}</li>
        <li>{say("card.angle", { angle: Math.round(quality.smallest_angle_degrees) })}</li>
      </ul>
    </>
  );
}
