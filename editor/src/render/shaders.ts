/** Programs of the graphics card. Positions are in pixels of the art until `onScreen`. */

/** Vertices stand in textures, this many a row: programs look them up by index. */
export const ROW = 1024;

/** Vertex shaders: from the art to the canvas. */
const PLACE = `#version 300 es
precision highp float;
precision highp sampler2D;
uniform vec3 view;   // scale, x, y: CSS pixels
uniform vec2 canvas; // CSS pixels
uniform vec2 size;   // of the art
uniform sampler2D positions;
vec2 stored(sampler2D points, int index) {
  return texelFetch(points, ivec2(index % ${ROW}, index / ${ROW}), 0).xy;
}
vec2 toScreen(vec2 point) { return view.yz + point * view.x; }
vec4 onScreen(vec2 at) { return vec4((at / canvas * 2.0 - 1.0) * vec2(1, -1), 0, 1); }
vec2 corner() { return vec2(gl_VertexID & 1, gl_VertexID >> 1); }
`;

const PAINT = `#version 300 es
precision highp float;
precision highp sampler2D;
out vec4 colour; // premultiplied
`;

/** The art's rectangle; `at` is on the screen, `uv` in the art. */
export const QUAD = `${PLACE}
out vec2 uv, at;
void main() {
  uv = corner();
  at = uv * size * view.x;
  gl_Position = onScreen(view.yz + at);
}`;

export const CHECKERBOARD = `${PAINT}
in vec2 at;
uniform vec3 even, odd;
void main() {
  vec2 square = floor(at / 8.0);
  colour = vec4(mod(square.x + square.y, 2.0) < 1.0 ? even : odd, 1);
}`;

/** The mesh where it is now, with the art of where it was made. */
export const MESH = `${PLACE}
uniform sampler2D rest;
out vec2 uv;
void main() {
  uv = stored(rest, gl_VertexID) / size;
  gl_Position = onScreen(toScreen(stored(positions, gl_VertexID)));
}`;

export const ART = `${PAINT}
in vec2 uv;
uniform sampler2D art;
void main() { colour = texture(art, uv); }`;

/** Paints what the mask marks; `level` is that at which none of its pixels is lost. */
export const MARKED = `${PAINT}
in vec2 uv;
uniform sampler2D mask;
uniform int level;
uniform vec3 tint;
void main() {
  ivec2 cells = textureSize(mask, level);
  ivec2 cell = min(ivec2(uv * vec2(cells)), cells - 1);
  if (texelFetch(mask, cell, level).r < 0.5) discard;
  colour = vec4(tint, 1);
}`;

/** A wire as a quad: `reach` is half its width and a pixel in which it fades. */
export const WIRE = `${PLACE}
layout(location = 0) in uvec3 wire;
uniform float width; // CSS pixels, of an inner wire
uniform float inner; // opacity
out float across;
out float half_width;
out float opacity;
void main() {
  vec2 a = toScreen(stored(positions, int(wire.x)));
  vec2 b = toScreen(stored(positions, int(wire.y)));
  vec2 along = b - a;
  float far = length(along);
  along = far > 0.0 ? along / far : vec2(1, 0);
  half_width = (wire.z == 1u ? width + 0.5 : width) / 2.0;
  opacity = wire.z == 1u ? 1.0 : inner;
  float reach = half_width + 1.0;
  vec2 place = corner() * 2.0 - 1.0;
  across = place.y * reach;
  vec2 end = place.x < 0.0 ? a : b;
  gl_Position = onScreen(end + place.y * reach * vec2(-along.y, along.x));
}`;

export const LINE = `${PAINT}
in float across;
in float half_width;
in float opacity;
uniform vec3 tint;
uniform float ratio; // device pixels to a CSS pixel
void main() {
  float shown = clamp((half_width - abs(across)) * ratio + 0.5, 0.0, 1.0) * opacity;
  colour = vec4(tint * shown, shown);
}`;

/** Vertices as discs; one of them may be selected, and is larger. */
export const POINT = `${PLACE}
layout(location = 0) in uint hull;
uniform float radius; // CSS pixels, of a vertex of the hull
uniform int selected; // -1: none
uniform int only;     // -1: all but the selected one
uniform float inner;  // opacity of a vertex that is not of the hull
uniform vec3 gold, pale, light;
out vec2 away;
out float disc;
out float opacity;
out vec3 tint;
void main() {
  int index = only < 0 ? gl_InstanceID : only;
  bool chosen = index == selected;
  disc = only >= 0 ? 6.0 : (hull == 1u ? radius : radius * 0.6);
  tint = only >= 0 ? light : (hull == 1u ? gold : pale);
  opacity = only >= 0 || hull == 1u ? 1.0 : inner;
  away = (corner() * 2.0 - 1.0) * (disc + 2.0);
  gl_Position = chosen && only < 0
    ? vec4(2, 2, 0, 1)
    : onScreen(toScreen(stored(positions, index)) + away);
}`;

export const DISC = `${PAINT}
in vec2 away;
in float disc;
in float opacity;
in vec3 tint;
uniform vec3 ink;
uniform float ratio;
void main() {
  float beyond = (length(away) - disc) * ratio;
  float shown = clamp(0.5 - (beyond - ratio), 0.0, 1.0); // with a rim of one CSS pixel
  colour = vec4(mix(tint, ink, clamp(beyond + 0.5, 0.0, 1.0)), 1) * shown * opacity;
}`;

/** Marks each pixel of the art whose alpha is above the threshold. */
export const WHOLE = `#version 300 es
void main() { gl_Position = vec4(vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0, 0, 1); }`;

export const VISIBLE = `${PAINT}
uniform sampler2D art;
uniform float threshold;
void main() {
  float alpha = texelFetch(art, ivec2(gl_FragCoord.xy), 0).a * 255.0;
  colour = vec4(alpha > threshold + 0.5 ? 1.0 : 0.0);
}`;

/** Takes the mark from the pixels whose centre a triangle covers. */
export const COVER = `${PLACE}
uniform sampler2D rest;
uniform vec2 nudge; // pixels of the art
void main() {
  gl_Position = vec4((stored(rest, gl_VertexID) + nudge) / size * 2.0 - 1.0, 0, 1);
}`;

export const CLEAN = `${PAINT}
void main() { colour = vec4(0); }`;

/** A level of half the size: a cell is marked where one of those below it is. */
export const HALVE = `${PAINT}
uniform sampler2D mask;
void main() {
  ivec2 below = textureSize(mask, 0);
  ivec2 first = ivec2(gl_FragCoord.xy) * 2;
  ivec2 last = min(first + 1 + (below & 1), below - 1);
  float most = 0.0;
  for (int y = first.y; y <= last.y; y++)
    for (int x = first.x; x <= last.x; x++) most = max(most, texelFetch(mask, ivec2(x, y), 0).r);
  colour = vec4(most);
}`;
