import { computed, signal } from "@preact/signals";

/** One thing that was done, and can be undone. */
export interface Step {
  undo(): void | Promise<void>;
  redo(): void | Promise<void>;
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

  async undo(): Promise<void> {
    const step = this.#steps.value[this.#done.value - 1];
    if (!step) return;
    this.#done.value -= 1;
    await step.undo();
  }

  async redo(): Promise<void> {
    const step = this.#steps.value[this.#done.value];
    if (!step) return;
    this.#done.value += 1;
    await step.redo();
  }
}
