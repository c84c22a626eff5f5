"""What `find_label_errors` found, for people, for ``--json`` and for a review."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from unify.core.types import JsonObject
from unify.reviewing.disagreements import Kind
from unify.reviewing.queue import Query


@dataclass(frozen=True)
class LikelyError:
    """A human label that is likely wrong.

    Attributes:
        kind: ``missed``, ``spurious``, ``swapped``, ``badly_located``.
        picture: hex sha256.
        name: ``task:batch/file``, of the first batch that holds the picture.
        class_name: of the human box; of the prediction for a missed object.
        box_xyxy: stored pixels; the human box, or the missed object's.
        likely_class: what a swapped box likely is; else ``class_name``.
        likely_box_xyxy: where a badly located box likely is; else ``box_xyxy``.
        score: 0..1; how strongly it is contradicted.
        autolabeler: who contradicts.
    """

    kind: Kind
    picture: str
    name: str
    class_name: str
    box_xyxy: tuple[float, float, float, float]
    likely_class: str
    likely_box_xyxy: tuple[float, float, float, float]
    score: float
    autolabeler: str

    def as_json(self) -> JsonObject:
        return {
            "kind": str(self.kind),
            "picture": self.picture,
            "name": self.name,
            "class": self.class_name,
            "box": [round(edge, 2) for edge in self.box_xyxy],
            "likely_class": self.likely_class,
            "likely_box": [round(edge, 2) for edge in self.likely_box_xyxy],
            "score": round(self.score, 4),
            "autolabeler": self.autolabeler,
        }

    def sentence(self) -> str:
        """For whoever looks at the picture again."""
        texts = {
            Kind.MISSED: f"a {self.class_name} may lack its box",
            Kind.SPURIOUS: f"a {self.class_name} may not be there",
            Kind.SWAPPED: f"a {self.class_name} may be a {self.likely_class}",
            Kind.BADLY_LOCATED: f"a {self.class_name} may be at another place",
        }
        left, top = (round(edge) for edge in self.box_xyxy[:2])
        return f"{texts[self.kind]}, at {left}, {top}"


@dataclass(frozen=True)
class LabelErrorReport:
    """What `find_label_errors` found.

    Attributes:
        errors: the strongest first.
        pictures: pictures with an answer of an auto-labeler and a class that people know.
        autolabelers: references of those that were heard.
        task_of: class name -> task.
        warnings: what a person should know, one sentence each.
    """

    errors: tuple[LikelyError, ...]
    pictures: int
    autolabelers: tuple[str, ...]
    task_of: dict[str, str]
    warnings: tuple[str, ...]

    def counts(self) -> dict[str, dict[str, int]]:
        """Kind -> class -> how many."""
        found = Counter((str(each.kind), each.class_name) for each in self.errors)
        return {
            str(kind): {name: found[kind, name] for name in self.task_of if found[kind, name]}
            for kind in Kind
            if any(found[kind, name] for name in self.task_of)
        }

    def queries(self) -> list[Query]:
        """A review queue of the pictures, the one most strongly contradicted first."""
        by_place: dict[tuple[str, str], list[LikelyError]] = {}
        for each in self.errors:
            by_place.setdefault((each.picture, self.task_of[each.class_name]), []).append(each)
        return [
            Query(picture, task, each[0].score, float(len(each)), "hard", tuple(one.sentence() for one in each))
            for (picture, task), each in by_place.items()
        ]

    def summary(self) -> JsonObject:
        """The ``--json`` of ``unify review errors``; `unify review export` takes it as a queue."""
        return {
            "errors": [each.as_json() for each in self.errors],
            "counts": self.counts(),
            "pictures": self.pictures,
            "autolabelers": list(self.autolabelers),
            "queries": [each.as_json() for each in self.queries()],
            "warnings": list(self.warnings),
        }
