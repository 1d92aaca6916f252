import { ask, Refused, withQuery } from "./request";
import { eventsPath, type Followed } from "./topics";
import type { Way } from "./ways";

/** For how long a server may keep a question until there is news. */
const WAIT_SECONDS = 25;
/** Between two questions at least, also where a server does not wait. */
const PAUSE_MILLISECONDS = 1_000;
/** Between two questions at most, where they are not answered. */
const LONGEST_PAUSE_MILLISECONDS = 10_000;

interface Events {
  readonly items: readonly unknown[];
  readonly sequence: number;
}

/** Asks for news of each topic again and again, also after it was not answered. */
export function openPolling(up: () => void, down: () => void): Way {
  const ends = new Map<Followed, AbortController>();

  async function poll(followed: Followed, { signal }: AbortController): Promise<void> {
    let failures = 0;
    // The first is answered at once, so that it is known soon that this is a way.
    for (let wait = 0; !signal.aborted; ) {
      try {
        const query = { after: followed.after(), wait };
        const place = withQuery(eventsPath(followed.topic), query);
        const { items, sequence } = await ask<Events>("GET", place, { signal });
        signal.throwIfAborted();
        up();
        for (const item of items) followed.take(item, sequence);
        followed.take({}, sequence);
        failures = 0;
        wait = WAIT_SECONDS;
        await pause(PAUSE_MILLISECONDS, signal);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Refused && error.status === 404) {
          ends.delete(followed);
          followed.end();
          return;
        }
        down();
        wait = 0;
        failures += 1;
        await pause(pauseAfter(failures, error), signal);
      }
    }
  }

  return {
    add(followed) {
      const end = new AbortController();
      ends.set(followed, end);
      void poll(followed, end);
    },
    remove(followed) {
      ends.get(followed)?.abort();
      ends.delete(followed);
    },
    close() {
      for (const end of ends.values()) end.abort();
      ends.clear();
    },
  };
}

/** Milliseconds, longer after each failure, and not the same for all pages of a server. */
function pauseAfter(failures: number, error: unknown): number {
  if (error instanceof Refused && error.retryAfter !== null) return error.retryAfter * 1000;
  const most = Math.min(PAUSE_MILLISECONDS * 2 ** (failures - 1), LONGEST_PAUSE_MILLISECONDS);
  return most * (0.5 + Math.random() / 2);
}

/** Ends early where the signal aborts. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}
