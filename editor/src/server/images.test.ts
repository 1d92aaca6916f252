import { afterEach, expect, it, vi } from "vitest";
import { fakeServer, json, refused } from "./fakes";
import { type Progress, parts, type Upload, upload } from "./images";
import { Unreachable } from "./request";

afterEach(() => vi.unstubAllGlobals());

const MEGABYTE = 1_000_000;

function file(name: string, size = 1): Upload {
  return { name, content: { size } as Blob };
}

function files(count: number): readonly Upload[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `leg ${index}.png`,
    content: new Blob(["x"]),
  }));
}

it.each([
  [[], []],
  [Array(20).fill(1), [20]],
  [Array(41).fill(1), [20, 20, 1]],
  [
    [30 * MEGABYTE, 20 * MEGABYTE, 1],
    [2, 1],
  ],
  [
    [1, 300 * MEGABYTE, 1],
    [1, 1, 1],
  ],
])("divides files into parts that one request holds", (sizes: number[], lengths: number[]) => {
  const given = sizes.map((size, index) => file(String(index), size));
  const found = parts(given);
  expect(found.flat()).toEqual(given);
  expect(found.map((part) => part.length)).toEqual(lengths);
});

it("sends part by part, each with names that are data", async () => {
  const asked = fakeServer(({ body }) => {
    const names = (body as FormData).getAll("paths");
    return json({ images: names.map((name) => ({ name })), refused: [] }, 201);
  });
  const heard: Progress[] = [];
  const given = [{ name: '体/<b>".png', content: new Blob(["abc"]) }, ...files(20)];
  const added = await upload("fox", given, { onProgress: (one) => heard.push(one), replace: true });
  expect(added.images.map(({ name }) => name)).toEqual(given.map(({ name }) => name));
  expect(asked.map(({ url }) => url)).toEqual(
    Array(2).fill("/api/v1/projects/fox/images?replace=true"),
  );
  expect(heard.map(({ files, bytes, ofBytes }) => [files, bytes, ofBytes])).toEqual([
    [20, 22, 23],
    [21, 23, 23],
  ]);
});

it("goes on after a part of which all was refused", async () => {
  const reason = { code: "IMAGE_UNREADABLE", message: "No." };
  let count = 0;
  fakeServer(() => {
    count += 1;
    if (count === 1) {
      return refused(422, "NOTHING_ADDED", { refused: [{ name: "a.png", error: reason }] });
    }
    if (count === 2) return refused(413, "REQUEST_TOO_LARGE");
    return json({ images: [{ name: "c" }], refused: [] }, 201);
  });
  const added = await upload("fox", files(41));
  expect(added.images).toEqual([{ name: "c" }]);
  expect(added.refused.length).toBe(21);
  expect(added.refused[0]).toEqual({ name: "a.png", error: reason });
  expect(added.refused[1]?.error.code).toBe("REQUEST_TOO_LARGE");
});

it("tells what has come before the network was lost", async () => {
  let count = 0;
  fakeServer(() => {
    count += 1;
    if (count === 2) throw new TypeError("Failed to fetch");
    return json({ images: [{ name: "a" }], refused: [] }, 201);
  });
  const heard: Progress[] = [];
  const sending = upload("fox", files(25), { onProgress: (one) => heard.push(one) });
  await expect(sending).rejects.toBeInstanceOf(Unreachable);
  expect(heard.map(({ files, images }) => [files, images.length])).toEqual([[20, 1]]);
});
