import { useEffect } from "preact/hooks";
import type { Project } from "./project";
import { attempt } from "./trouble";
import { say } from "./words";

/** How far all that is being made is; the tab's title says it too. */
export function BatchBar({ project }: { readonly project: Project }) {
  const { total, done, failed, looks, isWorking } = project.tally.value;
  const uploading = project.uploading.value;
  const progress = say("batch.progress", { done, total });
  useEffect(() => {
    document.title = isWorking ? `${progress} · SpineLift` : "SpineLift";
  }, [isWorking, progress]);
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
            <button type="button" onClick={() => void attempt(() => project.cancelAll())}>
              {say("batch.cancel")}
            </button>
          )}
        </>
      ) : (
        <span>{say("batch.done", { total })}</span>
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
        <button type="button" onClick={() => void attempt(() => project.retryFailed())}>
          {say("batch.retry")}
        </button>
      )}
    </footer>
  );
}
