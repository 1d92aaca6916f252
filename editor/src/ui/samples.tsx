import type { Upload } from "../server/images";
import { bytesAt } from "../server/request";
import { attempt } from "./trouble";
import { type Key, say } from "./words";

const SAMPLES: Record<string, Key> = {
  head: "samples.head",
  tail: "samples.tail",
  sword: "samples.sword",
};

/** Art of ours, for who has none at hand and wants to try. */
export function Samples({ onFiles }: { readonly onFiles: (files: readonly Upload[]) => void }) {
  const take = (name: string) =>
    attempt(async () => {
      onFiles([{ content: await bytesAt(address(name)), name: `${name}.png` }]);
    });
  return (
    <section class="samples" aria-label={say("samples")}>
      <p class="dim">{say("samples")}</p>
      {Object.entries(SAMPLES).map(([name, key]) => (
        <button key={name} type="button" onClick={() => void take(name)}>
          <img src={address(name)} alt="" width="72" height="72" />
          {say(key)}
        </button>
      ))}
    </section>
  );
}

function address(name: string): string {
  return `/samples/${name}.png`;
}
