import { batch, computed, signal } from "@preact/signals";
import * as batches from "../server/batches";
import * as images from "../server/images";
import * as meshes from "../server/meshes";
import type { MeshNews } from "../server/topics";
import { Gatherer } from "./gatherer";
import { isUnderWay, type Layer, type Work, wantsALook } from "./layer";
import { attempt } from "./trouble";

/** So many meshes are read one by one. */
const FEW = 5;

/** The layers of a project, as they were read and as is heard of them since. */
export class LayerList {
  readonly all = signal<readonly Layer[]>([]);
  /** What was heard while everything is read, which may be newer than that. */
  readonly #readings = new Set<MeshNews[]>();
  readonly #finished = new Gatherer<string>((ids) => this.#readFinished(ids));

  /** `take` is told of versions that are there now. */
  constructor(
    private readonly project: string,
    private readonly take: (mesh: meshes.Mesh) => void,
  ) {}

  /** Read everything anew. */
  async read(): Promise<void> {
    const meanwhile: MeshNews[] = [];
    this.#readings.add(meanwhile);
    const [found, made, tried] = await Promise.all([
      images.list(this.project),
      meshes.newest(this.project),
      meshes.attempts(this.project),
    ]).finally(() => this.#readings.delete(meanwhile));
    const byImage = new Map(made.map((mesh) => [mesh.image_id, mesh]));
    const works = new Map(tried.map((mesh) => [mesh.image_id, this.#workOf(mesh)]));
    this.all.value = found
      .map((image) => ({
        image,
        mesh: byImage.get(image.id) ?? null,
        work: works.get(image.id) ?? null,
      }))
      .sort(byName);
    for (const told of meanwhile) this.hear(told);
  }

  /** What is known of a version that is not there; how far it is, is heard alone. */
  #workOf({ id, image_id, batch_id, status, error }: meshes.Mesh): Work {
    const known = this.all.value.find(({ image }) => image.id === image_id)?.work;
    const progress = known?.mesh === id ? known.progress : 0;
    return { mesh: id, batch: batch_id, status, progress, error: error?.message ?? null };
  }

  /** Put images that were added among the layers. */
  add(added: readonly images.Image[]): void {
    const layers = new Map(this.all.value.map((layer) => [layer.image.id, layer]));
    for (const image of added) {
      layers.set(image.id, { mesh: null, work: null, ...layers.get(image.id), image });
    }
    this.all.value = [...layers.values()].sort(byName);
  }

  readonly hear = (told: MeshNews): void => {
    for (const meanwhile of this.#readings) meanwhile.push(told);
    const isThere = told.status === "completed";
    const work = isThere ? null : workToldOf(told);
    this.all.value = this.all.value.map((layer) =>
      layer.image.id === told.image_id ? { ...layer, work } : layer,
    );
    const isKnown = this.all.value.some(({ mesh }) => mesh?.id === told.mesh_id);
    if (isThere && !isKnown) this.#finished.add(told.mesh_id);
  };

  /** Many are read as one list, so that a large batch does not ask more than one may. */
  #readFinished(ids: readonly string[]): Promise<boolean> {
    return attempt(async () => {
      const read =
        ids.length > FEW
          ? (await meshes.newest(this.project)).filter(({ id }) => ids.includes(id))
          : await Promise.all(ids.map(meshes.read));
      batch(() => {
        for (const mesh of read) this.take(mesh);
      });
    });
  }

  /** Put a version in its layer, unless a newer one is there. */
  put(mesh: meshes.Mesh): void {
    this.all.value = this.all.value.map((layer) =>
      layer.image.id === mesh.image_id && (layer.mesh?.number ?? 0) <= mesh.number
        ? { ...layer, mesh, work: workAfter(layer, mesh) }
        : layer,
    );
  }

  /** Cancel all that is being made. */
  async cancelAll(): Promise<void> {
    const works = this.all.value.flatMap(({ work }) => (isUnderWay(work) ? [work] : []));
    const together = new Set(works.flatMap(({ batch }) => batch ?? []));
    const alone = works.filter((work) => work.batch === null);
    await Promise.all([
      ...[...together].map(batches.cancel),
      ...alone.map(({ mesh }) => meshes.cancel(mesh)),
    ]);
  }

  /** Have made once more what failed. */
  async retryFailed(): Promise<void> {
    const failed = this.all.value.flatMap(({ work }) => (work?.status === "failed" ? [work] : []));
    await Promise.all(failed.map(({ mesh }) => meshes.retry(mesh)));
  }

  /** How many are done, how many failed, and how many want a look. */
  readonly tally = computed(() => {
    const layers = this.all.value;
    return {
      total: layers.length,
      done: layers.filter(({ mesh, work }) => mesh !== null && work === null).length,
      failed: layers.filter(({ work }) => work?.status === "failed").length,
      looks: layers.filter(wantsALook).length,
      isWorking: layers.some(({ work }) => isUnderWay(work)),
      hasEnded: layers.some(({ work }) => work !== null && !isUnderWay(work)),
    };
  });
}

function byName(one: Layer, other: Layer): number {
  return one.image.name.localeCompare(other.image.name);
}

function workToldOf({ mesh_id, batch_id, status, progress, error }: MeshNews): Work {
  return { mesh: mesh_id, batch: batch_id, status, progress, error: error?.message ?? null };
}

/** Of what failed before a newer version was there, nothing is to be told any more. */
function workAfter({ mesh, work }: Layer, newer: meshes.Mesh): Work | null {
  return isUnderWay(work) || newer.id === mesh?.id ? work : null;
}
