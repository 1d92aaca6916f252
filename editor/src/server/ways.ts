import type { Followed } from "./topics";

/** A way by which the page is told of what it follows, as long as it is open. */
export interface Way {
  add(followed: Followed): void;
  remove(followed: Followed): void;
  close(): void;
}

/**
 * Opens a way. `up` is called once it works, `down` when it does not, or not any more: it is of no
 * more use then, unless it tries again by itself and calls `up` another time.
 */
export type OpenWay = (up: () => void, down: () => void) => Way;
