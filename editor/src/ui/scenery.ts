import { effect, untracked } from "@preact/signals";
import { screenPoint } from "../math/point";
import type { Size } from "../math/view";
import { fitted, type View, zoomed } from "../math/view";
import { Bend } from "../mesh/bend";
import type { Edit } from "../mesh/edit";
import { type MeshDocument, outside, type Part, parts } from "../mesh/mesh";
import { NoGraphics, Renderer } from "../render/renderer";
import type { Scene, Selection } from "../render/scene";
import type { Image } from "../server/images";
import { bytesAt } from "../server/request";
import { listen } from "../tools/gestures";
import type { Stage } from "../tools/stage";
import type { Before, Looks } from "./looks";
import type { Project } from "./project";
import { isDark } from "./theme";
import { tell, tellOf } from "./trouble";
import { say } from "./words";

const MARGIN = 32;
/** Seconds after which whatever was bent has come to rest. */
const REST = 60;

const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** What is drawn on the canvas, and when: a frame only where something has changed. */
export class Scenery implements Stage {
  #view: View = { scale: 1, x: 0, y: 0 };
  #parts: readonly Part[] = [];
  #bends: readonly Bend[] = [];
  #edit: Edit | null = null;
  #renderer: Renderer | null = null;
  #canvas: HTMLCanvasElement | null = null;
  #before: { readonly renderer: Renderer; readonly threshold: number } | null = null;
  #art: Size | null = null;
  #source: ImageBitmap | null = null;
  /** Whether the art fills the stage, and is to go on doing so. */
  #isFitted = true;
  #frame = 0;
  #last = 0;
  #isMoving = false;

  constructor(
    private readonly project: Project,
    private readonly looks: Looks,
  ) {}

  /** Draw there from now on; returns what ends that. */
  show(canvas: HTMLCanvasElement): () => void {
    this.#canvas = canvas;
    try {
      this.#renderer = new Renderer(canvas);
    } catch (error) {
      if (!(error instanceof NoGraphics)) throw error;
      this.looks.graphics.value = "missing";
    }
    const resized = new ResizeObserver(() => (this.#isFitted ? this.#fit() : this.redraw()));
    resized.observe(canvas);
    const watched = new AbortController();
    for (const [event, graphics] of [
      ["webglcontextlost", "lost"],
      ["webglcontextrestored", "there"],
    ] as const) {
      const note = () => {
        this.looks.graphics.value = graphics;
      };
      canvas.addEventListener(event, note, { signal: watched.signal });
    }
    const ends = [
      () => resized.disconnect(),
      () => watched.abort(),
      listen(canvas, this, () => this.looks.mode.value),
      effect(() => this.#load()),
      effect(() => this.#mesh()),
      effect(() => {
        if (this.looks.fits.value >= 0) untracked(() => this.#fit());
      }),
      effect(() => {
        if (this.looks.fullSizes.value > 0) untracked(() => this.#fullSize());
      }),
      effect(() => {
        const { wireframe, split, selected } = this.looks;
        void [wireframe.value, split.value, selected.value, isDark.value];
        this.redraw();
      }),
    ];
    return () => {
      for (const end of ends) end();
      cancelAnimationFrame(this.#frame);
      this.#renderer?.dispose();
      this.#renderer = null;
      this.#canvas = null;
    };
  }

  /** Draw an older mesh of the same art there, as long as it is compared; returns what ends that. */
  showBefore(canvas: HTMLCanvasElement, { document }: Before): () => void {
    if (this.#renderer === null) return () => {}; // nor could this one be drawn
    const renderer = new Renderer(canvas);
    if (this.#art !== null) renderer.setArt(this.#source, this.#art);
    renderer.setParts(parts(document));
    this.#before = { renderer, threshold: thresholdOf(document) };
    this.redraw();
    return () => {
      renderer.dispose();
      this.#before = null;
    };
  }

  // What tools see of it

  view(): View {
    return this.#view;
  }

  setView(view: View): void {
    this.#view = view;
    this.#isFitted = false;
    this.redraw();
  }

  size(): Size {
    return { width: this.#canvas?.clientWidth ?? 1, height: this.#canvas?.clientHeight ?? 1 };
  }

  edit(): Edit | null {
    return this.#edit;
  }

  preview(edit: Edit): void {
    this.#edit = edit;
    const [first, ...others] = this.#parts;
    if (first) this.#renderer?.setParts([{ ...first, vertices: edit.vertices }, ...others]);
    this.redraw();
  }

  commit(edit: Edit): void {
    void this.project.edit(edit);
  }

  bend(): readonly Bend[] {
    return this.#bends;
  }

  select(index: number | null): void {
    this.looks.selected.value = index;
  }

  split(): number | null {
    return this.looks.split.value;
  }

  setSplit(at: number | null): void {
    this.looks.split.value = at;
  }

  redraw(): void {
    this.#frame ||= requestAnimationFrame((now) => this.#draw(now));
  }

  // What is on it

  #load(): void {
    const layer = this.project.current.value;
    if (layer === null) {
      this.#art = null;
      this.#renderer?.setArt(null, { width: 1, height: 1 });
      this.redraw();
      return;
    }
    const { image } = layer;
    untracked(() => void this.#fetch(image));
  }

  #shownUrl = "";

  async #fetch(image: Image): Promise<void> {
    const url = image.art_url;
    if (url === this.#shownUrl) return;
    this.#shownUrl = url;
    try {
      const art = await decoded(await bytesAt(url), image, this.#renderer?.limit ?? 4096);
      if (this.#shownUrl !== url) return;
      this.#art = image;
      this.#source = art;
      this.#renderer?.setArt(art, image);
      this.#before?.renderer.setArt(art, image);
      this.#fit();
    } catch (error) {
      this.#shownUrl = "";
      if (error instanceof DOMException) tell(say("stage.undecodable", { name: image.name }));
      else tellOf(error);
    }
  }

  #mesh(): void {
    const document = this.project.document.value;
    const all = document === null ? [] : parts(document);
    this.#bends = all.map((part) => new Bend(part));
    this.#parts = all;
    this.#renderer?.setParts(all);
    const edit = this.project.vertices.value;
    // With more of them or fewer, the triangles would be of others.
    const areMoved = edit !== document && edit?.vertices.length === document?.vertices.length;
    if (edit !== null && areMoved) this.preview(edit);
    this.#edit = edit;
    this.redraw();
  }

  #fit(): void {
    if (this.#art === null) return;
    this.setView(fitted(this.#art, this.size(), MARGIN));
    this.#isFitted = true;
  }

  #fullSize(): void {
    const { width, height } = this.size();
    const scale = 1 / devicePixelRatio;
    this.setView(zoomed(this.#view, screenPoint(width / 2, height / 2), scale / this.#view.scale));
  }

  /** Of several islands, the first is the one whose points are edited. */
  #selection(): Selection | null {
    const vertex = this.looks.selected.value;
    return vertex === null ? null : { part: 0, vertex };
  }

  /** Above which alpha wants to be covered; null where the server has found that all of it is. */
  #threshold(): number | null {
    const document = this.project.document.value;
    const layer = this.project.current.value;
    if (document === null || layer === null) return null;
    const { pixels, islands } = outside(document);
    const isMeasured = this.#edit === document && layer.mesh?.stale !== true;
    if (isMeasured && pixels === 0 && islands === 0) return null;
    return thresholdOf(document);
  }

  #draw(now: number): void {
    this.#frame = 0;
    const seconds = calm.matches ? REST : Math.min((now - this.#last) / 1000, 1 / 30);
    this.#last = now;
    const wasMoving = this.#isMoving;
    this.#isMoving = false;
    this.#bends.forEach((bend, part) => {
      const moves = bend.step(seconds);
      this.#isMoving ||= moves;
      // Once more after it has come to rest, which is exactly where it was.
      if (moves || wasMoving) this.#renderer?.setPositions(part, bend.positions);
    });
    const scene: Scene = {
      view: this.#view,
      wireframe: this.looks.wireframe.value,
      threshold: this.#threshold(),
      split: this.looks.split.value,
      selected: this.#selection(),
      dark: isDark.value,
    };
    this.#renderer?.draw(scene);
    if (this.#before !== null) {
      const { renderer, threshold } = this.#before;
      renderer.draw({ ...scene, threshold, split: null, selected: null });
    }
    if (this.#isMoving) this.redraw();
  }
}

function thresholdOf(document: MeshDocument): number {
  return Number(document.parameters.alpha_threshold ?? 0);
}

/** The art as the GPU takes it: no side longer than `limit`. Rejects where no browser can show it. */
function decoded(bytes: Blob, { width, height }: Size, limit: number): Promise<ImageBitmap> {
  const scale = Math.min(1, limit / Math.max(width, height));
  return createImageBitmap(bytes, scale < 1 ? { resizeWidth: Math.round(width * scale) } : {});
}
