"""A fox with a sword and a spell, drawn in the parts that a Spine animator would cut.

All parts share one frame, 860 by 940 units, y down, with the ground at y = 880; every part says
which box of it is its image, so the boxes alone put the character together.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from spinelift.mesh.types import Alpha
from spinelift.samples.canvas import (
    Canvas,
    Colour,
    Paint,
    Point,
    Shape,
    blend,
    clip,
    cut,
    ellipse,
    fade,
    points,
    ribbon,
    smooth,
    star,
)

INK = 0x35182E
FUR, FUR_DEEP, FUR_SHADE, FUR_LIGHT = 0xFB9A3C, 0xE8672C, 0xB53F2B, 0xFFC877
CREAM, CREAM_DEEP = 0xFFF6E6, 0xF2CFAE
SOCK, SOCK_DEEP, SOCK_LIGHT = 0x5B3247, 0x3F2038, 0x8A5468
CLOTH, CLOTH_DEEP, CLOTH_LIGHT = 0x4A63C4, 0x2C347F, 0x86A6F2
SCARF, SCARF_DEEP, SCARF_LIGHT = 0x2CC7B0, 0x127A83, 0x9BF3DC
GOLD, GOLD_DEEP = 0xFFD86B, 0xC98A2B
LEATHER, LEATHER_DEEP = 0x9A5B3C, 0x623429
STEEL, STEEL_DEEP = 0xF2F7FF, 0x8FA3C8
GLOW = 0x7CF7FF

LINE = 3.4
"""Half the width of the outline."""


@dataclass(frozen=True)
class Part:
    """One image: which box of the frame it shows, and how it is drawn."""

    box: tuple[float, float, float, float]
    sketch: Callable[[Canvas], None]

    @property
    def size(self) -> float:
        """Natural length of the longer side in pixels."""
        left, top, right, bottom = self.box
        return max(right - left, bottom - top)


def inked(canvas: Canvas, shape: Shape, paint: Paint | Colour, line: float = LINE) -> Alpha:
    """Fill a shape and draw its outline, heavier at the lower right; return the filled pixels."""
    canvas.paint(canvas.coverage(shape, grow=line), INK)
    inside = canvas.coverage(shape, offset=(-0.15 * line, -0.3 * line))
    canvas.paint(inside, paint)
    return inside


def shaded(
    canvas: Canvas, shape: Shape, inside: Alpha, colour: Colour, move: Point, opacity: float = 0.55
) -> None:
    """Colour the crescent of a shape that its own copy, moved, leaves bare."""
    bare = cut(inside, canvas.coverage(shape, offset=move))
    canvas.paint(clip(canvas.soften(bare, 1.5), inside), colour, opacity)


def marked(
    canvas: Canvas, inside: Alpha, shape: Shape, paint: Paint | Colour, opacity: float = 1.0
) -> Alpha:
    """Colour the part of a shape that lies inside; return it."""
    mark = clip(canvas.coverage(shape), inside)
    canvas.paint(mark, paint, opacity)
    return mark


_HEAD = [
    smooth(
        "425,168 520,184 580,242 598,300 632,338! 594,352 606,386! 560,392 500,420 "
        "440,424 372,406 310,402 246,408! 278,374 222,352! 262,304 278,240 336,186"
    )
]
_EYES = ((388.0, 318.0), (538.0, 312.0))


def head(canvas: Canvas) -> None:
    inside = inked(canvas, _HEAD, blend(FUR, FUR_DEEP, canvas.along((420, 180), (440, 420))))
    shaded(canvas, _HEAD, inside, FUR_SHADE, (-9, -14))
    face = smooth(
        "200,372 262,356 330,366 392,372 436,350 456,300 472,236 484,232 496,300 "
        "514,346 552,362 596,346 660,330 640,440 440,460 220,440"
    )
    cream = blend(CREAM, CREAM_DEEP, canvas.along((460, 340), (450, 430)))
    marked(canvas, inside, [face], cream)
    shaded(canvas, _HEAD, inside, FUR_LIGHT, (8, 13), 0.6)
    for x, y in ((330.0, 372.0), (578.0, 362.0)):
        blush = canvas.soften(canvas.coverage([ellipse((x, y), (24, 13))]), 7)
        canvas.paint(clip(blush, inside), 0xFF7A78, 0.55)
    for (x, y), lean in zip(_EYES, (8, -8), strict=True):
        white = [ellipse((x, y), (31, 38), lean)]
        canvas.paint(canvas.coverage(white, grow=2), INK)
        canvas.paint(
            canvas.coverage(white), blend(0xD8DCEC, 0xFFFFFF, canvas.along((x, y - 36), (x, y)))
        )
        canvas.paint(canvas.coverage([ellipse((x + 5, y + 2), (15, 21))]), 0x221030)
    canvas.paint(canvas.coverage(ribbon("452,392,2 470,398,5 484,388,4.5")), INK)
    canvas.paint(canvas.coverage(ribbon("484,388,4.5 500,397,5 517,388,2")), INK)
    nose = [smooth("464,358 486,352 506,358 500,372 485,381 469,372")]
    snout = inked(
        canvas, nose, blend(0x6A3A56, 0x2B1226, canvas.along((484, 352), (484, 380))), 1.5
    )
    marked(canvas, snout, [ellipse((480, 360), (9, 4), -8)], 0xFFE3F0, 0.8)


def _eye(centre: Point, lean: float) -> Callable[[Canvas], None]:
    """An iris with a hole where the pupil of the head shows through, and lashes apart from it."""

    def sketch(canvas: Canvas) -> None:
        x, y = centre[0] + 5, centre[1] + 2
        iris, pupil = [ellipse((x, y), (23, 30))], canvas.coverage([ellipse((x, y), (12, 17))])
        canvas.paint(canvas.coverage(iris), 0x5A2A12)
        inner = canvas.coverage([ellipse((x, y), (20.5, 27.5))])
        canvas.paint(inner, blend(0xB4500F, 0xFFE070, canvas.along((x, y - 26), (x, y + 24))))
        canvas.erase(pupil)
        canvas.paint(canvas.coverage([ellipse((x - 10, y - 13), (7, 9), 20)]), 0xFFFFFF)
        canvas.paint(canvas.coverage([ellipse((x + 10, y + 15), (4, 5))]), 0xFFFFFF, 0.85)
        side = 1 if lean > 0 else -1
        x, y = centre
        arch = [(x + 34 * side, y - 22, 3), (x + 16 * side, y - 42, 9), (x - 14 * side, y - 42, 11)]
        canvas.paint(canvas.coverage(ribbon([*arch, (x - 42 * side, y - 18, 3)])), INK)
        for k in (0, 1):
            root, tip = (
                (x - (24 + 8 * k) * side, y - 36 + 9 * k),
                (x - (47 + 3 * k) * side, y - 42 + 13 * k),
            )
            canvas.paint(canvas.coverage(ribbon([(*root, 8), (*tip, 1)])), INK)

    return sketch


rear_eye, front_eye = _eye(_EYES[0], 8), _eye(_EYES[1], -8)


def _ear(
    outline: Shape, inner: Shape, tip: Shape, tuft: tuple[str, ...], root: Point, top: Point
) -> Callable[[Canvas], None]:
    def sketch(canvas: Canvas) -> None:
        inside = inked(canvas, outline, blend(FUR_DEEP, FUR, canvas.along(root, top)))
        shaded(canvas, outline, inside, FUR_SHADE, (-9, -4))
        dark = marked(canvas, inside, tip, blend(SOCK_DEEP, SOCK, canvas.along(root, top)))
        shaded(canvas, outline, dark, SOCK_LIGHT, (7, 5), 0.7)
        hollow = marked(canvas, inside, inner, blend(0xD9696B, 0x7A2F4A, canvas.along(root, top)))
        shaded(canvas, inner, hollow, 0x5A1E3A, (8, 6), 0.5)
        for strand in tuft:
            marked(canvas, inside, ribbon(strand), CREAM)

    return sketch


rear_ear = _ear(
    [smooth("268,296 248,200 258,100 272,46! 330,96 392,186 360,270")],
    [smooth("290,290 272,200 276,116 284,98 320,134 362,200 340,280")],
    [smooth("230,142 262,128 276,142 296,122 312,134 344,104 290,20 240,30")],
    (
        "296,262,20 304,214,13 296,172,1",
        "320,262,20 326,214,13 330,182,1",
        "284,276,20 284,236,13 280,206,1",
    ),
    (310, 280),
    (275, 46),
)
front_ear = _ear(
    [smooth("470,230 474,150 520,88 586,44! 604,120 602,210 570,300")],
    [smooth("500,240 506,172 536,120 568,92 578,130 576,210 556,270")],
    [smooth("500,96 530,128 548,116 566,136 584,122 620,136 630,30 570,20")],
    ("524,252,20 530,206,13 540,166,1", "548,256,20 554,212,13 562,184,1"),
    (540, 280),
    (584, 46),
)

_LOCKS = (
    "420,170,26 372,148,34 318,176,22 286,232,0",
    "430,168,26 392,178,36 344,226,22 318,284,0",
    "450,160,26 436,190,40 396,230,24 366,262,0",
    "470,166,24 482,200,34 470,240,20 446,272,0",
    "478,170,24 520,190,32 528,226,18 516,264,0",
    "480,166,22 536,168,26 572,196,15 586,240,0",
    "440,172,26 420,132,28 380,108,16 338,106,0",
    "456,170,26 450,124,26 422,92,14 388,78,0",
    "468,172,22 484,130,20 476,98,11 456,72,0",
)
_WISPS = (
    "390,156,10 330,150,9 290,184,5 274,218,1",
    "430,140,10 380,96,8 344,92,4 322,98,1",
    "520,176,10 570,184,8 590,212,4 596,250,1",
    "350,210,12 318,240,8 304,268,4 300,290,1",
)


def hair(canvas: Canvas) -> None:
    """A fringe of tapering locks; loose wisps are half transparent."""
    for wisp in _WISPS:
        canvas.paint(canvas.soften(canvas.coverage(ribbon(wisp)), 1.2), 0xFFE3CC, 0.6)
    for lock in (*_LOCKS[6:], *_LOCKS[:6]):
        shape = ribbon(lock, steps=14)
        tone = blend(CREAM, 0xF7B98F, canvas.around((450, 150), 190))
        inside = inked(canvas, shape, tone, 2.4)
        shaded(canvas, shape, inside, 0xD88A78, (-5, -6), 0.6)
        shine = [(x + 2, y - 3, width * 0.14) for x, y, width in points(lock)[:3]]
        marked(canvas, inside, ribbon(shine), 0xFFFFFF, 0.9)


def torso(canvas: Canvas) -> None:
    tunic = [
        smooth(
            "372,402 430,392 486,404 506,470 508,530 530,610 544,664! 500,652 470,676! "
            "430,660 388,680! 352,656 312,664! 334,600 354,530 356,460"
        )
    ]
    inside = inked(canvas, tunic, blend(CLOTH, CLOTH_DEEP, canvas.along((420, 400), (440, 670))))
    shaded(canvas, tunic, inside, 0x1E1F5C, (-13, -6), 0.6)
    shaded(canvas, tunic, inside, CLOTH_LIGHT, (7, 3), 0.5)
    for fold in (
        "400,590,3 380,628,7 376,668,3",
        "470,590,3 494,624,8 500,650,3",
        "436,592,2 434,626,6 432,656,3",
    ):
        marked(canvas, inside, ribbon(fold), 0x1E1F5C, 0.5)
    placket = smooth("432,380 468,380 466,470 472,556 446,556 438,470")
    marked(
        canvas, inside, [placket], blend(CREAM, CREAM_DEEP, canvas.along((450, 400), (450, 560)))
    )
    marked(canvas, inside, ribbon("436,400,5 441,480,5 446,560,5"), GOLD)
    marked(canvas, inside, ribbon("468,400,5 468,480,5 474,560,5"), GOLD_DEEP)
    hem = ribbon("316,652,8 352,644,8 388,666,8") + ribbon("388,666,8 430,648,8 470,664,8")
    marked(canvas, inside, hem + ribbon("470,664,8 500,640,8 544,652,8"), GOLD)
    belt = ribbon("336,566,26 430,582,27 524,562,26")
    leather = marked(
        canvas, inside, belt, blend(LEATHER, LEATHER_DEEP, canvas.along((430, 565), (430, 596)))
    )
    shaded(canvas, belt, leather, 0xD39A6A, (0, 4), 0.7)
    buckle = [ellipse((452, 580), (21, 19))]
    metal = inked(canvas, buckle, blend(GOLD, GOLD_DEEP, canvas.along((440, 562), (462, 600))), 2.4)
    marked(canvas, metal, [star((452, 580), 14, 6, 4)], 0xFFFBE0)


def _limb(
    path: str,
    top: Colour,
    bottom: Colour,
    shade: Colour,
    light: Colour,
    *,
    cuffed: bool = False,
) -> Callable[[Canvas], None]:
    """A tapered arm or leg; a golden cuff may close its second end."""

    def sketch(canvas: Canvas) -> None:
        shape = ribbon(path)
        (x0, y0, _), *_, (x1, y1, width) = points(path).tolist()
        inside = inked(canvas, shape, blend(top, bottom, canvas.along((x0, y0), (x1, y1))))
        shaded(canvas, shape, inside, shade, (-9, -5))
        shaded(canvas, shape, inside, light, (6, 3), 0.6)
        if not cuffed:
            return
        length = math.sqrt((x1 - x0) ** 2 + (y1 - y0) ** 2)
        way_x, way_y = (x1 - x0) / length, (y1 - y0) / length
        x, y, reach = x1 + 10 * way_x, y1 + 10 * way_y, 0.55 * width
        ends = [(x + side * reach * way_y, y - side * reach * way_x, 19.0) for side in (-1, 1)]
        band = ribbon(ends)
        gold = inked(
            canvas, band, blend(GOLD, GOLD_DEEP, canvas.along(ends[1][:2], ends[0][:2])), 2.6
        )
        shaded(canvas, band, gold, 0xFFF7D0, (1, 5), 0.8)

    return sketch


def _dimmed(sketch: Callable[[Canvas], None]) -> Callable[[Canvas], None]:
    """The same in shadow, for the far side of the body."""

    def far(canvas: Canvas) -> None:
        sketch(canvas)
        canvas.tint(0x3A2A6A, 0.2)

    return far


front_upper_arm = _limb(
    "364,446,54 330,492,46 292,538,40", CLOTH, CLOTH_DEEP, 0x1E1F5C, CLOTH_LIGHT, cuffed=True
)
front_forearm = _limb("296,532,34 268,578,38 254,630,30", FUR, SOCK, FUR_SHADE, FUR_LIGHT)
rear_upper_arm = _dimmed(
    _limb(
        "490,446,50 534,490,44 572,522,38",
        CLOTH,
        CLOTH_DEEP,
        0x1E1F5C,
        CLOTH_LIGHT,
        cuffed=True,
    )
)
rear_forearm = _dimmed(_limb("566,520,34 610,504,38 654,468,30", FUR, SOCK, FUR_SHADE, FUR_LIGHT))
front_thigh = _limb("392,636,74 368,688,66 352,736,46", 0x6E5A78, 0x4A3A5C, 0x2E2244, 0xA08CB0)
front_shin = _limb("354,732,44 342,778,42 342,832,32", FUR, SOCK, FUR_SHADE, FUR_LIGHT)
rear_thigh = _dimmed(
    _limb("470,636,70 502,684,62 522,728,44", 0x6E5A78, 0x4A3A5C, 0x2E2244, 0xA08CB0)
)
rear_shin = _dimmed(_limb("520,724,42 526,776,40 520,826,30", FUR, SOCK, FUR_SHADE, FUR_LIGHT))


def _foot(x: float, y: float) -> Callable[[Canvas], None]:
    """A paw with three toes; x, y is the ankle."""

    def sketch(canvas: Canvas) -> None:
        sole = points("-22,-8 4,-18 26,-4 56,8 78,26 72,44 20,46 -24,44 -36,28")
        paw = [smooth([(x + right, y + down) for right, down in sole])]
        inside = inked(canvas, paw, blend(SOCK, SOCK_DEEP, canvas.along((x, y - 16), (x, y + 46))))
        shaded(canvas, paw, inside, 0x26101F, (-5, -10))
        shaded(canvas, paw, inside, SOCK_LIGHT, (5, 7), 0.7)
        for dx in (36, 57):
            toe = points("-4,20,2 1,32,4.5 -1,46,3")
            gap = ribbon([(x + dx + right, y + down, width) for right, down, width in toe])
            marked(canvas, inside, gap, INK)

    return sketch


front_foot, rear_foot = _foot(344, 836), _dimmed(_foot(522, 826))


def front_hand(canvas: Canvas) -> None:
    """An open hand, its fingers spread."""
    palm = [
        *ribbon("253,626,34 246,656,44"),
        *ribbon("252,650,22 282,664,18 300,682,13"),
        *ribbon("250,664,18 268,698,16 274,724,12"),
        *ribbon("244,668,18 242,704,16 238,734,11"),
        *ribbon("234,662,18 216,694,15 206,718,11"),
    ]
    inside = inked(canvas, palm, blend(SOCK, SOCK_DEEP, canvas.along((250, 620), (244, 730))))
    shaded(canvas, palm, inside, 0x26101F, (-5, -4))
    shaded(canvas, palm, inside, SOCK_LIGHT, (4, 3), 0.8)
    marked(canvas, inside, [ellipse((246, 654), (13, 11))], 0xE0848C)


def _fist(canvas: Canvas) -> None:
    fist = [smooth("640,452 652,428 676,424 694,440 692,468 674,486 650,480")]
    inside = inked(canvas, fist, blend(SOCK, SOCK_DEEP, canvas.along((660, 424), (668, 486))))
    shaded(canvas, fist, inside, SOCK_LIGHT, (4, 6), 0.8)
    for y in (444, 458, 472):
        marked(canvas, inside, ribbon([(668, y - 2, 3), (682, y, 4), (696, y + 1, 3)]), INK)


rear_hand = _dimmed(_fist)


def tail(canvas: Canvas) -> None:
    path = "372,622,34 300,676,62 206,700,88 124,652,108 90,560,104 110,478,62 156,424,8"
    fluff = [
        *ribbon(path, steps=14),
        smooth("70,640 52,700! 120,690 150,640"),
        smooth("40,560 22,610! 60,620 90,570"),
        smooth("176,700 184,762! 226,742 246,690"),
        smooth("140,560 166,520! 126,500 90,520"),
    ]
    inside = inked(canvas, fluff, blend(FUR, FUR_DEEP, canvas.along((120, 480), (280, 720))))
    shaded(canvas, fluff, inside, FUR_SHADE, (-14, -15))
    tip = smooth(
        "20,560 44,540 60,566! 84,532 100,562! 124,526 146,552! 164,516 230,470 180,380 60,400"
    )
    white = marked(
        canvas, inside, [tip], blend(CREAM, CREAM_DEEP, canvas.along((110, 440), (90, 580)))
    )
    shaded(canvas, fluff, white, CREAM_DEEP, (-14, -6), 0.9)
    shaded(canvas, fluff, inside, FUR_LIGHT, (9, 9), 0.55)
    for lick in (
        "180,676,2 216,690,6 254,680,2",
        "110,620,2 126,656,6 158,672,2",
        "260,662,2 290,656,5 318,640,2",
    ):
        marked(canvas, inside, ribbon(lick), FUR_SHADE, 0.6)


def scarf(canvas: Canvas) -> None:
    """The wrap around the neck."""
    wrap = [
        smooth("344,396 380,376 440,396 500,376 524,392 520,424 480,446 430,456 376,444 346,424")
    ]
    inside = inked(canvas, wrap, blend(SCARF, SCARF_DEEP, canvas.along((430, 390), (430, 456))))
    shaded(canvas, wrap, inside, 0x0C5060, (-6, -9))
    for fold in (
        "350,402,2 396,424,7 452,426,2",
        "516,396,2 490,414,6 452,422,2",
        "372,430,2 420,442,5 470,436,2",
    ):
        marked(canvas, inside, ribbon(fold), 0x0C5060, 0.6)
    shaded(canvas, wrap, inside, SCARF_LIGHT, (3, 6), 0.75)


def cape(canvas: Canvas) -> None:
    """The scarf's loose end in the wind; it fades into soft fringes."""
    cloth = smooth(
        "384,402 320,380 258,392 200,372 140,330 84,336 30,306! 46,352 16,386! 70,402 "
        "60,440! 120,430 182,448 250,470 318,446 384,446"
    )
    away = canvas.along((30, 360), (150, 380))
    whole = canvas.coverage([cloth], grow=LINE)
    canvas.paint(fade(canvas.soften(whole, 2), 0.25 + 0.75 * away), INK)
    inside = canvas.coverage([cloth], offset=(-0.5, -1))
    canvas.paint(
        fade(inside, 0.35 + 0.65 * away),
        blend(SCARF_LIGHT, SCARF_DEEP, canvas.along((20, 330), (380, 440))),
    )
    for fold, opacity in (
        ("384,424,6 300,414,16 214,420,14 130,384,2", 0.65),
        ("384,440,4 310,440,10 240,452,8 180,440,2", 0.7),
        ("150,400,2 110,392,9 60,372,2", 0.5),
    ):
        shadow = canvas.soften(canvas.coverage(ribbon(fold)), 2)
        canvas.paint(clip(shadow, inside), 0x0C5060, opacity)
    shine = canvas.coverage(ribbon("372,408,2 300,394,7 220,392,8 130,352,3"))
    canvas.paint(clip(canvas.soften(shine, 2), inside), 0xCFFFF0, 0.75)


def sword(canvas: Canvas) -> None:
    """Thin and diagonal: a bounding box around it is nearly empty."""
    grip = ribbon("640,502,15 682,418,15")
    inside = inked(
        canvas, grip, blend(LEATHER, LEATHER_DEEP, canvas.along((652, 450), (672, 470))), 2.6
    )
    for k in range(6):
        x, y = 644 + 7 * k, 494 - 14 * k
        marked(canvas, inside, ribbon([(x - 8, y - 8, 3), (x + 9, y + 1, 3)]), INK, 0.6)
    blade = [smooth("675,402! 798,118! 824,88! 822,130! 704,416!")]
    steel = inked(canvas, blade, blend(STEEL, 0xB9C9E6, canvas.along((790, 140), (690, 410))), 2.6)
    marked(
        canvas,
        steel,
        [smooth("690,410! 824,92! 860,140! 710,430!")],
        STEEL_DEEP,
    )
    marked(canvas, steel, ribbon("690,396,2 752,252,4 804,130,1"), 0xFFFFFF)
    guard = ribbon("650,388,9 674,402,15 704,416,15 730,424,9")
    gold = inked(canvas, guard, blend(GOLD, GOLD_DEEP, canvas.along((670, 390), (700, 424))), 2.6)
    shaded(canvas, guard, gold, 0xFFF7D0, (1, 4), 0.8)
    gem = inked(
        canvas,
        [ellipse((690, 409), (8, 8))],
        blend(GLOW, 0x1C86C8, canvas.along((685, 402), (694, 416))),
        2,
    )
    marked(canvas, gem, [ellipse((687, 406), (3, 2), -30)], 0xFFFFFF)
    inked(
        canvas,
        [ellipse((636, 510), (10, 10))],
        blend(GOLD, GOLD_DEEP, canvas.along((630, 500), (642, 520))),
        2.4,
    )
