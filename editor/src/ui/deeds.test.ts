import { expect, test, vi } from "vitest";
import type { Entry } from "../server/audit";
import { changesOf, subjectOf, withMore } from "./deeds";
import type { Layer } from "./layer";

vi.mock("./words", () => ({ isKey: () => false, say: (key: string) => key }));

function entry(values: Partial<Entry>): Entry {
  return {
    ...{ chain: "project/1", sequence: 1, at: "2026-03-01T10:00:00+00:00", actor_id: null },
    ...{ actor: "alice@example.com", address: null, action: "image.added", subject: "image/1" },
    ...{ before: {}, after: {}, previous: "", hash: "", ...values },
  };
}

const LAYERS = [{ image: { id: "7", name: "sword" }, mesh: { id: "9" } }] as unknown as Layer[];

test("what something was done to is called as the entry calls it, or as its layer", () => {
  const named = entry({ subject: "image/7", after: { name: "leaf" } });
  const member = entry({ subject: "user/1", before: { email: "bob@example.com" } });
  expect(subjectOf(named, LAYERS)).toBe("leaf");
  expect(subjectOf(member, LAYERS)).toBe("bob@example.com");
  expect(subjectOf(entry({ subject: "image/7" }), LAYERS)).toBe("sword");
  expect(subjectOf(entry({ subject: "mesh/9" }), LAYERS)).toBe("sword");
  expect(subjectOf(entry({ subject: "mesh/0123456789" }), LAYERS)).toBe("mesh 01234567");
});

test("changed values are said before and after", () => {
  const before = { name: "leaf", vertices: 4 };
  const after = { name: "sword", parts: [1] };
  expect(changesOf(entry({ before, after }))).toEqual([
    "name: leaf → sword",
    "vertices: 4",
    "parts: [1]",
  ]);
});

test("entries that have moved to the next page are listed once", () => {
  const known = [entry({ sequence: 3 }), entry({ sequence: 2 })];
  const more = [entry({ sequence: 2 }), entry({ sequence: 1 })];
  expect(withMore(known, more).map(({ sequence }) => sequence)).toEqual([3, 2, 1]);
});
