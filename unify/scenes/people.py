"""People, and pedestrians as upright flat figures.

The maker returns a `Drawing` that stands on y = 0 around x = 0, drawn from ``rng`` alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unify.scenes.geometry import Colour, Drawing, Patch, ellipse, limb, mirrored, polygon, rounded_box, toned

_SKIN: tuple[Colour, ...] = ((244, 208, 180), (226, 178, 142), (190, 136, 100), (140, 94, 66), (98, 64, 46))
_HAIR: tuple[Colour, ...] = (
    (36, 28, 26),
    (84, 56, 36),
    (150, 108, 60),
    (206, 176, 116),
    (150, 150, 152),
    (120, 52, 30),
)
TOPS: tuple[Colour, ...] = (
    (200, 60, 58), (232, 150, 60), (240, 204, 84), (84, 150, 96), (52, 112, 168), (92, 74, 140), (232, 232, 228),
    (58, 62, 72), (206, 122, 152), (72, 156, 164), (150, 108, 76), (128, 134, 140),
)  # fmt: skip
_LEGS: tuple[Colour, ...] = (
    (44, 56, 86), (34, 36, 42), (112, 98, 80), (74, 80, 88), (168, 156, 132), (60, 82, 112), (96, 60, 56),
)  # fmt: skip
_SHOE: Colour = (38, 34, 34)
_WHITE_SHOE: Colour = (228, 228, 224)


@dataclass(frozen=True)
class Looks:
    """The colours and the size of one person."""

    skin: Colour
    hair: Colour
    top: Colour
    legs: Colour
    shoes: Colour
    height: float


def draw_looks(rng: np.random.Generator, low: float, high: float) -> Looks:
    def pick(colours: tuple[Colour, ...]) -> Colour:
        return colours[rng.integers(len(colours))]

    shoes = _WHITE_SHOE if rng.random() < 0.3 else _SHOE
    return Looks(pick(_SKIN), pick(_HAIR), pick(TOPS), pick(_LEGS), shoes, float(rng.uniform(low, high)))


def pedestrian(rng: np.random.Generator, view: str) -> Drawing:
    """A person on foot.

    Args:
        rng: chooses clothes, stride, size and what is carried.
        view: ``left`` or ``right`` as they walk across, ``front`` or ``back`` as they come or go.

    Returns:
        A drawing 1.2 to 1.95 m high.
    """
    looks = draw_looks(rng, 1.6, 1.92)
    if rng.random() < 0.12:
        looks = Looks(looks.skin, looks.hair, looks.top, looks.legs, looks.shoes, float(rng.uniform(1.2, 1.4)))
    if view in ("left", "right"):
        patches = _walking_across(rng, looks)
    else:
        patches = _walking_along(rng, looks, faces_us=view == "front")
    drawing = Drawing(tuple(Patch(patch.points * (looks.height / 1.75), patch.colour) for patch in patches))
    return mirrored(drawing) if view == "left" else drawing


def _walking_across(rng: np.random.Generator, looks: Looks) -> list[Patch]:
    """Side view, heading right, drawn for a height of 1.75 m."""
    stride = float(rng.uniform(0.12, 0.36))
    hip, shoulder = (0.0, 0.86), (0.04, 1.4)
    dark_top, dark_leg = toned(looks.top, 0.78), toned(looks.legs, 0.76)
    patches = [Patch(limb(shoulder, (0.04 + stride * 0.8, 1.0), 0.11, 0.08), dark_top)]
    patches += _leg(hip, -stride, 0.09, dark_leg, toned(looks.shoes, 0.8))
    if rng.random() < 0.28:
        patches.append(Patch(rounded_box(-0.3, 0.98, -0.06, 1.42, 0.1), TOPS[rng.integers(len(TOPS))]))
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
        bag = TOPS[rng.integers(len(TOPS))]
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


def _walking_along(rng: np.random.Generator, looks: Looks, faces_us: bool) -> list[Patch]:
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
        patches.append(Patch(rounded_box(-0.16, 1.0, 0.16, 1.42, 0.08), TOPS[rng.integers(len(TOPS))]))
    return [*patches, *_head(rng, looks, 0.0, "front" if faces_us else "back")]


def _head(rng: np.random.Generator, looks: Looks, x: float, view: str) -> list[Patch]:
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
        colour = TOPS[rng.integers(len(TOPS))]
        patches.append(Patch(rounded_box(x - 0.12, 1.66, x + 0.12, 1.78, 0.07), colour))
    return patches
