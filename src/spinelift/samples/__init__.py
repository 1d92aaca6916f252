"""Art that the project draws itself: a fox in Spine-typical parts, and effects."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from spinelift.mesh.types import Rgba
from spinelift.samples import character, effects
from spinelift.samples.canvas import Canvas
from spinelift.samples.character import Part

__all__ = ["SAMPLES", "draw", "draw_all", "layout"]

SAMPLES: Mapping[str, Part] = MappingProxyType(
    {
        "smoke": Part((174, 765, 685, 920), effects.smoke),
        "cape": Part((6, 296, 403, 481), character.cape),
        "tail": Part((14, 412, 397, 770), character.tail),
        "rear-ear": Part((240, 38, 401, 307), character.rear_ear),
        "front-ear": Part((454, 36, 614, 308), character.front_ear),
        "rear-forearm": Part((541, 445, 677, 545), character.rear_forearm),
        "rear-upper-arm": Part((457, 413, 610, 561), character.rear_upper_arm),
        "sword": Part((619, 81, 831, 527), character.sword),
        "rear-hand": Part((632, 415, 703, 495), character.rear_hand),
        "rear-thigh": Part((427, 593, 552, 758), character.rear_thigh),
        "rear-shin": Part((491, 695, 554, 849), character.rear_shin),
        "rear-foot": Part((478, 800, 610, 880), character.rear_foot),
        "front-thigh": Part((321, 591, 437, 767), character.front_thigh),
        "front-shin": Part((313, 702, 384, 856), character.front_shin),
        "front-foot": Part((300, 810, 432, 890), character.front_foot),
        "torso": Part((304, 384, 552, 688), character.torso),
        "scarf": Part((333, 368, 534, 464), character.scarf),
        "head": Part((214, 160, 640, 433), character.head),
        "rear-eye": Part((333, 263, 428, 355), character.rear_eye),
        "front-eye": Part((498, 257, 593, 349), character.front_eye),
        "hair": Part((266, 65, 604, 298), character.hair),
        "発光": Part((100, 556, 388, 844), effects.glow),
        "ring": Part((123, 579, 365, 821), effects.ring),
        "front-forearm": Part((231, 507, 321, 653), character.front_forearm),
        "front-hand": Part((193, 601, 314, 747), character.front_hand),
        "front-upper-arm": Part((252, 411, 399, 576), character.front_upper_arm),
        "sparkle": Part((83, 541, 411, 862), effects.sparkle),
        "leaf": Part((653, 605, 749, 722), effects.leaf),
    }
)
"""Name to part, from back to front."""

_ORIGIN = (430.0, 880.0)
"""The frame's point between the feet, which is the origin of Spine's world."""


def draw(name: str, size: int | None = None) -> Rgba:
    """Draw one sample, the same bytes every time.

    Parameters
    ----------
    name
        A key of `SAMPLES`.
    size
        Longer side in pixels; by default the natural size, at which `layout` puts it together.
    """
    part = SAMPLES[name]
    canvas = Canvas(part.box, size)
    part.sketch(canvas)
    return canvas.rgba()


def draw_all(scale: float = 1.0) -> dict[str, Rgba]:
    """Draw every sample at `scale` times its natural size, from back to front."""
    return {name: draw(name, max(1, round(part.size * scale))) for name, part in SAMPLES.items()}


def layout(scale: float = 1.0) -> dict[str, tuple[float, float]]:
    """Where the samples' centres are in Spine's world: pixels, y up; from back to front."""
    positions = {}
    for name, part in SAMPLES.items():
        left, top, right, bottom = part.box
        x, y = (left + right) / 2 - _ORIGIN[0], _ORIGIN[1] - (top + bottom) / 2
        positions[name] = (x * scale, y * scale)
    return positions
