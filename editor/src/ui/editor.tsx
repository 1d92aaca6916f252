import { untracked, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { Upload } from "../server/images";
import { connection } from "../server/live";
import { Refused } from "../server/request";
import { BatchBar } from "./batch-bar";
import { Card } from "./card";
import { Download } from "./download";
import { DropArea, FileButton } from "./drop";
import { KeyList } from "./key-list";
import { keysOf } from "./keys";
import { Layers } from "./layers";
import { Looks } from "./looks";
import { Menu } from "./menu";
import { Notices } from "./notices";
import { collect } from "./parcel";
import { takeRecipe } from "./place";
import { Project } from "./project";
import { ProjectMenu } from "./project-menu";
import { Samples } from "./samples";
import { Share } from "./share";
import { Stage } from "./stage";
import { attempt } from "./trouble";
import { Tuning } from "./tuning";
import { Versions } from "./versions";
import { say } from "./words";

/** One project in one window. */
export function Editor({ id }: { readonly id: string }) {
  const project = useMemo(() => new Project(id), [id]);
  const looks = useMemo(() => new Looks(), []);
  const isOpen = useSignal(false);
  const isMissing = useSignal(false);

  useEffect(() => {
    void attempt(async () => {
      try {
        await project.open();
      } catch (error) {
        if (!(error instanceof Refused && error.status === 404)) throw error;
        isMissing.value = true;
        return;
      }
      isOpen.value = true;
      const files = collect(id);
      if (files.length > 0) await project.add(files);
    });
    return () => project.close();
  }, [project, id, isOpen, isMissing]);
  useEffect(() => keysOf(project, looks), [project, looks]);
  useSignalEffect(() => {
    if (!isOpen.value) return;
    const recipe = takeRecipe();
    if (recipe !== undefined) untracked(() => project.useRecipe(recipe));
  });

  if (isMissing.value) return <Missing />;
  const add = (files: readonly Upload[]) => void project.add(files);
  const mayEdit = project.mayEdit.value;
  const isEmpty = isOpen.value && project.layers.all.value.length === 0 && !project.uploading.value;
  return (
    <DropArea onFiles={add} hint={say(mayEdit ? "drop.now" : "viewer")}>
      <div class="editor">
        <header class="bar">
          <a href="#/">{say("projects")}</a>
          {mayEdit && <FileButton onFiles={add} />}
          <h1 class="grow">{project.name.value}</h1>
          {!mayEdit && <span class="dim">{say("viewer")}</span>}
          <span
            class="connection"
            data-way={connection.value}
            title={connection.value === "offline" ? say("connection.lost") : ""}
          >
            {say(`connection.${connection.value}`)}
          </span>
          <button
            type="button"
            disabled={!project.history.canUndo.value}
            onClick={() => void project.undo()}
          >
            {say("undo")}
          </button>
          <button
            type="button"
            disabled={!project.history.canRedo.value}
            onClick={() => void project.redo()}
          >
            {say("redo")}
          </button>
          <button
            type="button"
            aria-label={say("keys")}
            onClick={() => {
              looks.keys.value = true;
            }}
          >
            ?
          </button>
          <ProjectMenu project={project} />
          <Share project={project} />
          <Download project={project} />
          <Notices />
          <Menu />
        </header>
        <Layers project={project} />
        {isEmpty ? (
          <main class="empty">
            {mayEdit ? (
              <>
                <p>{say("drop.hint")}</p>
                <FileButton onFiles={add} />
                <p class="dim">{say("drop.privacy")}</p>
                <Samples onFiles={add} />
              </>
            ) : (
              <p>{say("viewer.empty")}</p>
            )}
          </main>
        ) : (
          <Stage project={project} looks={looks} />
        )}
        <aside class="side" aria-label={say("tune")}>
          <Tuning project={project} />
          <Versions project={project} looks={looks} />
          <Card project={project} looks={looks} />
        </aside>
        <BatchBar project={project} />
        <KeyList looks={looks} />
      </div>
    </DropArea>
  );
}

/** What is said alike of a project that is gone, that never was, and that is another's. */
function Missing() {
  return (
    <main class="gate">
      <h1>{say("project.missing")}</h1>
      <p>{say("project.missing-why")}</p>
      <a href="#/">{say("projects")}</a>
    </main>
  );
}
