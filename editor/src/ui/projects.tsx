import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Upload } from "../server/images";
import * as projects from "../server/projects";
import { DropArea } from "./drop";
import { Menu } from "./menu";
import { bring } from "./parcel";
import { go } from "./place";
import { Samples } from "./samples";
import { attempt } from "./trouble";
import { say } from "./words";

/** One's projects; art that is dropped here begins a new one. */
export function Projects() {
  const found = useSignal<readonly projects.Project[] | null>(null);
  useEffect(() => {
    void attempt(async () => {
      found.value = await projects.list();
    });
  }, [found]);

  const create = (name: string, files: readonly Upload[] = []) =>
    attempt(async () => {
      const { id } = await projects.create(name);
      bring(id, files);
      go({ name: "project", id });
    });

  return (
    <DropArea onFiles={(files) => void create(say("project.first"), files)}>
      <header class="bar">
        <h1>SpineLift</h1>
        <span class="grow" />
        <Menu />
      </header>
      <main class="projects">
        <h2>{say("projects")}</h2>
        <form
          class="row"
          onSubmit={(event) => {
            event.preventDefault();
            void create(String(new FormData(event.currentTarget).get("name")));
          }}
        >
          <input
            name="name"
            aria-label={say("project.name")}
            placeholder={say("project.name")}
            maxLength={200}
            required
          />
          <button type="submit">{say("project.new")}</button>
        </form>
        {found.value?.length === 0 && (
          <>
            <p>{say("project.none")}</p>
            <Samples onFiles={(files) => void create(say("project.first"), files)} />
          </>
        )}
        <ul>
          {found.value?.map(({ id, name }) => (
            <li key={id}>
              <a href={`#/project/${id}`}>{name}</a>
            </li>
          ))}
        </ul>
      </main>
    </DropArea>
  );
}
