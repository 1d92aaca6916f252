/** Draws the art and its mesh onto a canvas. */

import type { Size } from "../math/view";
import type { Part } from "../mesh/mesh";
import { type GL, inRows, link, type Program, storePoints, storeSome, texture } from "./gl";
import { type Packed, packed } from "./packed";
import { CHECKERS, type Colour, GOLD, INK, LIGHT, PALE, RED, type Scene } from "./scene";
import { ART, CHECKERBOARD, DISC, LINE, MARKED, MESH, POINT, QUAD, WIRE } from "./shaders";
import { type Uncovered, uncovered } from "./uncovered";

/** What knows how many pixels it has; an ImageBitmap is premultiplied, as it is by default. */
export type ArtSource = ImageBitmap | ImageData | HTMLCanvasElement | OffscreenCanvas;

/** In CSS pixels. */
const WIRE_WIDTH = 1.25;
const RIM = 2;
const HULL_RADIUS = 3;

/** Art is shown in squares above this scale, so that pixels can be told apart. */
const SQUARES_ABOVE = 4;

/** A red dot is at least so many device pixels wide, however small the art is shown. */
const SMALLEST_DOT = 2;

/** What is made on the graphics card, and made again after a lost context. */
interface Made {
  readonly checkerboard: Program;
  readonly quadArt: Program;
  readonly meshArt: Program;
  readonly marked: Program;
  readonly wire: Program;
  readonly point: Program;
  readonly uncovered: Uncovered;
  readonly art: WebGLTexture;
  readonly positions: WebGLTexture;
  readonly rest: WebGLTexture;
  readonly triangles: WebGLBuffer;
  readonly wires: WebGLBuffer;
  readonly hull: WebGLBuffer;
  readonly nothing: WebGLVertexArrayObject;
  readonly triangleArrays: WebGLVertexArrayObject;
  readonly wireArrays: WebGLVertexArrayObject;
  readonly pointArrays: WebGLVertexArrayObject;
}

/** The browser has no WebGL2, or it is switched off. */
export class NoGraphics extends Error {}

export class Renderer {
  /** The art's longest side that the graphics card takes, in pixels; larger art is scaled first. */
  readonly limit: number;
  readonly #canvas: HTMLCanvasElement;
  readonly #gl: GL;
  #made: Made;
  #art: ArtSource | null = null;
  #size: Size = { width: 1, height: 1 };
  #mesh: Packed = packed([]);
  /** Where the vertices are now. */
  #points = inRows(this.#mesh.positions);
  /** The parts that are not at rest: while there are any, the art bends with them. */
  readonly #bent = new Set<number>();
  /** The threshold that the mask is of; null where the art or the mesh is another since. */
  #marked: number | null = null;
  #scene: Scene | null = null;

  /** Throws NoGraphics. */
  constructor(canvas: HTMLCanvasElement) {
    const gl = canvas.getContext("webgl2", { antialias: false, depth: false });
    if (gl === null) throw new NoGraphics();
    this.#canvas = canvas;
    this.#gl = gl;
    this.limit = gl.getParameter(gl.MAX_TEXTURE_SIZE);
    this.#made = make(gl);
    canvas.addEventListener("webglcontextlost", this.#lost);
    canvas.addEventListener("webglcontextrestored", this.#restored);
  }

  /** `size` is the art's own, in pixels, where the source has been scaled. Keep the source open. */
  setArt(art: ArtSource | null, size: Size): void {
    this.#art = art;
    this.#size = size;
    this.#marked = null;
    const gl = this.#gl;
    if (art === null) return;
    gl.bindTexture(gl.TEXTURE_2D, this.#made.art);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, art);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
    gl.generateMipmap(gl.TEXTURE_2D);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
  }

  setParts(parts: readonly Part[]): void {
    this.#mesh = packed(parts);
    this.#points = inRows(this.#mesh.positions);
    this.#bent.clear();
    this.#storeMesh(this.#points);
  }

  /** Bends a part: x y x y, in pixels of the art. */
  setPositions(part: number, positions: Float32Array): void {
    const first = this.#mesh.firsts[part];
    if (first === undefined) return;
    this.#points.set(positions, 2 * first);
    const rest = this.#mesh.positions;
    if (positions.every((at, index) => at === rest[2 * first + index])) this.#bent.delete(part);
    else this.#bent.add(part);
    const gl = this.#gl;
    gl.bindTexture(gl.TEXTURE_2D, this.#made.positions);
    storeSome(gl, this.#points, first, positions.length / 2);
  }

  draw(scene: Scene): void {
    this.#scene = scene;
    const gl = this.#gl;
    if (gl.isContextLost()) return;
    if (scene.threshold !== null && this.#marked !== scene.threshold) this.#mark(scene.threshold);
    const ratio = devicePixelRatio;
    const width = Math.max(Math.round(this.#canvas.clientWidth * ratio), 1);
    const height = Math.max(Math.round(this.#canvas.clientHeight * ratio), 1);
    // Setting the same size again would clear the canvas and cost time.
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    gl.viewport(0, 0, width, height);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (scene.split === null) {
      this.#drawAll(scene);
      return;
    }
    const left = Math.round(scene.split * width);
    gl.enable(gl.SCISSOR_TEST);
    gl.scissor(0, 0, left, height);
    this.#drawGround(scene);
    this.#drawArt(scene, false);
    gl.scissor(left, 0, width - left, height);
    this.#drawAll(scene);
    gl.disable(gl.SCISSOR_TEST);
  }

  dispose(): void {
    this.#canvas.removeEventListener("webglcontextlost", this.#lost);
    this.#canvas.removeEventListener("webglcontextrestored", this.#restored);
    // Browsers allow about 16 contexts, and collect the unused ones late.
    this.#gl.getExtension("WEBGL_lose_context")?.loseContext();
  }

  /** Without preventDefault the browser never restores it. */
  readonly #lost = (event: Event) => event.preventDefault();

  readonly #restored = () => {
    this.#made = make(this.#gl);
    this.setArt(this.#art, this.#size);
    this.#storeMesh(inRows(this.#mesh.positions));
    if (this.#scene !== null) this.draw(this.#scene);
  };

  #storeMesh(rest: Float32Array): void {
    const gl = this.#gl;
    const made = this.#made;
    this.#marked = null;
    gl.bindTexture(gl.TEXTURE_2D, made.rest);
    storePoints(gl, rest);
    gl.bindTexture(gl.TEXTURE_2D, made.positions);
    storePoints(gl, this.#points);
    gl.bindVertexArray(made.triangleArrays);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, this.#mesh.triangles, gl.STATIC_DRAW);
    gl.bindVertexArray(null);
    gl.bindBuffer(gl.ARRAY_BUFFER, made.wires);
    gl.bufferData(gl.ARRAY_BUFFER, this.#mesh.wires, gl.STATIC_DRAW);
    gl.bindBuffer(gl.ARRAY_BUFFER, made.hull);
    gl.bufferData(gl.ARRAY_BUFFER, this.#mesh.hull, gl.STATIC_DRAW);
  }

  #mark(threshold: number): void {
    if (this.#art === null) return;
    const { art, rest } = this.#made;
    this.#gl.bindVertexArray(this.#made.triangleArrays);
    this.#made.uncovered.mark({
      art,
      texels: this.#art,
      size: this.#size,
      rest,
      threshold,
      triangles: this.#drawTriangles,
    });
    this.#marked = threshold;
  }

  readonly #drawTriangles = () => {
    const count = this.#mesh.triangles.length;
    this.#gl.drawElements(this.#gl.TRIANGLES, count, this.#gl.UNSIGNED_INT, 0);
  };

  #drawAll(scene: Scene): void {
    const isBent = this.#bent.size > 0;
    this.#drawGround(scene);
    this.#drawArt(scene, isBent);
    // Of a bent mesh, pixels outside it are not drawn at all; without a mesh there is no outside.
    const isMarked = !isBent && scene.threshold !== null && this.#mesh.triangles.length > 0;
    if (isMarked) this.#drawUncovered(scene);
    if (scene.wireframe) {
      this.#drawWires(scene);
      this.#drawPoints(scene, -1);
    }
    if (scene.selected !== null) this.#drawPoints(scene, this.#indexOf(scene));
  }

  #drawGround(scene: Scene): void {
    const gl = this.#gl;
    const program = this.#use(this.#made.checkerboard, scene);
    const [even, odd] = CHECKERS[scene.dark ? "dark" : "light"];
    paint(gl, program, "even", even);
    paint(gl, program, "odd", odd);
    gl.bindVertexArray(this.#made.nothing);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }

  #drawArt(scene: Scene, isBent: boolean): void {
    if (this.#art === null) return;
    const gl = this.#gl;
    const made = this.#made;
    const program = this.#use(isBent ? made.meshArt : made.quadArt, scene);
    gl.activeTexture(gl.TEXTURE2);
    gl.bindTexture(gl.TEXTURE_2D, made.art);
    const filter = scene.view.scale > SQUARES_ABOVE ? gl.NEAREST : gl.LINEAR;
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, filter);
    gl.uniform1i(program.at("art"), 2);
    if (isBent) {
      gl.activeTexture(gl.TEXTURE1);
      gl.bindTexture(gl.TEXTURE_2D, made.rest);
      gl.uniform1i(program.at("rest"), 1);
      gl.bindVertexArray(made.triangleArrays);
      this.#drawTriangles();
    } else {
      gl.bindVertexArray(made.nothing);
      gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    }
    gl.activeTexture(gl.TEXTURE0);
  }

  #drawUncovered(scene: Scene): void {
    if (this.#art === null) return;
    const gl = this.#gl;
    const made = this.#made;
    const program = this.#use(made.marked, scene);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, made.uncovered.mask());
    gl.activeTexture(gl.TEXTURE0);
    gl.uniform1i(program.at("mask"), 1);
    const texels = this.#art.width / this.#size.width / scene.view.scale / devicePixelRatio;
    gl.uniform1i(program.at("level"), made.uncovered.level(SMALLEST_DOT * texels));
    paint(gl, program, "tint", RED);
    gl.bindVertexArray(made.nothing);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }

  /** All dark rims first: drawn wire by wire they would cut each other at every vertex. */
  #drawWires(scene: Scene): void {
    const gl = this.#gl;
    const program = this.#use(this.#made.wire, scene);
    const opacity = between0And1((this.#roomAround(scene) - 1.5) / 20);
    gl.uniform1f(program.at("ratio"), devicePixelRatio);
    gl.bindVertexArray(this.#made.wireArrays);
    const count = this.#mesh.wires.length / 3;
    gl.uniform1f(program.at("width"), WIRE_WIDTH + RIM);
    gl.uniform1f(program.at("inner"), 0.55 * opacity);
    paint(gl, program, "tint", INK);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, count);
    gl.uniform1f(program.at("width"), WIRE_WIDTH);
    gl.uniform1f(program.at("inner"), opacity);
    paint(gl, program, "tint", LIGHT);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, count);
  }

  /** All of them but the selected one, or `only` that. */
  #drawPoints(scene: Scene, only: number): void {
    const gl = this.#gl;
    const program = this.#use(this.#made.point, scene);
    const room = this.#roomAround(scene);
    gl.uniform1f(program.at("ratio"), devicePixelRatio);
    gl.uniform1f(program.at("radius"), Math.min(Math.max(room / 5, 1), HULL_RADIUS));
    gl.uniform1f(program.at("inner"), between0And1((room - 4) / 8));
    gl.uniform1i(program.at("selected"), this.#indexOf(scene));
    gl.uniform1i(program.at("only"), only);
    paint(gl, program, "gold", GOLD);
    paint(gl, program, "pale", PALE);
    paint(gl, program, "light", LIGHT);
    paint(gl, program, "ink", INK);
    gl.bindVertexArray(this.#made.pointArrays);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, only < 0 ? this.#mesh.hull.length : 1);
  }

  /** Between vertices, in CSS pixels: where it is little, inner ones fade, or they hide the art. */
  #roomAround({ view }: Scene): number {
    return this.#mesh.spacing * view.scale;
  }

  /** Of the selected vertex among those of all parts; -1 without one. */
  #indexOf({ selected }: Scene): number {
    const first = selected === null ? undefined : this.#mesh.firsts[selected.part];
    return selected === null || first === undefined ? -1 : first + selected.vertex;
  }

  /** What all programs of the screen share. */
  #use(program: Program, { view }: Scene): Program {
    const gl = this.#gl;
    const { width, height } = this.#canvas;
    gl.useProgram(program.program);
    gl.uniform3f(program.at("view"), view.scale, view.x, view.y);
    gl.uniform2f(program.at("canvas"), width / devicePixelRatio, height / devicePixelRatio);
    gl.uniform2f(program.at("size"), this.#size.width, this.#size.height);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.#made.positions);
    gl.uniform1i(program.at("positions"), 0);
    return program;
  }
}

function between0And1(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}

function paint(gl: GL, program: Program, name: string, [red, green, blue]: Colour): void {
  gl.uniform3f(program.at(name), red, green, blue);
}

function make(gl: GL): Made {
  gl.enable(gl.BLEND);
  // Colours are premultiplied.
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  const made: Made = {
    checkerboard: link(gl, QUAD, CHECKERBOARD),
    quadArt: link(gl, QUAD, ART),
    meshArt: link(gl, MESH, ART),
    marked: link(gl, QUAD, MARKED),
    wire: link(gl, WIRE, LINE),
    point: link(gl, POINT, DISC),
    uncovered: uncovered(gl),
    art: texture(gl),
    positions: texture(gl),
    rest: texture(gl),
    triangles: gl.createBuffer(),
    wires: gl.createBuffer(),
    hull: gl.createBuffer(),
    nothing: gl.createVertexArray(),
    triangleArrays: gl.createVertexArray(),
    wireArrays: gl.createVertexArray(),
    pointArrays: gl.createVertexArray(),
  };
  gl.bindVertexArray(made.triangleArrays);
  gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, made.triangles);
  gl.bindVertexArray(made.wireArrays);
  gl.bindBuffer(gl.ARRAY_BUFFER, made.wires);
  gl.enableVertexAttribArray(0);
  gl.vertexAttribIPointer(0, 3, gl.UNSIGNED_INT, 0, 0);
  gl.vertexAttribDivisor(0, 1);
  gl.bindVertexArray(made.pointArrays);
  gl.bindBuffer(gl.ARRAY_BUFFER, made.hull);
  gl.enableVertexAttribArray(0);
  gl.vertexAttribIPointer(0, 1, gl.UNSIGNED_BYTE, 0, 0);
  gl.vertexAttribDivisor(0, 1);
  gl.bindVertexArray(null);
  return made;
}
