import { ROOT, withQuery } from "./request";
import { eventsPath, type Followed } from "./topics";
import type { Way } from "./ways";

/**
 * A stream of Server-Sent Events for each topic. The first that ends is the end of this way, also
 * where the browser would open it again: there may be a better one by now.
 */
export function openStream(up: () => void, down: () => void): Way {
  const sources = new Map<Followed, EventSource>();

  function close(): void {
    for (const source of sources.values()) source.close();
    sources.clear();
  }

  return {
    add(followed) {
      const place = withQuery(eventsPath(followed.topic), { after: followed.after() });
      const source = new EventSource(ROOT + place);
      sources.set(followed, source);
      source.onopen = up;
      source.onmessage = ({ data, lastEventId }) => {
        followed.take(JSON.parse(String(data)), Number(lastEventId));
      };
      source.onerror = () => {
        if (sources.get(followed) !== source) return;
        close();
        down();
      };
    },
    remove(followed) {
      sources.get(followed)?.close();
      sources.delete(followed);
    },
    close,
  };
}
