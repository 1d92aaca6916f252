import { useEffect } from "preact/hooks";
import { Editor } from "./editor";
import { place } from "./place";
import { Projects } from "./projects";
import { account, lookWhoItIs } from "./session";
import { SignIn } from "./sign-in";
import { isExpired } from "./trouble";
import { Troubles } from "./troubles";

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
