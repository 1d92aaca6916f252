// Loads documents in the official Spine runtimes and prints what each would draw in its setup pose.
//
// stdin:  [{runtime: "4.2", document: "...", images: {path: [width, height]}}, ...]; with
//         atlas: {text: "...", pages: {file: [width, height]}} the images come from its regions.
// stdout: for each, {error: "..."} or {slots: [{slot, attachment, texture, ...}]} in draw order.

"use strict";

const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

// Every version ships this build, and it is the only one of 4.0 that Node can load. A context of
// its own keeps the four global namespaces apart.
function loadRuntime(version) {
  const file = path.join(__dirname, "node_modules", `spine-core-${version}`, "dist", "iife", "spine-core.js");
  const context = vm.createContext({ console });
  vm.runInContext(fs.readFileSync(file, "utf8"), context, { filename: file });
  return vm.runInContext("spine", context);
}

// Stands in for an atlas over loose images: the official loader asks it for a path.
function looseImages(spine, images) {
  return {
    findRegion(path) {
      if (!Object.hasOwn(images, path)) return null;
      const region = new spine.TextureRegion();
      Object.assign(region, { u: 0, v: 0, u2: 1, v2: 1, name: path });
      return region;
    },
  };
}

function packedImages(spine, { text, pages }) {
  const atlas = new spine.TextureAtlas(text);
  for (const page of atlas.pages) {
    if (!Object.hasOwn(pages, page.name)) throw new Error(`No such page: ${page.name}`);
    const [width, height] = pages[page.name];
    if (page.width !== width || page.height !== height) throw new Error(`Wrong size: ${page.name}`);
    page.setTexture(new spine.FakeTexture({ width, height }));
  }
  return atlas;
}

function setupPose(spine, skeletonData) {
  const skeleton = new spine.Skeleton(skeletonData);
  if (skeleton.setupPose) skeleton.setupPose();
  else skeleton.setToSetupPose();
  skeleton.updateWorldTransform(spine.Physics?.update);
  return skeleton;
}

function drawn(skeleton, slot) {
  // 4.3 keeps a slot's state in poses, and texture coordinates in the attachment's sequence.
  const attachment = (slot.appliedPose ?? slot).attachment;
  if (!attachment) return { slot: slot.data.name, attachment: null };
  if (!attachment.triangles) throw new Error(`Not a mesh: ${attachment.name}`);
  const world = new Array(attachment.worldVerticesLength).fill(0);
  const target = slot.appliedPose ? [skeleton, slot] : [slot];
  attachment.computeWorldVertices(...target, 0, world.length, world, 0, 2);
  const region = attachment.region ?? attachment.sequence.regions[0];
  return {
    slot: slot.data.name,
    attachment: attachment.name,
    path: attachment.path,
    texture: region.page ? region.page.name : region.name,
    hull: attachment.hullLength / 2,
    triangles: attachment.triangles,
    edges: attachment.edges,
    width: attachment.width,
    height: attachment.height,
    world,
    uvs: Array.from(attachment.uvs ?? attachment.sequence.getUVs(0)),
  };
}

function load(spine, { document, images, atlas }) {
  const textures = atlas ? packedImages(spine, atlas) : looseImages(spine, images);
  const reader = new spine.SkeletonJson(new spine.AtlasAttachmentLoader(textures));
  const skeletonData = reader.readSkeletonData(document);
  const skeleton = setupPose(spine, skeletonData);
  const order = skeleton.drawOrder.appliedPose ?? skeleton.drawOrder;
  return {
    spine: skeletonData.version,
    hash: skeletonData.hash,
    slots: Array.from(order, (slot) => drawn(skeleton, slot)),
  };
}

const runtimes = {};
const results = JSON.parse(fs.readFileSync(0, "utf8")).map((request) => {
  try {
    const spine = (runtimes[request.runtime] ??= loadRuntime(request.runtime));
    return load(spine, request);
  } catch (error) {
    return { error: String(error) };
  }
});
process.stdout.write(JSON.stringify(results));
