import { useEffect, useRef } from "preact/hooks";
import type { Project } from "./project";
import { attempt } from "./trouble";
import { say } from "./words";

/** How far all that is being made is; the tab's title says it too, also how it ended. */
export function BatchBar({ project }: { readonly project: Project }) {
  const { total, done, failed, looks, isWorking, hasEnded } = project.layers.tally.value;
  const uploading = project.uploading.value;
  const hasWorked = useRef(false);
  if (isWorking) hasWorked.current = true;
  const progress = say("batch.progress", { done, total });
  const ended = say("batch.ended", { done, total, failed });
  const end = done === total ? say("batch.done", { total }) : hasEnded ? ended : progress;
  const title = isWorking ? progress : hasWorked.current ? end : project.name.value;
  useEffect(() => {
    document.title = `${title} · SpineLift`;
    return () => {
      document.title = "SpineLift";
    };
  }, [title]);
  if (total === 0 && uploading === null) return <footer class="batch" />;
  return (
    <footer class="batch" aria-live="polite">
      {uploading !== null ? (
        <>
          <progress value={uploading.done} max={uploading.total} />
          <span>{say("upload.progress", { ...uploading })}</span>
        </>
      ) : isWorking ? (
        <>
          <progress value={done} max={total} aria-label={progress} />
          <span>{progress}</span>
          {project.mayEdit.value && (
            <button type="button" onClick={() => void attempt(() => project.layers.cancelAll())}>
              {say("batch.cancel")}
            </button>
          )}
        </>
      ) : (
        <span>{end}</span>
      )}
      {looks > 0 && (
        <button
          type="button"
          class="link"
          onClick={() => {
            project.filter.value = "looks";
          }}
        >
          {say("batch.look", { count: looks })}
        </button>
      )}
      {failed > 0 && project.mayEdit.value && (
        <button type="button" onClick={() => void attempt(() => project.layers.retryFailed())}>
          {say("batch.retry")}
        </button>
      )}
    </footer>
  );
}
