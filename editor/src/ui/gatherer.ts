/** After a second's rest, so many things are handed on as they come, and then what came in a second. */
const SOON = 50;
const PAUSE_MS = 1000;

/** Hands things on, a few at once and of many those that came meanwhile together. */
export class Gatherer<T> {
  readonly #waiting = new Set<T>();
  #isBusy = false;
  #handed = 0;
  #rested = -PAUSE_MS;

  constructor(private readonly take: (things: readonly T[]) => Promise<unknown>) {}

  add(thing: T): void {
    this.#waiting.add(thing);
    if (!this.#isBusy) void this.#hand();
  }

  async #hand(): Promise<void> {
    this.#isBusy = true;
    if (performance.now() - this.#rested > PAUSE_MS) this.#handed = 0;
    try {
      while (this.#waiting.size > 0) {
        const things = [...this.#waiting];
        this.#waiting.clear();
        await this.take(things);
        this.#handed += things.length;
        if (this.#handed > SOON) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    } finally {
      this.#rested = performance.now();
      this.#isBusy = false;
    }
  }
}
