"""Cyclists as upright flat figures."""

from __future__ import annotations

import numpy as np

from unify.scenes.geometry import Colour, Drawing, Glow, Patch, ellipse, limb, mirrored, polygon, rounded_box, toned
from unify.scenes.people import TOPS, Looks, draw_looks


def cyclist(rng: np.random.Generator, view: str, dark: bool) -> Drawing:
    """A person on a bicycle, about 1.75 m high; views as of `people.pedestrian`."""
    looks = draw_looks(rng, 1.65, 1.85)
    frame = TOPS[rng.integers(len(TOPS))]
    helmet = TOPS[rng.integers(len(TOPS))] if rng.random() < 0.7 else looks.hair
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


def _riding_across(rng: np.random.Generator, looks: Looks, frame: Colour, helmet: Colour, dark: bool) -> Drawing:
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
        patches.append(Patch(limb((-0.28, 1.2), (-0.1, 1.5), 0.24), TOPS[rng.integers(len(TOPS))]))
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
    rng: np.random.Generator, looks: Looks, frame: Colour, helmet: Colour, dark: bool, faces_us: bool
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
        patches.append(Patch(rounded_box(lean - 0.15, 1.04, lean + 0.15, 1.42, 0.08), TOPS[rng.integers(len(TOPS))]))
    patches.append(Patch(ellipse(lean, 1.6 if not faces_us else 1.69, 0.115, 0.13 if not faces_us else 0.085), helmet))
    lamp, light = ((255, 250, 224), 0.85) if faces_us else ((255, 48, 40), 0.6)
    patches.append(Patch(ellipse(0, 0.8, 0.055, corners=10), lamp if dark else toned(lamp, 0.7), shines=dark))
    return Drawing(tuple(patches), (Glow(np.array([0.0, 0.8]), 0.5, lamp, light),) if dark else ())
