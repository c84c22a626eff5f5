"""Pedestrians and cyclists as upright flat figures.

Every maker returns a `Drawing` that stands on y = 0 around x = 0, drawn from ``rng`` alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unify.demo.geometry import Colour, Drawing, Glow, Patch, ellipse, limb, mirrored, polygon, rounded_box, toned

_SKIN: tuple[Colour, ...] = ((244, 208, 180), (226, 178, 142), (190, 136, 100), (140, 94, 66), (98, 64, 46))
_HAIR: tuple[Colour, ...] = (
    (36, 28, 26),
    (84, 56, 36),
    (150, 108, 60),
    (206, 176, 116),
    (150, 150, 152),
    (120, 52, 30),
)
_TOPS: tuple[Colour, ...] = (
    (200, 60, 58), (232, 150, 60), (240, 204, 84), (84, 150, 96), (52, 112, 168), (92, 74, 140), (232, 232, 228),
    (58, 62, 72), (206, 122, 152), (72, 156, 164), (150, 108, 76), (128, 134, 140),
)  # fmt: skip
_LEGS: tuple[Colour, ...] = (
    (44, 56, 86), (34, 36, 42), (112, 98, 80), (74, 80, 88), (168, 156, 132), (60, 82, 112), (96, 60, 56),
)  # fmt: skip
_SHOE: Colour = (38, 34, 34)
_WHITE_SHOE: Colour = (228, 228, 224)


@dataclass(frozen=True)
class _Looks:
    """The colours and the size of one person."""

    skin: Colour
    hair: Colour
    top: Colour
    legs: Colour
    shoes: Colour
    height: float


def _looks(rng: np.random.Generator, low: float, high: float) -> _Looks:
    def pick(colours: tuple[Colour, ...]) -> Colour:
        return colours[rng.integers(len(colours))]

    shoes = _WHITE_SHOE if rng.random() < 0.3 else _SHOE
    return _Looks(pick(_SKIN), pick(_HAIR), pick(_TOPS), pick(_LEGS), shoes, float(rng.uniform(low, high)))


def pedestrian(rng: np.random.Generator, view: str) -> Drawing:
    """A person on foot.

    Args:
        rng: chooses clothes, stride, size and what is carried.
        view: ``left`` or ``right`` as they walk across, ``front`` or ``back`` as they come or go.

    Returns:
        A drawing 1.2 to 1.95 m high.
    """
    looks = _looks(rng, 1.6, 1.92)
    if rng.random() < 0.12:
        looks = _Looks(looks.skin, looks.hair, looks.top, looks.legs, looks.shoes, float(rng.uniform(1.2, 1.4)))
    if view in ("left", "right"):
        patches = _walking_across(rng, looks)
    else:
        patches = _walking_along(rng, looks, faces_us=view == "front")
    drawing = Drawing(tuple(Patch(patch.points * (looks.height / 1.75), patch.colour) for patch in patches))
    return mirrored(drawing) if view == "left" else drawing


def _walking_across(rng: np.random.Generator, looks: _Looks) -> list[Patch]:
    """Side view, heading right, drawn for a height of 1.75 m."""
    stride = float(rng.uniform(0.12, 0.36))
    hip, shoulder = (0.0, 0.86), (0.04, 1.4)
    dark_top, dark_leg = toned(looks.top, 0.78), toned(looks.legs, 0.76)
    patches = [Patch(limb(shoulder, (0.04 + stride * 0.8, 1.0), 0.11, 0.08), dark_top)]
    patches += _leg(hip, -stride, 0.09, dark_leg, toned(looks.shoes, 0.8))
    if rng.random() < 0.28:
        patches.append(Patch(rounded_box(-0.3, 0.98, -0.06, 1.42, 0.1), _TOPS[rng.integers(len(_TOPS))]))
    patches += _leg(hip, stride, 0.0, looks.legs, looks.shoes)
    if rng.random() < 0.22:
        patches.append(Patch(polygon((-0.12, 0.95), (0.14, 0.95), (0.24, 0.5), (-0.24, 0.5)), looks.top))
    torso = polygon(
        (-0.13, 0.8), (-0.15, 1.15), (-0.13, 1.38), (-0.04, 1.46), (0.09, 1.44), (0.16, 1.34), (0.15, 1.1), (0.13, 0.8)
    )
    patches.append(Patch(torso, looks.top))
    patches += _head(rng, looks, 0.06, "side")
    elbow, hand = (-0.04 - stride * 0.35, 1.14), (0.02 - stride * 0.5, 0.9)
    patches.append(Patch(limb((0.02, 1.38), elbow, 0.12, 0.1), dark_top))
    patches.append(Patch(limb(elbow, hand, 0.1, 0.07), dark_top))
    patches.append(Patch(ellipse(*hand, 0.045, corners=8), looks.skin))
    if rng.random() < 0.22:
        bag = _TOPS[rng.integers(len(_TOPS))]
        patches.append(Patch(rounded_box(hand[0] - 0.13, 0.56, hand[0] + 0.13, 0.84, 0.04), bag))
    return patches


def _leg(hip: tuple[float, float], reach: float, lift: float, colour: Colour, shoe: Colour) -> list[Patch]:
    knee = (hip[0] + reach * 0.5 + 0.05, 0.48)
    ankle = (hip[0] + reach, 0.07 + lift * abs(reach))
    foot = limb((ankle[0], ankle[1] - 0.02), (ankle[0] + 0.14, max(0.04, ankle[1] - 0.03)), 0.1, 0.08)
    return [
        Patch(limb(hip, knee, 0.19, 0.14), colour),
        Patch(limb(knee, ankle, 0.14, 0.1), colour),
        Patch(foot, shoe),
    ]


def _walking_along(rng: np.random.Generator, looks: _Looks, faces_us: bool) -> list[Patch]:
    """Front or back view, drawn for a height of 1.75 m."""
    step = float(rng.uniform(-0.1, 0.1))
    dark_leg, dark_top = toned(looks.legs, 0.82), toned(looks.top, 0.8)
    patches = []
    for sign, colour in ((-1, dark_leg), (1, looks.legs)):
        lift = max(0.0, sign * step)
        patches.append(Patch(limb((sign * 0.09, 0.86), (sign * 0.1, 0.1 + lift), 0.18, 0.11), colour))
        patches.append(Patch(ellipse(sign * 0.11, 0.05 + lift, 0.08, 0.05, 10), looks.shoes))
    for sign in (-1, 1):
        hand = (sign * 0.29, 0.86 + sign * step)
        patches.append(Patch(limb((sign * 0.21, 1.38), hand, 0.12, 0.08), dark_top))
        patches.append(Patch(ellipse(*hand, 0.05, corners=8), looks.skin))
    hem = 0.58 if rng.random() < 0.25 else 0.82
    torso = polygon(
        (-0.18, hem), (-0.19, 1.1), (-0.24, 1.36), (-0.12, 1.47), (0.12, 1.47), (0.24, 1.36), (0.19, 1.1), (0.18, hem)
    )
    patches.append(Patch(torso, looks.top))
    if faces_us:
        patches.append(Patch(polygon((-0.06, 1.47), (0.06, 1.47), (0.0, 1.3)), toned(looks.top, 1.25)))
    elif rng.random() < 0.4:
        patches.append(Patch(rounded_box(-0.16, 1.0, 0.16, 1.42, 0.08), _TOPS[rng.integers(len(_TOPS))]))
    return [*patches, *_head(rng, looks, 0.0, "front" if faces_us else "back")]


def _head(rng: np.random.Generator, looks: _Looks, x: float, view: str) -> list[Patch]:
    """Neck, face, hair and now and then a hat."""
    patches = [
        Patch(rounded_box(x - 0.06, 1.4, x + 0.05, 1.54, 0.02), toned(looks.skin, 0.86)),
        Patch(ellipse(x, 1.62, 0.105, 0.13), looks.skin),
    ]
    long_hair, hat = rng.random() < 0.35, rng.random() < 0.2
    if view == "back":
        patches.append(Patch(ellipse(x, 1.64, 0.115, 0.125), looks.hair))
    elif view == "front":
        patches.append(Patch(ellipse(x, 1.71, 0.11, 0.06), looks.hair))
    else:
        patches.append(Patch(ellipse(x - 0.045, 1.66, 0.085, 0.11), looks.hair))
    if long_hair:
        width = 0.06 if view == "side" else 0.12
        shift = -0.07 if view == "side" else 0.0
        low = 1.6 if view == "front" else 1.42
        patches.insert(0, Patch(rounded_box(x + shift - width, low - 0.12, x + shift + width, 1.7, 0.05), looks.hair))
        if view == "back":
            patches.append(patches.pop(0))
    if hat:
        colour = _TOPS[rng.integers(len(_TOPS))]
        patches.append(Patch(rounded_box(x - 0.12, 1.66, x + 0.12, 1.78, 0.07), colour))
    return patches


def cyclist(rng: np.random.Generator, view: str, dark: bool) -> Drawing:
    """A person on a bicycle, about 1.75 m high; views as of `pedestrian`."""
    looks = _looks(rng, 1.65, 1.85)
    frame = _TOPS[rng.integers(len(_TOPS))]
    helmet = _TOPS[rng.integers(len(_TOPS))] if rng.random() < 0.7 else looks.hair
    if view in ("left", "right"):
        # Seldom exactly side on: a narrower picture is a rider crossing at an angle.
        squeeze = np.array([float(rng.uniform(0.72, 1.0)), 1.0])
        drawing = _riding_across(rng, looks, frame, helmet, dark)
        drawing = Drawing(
            tuple(Patch(patch.points * squeeze, patch.colour, patch.shines) for patch in drawing.patches),
            tuple(Glow(g.at * squeeze, g.radius, g.colour, g.strength, g.by_day) for g in drawing.glows),
        )
        return mirrored(drawing) if view == "left" else drawing
    return _riding_along(rng, looks, frame, helmet, dark, faces_us=view == "front")


def _riding_across(rng: np.random.Generator, looks: _Looks, frame: Colour, helmet: Colour, dark: bool) -> Drawing:
    rear, front, crank, saddle, bars = (-0.52, 0.34), (0.54, 0.34), (-0.06, 0.3), (-0.22, 0.94), (0.4, 1.04)
    turn = float(rng.uniform(0, 2 * np.pi))
    pedal = np.array([np.cos(turn), np.sin(turn)]) * 0.16
    patches = [*_side_leg(saddle, crank - pedal, toned(looks.legs, 0.74), looks.shoes)]
    for x, y in (rear, front):
        patches += _spoked_wheel(x, y)
    for start, end in (
        (rear, crank),
        (rear, saddle),
        (saddle, crank),
        (crank, (0.36, 0.86)),
        (saddle, (0.36, 0.86)),
        (front, bars),
    ):
        patches.append(Patch(limb(start, end, 0.06), frame))
    patches.append(Patch(limb((-0.33, 0.96), (-0.12, 0.96), 0.07), (34, 34, 36)))
    patches.append(Patch(limb(bars, (0.48, 1.06), 0.06), (34, 34, 36)))
    patches += _side_leg(saddle, crank + pedal, looks.legs, looks.shoes)
    shoulder = (0.1, 1.45)
    patches.append(Patch(limb((-0.2, 1.02), (0.06, 1.4), 0.3, 0.26), looks.top))
    if rng.random() < 0.25:
        patches.append(Patch(limb((-0.28, 1.2), (-0.1, 1.5), 0.24), _TOPS[rng.integers(len(_TOPS))]))
    patches.append(Patch(limb(shoulder, (0.28, 1.2), 0.12, 0.1), toned(looks.top, 0.82)))
    patches.append(Patch(limb((0.28, 1.2), (0.44, 1.08), 0.1, 0.07), toned(looks.top, 0.82)))
    patches.append(Patch(ellipse(0.19, 1.62, 0.1, 0.125), looks.skin))
    patches.append(Patch(ellipse(0.16, 1.69, 0.125, 0.085), helmet))
    glows = (Glow(np.array([0.52, 0.9]), 0.5, (255, 246, 214), 0.8),) if dark else ()
    return Drawing(tuple(patches), glows)


def _side_leg(saddle: tuple[float, float], foot: np.ndarray, colour: Colour, shoe: Colour) -> list[Patch]:
    """Thigh and shin of 0.45 m each; the knee is where two circles meet, in front."""
    hip = np.array(saddle) + (0.0, 0.06)
    gap = foot - hip
    reach = min(float(np.linalg.norm(gap)), 0.89)
    bow = np.sqrt(0.45**2 - (reach / 2) ** 2)
    along = gap / np.linalg.norm(gap)
    knee = hip + along * reach / 2 + np.array([-along[1], along[0]]) * bow
    return [
        Patch(limb(hip, knee, 0.19, 0.14), colour),
        Patch(limb(knee, foot, 0.14, 0.09), colour),
        Patch(limb(foot, foot + (0.13, 0.0), 0.09), shoe),
    ]


def _spoked_wheel(x: float, y: float) -> list[Patch]:
    """A ring: the hole shows what is behind it no more than real spokes would, in light grey."""
    rim, inside = (30, 31, 34), (146, 150, 154)
    spokes = [
        Patch(limb((x - dx, y - dy), (x + dx, y + dy), 0.03), (92, 96, 100))
        for dx, dy in ((0.27, 0.0), (0.0, 0.27), (0.19, 0.19), (0.19, -0.19))
    ]
    return [Patch(ellipse(x, y, 0.34), rim), Patch(ellipse(x, y, 0.28), inside), *spokes]


def _riding_along(
    rng: np.random.Generator, looks: _Looks, frame: Colour, helmet: Colour, dark: bool, faces_us: bool
) -> Drawing:
    lean = float(rng.uniform(-0.06, 0.06))
    patches = [Patch(limb((lean * 0.2, 0.07), (lean * 0.4, 0.66), 0.1), (30, 31, 34))]
    dark_leg = toned(looks.legs, 0.8)
    up, down = (0.42, 0.16) if rng.random() < 0.5 else (0.16, 0.42)
    for sign, foot, colour in ((-1, up, dark_leg), (1, down, looks.legs)):
        knee = (sign * 0.2, 0.62 + 0.3 * (foot - 0.16))
        patches.append(Patch(limb((sign * 0.09, 0.98), knee, 0.19, 0.14), colour))
        patches.append(Patch(limb(knee, (sign * 0.13, foot), 0.14, 0.1), colour))
        patches.append(Patch(ellipse(sign * 0.14, foot - 0.02, 0.07, 0.05, 10), looks.shoes))
    patches.append(Patch(limb((-0.32, 1.06), (0.32, 1.06), 0.06), (40, 40, 44)))
    patches.append(Patch(limb((0, 0.66), (0, 1.0), 0.06), frame))
    torso = polygon((-0.17, 0.92), (-0.24, 1.36), (-0.12, 1.48), (0.12, 1.48), (0.24, 1.36), (0.17, 0.92))
    shift = (lean, 0.0)
    patches.append(Patch(torso + shift, looks.top))
    for sign in (-1, 1):
        elbow = (sign * 0.36 + lean, 1.2)
        patches.append(Patch(limb((sign * 0.21 + lean, 1.38), elbow, 0.12, 0.1), toned(looks.top, 0.82)))
        patches.append(Patch(limb(elbow, (sign * 0.3, 1.07), 0.1, 0.08), toned(looks.top, 0.82)))
    if faces_us:
        patches.append(Patch(ellipse(lean, 1.61, 0.1, 0.125), looks.skin))
    elif rng.random() < 0.4:
        patches.append(Patch(rounded_box(lean - 0.15, 1.04, lean + 0.15, 1.42, 0.08), _TOPS[rng.integers(len(_TOPS))]))
    patches.append(Patch(ellipse(lean, 1.6 if not faces_us else 1.69, 0.115, 0.13 if not faces_us else 0.085), helmet))
    lamp, light = ((255, 250, 224), 0.85) if faces_us else ((255, 48, 40), 0.6)
    patches.append(Patch(ellipse(0, 0.8, 0.055, corners=10), lamp if dark else toned(lamp, 0.7), shines=dark))
    return Drawing(tuple(patches), (Glow(np.array([0.0, 0.8]), 0.5, lamp, light),) if dark else ())
