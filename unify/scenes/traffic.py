"""Who stands where: vehicles on lanes, people on sidewalks and crossings, lights at the kerb, cones along the road."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from unify.scenes import furniture
from unify.scenes.buses import bus
from unify.scenes.cars import car
from unify.scenes.cyclists import cyclist
from unify.scenes.geometry import Camera, Drawing, Glow, ellipse
from unify.scenes.layers import Sprite, rasterize
from unify.scenes.light import Light
from unify.scenes.people import pedestrian
from unify.scenes.road import Street
from unify.scenes.solid import Pose, flattened, lamps
from unify.scenes.trucks import truck
from unify.scenes.vehicle_parts import Vehicle

_VEHICLES = ("car", "truck", "bus")
_MAKERS = {"car": car, "truck": truck, "bus": bus}
_LOOK_ALONG = ("front", "back")
_LOOK_ACROSS = ("left", "right")


def populate(street: Street, camera: Camera, light: Light, rng: np.random.Generator) -> list[Sprite]:
    """Everything that moves or hides something, in no order; about 3 to 18 objects and a few poles."""
    crowd = _Crowd(street, camera, light, rng)
    crowd.add_lights()
    if street.works:
        crowd.add_cones()
    if street.crossing and rng.random() < 0.3:
        crowd.add_cross_traffic()
    crowd.add_crossing_people()
    crowd.add_lane_traffic()
    crowd.add_parked_cars()
    crowd.add_sidewalk_people()
    crowd.add_cyclists()
    crowd.add_street_lamps()
    return crowd.sprites


@dataclass
class _Crowd:
    """Sprites placed so far, and the ground they stand on."""

    street: Street
    camera: Camera
    light: Light
    rng: np.random.Generator
    sprites: list[Sprite] = field(default_factory=list)
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)

    @property
    def lamps_on(self) -> bool:
        return self.light.is_dark or self.light.weather in ("rain", "fog")

    def _claim(self, x: float, z: float, half_x: float, half_z: float) -> bool:
        """Takes a piece of ground; False where something stands there."""
        spot = (x - half_x, z - half_z, x + half_x, z + half_z)
        if any(a[0] < spot[2] and spot[0] < a[2] and a[1] < spot[3] and spot[1] < a[3] for a in self.taken):
            return False
        self.taken.append(spot)
        return True

    def add_lane_traffic(self) -> None:
        fill = float(self.rng.uniform(0.35, 0.85))
        for lane in self.street.lanes:
            z = float(self.rng.uniform(8, 15)) if lane.x == 0 else float(self.rng.uniform(6, 13))
            while z < 38:
                if self.rng.random() < fill:
                    z += self._add_vehicle(lane.x, z, lane.oncoming)
                z += float(self.rng.uniform(5, 16))

    def _add_vehicle(self, x: float, z: float, oncoming: bool) -> float:
        """Adds one with its near end at ``z``; returns its length, 0 where there is no room."""
        kind = str(self.rng.choice(_VEHICLES, p=[0.7, 0.17, 0.13]))
        vehicle = _MAKERS[kind](self.rng, self.lamps_on)
        x += float(self.rng.uniform(-0.25, 0.25))
        middle = z + vehicle.length / 2
        if not self._claim(x, middle, vehicle.width / 2 + 0.1, vehicle.length / 2 + 0.8):
            return 0.0
        lean = float(self.rng.normal(0, 0.02))
        self._place_vehicle(kind, vehicle, Pose(x, middle, lean + (np.pi if oncoming else 0.0)))
        return vehicle.length

    def _place_vehicle(self, kind: str, vehicle: Vehicle, pose: Pose) -> None:
        polygons = flattened(vehicle.solid, pose, self.camera, self.light)
        glows = lamps(vehicle.solid, pose, self.camera) if self.lamps_on else []
        half_x, half_z = vehicle.width / 2 + 0.12, vehicle.length / 2 + 0.12
        foot = pose.place(
            np.array([(-half_x, 0, -half_z), (half_x, 0, -half_z), (half_x, 0, half_z), (-half_x, 0, half_z)])
        )
        foot[:, 0] -= 0.5 * self.light.sun[0]
        self._add(kind, float(foot[:, 2].min()), polygons, glows, self.camera.project(foot))

    def add_parked_cars(self) -> None:
        street = self.street
        if street.parking_left:
            self._park_along(street.kerb_left + 1.15, np.pi)
        if street.parking_right:
            self._park_along(street.kerb_right - 1.15, 0.0)

    def _park_along(self, x: float, heading: float) -> None:
        crossing = self.street.crossing
        for z in np.arange(7.0, 32.0, 6.0):
            clear = not crossing or not crossing - 6 < z < crossing + 4
            if clear and self.rng.random() < 0.36:
                vehicle = car(self.rng, False)
                pose = Pose(x, z + vehicle.length / 2, heading)
                if self._claim(x, pose.z, vehicle.width / 2, vehicle.length / 2):
                    self._place_vehicle("car", vehicle, pose)

    def add_cross_traffic(self) -> None:
        """One vehicle that turns or crosses well beyond the crossing, seen from its side."""
        kind = str(self.rng.choice(_VEHICLES, p=[0.7, 0.15, 0.15]))
        vehicle = _MAKERS[kind](self.rng, self.lamps_on)
        z = self.street.crossing + float(self.rng.uniform(6.5, 10))
        x = float(self.rng.uniform(self.street.road_left + 2, self.street.road_right - 1))
        heading = float(self.rng.choice([-1, 1])) * float(self.rng.uniform(1.1, 1.57))
        if self._claim(x, z, vehicle.length / 2, 1.8):
            self._place_vehicle(kind, vehicle, Pose(x, z, heading))

    def add_crossing_people(self) -> None:
        if not self.street.crossing or self.rng.random() < 0.3:
            return
        for _ in range(int(self.rng.integers(1, 5))):
            x = float(self.rng.uniform(self.street.kerb_left + 0.5, self.street.kerb_right - 0.5))
            z = self.street.crossing + float(self.rng.uniform(0.5, 2.8))
            if self._claim(x, z, 0.45, 0.3):
                view = str(self.rng.choice(_LOOK_ACROSS))
                self._stand("pedestrian", pedestrian(self.rng, view), x, z, 0.3)

    def add_sidewalk_people(self) -> None:
        busy = {"city": 0.8, "suburb": 0.6, "country": 0.25}[self.street.setting]
        if self.rng.random() > busy:
            return
        for _ in range(int(self.rng.integers(1, 6))):
            z = float(7.0 + 17 * self.rng.random() ** 1.4)
            x = self._sidewalk_x(float(self.rng.uniform(0.6, self.street.sidewalk - 0.5)))
            view = str(self.rng.choice([*_LOOK_ALONG, *_LOOK_ACROSS], p=[0.34, 0.34, 0.16, 0.16]))
            if self._claim(x, z, 0.4, 0.5):
                self._stand("pedestrian", pedestrian(self.rng, view), x, z, 0.3)

    def _sidewalk_x(self, inward: float) -> float:
        left = self.rng.random() < 0.5
        return self.street.kerb_left - inward if left else self.street.kerb_right + inward

    def add_cyclists(self) -> None:
        for _ in range(int(self.rng.choice([0, 1, 2, 3], p=[0.48, 0.32, 0.14, 0.06]))):
            if self.street.crossing and self.rng.random() < 0.4:
                self._add_crossing_cyclist()
            else:
                self._add_lane_cyclist()

    def _add_crossing_cyclist(self) -> None:
        x = float(self.rng.uniform(self.street.kerb_left + 0.5, self.street.kerb_right - 0.5))
        z, view = self.street.crossing + float(self.rng.uniform(3.6, 5.0)), str(self.rng.choice(_LOOK_ACROSS))
        if self._claim(x, z, 0.95, 0.4):
            self._stand("cyclist", cyclist(self.rng, view, self.lamps_on), x, z, 0.95)

    def _add_lane_cyclist(self) -> None:
        ours = self.rng.random() < 0.65
        x = self.street.road_right - 0.55 if ours else self.street.road_left + 0.55
        z, view = float(self.rng.uniform(7, 22)), "back" if ours else "front"
        if self._claim(x, z, 0.42, 0.9):
            self._stand("cyclist", cyclist(self.rng, view, self.lamps_on), x, z, 0.42)

    def add_lights(self) -> None:
        """Lights stand where the crossing is; some hang on an arm over the road."""
        street = self.street
        if not street.crossing or self.rng.random() < 0.2:
            return
        lit = str(self.rng.choice(["red", "green", "amber"], p=[0.48, 0.4, 0.12]))
        z = street.crossing + float(self.rng.uniform(3.6, 4.2))
        for kerb, sign in ((street.kerb_right, 1), (street.kerb_left, -1)):
            if sign < 0 and self.rng.random() < 0.3:
                continue
            x = kerb + sign * 0.45
            if not self._claim(x, z, 0.3, 0.3):
                continue
            arm = -sign * float(self.rng.uniform(2.2, 3.4)) if self.rng.random() < 0.35 else 0.0
            bottom = 3.1 if arm else float(self.rng.uniform(2.2, 2.8))
            self._stand("", furniture.pole(bottom + (1.45 if arm else 0.6), arm), x, z + 0.02, 0.2)
            self._stand("traffic_light", furniture.traffic_light(self.rng, lit, bottom), x + arm, z, 0.0)

    def add_cones(self) -> None:
        """A row that narrows the road or closes a parking strip."""
        side = 1 if self.rng.random() < 0.7 else -1
        edge = self.street.road_right if side > 0 else self.street.road_left
        x, z = edge - side * float(self.rng.uniform(0.2, 0.6)), float(self.rng.uniform(6.5, 10))
        for k in range(int(self.rng.integers(2, 7))):
            at = x - side * 0.12 * k
            if self._claim(at, z, 0.35, 0.35):
                self._stand("cone", furniture.cone(self.rng), at, z, 0.36)
            z += float(self.rng.uniform(1.8, 2.8))

    def add_street_lamps(self) -> None:
        if self.street.setting == "country":
            return
        side = 1 if self.rng.random() < 0.5 else -1
        kerb = self.street.kerb_right if side > 0 else self.street.kerb_left
        for z in np.arange(float(self.rng.uniform(8, 18)), 60, 18.0):
            self._stand("", furniture.street_lamp(7.0, -side * 1.2), kerb + side * 0.4, float(z), 0.15)

    def _stand(self, class_name: str, figure: Drawing, x: float, z: float, shadow_reach: float) -> None:
        """Places an upright flat figure with its foot at (x, z)."""
        foot, scale = self.camera.project(np.array((x, 0.0, z))), self.camera.pixels_per_metre(z)
        to_canvas = np.array((scale, -scale))
        polygons = [
            (patch.points * to_canvas + foot, self.light.seen(patch.colour, z, shines=patch.shines))
            for patch in figure.patches
        ]
        glows = [
            Glow(glow.at * to_canvas + foot, glow.radius * scale, glow.colour, glow.strength, glow.by_day)
            for glow in figure.glows
            if self.lamps_on or glow.by_day
        ]
        shadow = None
        if shadow_reach:
            spread = ellipse(-0.5 * self.light.sun[0], 0, shadow_reach + 0.25, 0.22)
            ground = np.stack([spread[:, 0] + x, np.zeros(len(spread)), spread[:, 1] + z], axis=1)
            shadow = self.camera.project(ground)
        self._add(class_name, z, polygons, glows, shadow)

    def _add(self, class_name: str, distance: float, polygons: list, glows: list, shadow: np.ndarray | None) -> None:
        hw = (self.camera.height, self.camera.width)
        self.sprites.append(rasterize(class_name, distance, polygons, hw, glows, shadow))
