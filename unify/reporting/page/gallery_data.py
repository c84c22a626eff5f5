"""Pictures and boxes as the page's script reads them: names once, then their places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from unify.core.types import JsonObject
from unify.drawing import CLASS_COLOURS
from unify.reporting.page.contrast import ink_on

CROWD, DIFFICULT, IGNORED, MACHINE = 1, 2, 4, 8  # bits of a box's last number


def colours_of(index: int) -> dict[str, str]:
    """``colour`` of the boxes of a class, by its place in the list, and ``ink`` to write on it; the last is followed by
    the first."""
    colour = CLASS_COLOURS[index % len(CLASS_COLOURS)]
    return {"colour": _as_css(colour), "ink": _as_css(ink_on(colour))}


def _as_css(colour: Sequence[int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def script_data(content: JsonObject, shown: Mapping[str, tuple[int, int]] | None) -> JsonObject:
    """What ``gallery.js`` needs.

    Args:
        content: the report.
        shown: id -> width and height of the picture that the page holds; None where a server gives all pictures.

    Returns:
        ``classes`` (``name``, ``colour``, ``ink``), ``sources``, ``batches``, ``splits``, ``states``; ``pictures``, see
        `_picture`; ``examples``: level of difficulty -> places in ``pictures``; ``compare``: pairs, ``before`` and
        ``after`` like pictures and ``classes`` that differ.
    """
    pictures = content["gallery"]["pictures"]
    examples = (content["compare"] or {"examples": []})["examples"]
    everything = [*pictures, *(each[side] for each in examples for side in ("before", "after"))]
    names = {
        "classes": _listed([each["class"] for each in content["classes"]], _classes(everything)),
        "sources": _listed(["human"], (name for each in everything for name in each["sources"])),
        "batches": _listed(
            [each["batch"] for each in content["batches"]], (name for each in everything for name in each["batches"])
        ),
        "splits": _listed(list(content["headline"]["splits"]), (each["split"] for each in everything)),
        "states": content["states"],
    }
    places = {key: {name: place for place, name in enumerate(listed)} for key, listed in names.items()}
    return {
        **names,
        "classes": [{"name": name, **colours_of(place)} for place, name in enumerate(names["classes"])],
        "served": shown is None,
        "pictures": [_picture(each, places, shown) for each in pictures],
        "examples": _examples(content),
        "compare": [
            {
                "before": _picture(each["before"], places, shown),
                "after": _picture(each["after"], places, shown),
                "classes": [places["classes"][name] for name in each["classes"]],
            }
            for each in examples
        ],
    }


def picture_ids(content: JsonObject) -> list[str]:
    """Pictures that the page shows, each once."""
    examples = (content["compare"] or {"examples": []})["examples"]
    return list(dict.fromkeys(each["id"] for each in (*content["gallery"]["pictures"], *examples)))


def _examples(content: JsonObject) -> dict[str, list[int]]:
    place = {each["id"]: number for number, each in enumerate(content["gallery"]["pictures"])}
    levels = content["difficulty"]["levels"]
    return {level: [place[each] for each in of["examples"]] for level, of in levels.items()}


def _picture(
    picture: JsonObject, places: Mapping[str, Mapping[str, int]], shown: Mapping[str, tuple[int, int]] | None
) -> JsonObject:
    """``boxes`` are [class, x1, y1, x2, y2, source, weight, box weight, score, bits]; names are places in lists."""
    return {
        "id": picture["id"],
        "file": picture["file"],
        "batches": [places["batches"][name] for name in picture["batches"]],
        "split": places["splits"][picture["split"]],
        "size": [picture["width"], picture["height"]],
        "shown": list(shown[picture["id"]]) if shown else [picture["width"], picture["height"]],
        "states": [
            [places["classes"][name] for name in picture["states"].get(state, ())] for state in places["states"]
        ],
        "absence": [[places["classes"][name], weight] for name, weight in picture["absence"].items()],
        "difficulty": picture["difficulty"],
        "uncertainty": picture["uncertainty"],
        "boxes": [
            [
                places["classes"][box["class"]],
                *box["xyxy"],
                places["sources"][box["source"]],
                *(box[key] for key in ("weight", "box_weight", "score")),
                _bits(box),
            ]
            for box in picture["boxes"]
        ],
    }


def _bits(box: JsonObject) -> int:
    flags = {"crowd": CROWD, "difficult": DIFFICULT, "ignored": IGNORED, "machine": MACHINE}
    return sum(bit for key, bit in flags.items() if box[key])


def _classes(pictures: Iterable[JsonObject]) -> Iterable[str]:
    return (name for each in pictures for listed in each["states"].values() for name in listed)


def _listed(first: Sequence[str], others: Iterable[str]) -> list[str]:
    """Each name once, the known ones first."""
    return list(dict.fromkeys([*first, *others]))
