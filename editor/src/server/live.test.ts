import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openCable } from "./cable";
import { type Asked, fakeServer, json, refused } from "./fakes";
import { choosing, type Live } from "./live";
import { openPolling } from "./polling";
import { openStream } from "./stream";
import type { Topic } from "./topics";

const MESH: Topic = { kind: "mesh", id: "arm" };

/** What the browser has opened, and what is sent over it. */
class FakeSocket {
  static opened: FakeSocket[] = [];
  static isBlocked = false;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  isClosed = false;
  readonly sent: { command: string; identifier: string }[] = [];

  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {
    FakeSocket.opened.push(this);
    if (FakeSocket.isBlocked) setTimeout(() => this.close());
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    setTimeout(() => this.onclose?.());
  }

  tell(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  /** Answers the last subscription. */
  news(message: object): void {
    this.tell({ identifier: this.sent.at(-1)?.identifier, message });
  }

  wanted(): Record<string, unknown>[] {
    return this.sent.map(({ identifier }) => JSON.parse(identifier));
  }
}

class FakeSource {
  static opened: FakeSource[] = [];
  static isBlocked = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string; lastEventId: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  isClosed = false;

  constructor(readonly url: string) {
    FakeSource.opened.push(this);
    setTimeout(() => (FakeSource.isBlocked ? this.onerror : this.onopen)?.());
  }

  close(): void {
    this.isClosed = true;
  }

  news(id: number, message: object): void {
    this.onmessage?.({ data: JSON.stringify(message), lastEventId: String(id) });
  }
}

function mesh(sequence: number) {
  return { mesh_id: "arm", status: "processing", sequence };
}

/** Keeps a question open until it is aborted. */
function silence({ signal }: Asked): Promise<Response> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

let live: Live;
let heard: number[];
let asked: readonly Asked[];
let answer: (one: Asked) => Response | Promise<Response>;

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.opened = [];
  FakeSource.opened = [];
  FakeSocket.isBlocked = FakeSource.isBlocked = false;
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("EventSource", FakeSource);
  vi.stubGlobal("location", { origin: "https://example.com" });
  answer = (one) => (one.url.includes("wait=0") ? json({ items: [], sequence: 0 }) : silence(one));
  asked = fakeServer((one) => answer(one));
  heard = [];
  live = choosing([
    ["cable", openCable],
    ["stream", openStream],
    ["polling", openPolling],
  ]);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function follow(topic = MESH, ended?: () => void): () => void {
  return live.follow(topic, (news) => heard.push("sequence" in news ? news.sequence : 0), ended);
}

function lastSocket(): FakeSocket {
  return FakeSocket.opened.at(-1) ?? expect.fail("there is no socket");
}

function lastSource(): FakeSource {
  return FakeSource.opened.at(-1) ?? expect.fail("there is no stream");
}

async function seconds(count: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(count * 1000);
}

describe("the cable", () => {
  it("is one for all topics", async () => {
    follow();
    expect(live.connection.value).toBe("offline");
    lastSocket().tell({ type: "welcome" });
    const stop = follow({ kind: "project", id: "fox" });
    follow({ kind: "notifications" });
    expect(live.connection.value).toBe("cable");
    expect(FakeSocket.opened.length).toBe(1);
    expect(lastSocket().url).toBe("wss://example.com/cable");
    expect(lastSocket().protocol).toBe("actioncable-v1-json");
    expect(lastSocket().wanted()).toMatchObject([
      { channel: "MeshProgressChannel", mesh_id: "arm" },
      { channel: "ProjectChannel", project_id: "fox" },
      { channel: "NotificationsChannel" },
    ]);
    stop();
    expect(lastSocket().sent.at(-1)).toEqual({
      command: "unsubscribe",
      identifier: lastSocket().sent[1]?.identifier,
    });
    await seconds(5);
    expect(FakeSource.opened).toEqual([]);
  });

  it("goes on after what was heard when it is opened again", async () => {
    follow();
    lastSocket().tell({ type: "welcome" });
    lastSocket().news(mesh(7));
    const before = lastSocket();
    before.tell({ type: "disconnect", reason: "server_restart", reconnect: true });
    expect(live.connection.value).toBe("offline");
    expect(before.isClosed).toBe(true);
    expect(lastSocket()).not.toBe(before);
    lastSocket().tell({ type: "welcome" });
    expect(live.connection.value).toBe("cable");
    expect(lastSocket().wanted()).toMatchObject([{ mesh_id: "arm", sequence: 7 }]);
    lastSocket().news(mesh(6));
    lastSocket().news(mesh(8));
    expect(heard).toEqual([7, 8]);
  });

  it("that has fallen silent is opened again", async () => {
    follow();
    lastSocket().tell({ type: "welcome" });
    for (let count = 0; count < 5; count += 1) {
      await seconds(3);
      lastSocket().tell({ type: "ping", message: 1 });
    }
    expect(FakeSocket.opened.length).toBe(1);
    await seconds(11);
    expect(FakeSocket.opened.length).toBe(2);
  });

  it("tells of what is not for this user any more", async () => {
    const ended = vi.fn();
    follow(MESH, ended);
    lastSocket().tell({ type: "welcome" });
    lastSocket().tell({
      type: "reject_subscription",
      identifier: lastSocket().sent[0]?.identifier,
    });
    expect(ended).toHaveBeenCalledOnce();
    // Nothing else is followed.
    expect(lastSocket().isClosed).toBe(true);
    await seconds(120);
    expect(FakeSocket.opened.length).toBe(1);
  });
});

describe("where no WebSocket opens", () => {
  it.each([true, false])("there are streams (blocked at once: %s)", async (isBlocked) => {
    FakeSocket.isBlocked = isBlocked;
    follow();
    await seconds(4);
    expect(live.connection.value).toBe(isBlocked ? "stream" : "offline");
    await seconds(2);
    expect(live.connection.value).toBe("stream");
    expect(lastSource().url).toBe("/api/v1/meshes/arm/events");
    lastSource().news(3, mesh(3));
    expect(heard).toEqual([3]);
    expect(lastSocket().isClosed).toBe(true);
  });

  it("the cable is tried again beside the stream, and takes its place", async () => {
    FakeSocket.isBlocked = true;
    follow();
    await seconds(1);
    lastSource().news(3, mesh(3));
    FakeSocket.isBlocked = false;
    await seconds(60);
    expect(live.connection.value).toBe("stream");
    lastSource().news(4, mesh(4));
    lastSocket().tell({ type: "welcome" });
    expect(live.connection.value).toBe("cable");
    expect(FakeSource.opened.map(({ isClosed }) => isClosed)).toEqual([true]);
    expect(lastSocket().wanted()).toMatchObject([{ sequence: 3 }]);
    lastSocket().news(mesh(4));
    lastSocket().news(mesh(5));
    // What goes on may be told again, and never goes back.
    expect(heard).toEqual([3, 4, 4, 5]);
  });

  it("a stream that ends is followed by what works then", async () => {
    FakeSocket.isBlocked = true;
    follow();
    await seconds(1);
    lastSource().news(3, mesh(3));
    FakeSocket.isBlocked = false;
    lastSource().onerror?.();
    expect(live.connection.value).toBe("offline");
    lastSocket().tell({ type: "welcome" });
    expect(live.connection.value).toBe("cable");
    expect(lastSocket().wanted()).toMatchObject([{ sequence: 3 }]);
  });
});

describe("where there are no streams either", () => {
  beforeEach(() => {
    FakeSocket.isBlocked = FakeSource.isBlocked = true;
  });

  it("is asked again and again, after what was heard", async () => {
    answer = (one) => {
      const after = Number(new URL(one.url, "https://x").searchParams.get("after"));
      return after < 2 ? json({ items: [mesh(after + 1)], sequence: after + 1 }) : silence(one);
    };
    const stop = follow();
    await seconds(10);
    expect(live.connection.value).toBe("polling");
    expect(heard).toEqual([1, 2]);
    expect(asked.map(({ url }) => url)).toEqual([
      "/api/v1/meshes/arm/events?wait=0",
      "/api/v1/meshes/arm/events?after=1&wait=25",
      "/api/v1/meshes/arm/events?after=2&wait=25",
    ]);
    stop();
    expect(asked.at(-1)?.signal.aborted).toBe(true);
    expect(live.connection.value).toBe("offline");
  });

  it("a server that never waits is not asked more often than once a second", async () => {
    answer = () => json({ items: [], sequence: 0 });
    follow();
    await seconds(20);
    expect(asked.length).toBeLessThanOrEqual(21);
  });

  it("a server that has come back is found, by the best way", async () => {
    answer = () => Promise.reject(new TypeError("Failed to fetch"));
    follow();
    await seconds(30);
    expect(live.connection.value).toBe("offline");
    expect(asked.length).toBeLessThan(20);
    answer = () => json({ items: [], sequence: 0 });
    FakeSocket.isBlocked = false;
    const before = FakeSocket.opened.length;
    for (let waited = 0; waited < 11 && live.connection.value === "offline"; waited += 1) {
      await seconds(1);
    }
    expect(live.connection.value).toBe("polling");
    expect(FakeSocket.opened.length).toBeGreaterThan(before);
    lastSocket().tell({ type: "welcome" });
    expect(live.connection.value).toBe("cable");
    const count = asked.length;
    await seconds(8);
    expect(asked.length).toBe(count);
  });

  it("what is gone is not asked for any more", async () => {
    const ended = vi.fn();
    answer = () => refused(404, "NOT_FOUND");
    follow(MESH, ended);
    await seconds(1);
    expect(ended).toHaveBeenCalledOnce();
    const count = asked.length;
    await seconds(120);
    expect(asked.length).toBe(count);
  });

  it("who has logged in again need not wait", async () => {
    answer = () => refused(401, "UNAUTHORIZED");
    follow();
    await seconds(20);
    expect(live.connection.value).toBe("offline");
    FakeSocket.isBlocked = false;
    live.reconnect();
    lastSocket().tell({ type: "welcome" });
    expect(live.connection.value).toBe("cable");
  });
});
