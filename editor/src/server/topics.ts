import type { Notification } from "./notifications";
import { isRecord, path } from "./request";
import type { components } from "./schema";

/** What can be followed. */
export type Topic =
  | { readonly kind: "project" | "batch" | "mesh"; readonly id: string }
  | { readonly kind: "notifications" };

type Status = components["schemas"]["Status"];

/** How far a mesh is. */
export interface MeshNews {
  readonly mesh_id: string;
  readonly image_id: string;
  readonly batch_id: string | null;
  readonly status: Status;
  readonly progress: number;
  readonly stage: string;
  readonly message: string;
  readonly error: components["schemas"]["ProblemOut"] | null;
  readonly updated_at: string;
  /** Seconds. */
  readonly estimated_remaining: number | null;
  /** Counts the changes of this mesh. */
  readonly sequence: number;
}

/** How far a batch is. */
export interface BatchNews {
  readonly batch_id: string;
  readonly project_id: string;
  readonly status: Status;
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly progress: number;
  readonly estimated_remaining: number | null;
  readonly sequence: number;
}

/** Kind of topic to what is heard of it; of a project, each mesh by itself. */
export interface News {
  readonly project: MeshNews;
  readonly mesh: MeshNews;
  readonly batch: BatchNews;
  readonly notifications: Notification;
}

/** A topic that somebody follows, and how far they know it, by whatever way they are told. */
export interface Followed {
  readonly topic: Topic;
  /** The sequence after which to ask; null before anything was heard. */
  after(): number | null;
  /** Takes what was sent; what is known already is not told again. */
  take(sent: unknown, sequence?: number): void;
  /** There is nothing to follow any more: it is gone, or not for this user. */
  end(): void;
}

const ENDED: ReadonlySet<unknown> = new Set<Status>(["completed", "failed", "cancelled"]);

/** Where the events of a topic are, below the API. */
export function eventsPath(topic: Topic): string {
  switch (topic.kind) {
    case "project":
      return path`/projects/${topic.id}/events`;
    case "batch":
      return path`/batches/${topic.id}/events`;
    case "mesh":
      return path`/meshes/${topic.id}/events`;
    case "notifications":
      return "/notifications/events";
  }
}

/** Follows a topic from how it is now; `heard` is never told of an older state after a newer one. */
export function followed<T extends Topic>(
  topic: T,
  heard: (news: News[T["kind"]]) => void,
  ended: () => void,
): Followed {
  let reached: number | null = null;
  /** Of what is told of, by its id, the newest state that was heard. */
  const known = new Map<string, number>();

  function reach(sequence: unknown): void {
    if (typeof sequence === "number" && Number.isSafeInteger(sequence)) {
      reached = Math.max(reached ?? 0, sequence);
    }
  }

  function hear(id: unknown, number: unknown, isLast: boolean, news: object): void {
    if (typeof id !== "string" || typeof number !== "number") return;
    const before = known.get(id) ?? -1;
    // What goes on is told again, with another estimate.
    if (number < before || (number === before && isLast)) return;
    known.set(id, number);
    heard(news as News[T["kind"]]);
  }

  function take(sent: unknown, sequence?: number): void {
    if (!isRecord(sent)) return;
    reach(sequence);
    if (topic.kind === "notifications") {
      // To the millisecond, and so never after it; the server reads some seconds before it again.
      if (sequence === undefined) reach(Date.parse(String(sent.created_at)) * 1000);
      hear(sent.id, 0, true, sent);
    } else if (topic.kind === "project") {
      const meshes: readonly unknown[] = Array.isArray(sent.meshes) ? sent.meshes : [sent];
      for (const mesh of meshes.filter(isRecord)) {
        hear(mesh.mesh_id, mesh.sequence, ENDED.has(mesh.status), mesh);
      }
      if (meshes === sent.meshes) reach(sent.sequence);
    } else {
      reach(sent.sequence);
      const id = topic.kind === "mesh" ? sent.mesh_id : sent.batch_id;
      hear(id, sent.sequence, ENDED.has(sent.status), sent);
    }
  }

  return { topic, after: () => reached, take, end: ended };
}
