import { putAway, troubles } from "./trouble";
import { say } from "./words";

/** All that went wrong, until it is put away. */
export function Troubles() {
  return (
    <div class="troubles" role="status" aria-live="polite">
      {troubles.value.map(({ id, text }) => (
        <p class="trouble" key={id}>
          {text}
          <button
            type="button"
            class="quiet"
            aria-label={say("discard")}
            onClick={() => putAway(id)}
          >
            ×
          </button>
        </p>
      ))}
    </div>
  );
}
