import { isRecord } from "./request";
import type { Followed, Topic } from "./topics";
import type { Way } from "./ways";

const PROTOCOL = "actioncable-v1-json";

/** The server sends a ping every 3 s; who hears nothing for so long is connected no more. */
const SILENCE_MILLISECONDS = 10_000;

const CHANNELS: Readonly<Record<Topic["kind"], { channel: string; parameter?: string }>> = {
  project: { channel: "ProjectChannel", parameter: "project_id" },
  batch: { channel: "BatchProgressChannel", parameter: "batch_id" },
  mesh: { channel: "MeshProgressChannel", parameter: "mesh_id" },
  notifications: { channel: "NotificationsChannel" },
};

/**
 * One WebSocket for all topics, that speaks ActionCable. Not by Rails' own client: that one says
 * neither that a socket has not opened nor that it has fallen silent, opens others by itself, and
 * subscribes anew from where it once began, where `followed` knows what was heard last.
 */
export function openCable(up: () => void, down: () => void): Way {
  const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/cable`, PROTOCOL);
  /** By what the server knows each subscription by. */
  const subscriptions = new Map<string, Followed>();
  let count = 0;
  let isWelcome = false;
  let isOver = false;
  let silence: ReturnType<typeof setTimeout> | undefined;

  function close(): void {
    isOver = true;
    clearTimeout(silence);
    socket.close();
  }

  function lose(): void {
    if (isOver) return;
    close();
    down();
  }

  function command(what: "subscribe" | "unsubscribe", identifier: string): void {
    if (isWelcome && !isOver) socket.send(JSON.stringify({ command: what, identifier }));
  }

  function heed(sent: unknown): void {
    if (!isRecord(sent)) return;
    const identifier = String(sent.identifier);
    const subscription = subscriptions.get(identifier);
    switch (sent.type) {
      case "welcome":
        isWelcome = true;
        for (const waiting of subscriptions.keys()) command("subscribe", waiting);
        up();
        break;
      case "disconnect":
        lose();
        break;
      case "reject_subscription":
        subscriptions.delete(identifier);
        subscription?.end();
        break;
      case undefined:
        subscription?.take(sent.message);
    }
  }

  socket.onmessage = ({ data }) => {
    if (isOver) return;
    clearTimeout(silence);
    silence = setTimeout(lose, SILENCE_MILLISECONDS);
    heed(JSON.parse(String(data)));
  };
  socket.onclose = lose;

  return {
    add(followed) {
      count += 1;
      const identifier = identifierOf(followed, count);
      subscriptions.set(identifier, followed);
      command("subscribe", identifier);
    },
    remove(followed) {
      for (const [identifier, one] of subscriptions) {
        if (one !== followed) continue;
        subscriptions.delete(identifier);
        command("unsubscribe", identifier);
      }
    },
    close,
  };
}

/** The number tells two subscriptions to one topic apart, which the server would take for one. */
function identifierOf({ topic, after }: Followed, number: number): string {
  const { channel, parameter } = CHANNELS[topic.kind];
  const sequence = after();
  return JSON.stringify({
    channel,
    ...(parameter !== undefined && "id" in topic && { [parameter]: topic.id }),
    ...(sequence !== null && { sequence }),
    number,
  });
}
