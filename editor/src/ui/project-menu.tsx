import { Opener } from "./opener";
import type { Project } from "./project";
import { say } from "./words";

/** What is of the project as a whole: who is in it, and what they have done. */
export function ProjectMenu({ project }: { readonly project: Project }) {
  return (
    <details class="menu">
      <summary>{say("project")}</summary>
      <div class="sheet">
        <Opener
          label={say("members")}
          load={async () => {
            const { Members } = await import("./members");
            return (close) => <Members project={project} onClose={close} />;
          }}
        />
        <Opener
          label={say("audit")}
          load={async () => {
            const { Audit } = await import("./audit");
            return (close) => <Audit project={project} onClose={close} />;
          }}
        />
      </div>
    </details>
  );
}
