import { batch, computed, effect, signal, untracked } from "@preact/signals";
import type { Edit } from "../mesh/edit";
import type { MeshDocument } from "../mesh/mesh";
import * as images from "../server/images";
import { follow } from "../server/live";
import * as meshes from "../server/meshes";
import * as presets from "../server/presets";
import * as projects from "../server/projects";
import { Refused } from "../server/request";
import { Catalogue } from "./catalogue";
import { type Coming, comingOf } from "./coming";
import { History } from "./history";
import { type Layer, wantsALook } from "./layer";
import { LayerList } from "./layer-list";
import { DEFAULT_ORDER, type Order, same } from "./order";
import { readRecipe } from "./recipe";
import { attempt, tell, tellOf } from "./trouble";
import { say } from "./words";

/** A mesh that is shown and not kept yet. */
interface Draft {
  readonly image: string;
  readonly order: Order;
  readonly document: MeshDocument;
}

/** A version's mesh, as it was read. */
interface Kept {
  readonly image: string;
  readonly mesh: string;
  readonly document: MeshDocument;
}

/** An edit by hand that is not on the stage yet as the server has made a mesh of it. */
interface Sent {
  readonly image: string;
  readonly edit: Edit;
}

export type Filter = "all" | "looks" | "failed";

/** An open project: what there is of it, what is chosen, and all that can be done with it. */
export class Project {
  readonly name = signal("");
  /** What one is here; null before that is known. */
  readonly role = signal<projects.Role | null>(null);
  readonly history = new History();
  readonly catalogue = signal<Catalogue | null>(null);
  readonly layers: LayerList;
  readonly chosen = signal<ReadonlySet<string>>(new Set());
  readonly filter = signal<Filter>("all");
  readonly search = signal("");
  readonly order = signal<Order>(DEFAULT_ORDER);
  readonly uploading = signal<{ readonly done: number; readonly total: number } | null>(null);
  readonly coming = signal<readonly Coming[]>([]);
  readonly #kept = signal<Kept | null>(null);
  readonly #draft = signal<Draft | null>(null);
  readonly #sent = signal<Sent | null>(null);
  #turn: Promise<unknown> = Promise.resolve();
  #showing: { readonly mesh: string; readonly done: Promise<boolean> } | null = null;
  readonly #isClosed = new AbortController();
  #preview: AbortController | null = null;
  readonly #ends: (() => void)[] = [];

  constructor(readonly id: string) {
    this.layers = new LayerList(id, (mesh) => this.#replace(mesh));
  }

  /** Whether one may change what is in it; before that is known, the server says so. */
  readonly mayEdit = computed(() => this.role.value !== "viewer");

  /** The one that is on the stage: that which was chosen last. */
  readonly current = computed(() => {
    const last = [...this.chosen.value].at(-1);
    return this.layers.all.value.find((layer) => layer.image.id === last) ?? null;
  });

  readonly shown = computed(() => {
    const text = this.search.value.trim().toLowerCase();
    return this.layers.all.value.filter(
      (layer) =>
        layer.image.name.toLowerCase().includes(text) &&
        (this.filter.value === "all" ||
          (this.filter.value === "looks" ? wantsALook(layer) : layer.work?.status === "failed")),
    );
  });

  /** SpineLift's, one's own, and this project's. */
  readonly presets = computed(
    () =>
      this.catalogue.value?.presets.filter(
        ({ kind, project_id }) => kind !== "project" || project_id === this.id,
      ) ?? [],
  );

  /** What is on the stage: the draft, or else the newest mesh that is kept, once it is here. */
  readonly document = computed(() => {
    const layer = this.current.value;
    if (layer === null) return null;
    const draft = this.#draft.value;
    if (draft !== null && draft.image === layer.image.id) return draft.document;
    const kept = this.#kept.value;
    // The one before stays until a newer one is here.
    return kept?.image === layer.image.id ? kept.document : null;
  });

  /** The vertices that are edited next: those that were sent last, until their mesh is here. */
  readonly vertices = computed<Edit | null>(() => {
    const sent = this.#sent.value;
    return sent !== null && sent.image === this.current.value?.image.id
      ? sent.edit
      : this.document.value;
  });

  /** Whether what is on the stage is not kept yet. */
  readonly isDraft = computed(
    () => this.#draft.value !== null && this.#draft.value.image === this.current.value?.image.id,
  );

  /** Read what there is, and hear of all that happens. */
  async open(): Promise<void> {
    this.#ends.push(
      effect(() => {
        const mesh = this.current.value?.mesh ?? null;
        if (mesh !== null) untracked(() => void this.#show(mesh));
      }),
      effect(() => {
        const layer = this.current.value;
        if (layer !== null && this.#preview === null && !untracked(() => this.isDraft.value)) {
          untracked(() => {
            this.order.value = this.#orderOf(layer);
          });
        }
      }),
    );
    const [catalogue, { name, role }] = await Promise.all([
      Catalogue.read(),
      projects.read(this.id),
    ]);
    batch(() => {
      this.catalogue.value = catalogue;
      this.name.value = name;
      this.role.value = role;
    });
    await this.refresh();
    if (this.#isClosed.signal.aborted) return;
    // Not before there are layers that it tells of; it begins with how they are now.
    this.#ends.push(follow({ kind: "project", id: this.id }, this.layers.hear));
  }

  #orderOf({ mesh }: Layer): Order {
    const catalogue = this.catalogue.value;
    return catalogue === null || mesh === null
      ? DEFAULT_ORDER
      : catalogue.orderOf(mesh.preset, mesh.parameters);
  }

  close(): void {
    this.#isClosed.abort();
    this.#preview?.abort();
    for (const end of this.#ends) end();
  }

  /** Read everything anew. */
  async refresh(): Promise<void> {
    await this.layers.read();
    const [first] = this.layers.all.value;
    if (this.current.value === null && first) this.choose(first.image.id);
  }

  /** Show this layer; with `more`, beside those that are chosen. */
  choose(image: string, more = false): void {
    const chosen = new Set(more ? this.chosen.value : []);
    if (more && chosen.delete(image) && chosen.size > 0) {
      this.chosen.value = chosen;
      return;
    }
    chosen.add(image);
    batch(() => {
      if (image !== this.current.value?.image.id) this.discard();
      this.chosen.value = chosen;
    });
  }

  // What is added and taken away

  /** Upload art, and have it meshed. */
  async add(files: readonly images.Upload[]): Promise<void> {
    if (!this.mayEdit.value) {
      tell(say("viewer"));
      return;
    }
    const pictures = comingOf(files);
    const show = (done: number) =>
      batch(() => {
        this.uploading.value = { done, total: files.length };
        this.coming.value = pictures.filter(({ place }) => place >= done);
      });
    show(0);
    // What comes first is meshed at once; all the rest is one batch, of whose end one is told once.
    let first: readonly string[] = [];
    const rest: string[] = [];
    const take = (part: images.Added) => {
      this.layers.add(part.images);
      const ids = part.images.map(({ id }) => id);
      const [shown] = ids;
      if (first.length > 0) rest.push(...ids);
      else if (shown !== undefined) {
        first = ids;
        this.choose(shown);
        void this.generate(first, DEFAULT_ORDER);
      }
    };
    try {
      const { refused } = await images.upload(this.id, files, {
        onProgress: (part) =>
          batch(() => {
            take(part);
            show(part.files);
          }),
      });
      for (const { name, error } of refused) {
        const isNamed = error.message.includes(name.replace(/\.\w+$/, ""));
        tell(isNamed ? error.message : say("refused", { name, reason: error.message }));
      }
    } catch (error) {
      tellOf(error);
    } finally {
      batch(() => {
        this.uploading.value = null;
        this.coming.value = [];
      });
      for (const { url } of pictures) URL.revokeObjectURL(url);
    }
    await this.generate(rest, DEFAULT_ORDER);
  }

  async remove(ids: readonly string[]): Promise<void> {
    if (await attempt(() => images.remove(this.id, ids))) {
      this.chosen.value = new Set();
      await this.refresh();
    }
  }

  // How meshes are made

  /** Show what this order makes of the art on the stage; only the newest is waited for. */
  async tune(wanted: Order): Promise<void> {
    const order = this.catalogue.value?.standing(wanted) ?? wanted;
    this.order.value = order;
    const image = this.current.value?.image.id;
    if (image === undefined) return;
    this.#preview?.abort();
    const asked = new AbortController();
    this.#preview = asked;
    try {
      const document = await meshes.preview(image, order, asked.signal);
      if (this.#preview === asked) this.#draft.value = { image, order, document };
    } catch (error) {
      const isOver =
        asked.signal.aborted || (error instanceof Refused && error.code === "SUPERSEDED");
      if (!isOver) tellOf(error);
    } finally {
      if (this.#preview === asked) this.#preview = null;
    }
  }

  /** Note that a slider was let go: from here to there is one step. */
  note(before: Order): void {
    const after = this.order.value;
    if (same(before, after)) return;
    const image = this.current.value?.image.id;
    const set = async (order: Order) => {
      if (image !== undefined) this.choose(image);
      await this.tune(order);
    };
    this.history.add({ undo: () => set(before), redo: () => set(after) });
  }

  /** Show what an order makes, as one step. */
  use(order: Order): void {
    const before = this.order.value;
    void this.tune(order);
    this.note(before);
  }

  usePreset(preset: string): void {
    this.use({ preset, parameters: {} });
  }

  /** Try what somebody has sent as a link; what there is not of it is told of. */
  useRecipe(recipe: string): void {
    const catalogue = this.catalogue.value;
    if (catalogue === null) return;
    const { order, faults } = readRecipe(recipe, catalogue);
    if (faults.length > 0) tell(say("recipe.faults", { faults: faults.join("; ") }));
    if (this.current.value === null) tell(say("recipe.no-layer"));
    else this.use(order);
  }

  /** Say of what is shown that it is a preset's, which has the same values, as one step. */
  call(preset: string): void {
    const before = this.order.value;
    this.order.value = { preset, parameters: {} };
    this.note(before);
  }

  /** See what has become of the presets. */
  async readPresets(): Promise<void> {
    const found = await presets.list();
    const { value } = this.catalogue;
    if (value === null) return;
    const catalogue = value.withPresets(found);
    batch(() => {
      this.catalogue.value = catalogue;
      this.order.value = catalogue.standing(this.order.value);
    });
  }

  undo(): Promise<boolean> {
    return this.#inTurn(() => attempt(() => this.history.undo()));
  }

  redo(): Promise<boolean> {
    return this.#inTurn(() => attempt(() => this.history.redo()));
  }

  /** Make versions of what is shown, for all that are chosen; undone, those before are restored. */
  async keep(): Promise<void> {
    const ids = [...this.chosen.value];
    const order = this.order.value;
    const before = this.layers.all.value.filter(({ image }) => this.chosen.value.has(image.id));
    const make = () => this.generate(ids, order, true);
    if (!(await make())) return;
    this.history.add({
      undo: async () => {
        for (const { mesh } of before) if (mesh) await this.#restore(mesh);
      },
      redo: async () => void (await make()),
    });
  }

  /** Forget what is not kept. */
  discard(): void {
    this.#preview?.abort();
    this.#preview = null;
    this.#draft.value = null;
    if (this.current.value) this.order.value = this.#orderOf(this.current.value);
  }

  /** Have meshes made; hand-made ones are passed over, but for those that are asked for by hand. */
  async generate(ids: readonly string[], wanted: Order, byHand = false): Promise<boolean> {
    const [id] = ids;
    if (id === undefined) return false;
    const order = this.catalogue.value?.standing(wanted) ?? wanted;
    return attempt(async () => {
      if (ids.length === 1 && byHand) await meshes.generate(id, order);
      else await meshes.generateBatch(this.id, { ...order, images: [...ids] });
    });
  }

  async lock(layer: Layer, isLocked: boolean): Promise<void> {
    const { mesh } = layer;
    if (mesh === null) return;
    const set = async (locked: boolean) => this.#replace(await meshes.lock(mesh.id, locked));
    if (await attempt(() => set(isLocked))) {
      this.history.add({ undo: () => set(!isLocked), redo: () => set(isLocked) });
    }
  }

  /** Keep an edit by hand as a version, which can be undone: the one before is restored then. */
  async edit(edit: Edit): Promise<void> {
    const image = this.current.value?.image.id;
    if (image === undefined) return;
    const sent = { image, edit };
    this.#sent.value = sent;
    try {
      await this.#inTurn(() => this.#edit(sent));
    } finally {
      // What was refused is shown as it was.
      if (this.#sent.value === sent) this.#sent.value = null;
    }
  }

  async #edit({ image, edit }: Sent): Promise<void> {
    const before = this.layers.all.value.find((layer) => layer.image.id === image)?.mesh;
    if (!before) return;
    const vertices = edit.vertices.map(([x, y]): [number, number] => [x, y]);
    const done = async () =>
      this.#take(await meshes.edit(before.id, { vertices, hull: edit.hull, island: 0 }));
    try {
      await done();
      this.history.add({
        undo: () => this.#restore(before),
        redo: done,
      });
    } catch (error) {
      if (error instanceof Refused && error.code === "EDIT_REFUSED") {
        tell(say("edit.refused", { reason: error.message }));
      } else tellOf(error);
    }
  }

  /** Make an older version the newest. */
  async restore(mesh: meshes.Mesh): Promise<void> {
    const before = this.current.value?.mesh;
    if (!before) return;
    if (await attempt(() => this.#restore(mesh))) {
      this.history.add({ undo: () => this.#restore(before), redo: () => this.#restore(mesh) });
    }
  }

  async #restore({ id }: meshes.Mesh): Promise<void> {
    await this.#take(await meshes.restore(id));
  }

  /** Take a version in, and wait until it is on the stage where it is to be. */
  async #take(mesh: meshes.Mesh): Promise<void> {
    this.#replace(mesh);
    if (this.current.value?.mesh?.id === mesh.id) await this.#show(mesh);
  }

  /** Do what changes versions once all before it is done, so that it is of what that has left. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  // What comes

  /** Take a version that is newer in. */
  #replace(mesh: meshes.Mesh): void {
    batch(() => {
      this.layers.put(mesh);
      // A draft stays until what it became is here, or while it is tuned further.
      const stays = this.#draft.value?.image === mesh.image_id && mesh.source === "generated";
      if (this.current.value?.image.id === mesh.image_id && !stays) this.discard();
    });
  }

  #wasMadeBy(order: Order, { preset, parameters }: meshes.Mesh): boolean {
    const catalogue = this.catalogue.value;
    return catalogue?.areSame(order, catalogue.orderOf(preset, parameters)) ?? false;
  }

  async #show(mesh: meshes.Mesh): Promise<void> {
    if (mesh.status !== "completed" || this.#kept.value?.mesh === mesh.id) return;
    if (this.#showing?.mesh !== mesh.id) {
      this.#showing = { mesh: mesh.id, done: this.#read(mesh) };
    }
    const { done } = this.#showing;
    await done;
    if (this.#showing?.done === done) this.#showing = null;
  }

  #read(mesh: meshes.Mesh): Promise<boolean> {
    return attempt(async () => {
      const document = await meshes.geometry(mesh.id);
      if (this.current.value?.mesh?.id === mesh.id && !this.#isClosed.signal.aborted) {
        batch(() => {
          this.#kept.value = { image: mesh.image_id, mesh: mesh.id, document };
          const isDraft = this.#draft.value?.image === mesh.image_id;
          if (isDraft && this.#wasMadeBy(this.order.value, mesh)) this.discard();
        });
      }
    });
  }
}
