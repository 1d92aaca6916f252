import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import * as accounts from "../server/accounts";
import { go, place } from "./place";
import { signIn } from "./session";
import { attempt, isExpired } from "./trouble";
import { say } from "./words";

type Page = "in" | "up" | "forgot";

/** Sign in, register, confirm an address, or have a new password. */
export function SignIn() {
  const page = useSignal<Page>("in");
  const said = useSignal<string | null>(null);
  const isOpen = useSignal(false);
  const { value } = place;
  const confirming = value.name === "confirm" ? value.key : null;

  useEffect(() => {
    void attempt(async () => {
      isOpen.value = (await accounts.config()).isOpenForSignup;
    });
  }, [isOpen]);
  useEffect(() => {
    if (confirming === null) return;
    void attempt(async () => {
      await accounts.confirm(confirming);
      said.value = say("account.confirmed");
    }).then(() => go({ name: "projects" }));
  }, [confirming, said]);

  const turn = (to: Page) => () => {
    page.value = to;
    said.value = null;
  };
  return (
    <main class="gate">
      <h1>SpineLift</h1>
      <p>{say(isExpired.value ? "account.expired" : "about")}</p>
      {said.value !== null && <p role="status">{said.value}</p>}
      {value.name === "reset" && value.key !== null ? (
        <Form
          label={say("account.set-password")}
          password="new-password"
          onSend={async (_, password) => {
            await accounts.reset(value.key as string, password);
            go({ name: "projects" });
          }}
        />
      ) : page.value === "in" ? (
        <Form label={say("account.sign-in")} email password="current-password" onSend={signIn}>
          <button type="button" class="link" onClick={turn("forgot")}>
            {say("account.forgot")}
          </button>
          {isOpen.value && (
            <button type="button" class="link" onClick={turn("up")}>
              {say("account.sign-up")}
            </button>
          )}
        </Form>
      ) : page.value === "up" ? (
        <Form
          label={say("account.sign-up")}
          email
          password="new-password"
          onSend={async (email, password) => {
            await accounts.signUp(email, password);
            page.value = "in";
            said.value = say("account.confirm-sent", { email });
          }}
        >
          <button type="button" class="link" onClick={turn("in")}>
            {say("account.back")}
          </button>
        </Form>
      ) : (
        <Form
          label={say("account.send-link")}
          email
          onSend={async (email) => {
            await accounts.requestReset(email);
            page.value = "in";
            said.value = say("account.mail-sent", { email });
          }}
        >
          <button type="button" class="link" onClick={turn("in")}>
            {say("account.back")}
          </button>
        </Form>
      )}
    </main>
  );
}

interface FormProps {
  readonly label: string;
  readonly email?: boolean;
  readonly password?: "current-password" | "new-password";
  readonly onSend: (email: string, password: string) => Promise<unknown>;
  readonly children?: ComponentChildren;
}

function Form({ label, email, password, onSend, children }: FormProps) {
  const isBusy = useSignal(false);
  return (
    <form
      onSubmit={async (event) => {
        event.preventDefault();
        const data = new FormData(event.currentTarget);
        isBusy.value = true;
        await attempt(() =>
          onSend(String(data.get("email") ?? ""), String(data.get("password") ?? "")),
        );
        isBusy.value = false;
      }}
    >
      {email && (
        <label>
          {say("account.email")}
          <input name="email" type="email" autocomplete="email" required />
        </label>
      )}
      {password && (
        <label>
          {say(password === "new-password" ? "account.new-password" : "account.password")}
          <input name="password" type="password" autocomplete={password} minLength={8} required />
        </label>
      )}
      <button type="submit" class="strong" disabled={isBusy.value}>
        {label}
      </button>
      {children}
    </form>
  );
}
