// The official client of ActionCable, driven line by line.
//
// stdin:  {do: "connect", url, token}, {do: "subscribe", name, parameters},
//         {do: "perform", name, action}, {do: "unsubscribe", name} or {do: "disconnect"}.
// stdout: {name, event: "connected", reconnected}, {name, event: "disconnected",
//         willAttemptReconnect}, {name, event: "rejected"} or {name, event: "received", message}.

import { createInterface } from "node:readline";
import ActionCable from "@rails/actioncable";
import WebSocket from "ws";

ActionCable.adapters.WebSocket = WebSocket;
// It listens for pages that become visible, of which there are none here.
globalThis.addEventListener = globalThis.removeEventListener = () => {};

const subscriptions = new Map();
let consumer;

function tell(said) {
  process.stdout.write(`${JSON.stringify(said)}\n`);
}

function subscribe(name, parameters) {
  const told = (event) => (said) => tell({ name, event, ...said });
  return consumer.subscriptions.create(parameters, {
    connected: told("connected"),
    disconnected: told("disconnected"),
    rejected: told("rejected"),
    received: (message) => tell({ name, event: "received", message }),
  });
}

const commands = {
  connect({ url, token }) {
    consumer = ActionCable.createConsumer(url);
    consumer.addSubProtocol(`spinelift-token.${token}`);
  },
  subscribe({ name, parameters }) {
    subscriptions.set(name, subscribe(name, parameters));
  },
  perform({ name, action }) {
    subscriptions.get(name).perform(action);
  },
  unsubscribe({ name }) {
    subscriptions.get(name).unsubscribe();
  },
  disconnect() {
    consumer.disconnect();
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { do: command, ...rest } = JSON.parse(line);
  commands[command](rest);
}
process.exit();
