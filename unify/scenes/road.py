"""The street: its lanes, and the ground painted in perspective."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from unify.scenes.geometry import Camera, Colour, blend, toned
from unify.scenes.light import Light

LANE_WIDTH = 3.3
_AHEAD = np.geomspace(1.5, 400.0, 20)  # from below the picture's edge to where the road is a pixel wide
_WHITE: Colour = (232, 232, 226)
_YELLOW: Colour = (232, 190, 70)


@dataclass(frozen=True)
class Lane:
    """One lane: middle x in metres, and whether its traffic comes towards us."""

    x: float
    oncoming: bool


@dataclass(frozen=True)
class Street:
    """A street around the camera's own lane at x = 0. Metres.

    Attributes:
        setting: ``city``, ``suburb`` or ``country``.
        lanes: from left to right.
        parking_left, parking_right: width of the parking strip, 0 for none.
        sidewalk: width of each sidewalk.
        crossing: distance of a zebra crossing's near edge, 0 for none.
        works: whether a part of the road is being worked on (cones stand there).
    """

    setting: str
    lanes: tuple[Lane, ...]
    parking_left: float
    parking_right: float
    sidewalk: float
    crossing: float
    works: bool

    @property
    def road_left(self) -> float:
        return self.lanes[0].x - LANE_WIDTH / 2

    @property
    def road_right(self) -> float:
        return self.lanes[-1].x + LANE_WIDTH / 2

    @property
    def kerb_left(self) -> float:
        return self.road_left - self.parking_left

    @property
    def kerb_right(self) -> float:
        return self.road_right + self.parking_right


def draw_street(rng: np.random.Generator) -> Street:
    setting = str(rng.choice(["city", "suburb", "country"], p=[0.5, 0.3, 0.2]))
    oncoming = 2 if setting == "city" and rng.random() < 0.35 else 1
    beside_left = int(setting != "country" and rng.random() < 0.3)
    beside_right = int(setting != "country" and rng.random() < 0.35)
    places = range(-oncoming - beside_left, beside_right + 1)
    lanes = tuple(Lane(k * LANE_WIDTH, k < -beside_left) for k in places)
    parking = [2.4 if setting != "country" and rng.random() < 0.35 else 0.0 for _ in range(2)]
    crossing = float(rng.uniform(9, 14.5)) if setting != "country" and rng.random() < 0.55 else 0.0
    sidewalk = {"city": 3.4, "suburb": 2.6, "country": 1.8}[setting]
    return Street(setting, lanes, parking[0], parking[1], sidewalk, crossing, bool(rng.random() < 0.3))


def paint_ground(canvas: Image.Image, street: Street, camera: Camera, light: Light, rng: np.random.Generator) -> None:
    """Verge, sidewalks, road and marks, then the haze that lies over them."""
    draw = ImageDraw.Draw(canvas)
    brush = _Brush(draw, camera, light)
    snow = light.weather == "snow"
    white = (236, 240, 244)
    verge: Colour = {"city": (150, 148, 142), "suburb": (112, 148, 84), "country": (134, 158, 84)}[street.setting]
    verge = blend(verge, white, 0.8) if snow else toned(verge, float(rng.uniform(0.88, 1.08)))
    draw.rectangle((0, camera.horizon, camera.width, camera.height), fill=light.seen(verge, 0))
    if not snow and street.setting != "city":
        for _ in range(14):
            x, z = float(rng.uniform(-40, 40)), float(rng.uniform(5, 60))
            brush.quad(x - 5, x + 5, z, z + float(rng.uniform(2, 9)), toned(verge, float(rng.uniform(0.92, 1.08))))
    _paint_sidewalks(brush, street, blend((178, 174, 168), white, 0.7 if snow else 0.0))
    asphalt = int(rng.uniform(84, 106))
    road: Colour = (asphalt, asphalt + 1, asphalt + 5)
    if light.weather == "rain":
        road = toned(road, 0.74)
    _paint_road(brush, street, blend(road, white, 0.22 if snow else 0.0), rng)
    _paint_marks(brush, street)
    _veil(canvas, camera, light)


def _paint_sidewalks(brush: _Brush, street: Street, colour: Colour) -> None:
    kerb, seam = toned(colour, 1.12), toned(colour, 0.9)
    for edge, sign in ((street.kerb_left, -1), (street.kerb_right, 1)):
        outer = edge + sign * street.sidewalk
        brush.strip(min(edge, outer), max(edge, outer), colour)
        for z in np.arange(3, 40, 1.6):
            brush.quad(min(edge, outer), max(edge, outer), z, z + 0.05 + 0.002 * z, seam)
        middle = edge + sign * street.sidewalk / 2
        brush.strip(middle - 0.03, middle + 0.03, seam)
        brush.strip(min(edge, edge + sign * 0.28), max(edge, edge + sign * 0.28), kerb)
        brush.strip(min(edge, edge - sign * 0.14), max(edge, edge - sign * 0.14), toned(colour, 0.72))


def _paint_road(brush: _Brush, street: Street, colour: Colour, rng: np.random.Generator) -> None:
    brush.strip(street.kerb_left, street.kerb_right, colour)
    for lane in street.lanes:
        for side in (-0.85, 0.85):
            brush.strip(lane.x + side - 0.3, lane.x + side + 0.3, toned(colour, 0.95))
    for _ in range(int(rng.integers(2, 6))):
        lane = street.lanes[rng.integers(len(street.lanes))]
        x, z, half = lane.x + float(rng.uniform(-1, 1)), float(rng.uniform(4, 22)), float(rng.uniform(0.3, 1.0))
        far, tone = z + float(rng.uniform(0.6, 3.5)), float(rng.uniform(0.88, 1.06))
        brush.quad(x - half, x + half, z, far, toned(colour, tone))


def _paint_marks(brush: _Brush, street: Street) -> None:
    for lane, right in zip(street.lanes, street.lanes[1:]):
        x = lane.x + LANE_WIDTH / 2
        if lane.oncoming != right.oncoming:
            brush.strip(x - 0.16, x - 0.05, _YELLOW)
            brush.strip(x + 0.05, x + 0.16, _YELLOW)
        else:
            for z in np.arange(1.5, 90, 7.5):
                brush.quad(x - 0.07, x + 0.07, z, z + 3.0, _WHITE)
    for x in (street.road_left + 0.2, street.road_right - 0.2):
        brush.strip(x - 0.06, x + 0.06, _WHITE)
    for edge, kerb in ((street.road_left, street.kerb_left), (street.road_right, street.kerb_right)):
        if edge != kerb:
            for z in np.arange(4, 50, 6.0):
                brush.quad(min(edge, kerb), max(edge, kerb), z, z + 0.12, _WHITE)
    if street.crossing:
        z = street.crossing
        for x in np.arange(street.kerb_left + 0.3, street.kerb_right - 0.5, 1.05):
            brush.quad(x, x + 0.55, z, z + 3.2, _WHITE)
        # The line where our side stops.
        ours = [lane.x for lane in street.lanes if not lane.oncoming]
        brush.quad(ours[0] - LANE_WIDTH / 2 + 0.2, ours[-1] + LANE_WIDTH / 2 - 0.2, z - 1.4, z - 1.0, _WHITE)


@dataclass(frozen=True)
class _Brush:
    """Paints on the ground of one canvas."""

    draw: ImageDraw.ImageDraw
    camera: Camera
    light: Light

    def strip(self, x1: float, x2: float, colour: Colour) -> None:
        """From before our feet to the horizon, following the bend."""
        corners = np.zeros((2 * len(_AHEAD), 3))
        corners[: len(_AHEAD), 0], corners[len(_AHEAD) :, 0] = x1, x2
        corners[: len(_AHEAD), 2], corners[len(_AHEAD) :, 2] = _AHEAD, _AHEAD[::-1]
        self.draw.polygon(self.camera.project(corners).ravel().tolist(), fill=self.light.seen(colour, 0))

    def quad(self, x1: float, x2: float, z1: float, z2: float, colour: Colour) -> None:
        # Plain floats: for four points they are several times faster than arrays, and there are 100 quads a scene.
        outline = [self._pixel(x1, z1), self._pixel(x2, z1), self._pixel(x2, z2), self._pixel(x1, z2)]
        self.draw.polygon(outline, fill=self.light.seen(colour, 0))

    def _pixel(self, x: float, z: float) -> tuple[float, float]:
        camera = self.camera
        column = camera.width / 2 + camera.focal * (x / z + camera.bend * z)
        return column, camera.horizon + camera.focal * camera.eye / z


def _veil(canvas: Image.Image, camera: Camera, light: Light) -> None:
    """Haze over the ground: a row's distance is known, so one column of shares does for the whole width."""
    top = int(camera.horizon)
    rows = np.arange(top, camera.height) - camera.horizon + 0.5
    distance = camera.focal * camera.eye / np.maximum(rows, 0.5)
    share = 1 - np.exp(-light.density * distance)
    share = share[share > 0.015]  # thinner haze near the camera is not worth its painting
    column = Image.fromarray((255 * share).astype(np.uint8)[:, None])
    mask = column.resize((camera.width, len(share)), Image.Resampling.NEAREST)
    canvas.paste(light.haze, (0, top, camera.width, top + len(share)), mask)
