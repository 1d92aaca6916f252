import { CopyButton } from "./copy-button";
import { say } from "./words";

/** What the server has told once and never tells again. */
export function Secret({ name, text }: { readonly name: string; readonly text: string }) {
  return (
    <div class="secret" role="status">
      <p>{say("secret.once", { name })}</p>
      <div class="row">
        <code class="grow">{text}</code>
        <CopyButton text={text} />
      </div>
    </div>
  );
}
