import { useEffect } from "preact/hooks";
import { Editor } from "./editor";
import { place } from "./place";
import { Projects } from "./projects";
import { account, lookWhoItIs } from "./session";
import { SignIn } from "./sign-in";
import { isExpired, putAway, troubles } from "./trouble";
import { say } from "./words";

/** The whole page: who is not signed in signs in first, and goes on where they were. */
export function App() {
  useEffect(() => void lookWhoItIs(), []);
  const isIn = account.value !== "unknown" && account.value !== null;
  return (
    <>
      {isIn && (
        <div inert={isExpired.value}>
          <Inside />
        </div>
      )}
      {(account.value === null || isExpired.value) && <SignIn />}
      <Troubles />
    </>
  );
}

function Inside() {
  const { value } = place;
  return value.name === "project" ? <Editor key={value.id} id={value.id} /> : <Projects />;
}

function Troubles() {
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
