import { computed, signal } from "@preact/signals";

/** One thing that was done, and can be undone. */
export interface Step {
  readonly undo: () => void | Promise<void>;
  readonly redo: () => void | Promise<void>;
}

/** What was done, in order; whatever is done after an undo takes the place of what was undone. */
export class History {
  readonly #steps = signal<readonly Step[]>([]);
  readonly #done = signal(0);

  readonly canUndo = computed(() => this.#done.value > 0);
  readonly canRedo = computed(() => this.#done.value < this.#steps.value.length);

  /** Note what was done already. */
  add(step: Step): void {
    this.#steps.value = [...this.#steps.value.slice(0, this.#done.value), step];
    this.#done.value = this.#steps.value.length;
  }

  /** Undo the last step; rejects as the step does, which is then as it was. */
  async undo(): Promise<void> {
    await this.#go(-1, this.#steps.value[this.#done.value - 1]?.undo);
  }

  /** The same the other way. */
  async redo(): Promise<void> {
    await this.#go(1, this.#steps.value[this.#done.value]?.redo);
  }

  // Counted before it is done, so that who asks again meanwhile asks for the next one.
  async #go(by: number, act: Step["undo"] | undefined): Promise<void> {
    if (!act) return;
    this.#done.value += by;
    try {
      await act();
    } catch (error) {
      this.#done.value -= by;
      throw error;
    }
  }
}
