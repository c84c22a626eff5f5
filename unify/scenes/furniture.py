"""Traffic lights and cones as upright flat figures; every maker draws from ``rng`` alone."""

from __future__ import annotations

import numpy as np

from unify.scenes.geometry import Colour, Drawing, Glow, Patch, box, ellipse, polygon, rounded_box, toned

POLE: Colour = (74, 78, 84)
_LAMPS: dict[str, Colour] = {"red": (255, 52, 44), "amber": (255, 186, 44), "green": (60, 232, 128)}
_CONES: tuple[Colour, ...] = ((240, 96, 32), (240, 96, 32), (226, 62, 40), (244, 176, 36), (176, 206, 48))


def traffic_light(rng: np.random.Generator, lit: str, bottom: float) -> Drawing:
    """The housing with its three lamps, one of them lit; not the pole.

    Args:
        rng: chooses backplate and colour of the housing.
        lit: ``red``, ``amber`` or ``green``.
        bottom: height of the housing's lower edge, metres.

    Returns:
        A drawing about 0.55 m wide and 1.25 m high.
    """
    housing = ((36, 40, 42), (36, 40, 42), (52, 62, 56), (96, 88, 44))[rng.integers(4)]
    patches = []
    if rng.random() < 0.5:
        patches.append(Patch(rounded_box(-0.36, bottom - 0.1, 0.36, bottom + 1.35, 0.1), (226, 228, 226)))
        patches.append(Patch(rounded_box(-0.31, bottom - 0.05, 0.31, bottom + 1.3, 0.08), (24, 26, 28)))
    patches.append(Patch(rounded_box(-0.25, bottom, 0.25, bottom + 1.25, 0.1), housing))
    glows = []
    for k, (name, colour) in enumerate(_LAMPS.items()):
        y = bottom + 1.02 - 0.39 * k
        patches.append(Patch(ellipse(0, y + 0.03, 0.19), toned(housing, 0.55)))
        if name == lit:
            patches.append(Patch(ellipse(0, y, 0.165), colour, shines=True))
            patches.append(Patch(ellipse(-0.03, y + 0.03, 0.08, corners=10), toned(colour, 1.3), shines=True))
            glows.append(Glow(np.array([0.0, y]), 0.85, colour, 0.7, by_day=True))
        else:
            patches.append(Patch(ellipse(0, y, 0.16), toned(colour, 0.24)))
    return Drawing(tuple(patches), tuple(glows))


def pole(height: float, arm: float = 0.0) -> Drawing:
    """A pole with an arm of ``arm`` metres (signed, 0 for none) at its top."""
    patches = [Patch(box(-0.14, 0, 0.14, 0.3), toned(POLE, 0.8)), Patch(box(-0.08, 0, 0.08, height), POLE)]
    if arm:
        low, high = sorted((0.0, arm))
        patches.append(Patch(box(low, height - 0.16, high, height), POLE))
    return Drawing(tuple(patches))


def street_lamp(height: float, arm: float) -> Drawing:
    """A lamp post that leans ``arm`` metres over the road."""
    head = (height - 0.12, height + 0.02)
    patches = [
        *pole(height, arm).patches,
        Patch(polygon((arm * 0.7, head[1]), (arm * 1.3, head[1]), (arm * 1.25, head[0]), (arm * 0.7, head[0])), POLE),
    ]
    return Drawing(tuple(patches), (Glow(np.array([arm, height - 0.15]), 1.6, (255, 222, 160), 0.6),))


def cone(rng: np.random.Generator) -> Drawing:
    """A traffic cone 0.85 to 1.05 m high with one or two light bands."""
    colour = _CONES[rng.integers(len(_CONES))]
    height = float(rng.uniform(0.85, 1.05))

    def band(low: float, high: float, shade: Colour) -> Patch:
        half = [0.25 - 0.2 * share for share in (low, high)]
        y = [0.07 + (height - 0.07) * share for share in (low, high)]
        return Patch(polygon((-half[0], y[0]), (half[0], y[0]), (half[1], y[1]), (-half[1], y[1])), shade)

    white = (240, 240, 236)
    patches = [Patch(rounded_box(-0.33, 0, 0.33, 0.09, 0.03), toned(colour, 0.6)), band(0, 1, colour)]
    patches.append(band(0.42, 0.64, white))
    if rng.random() < 0.5:
        patches.append(band(0.16, 0.28, white))
    shade = polygon((0.08, 0.07), (0.25, 0.07), (0.05, height), (0.02, height))
    return Drawing((*patches, Patch(shade, toned(colour, 0.8)), _shaded_band(height)))


def _shaded_band(height: float) -> Patch:
    """The shaded side of the white band."""
    low, high = 0.07 + (height - 0.07) * 0.42, 0.07 + (height - 0.07) * 0.64
    return Patch(polygon((0.055, low), (0.166, low), (0.122, high), (0.045, high)), (196, 198, 198))
