import { expect, it } from "vitest";
import { followed, type MeshNews, type Topic } from "./topics";

function following(topic: Topic) {
  const heard: unknown[] = [];
  const one = followed(
    topic,
    (news) => heard.push(news),
    () => {},
  );
  return { one, heard };
}

function mesh(id: string, sequence: number, status: MeshNews["status"] = "processing") {
  return { mesh_id: id, sequence, status };
}

it("hears of a mesh in order, and again while it goes on", () => {
  const { one, heard } = following({ kind: "mesh", id: "arm" });
  const sent = [
    mesh("arm", 1),
    mesh("arm", 3),
    mesh("arm", 2),
    mesh("arm", 3),
    mesh("arm", 4, "completed"),
    mesh("arm", 4, "completed"),
  ];
  for (const message of sent) one.take(message);
  expect(heard).toEqual([sent[0], sent[1], sent[3], sent[4]]);
  expect(one.after()).toBe(4);
});

it("hears of each mesh of a project by itself, however it was sent", () => {
  const { one, heard } = following({ kind: "project", id: "fox" });
  expect(one.after()).toBeNull();
  one.take({ project_id: "fox", meshes: [mesh("arm", 2), mesh("leg", 5)], sequence: 1_000 });
  expect(one.after()).toBe(1_000);
  // As polling sends them, whose sequence is the whole answer's.
  one.take(mesh("arm", 3), 2_000);
  one.take(mesh("leg", 4), 2_000);
  expect(heard).toEqual([mesh("arm", 2), mesh("leg", 5), mesh("arm", 3)]);
  expect(one.after()).toBe(2_000);
});

it("hears of each notification once, and asks for none before the last", () => {
  const { one, heard } = following({ kind: "notifications" });
  const created_at = "2026-11-27T12:00:00.123456Z";
  one.take({ id: "a", created_at });
  one.take({ id: "a", created_at });
  expect(heard.length).toBe(1);
  expect(one.after()).toBe(Date.parse(created_at) * 1000);
  one.take({ id: "b", created_at }, 1_999_999_999_999_999);
  expect(one.after()).toBe(1_999_999_999_999_999);
});

it.each([null, 7, "x", [], {}, { error: { code: "NOT_ALLOWED" } }, { mesh_id: 1, sequence: "2" }])(
  "passes over what it does not understand: %j",
  (sent) => {
    for (const kind of ["mesh", "batch", "project"] as const) {
      const { one, heard } = following({ kind, id: "arm" });
      one.take(sent);
      expect(heard).toEqual([]);
      expect(one.after()).toBeNull();
    }
  },
);
