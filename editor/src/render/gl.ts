/** The little of WebGL2 that several files need. */

import { ROW } from "./shaders";

export type GL = WebGL2RenderingContext;

export interface Program {
  readonly program: WebGLProgram;
  /** Where each uniform is; null, which WebGL ignores, for one that the compiler dropped. */
  readonly at: (name: string) => WebGLUniformLocation | null;
}

export function link(gl: GL, vertex: string, fragment: string): Program {
  const program = gl.createProgram();
  const stages: readonly [number, string][] = [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ];
  const shaders = stages.map(([kind, source]) => {
    const shader = gl.createShader(kind);
    // Null once the context is lost: what is made then is made again later.
    if (shader === null) return null;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    return shader;
  });
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    const logs = shaders.map((shader) => shader && gl.getShaderInfoLog(shader));
    throw new Error(`A shader does not work here: ${[...logs, gl.getProgramInfoLog(program)]}`);
  }
  const places = new Map<string, WebGLUniformLocation | null>();
  const count = Number(gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS) ?? 0);
  for (let index = 0; index < count; index++) {
    const name = gl.getActiveUniform(program, index)?.name;
    if (name !== undefined) places.set(name, gl.getUniformLocation(program, name));
  }
  return { program, at: (name) => places.get(name) ?? null };
}

/** A texture whose texels are fetched, not filtered; it stays bound. */
export function texture(gl: GL): WebGLTexture {
  const made = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, made);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  return made;
}

/** Points as they lie in memory, padded to whole rows of a texture. */
export function inRows(positions: Float32Array): Float32Array {
  const padded = new Float32Array(2 * ROW * Math.max(1, Math.ceil(positions.length / (2 * ROW))));
  padded.set(positions);
  return padded;
}

/** All points, from `inRows`, into the texture that is bound. */
export function storePoints(gl: GL, points: Float32Array): void {
  const rows = points.length / (2 * ROW);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RG32F, ROW, rows, 0, gl.RG, gl.FLOAT, points);
}

/** Only the rows that hold `count` points from `first` on. */
export function storeSome(gl: GL, points: Float32Array, first: number, count: number): void {
  const top = Math.floor(first / ROW);
  const rows = Math.ceil((first + count) / ROW) - top;
  // The last number is where to read from.
  gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, top, ROW, rows, gl.RG, gl.FLOAT, points, 2 * ROW * top);
}
