"""Light, dust and smoke: art without an outline, soft, in many islands or with a hole."""

from __future__ import annotations

import math
import random

import numpy as np

from spinelift.samples.canvas import Canvas, blend, clip, ellipse, fade, ribbon, smooth, star

_SPELL = (244.0, 700.0)
"""Where the fox holds its spell."""


def glow(canvas: Canvas) -> None:
    """A light without an edge: its alpha falls to nothing with the square of the distance."""
    near = 1 - canvas.around(_SPELL, 148)
    full = np.full((canvas.height, canvas.width), 255, dtype=np.uint8)
    canvas.paint(fade(full, near * near * np.float32(0.75)), 0x39C8FF)
    core = np.maximum(1 - canvas.around(_SPELL, 70), 0)
    canvas.paint(fade(full, core * core), 0xE9FFFF)


def ring(canvas: Canvas) -> None:
    """A ring of light with runes: one island around a hole, and small ones inside it."""
    x, y = _SPELL
    band = canvas.coverage([ellipse(_SPELL, (98, 98), corners=160)])
    band = clip(band, 255 - canvas.coverage([ellipse(_SPELL, (88, 88), corners=160)]))
    thin = canvas.coverage([ellipse(_SPELL, (78, 78), corners=160)])
    thin = clip(thin, 255 - canvas.coverage([ellipse(_SPELL, (75, 75), corners=160)]))
    runes = []
    for k in range(8):
        turn = math.radians(45 * k + 22.5)
        centre = (x + 104 * math.cos(turn), y + 104 * math.sin(turn))
        runes.append(star(centre, 13, 5, 4, 45 * k + 22.5))
    light = np.maximum(np.maximum(band, thin), canvas.coverage(runes))
    canvas.paint(canvas.soften(light, 7), 0x1FA2FF, 0.8)
    canvas.paint(light, blend(0xF4FFFF, 0x6FE9FF, canvas.along((x - 90, y - 90), (x + 90, y + 90))))


def sparkle(canvas: Canvas) -> None:
    """Stars and dust, each in its own halo: many islands, most of them soft."""
    draw = random.Random(7)  # noqa: S311  art, not a secret
    stars, dust = [], []
    for _ in range(11):
        centre = (draw.randint(96, 390), draw.randint(560, 836))
        reach = draw.randint(9, 24)
        stars.append(star(centre, reach, reach * 0.22, 4))
    for _ in range(46):
        centre = (draw.randint(84, 402), draw.randint(552, 848))
        radius = draw.randint(10, 32) / 10
        dust.append(ellipse(centre, (radius, radius), corners=24))
    lights = canvas.coverage(stars + dust)
    canvas.paint(canvas.soften(lights, 5), 0x49D6FF, 0.9)
    canvas.paint(lights, blend(0xFFFFFF, 0xC9FBFF, canvas.along((100, 560), (400, 840))))


def smoke(canvas: Canvas) -> None:
    """Low alpha from edge to edge; nowhere opaque."""
    draw = random.Random(21)  # noqa: S311  art, not a secret
    puffs = []
    for x in range(206, 660, 17):
        from_middle = abs(x - 430) / 230
        radius = draw.randint(30, 46) * (1.1 - 0.7 * from_middle)
        lift = draw.randint(0, 60) * (1 - from_middle)
        puffs.append(ellipse((x, 868 - lift), (radius, radius * 0.85)))
    cloud = canvas.soften(canvas.coverage(puffs), 8)
    canvas.paint(cloud, blend(0xF3EEFF, 0xA99AD6, canvas.along((430, 770), (430, 890))), 0.5)
    for puff in puffs:
        lit = clip(canvas.coverage([puff]), 255 - canvas.coverage([puff], offset=(6, 9)))
        canvas.paint(clip(canvas.soften(lit, 4), cloud), 0xFFFFFF, 0.3)


def leaf(canvas: Canvas) -> None:
    """A small one: a maple leaf on the wind."""
    blade = smooth(
        "690,612! 700,640 722,626! 716,650 742,656! 720,670 726,694! 700,684 676,690! "
        "682,668 660,652! 684,648"
    )
    canvas.paint(canvas.coverage([blade], grow=2.4), 0x5A1A1E)
    inside = canvas.coverage([blade])
    canvas.paint(inside, blend(0xFFC34A, 0xE2412F, canvas.along((690, 612), (712, 694))))
    veins = (
        ribbon("708,700,4 700,664,3 690,620,1")
        + ribbon("700,664,3 736,656,1")
        + ribbon("700,664,3 666,654,1")
    )
    canvas.paint(clip(canvas.coverage(veins), inside), 0x8A2420, 0.8)
    canvas.paint(canvas.coverage(ribbon("706,684,4 712,704,3 722,716,2")), 0x5A1A1E)
