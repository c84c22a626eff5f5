"""Time of day and weather: what they do to a colour at a distance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from unify.scenes.geometry import Colour


@dataclass(frozen=True)
class Light:
    """The light of one scene.

    Attributes:
        time: ``day``, ``overcast``, ``dusk`` or ``night``.
        weather: ``clear``, ``rain``, ``fog`` or ``snow``.
        zenith, skyline: colours of the sky at the top and at the horizon.
        ambient: factor on each channel of everything that does not shine.
        haze: colour that distance fades into.
        density: share of haze gained per metre, small.
        sun: unit vector towards the light, (x, y, z).
        shadow: 0..1, how dark shadows are.
    """

    time: str
    weather: str
    zenith: Colour
    skyline: Colour
    ambient: tuple[float, float, float]
    haze: Colour
    density: float
    sun: tuple[float, float, float]
    shadow: float

    @property
    def is_dark(self) -> bool:
        return self.time in ("dusk", "night")

    def seen(self, colour: Sequence[float], distance: float, *, shines: bool = False, tone: float = 1.0) -> Colour:
        """The colour as the camera sees it ``distance`` metres away."""
        haze = 1 - math.exp(-self.density * distance)
        if shines:
            haze *= 0.5
        keep = tone * (1 - haze)
        red, green, blue = (1.0, 1.0, 1.0) if shines else self.ambient
        return (
            min(255, int(colour[0] * red * keep + self.haze[0] * haze)),
            min(255, int(colour[1] * green * keep + self.haze[1] * haze)),
            min(255, int(colour[2] * blue * keep + self.haze[2] * haze)),
        )


_SKIES: dict[str, list[tuple[Colour, Colour]]] = {
    "day": [((64, 132, 206), (196, 222, 240)), ((88, 156, 214), (222, 232, 236)), ((50, 116, 190), (172, 208, 236))],
    "overcast": [((142, 154, 168), (206, 212, 216)), ((160, 168, 176), (216, 216, 212))],
    "dusk": [((58, 64, 122), (250, 168, 112)), ((84, 74, 130), (246, 150, 136)), ((48, 76, 128), (244, 196, 140))],
    "night": [((10, 14, 34), (40, 48, 84)), ((8, 12, 26), (52, 48, 78))],
}
_AMBIENT = {"day": (1, 1, 1), "overcast": (0.88, 0.9, 0.93), "dusk": (0.8, 0.66, 0.68), "night": (0.5, 0.53, 0.66)}
_SHADOW = {"day": 0.5, "overcast": 0.32, "dusk": 0.42, "night": 0.5}
_DENSITY = {"clear": 0.0022, "rain": 0.008, "fog": 0.03, "snow": 0.011}


def draw_light(rng: np.random.Generator) -> Light:
    """A time of day and a weather that go together."""
    time = str(rng.choice(["day", "overcast", "dusk", "night"], p=[0.5, 0.18, 0.17, 0.15]))
    weather = str(rng.choice(["clear", "rain", "fog", "snow"], p=[0.64, 0.16, 0.1, 0.1]))
    if time == "day" and weather != "clear":
        time = "overcast"
    zenith, skyline = _SKIES[time][rng.integers(len(_SKIES[time]))]
    haze = skyline
    if weather == "fog":
        veil = {"overcast": 200, "dusk": 150, "night": 62}[time]
        haze = tuple(int(0.35 * c + 0.65 * veil) for c in skyline)
        zenith = tuple(int(0.5 * c + 0.5 * h) for c, h in zip(zenith, haze))
    side = float(rng.choice([-1, 1])) * rng.uniform(0.3, 0.7)
    sun = np.array([side, 0.75, -0.45])
    return Light(
        time=time,
        weather=weather,
        zenith=zenith,
        skyline=haze,
        ambient=_AMBIENT[time],
        haze=haze,
        density=_DENSITY[weather],
        sun=tuple(sun / np.linalg.norm(sun)),
        shadow=_SHADOW[time] * (1.0 if weather == "clear" else 0.8),
    )
