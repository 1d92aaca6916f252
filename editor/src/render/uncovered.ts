/** Art, threshold and triangles in, a mask of the visible pixels that no triangle covers out. */

import type { Size } from "../math/view";
import { type GL, link, texture } from "./gl";
import { CLEAN, COVER, HALVE, VISIBLE, WHOLE } from "./shaders";

/**
 * A pixel counts as covered where a triangle holds its centre, as in the engine, even if it only
 * touches it. WebGL leaves out the right and lower border: triangles are drawn a little to all
 * four corners. Vertices lie on 1/64 px, so less than that marks nothing wrongly.
 */
const NUDGE = 1 / 256;
const CORNERS: readonly (readonly [number, number])[] = [
  [1, 1],
  [-1, 1],
  [1, -1],
  [-1, -1],
];

export interface Uncovered {
  /** Another one once the art has another size. */
  readonly mask: () => WebGLTexture;
  /** Marks anew. Textures: the art, and the vertices at rest; `triangles` draws the mesh. */
  mark(task: Marking): void;
  /** The level whose cells are at least as large as so many pixels of the art. */
  level(pixels: number): number;
}

interface Marking {
  readonly art: WebGLTexture;
  /** Of the art's texture; another object for other art. */
  readonly texels: Size;
  /** Of the art itself: larger where the texture has been scaled down to the card's limit. */
  readonly size: Size;
  readonly rest: WebGLTexture;
  readonly threshold: number;
  readonly triangles: () => void;
}

/** The mask has levels of half the size, so that a single pixel shows however small the art is. */
export function uncovered(gl: GL): Uncovered {
  const visible = link(gl, WHOLE, VISIBLE);
  const cover = link(gl, COVER, CLEAN);
  const halve = link(gl, WHOLE, HALVE);
  let mask = texture(gl);
  /** The visible pixels alone: they are the same while a vertex is dragged. */
  let seen = texture(gl);
  let seenOf: Pick<Marking, "texels" | "threshold"> | null = null;
  const target = gl.createFramebuffer();
  let made: Size = { width: 0, height: 0 };

  const levels = () => 1 + Math.floor(Math.log2(Math.max(made.width, made.height, 1)));

  const allot = (size: Size) => {
    if (size.width === made.width && size.height === made.height) return;
    made = size;
    gl.deleteTexture(seen);
    seen = texture(gl);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.R8, size.width, size.height);
    // Of fixed storage: only then may levels be drawn to that are not among those to be read.
    gl.deleteTexture(mask);
    mask = texture(gl);
    gl.texStorage2D(gl.TEXTURE_2D, levels(), gl.R8, size.width, size.height);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST_MIPMAP_NEAREST);
  };

  const aim = (at: WebGLTexture, level: number) => {
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, at, level);
    gl.viewport(0, 0, Math.max(made.width >> level, 1), Math.max(made.height >> level, 1));
  };

  return {
    mask: () => mask,
    level: (pixels) =>
      Math.min(Math.max(Math.ceil(Math.log2(pixels)), 0), Math.max(levels() - 1, 0)),
    mark: ({ art, texels, size, rest, threshold, triangles }) => {
      gl.activeTexture(gl.TEXTURE0);
      allot(texels);
      gl.bindFramebuffer(gl.FRAMEBUFFER, target);
      gl.disable(gl.BLEND);
      aim(seen, 0);
      if (seenOf?.texels !== texels || seenOf.threshold !== threshold) {
        gl.bindTexture(gl.TEXTURE_2D, art);
        gl.useProgram(visible.program);
        gl.uniform1i(visible.at("art"), 0);
        gl.uniform1f(visible.at("threshold"), threshold);
        gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
        seenOf = { texels, threshold };
      }
      gl.bindTexture(gl.TEXTURE_2D, mask);
      gl.copyTexSubImage2D(gl.TEXTURE_2D, 0, 0, 0, 0, 0, made.width, made.height);

      aim(mask, 0);
      gl.bindTexture(gl.TEXTURE_2D, rest);
      gl.useProgram(cover.program);
      gl.uniform1i(cover.at("rest"), 0);
      gl.uniform2f(cover.at("size"), size.width, size.height);
      // A texel of art that was scaled down has some of the alpha of all that is around it.
      const scale = size.width / texels.width;
      const nudge = scale > 1 ? scale : NUDGE;
      for (const [x, y] of CORNERS) {
        gl.uniform2f(cover.at("nudge"), x * nudge, y * nudge);
        triangles();
      }

      gl.bindTexture(gl.TEXTURE_2D, mask);
      gl.useProgram(halve.program);
      gl.uniform1i(halve.at("mask"), 0);
      for (let level = 1; level < levels(); level++) {
        // Only the level below may be read while this one is written; in the shader it is level 0.
        gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_BASE_LEVEL, level - 1);
        gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAX_LEVEL, level - 1);
        aim(mask, level);
        gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
      }
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_BASE_LEVEL, 0);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAX_LEVEL, levels() - 1);
      gl.bindFramebuffer(gl.FRAMEBUFFER, null);
      gl.enable(gl.BLEND);
    },
  };
}
