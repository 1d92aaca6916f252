import { type ReadonlySignal, signal } from "@preact/signals";
import { openCable } from "./cable";
import { openPolling } from "./polling";
import { openStream } from "./stream";
import { type Followed, followed, type News, type Topic } from "./topics";
import type { OpenWay, Way } from "./ways";

/** Within which a way has to work, before the next one is tried. */
const PATIENCE_MILLISECONDS = 5_000;
/** After which better ways are tried again. */
const AGAIN_MILLISECONDS = 60_000;

export type Connection = "cable" | "stream" | "polling" | "offline";

export interface Live {
  /** By which way the page is told of what it follows. */
  readonly connection: ReadonlySignal<Connection>;
  /**
   * Tells of a topic, first how it is now, until the function that is returned is called; or until
   * it is gone, or not for this user any more, which `ended` is told.
   */
  follow<T extends Topic>(
    topic: T,
    heard: (news: News[T["kind"]]) => void,
    ended?: () => void,
  ): () => void;
  /** Tries at once what would be tried later, as when the network is back, or somebody logged in. */
  reconnect(): void;
}

interface Running {
  readonly index: number;
  readonly way: Way;
  hasFailed: boolean;
}

/**
 * Chooses among ways, given from the best to the last, which tries again by itself. Better ones are
 * tried beside the one in use, and what comes twice is heard once.
 */
export function choosing(ways: readonly (readonly [Connection, OpenWay])[]): Live {
  const connection = signal<Connection>("offline");
  const topics = new Set<Followed>();
  const last = ways.length - 1;
  let current: Running | null = null;
  let attempt: Running | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function after(milliseconds: number, then: () => void): void {
    clearTimeout(timer);
    timer = setTimeout(then, milliseconds);
  }

  function open(index: number): Running {
    const found = ways[index];
    if (found === undefined) throw new RangeError(`There is no way ${index}.`);
    const running: Running = {
      index,
      way: found[1](
        () => rise(running),
        () => fall(running),
      ),
      hasFailed: false,
    };
    return running;
  }

  /** Tries the way, and those after it, as far as they are better than the one in use. */
  function tryFrom(index: number): void {
    attempt = null;
    if (current !== null && index >= current.index) {
      after(AGAIN_MILLISECONDS, () => tryFrom(0));
      return;
    }
    const running = open(index);
    if (index === last) {
      current = running;
      after(AGAIN_MILLISECONDS, () => tryFrom(0));
    } else {
      attempt = running;
      after(PATIENCE_MILLISECONDS, () => fall(running));
    }
    for (const one of topics) running.way.add(one);
  }

  function rise(running: Running): void {
    if (running === attempt) {
      current?.way.close();
      current = running;
      attempt = null;
      clearTimeout(timer);
      if (running.index > 0) after(AGAIN_MILLISECONDS, () => tryFrom(0));
    }
    if (running !== current) return;
    connection.value = ways[running.index]?.[0] ?? "offline";
    if (running.hasFailed) {
      // The server is there again, perhaps by better ways too.
      running.hasFailed = false;
      reconnect();
    }
  }

  function fall(running: Running): void {
    if (running === attempt) {
      running.way.close();
      tryFrom(running.index + 1);
    } else if (running === current) {
      connection.value = "offline";
      running.hasFailed = true;
      if (running.index === last) return;
      running.way.close();
      current = null;
      reconnect();
    }
  }

  function reconnect(): void {
    if (topics.size === 0 || current?.index === 0) return;
    attempt?.way.close();
    tryFrom(0);
  }

  function forget(one: Followed): void {
    topics.delete(one);
    current?.way.remove(one);
    attempt?.way.remove(one);
    if (topics.size > 0) return;
    clearTimeout(timer);
    current?.way.close();
    attempt?.way.close();
    current = attempt = null;
    connection.value = "offline";
  }

  return {
    connection,
    follow(topic, heard, ended) {
      const one = followed(topic, heard, () => {
        forget(one);
        ended?.();
      });
      topics.add(one);
      if (current === null && attempt === null) {
        tryFrom(0);
      } else {
        current?.way.add(one);
        attempt?.way.add(one);
      }
      return () => forget(one);
    },
    reconnect,
  };
}

/** The page's own. */
export const { connection, follow, reconnect } = choosing([
  ["cable", openCable],
  ["stream", openStream],
  ["polling", openPolling],
]);
