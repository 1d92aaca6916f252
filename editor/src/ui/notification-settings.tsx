import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import * as notifications from "../server/notifications";
import { Confirm } from "./confirm";
import { Secret } from "./secret";
import { attempt } from "./trouble";
import { type Key, say } from "./words";

type Kind = "batch_finished" | "mesh_failed";
type Way = keyof notifications.NotificationSettings[Kind];

const KINDS: Record<Kind, Key> = {
  batch_finished: "tell.batch-finished",
  mesh_failed: "tell.mesh-failed",
};
const WAYS: Record<Way, Key> = {
  app: "tell.app",
  email: "tell.email",
  webhook: "tell.webhook",
};

/** Of what one is told, and how. */
export function NotificationSettings() {
  const found = useSignal<notifications.NotificationSettings | null>(null);
  useEffect(() => {
    void attempt(async () => {
      found.value = await notifications.settings();
    });
  }, [found]);
  const settings = found.value;
  if (settings === null) return null;

  const change = async (wanted: notifications.NotificationSettingsChange) => {
    const isDone = await attempt(async () => {
      found.value = await notifications.changeSettings(wanted);
    });
    // What was refused is shown as it was.
    if (!isDone) found.value = { ...settings };
    return isDone;
  };
  return (
    <section aria-label={say("tell")}>
      <h3>{say("tell")}</h3>
      {(Object.entries(KINDS) as [Kind, Key][]).map(([kind, name]) => (
        <fieldset key={kind} class="ways">
          <legend>{say(name)}</legend>
          {(Object.entries(WAYS) as [Way, Key][]).map(([way, label]) => (
            <label key={way} class="check">
              <input
                type="checkbox"
                checked={settings[kind][way]}
                onChange={(event) =>
                  void change({ [kind]: { [way]: event.currentTarget.checked } })
                }
              />
              {say(label)}
            </label>
          ))}
        </fieldset>
      ))}
      <Webhook
        settings={settings}
        onUrl={(webhook_url) => change({ webhook_url })}
        onSecret={() => {
          found.value = { ...settings, has_webhook_secret: true };
        }}
      />
    </section>
  );
}

interface WebhookProps {
  readonly settings: notifications.NotificationSettings;
  readonly onUrl: (url: string) => Promise<boolean>;
  readonly onSecret: () => void;
}

/** Where webhooks go, what they are signed with, and whether they arrive. */
function Webhook({ settings, onUrl, onSecret }: WebhookProps) {
  const secret = useSignal<string | null>(null);
  const said = useSignal("");
  const isBusy = useSignal(false);
  const { webhook_url, has_webhook_secret } = settings;
  const isReady = webhook_url !== null && has_webhook_secret;

  const save = async (form: HTMLFormElement) => {
    const url = String(new FormData(form).get("url"));
    said.value = "";
    if (await onUrl(url)) said.value = say(url === "" ? "webhook.ended" : "webhook.saved");
  };
  const make = () =>
    attempt(async () => {
      secret.value = await notifications.makeSecret();
      onSecret();
    });
  const test = async () => {
    isBusy.value = true;
    said.value = say("webhook.sending");
    const isAnswered = await attempt(async () => {
      said.value = outcomeOf(await notifications.testWebhook());
    });
    if (!isAnswered) said.value = "";
    isBusy.value = false;
  };
  return (
    <fieldset class="webhook">
      <legend>{say("webhook")}</legend>
      <form
        class="fields"
        onSubmit={(event) => {
          event.preventDefault();
          void save(event.currentTarget);
        }}
      >
        <label class="grow">
          {say("webhook.url")}
          <input name="url" type="url" maxLength={2000} defaultValue={webhook_url ?? ""} />
        </label>
        <button type="submit">{say("webhook.save")}</button>
      </form>
      <p class="dim">{say(has_webhook_secret ? "webhook.signed" : "webhook.unsigned")}</p>
      {secret.value && <Secret name={say("webhook.secret")} text={secret.value} />}
      <div class="row">
        {has_webhook_secret ? (
          <Confirm
            label={say("webhook.renew")}
            question={say("webhook.renew-question")}
            onYes={() => void make()}
          />
        ) : (
          <button type="button" onClick={() => void make()}>
            {say("webhook.make")}
          </button>
        )}
        <button type="button" disabled={!isReady || isBusy.value} onClick={() => void test()}>
          {say("webhook.test")}
        </button>
      </div>
      {!isReady && <p class="dim">{say("webhook.unready")}</p>}
      <p role="status">{said.value}</p>
    </fieldset>
  );
}

function outcomeOf({ delivered, status, reason, milliseconds }: notifications.WebhookTest): string {
  return delivered
    ? say("webhook.delivered", { status: status ?? 0, milliseconds })
    : say("webhook.undelivered", { reason: reason ?? "" });
}
