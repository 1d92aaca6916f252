import { CopyButton } from "./copy-button";
import { commandLine, toml } from "./order";
import { recipeUrl } from "./place";
import type { Project } from "./project";
import { recipe } from "./recipe";
import { say } from "./words";

/** How others make the same meshes: the recipe as a link, and for the command line. */
export function Share({ project }: { readonly project: Project }) {
  const order = project.catalogue.value?.portable(project.order.value) ?? project.order.value;
  return (
    <details class="menu">
      <summary>{say("share")}</summary>
      <div class="sheet wide">
        <h2>{say("share.title")}</h2>
        <Recipe title={say("share.link")} text={recipeUrl(project.id, recipe(order))} />
        <Recipe title={say("share.toml")} text={toml(order)} />
        <Recipe title={say("share.cli")} text={commandLine(order)} />
      </div>
    </details>
  );
}

function Recipe({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <section>
      <div class="row">
        <h3>{title}</h3>
        <span class="grow" />
        <CopyButton text={text} />
      </div>
      <pre>{text}</pre>
    </section>
  );
}
