from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.autolabel.labelers import WHERE, gray, make_version
from unify.autolabel.labeler import AutoLabeler
from unify.autolabel.load import load_autolabeler, read_spec
from unify.errors import UnifyError

HEAD = f"{WHERE}: auto-labeler 'vehicle:v1' "
LABELER = """
class Labeler:
    def __init__(self, least={least}, path=None):
        self.least, self.path = least, path

    def __call__(self, pictures):
        return [{{"boxes": [[0, 0, 9, 9]], "scores": [self.least], "classes": ["car"]}} for _ in pictures]
"""


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def load(workspace: Path, name: str, **options) -> AutoLabeler:
    return load_autolabeler(make_version(name, **options), workspace)


def score(labeler: AutoLabeler) -> float:
    return float(labeler.predict([gray()])[0].scores[0])


def test_two_versions_in_files_of_the_same_name_live_side_by_side(tmp_path: Path):
    for version, least in (("v1", 0.25), ("v2", 0.5)):
        write(tmp_path / f"autolabelers/car/{version}/labeler.py", LABELER.format(least=least))
    old, new = (load(tmp_path, f"autolabelers/car/{version}/labeler.py:Labeler") for version in ("v1", "v2"))
    assert (score(old), score(new), score(old)) == (0.25, 0.5, 0.25)
    copies = [pickle.loads(pickle.dumps(labeler._model._instance)) for labeler in (old, new)]
    assert [copy.least for copy in copies] == [0.25, 0.5]


def test_loading_leaves_the_search_path_and_the_folder_alone(tmp_path: Path):
    write(tmp_path / "labeler.py", LABELER.format(least=0.5))
    before = list(sys.path)
    load(tmp_path, "labeler.py:Labeler")
    assert sys.path == before and [path.name for path in tmp_path.iterdir()] == ["labeler.py"]


def test_an_edited_file_is_loaded_as_it_is_now(tmp_path: Path):
    code = write(tmp_path / "labeler.py", LABELER.format(least=0.25))
    load(tmp_path, "labeler.py:Labeler")
    times = code.stat()
    code.write_text(LABELER.format(least=0.75))
    os.utime(code, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert score(load(tmp_path, "labeler.py:Labeler")) == 0.75


def test_the_class_gets_its_options_and_its_path_and_not_those_of_unify(tmp_path: Path):
    write(tmp_path / "labeler.py", LABELER.format(least=0.25))
    weights = write(tmp_path / "weights/a.bin", "a")
    spec = read_spec(make_version("labeler.py:Labeler", path=weights.parent, least=0.5, batch_size=3), tmp_path)
    assert spec.files == (tmp_path / "labeler.py", weights.parent) and spec.batch_size == 3
    labeler = load(tmp_path, "labeler.py:Labeler", path=weights.parent, least=0.5, batch_size=3)
    assert score(labeler) == 0.5 and labeler._model._instance.path == str(weights.parent)


def test_options_of_the_class_are_in_the_recipe(tmp_path: Path):
    write(tmp_path / "labeler.py", LABELER.format(least=0.25))
    recipes = [read_spec(make_version("labeler.py:Labeler", least=least), tmp_path).recipe for least in (0.25, 0.5)]
    assert recipes[0] != recipes[1] and recipes[1]["options"]["least"] == 0.5


def test_the_place_of_the_code_is_not_in_the_recipe(tmp_path: Path):
    for place in ("v1", "v2"):
        write(tmp_path / place / "labeler.py", LABELER.format(least=0.25))
    recipes = [read_spec(make_version(f"{place}/labeler.py:Labeler"), tmp_path).recipe for place in ("v1", "v2")]
    assert recipes[0] == recipes[1]


def test_a_class_may_hold_dataclasses_and_be_pickled(tmp_path: Path):
    text = """
        from __future__ import annotations
        from dataclasses import dataclass

        @dataclass
        class Labeler:
            least: float = 0.5

            def __call__(self, pictures):
                return []
    """
    import textwrap

    write(tmp_path / "labeler.py", textwrap.dedent(text))
    instance = load(tmp_path, "labeler.py:Labeler")._model._instance
    assert pickle.loads(pickle.dumps(instance)) == instance


BROKEN = {
    "no such file": (
        "detector.py:Labeler",
        {},
        "has no code where its adapter says\n"
        "  got:      nothing at FOLDER/detector.py\n"
        "  fix:      correct 'adapter:', a path from the workspace",
    ),
    "no such class": (
        "labeler.py:Labeller",
        {},
        "is to be class 'Labeller', which labeler.py does not have\n"
        "  expected: one of Labeler\n"
        "  fix:      did you mean 'Labeler'?",
    ),
    "unknown option": (
        "labeler.py:Labeler",
        {"leest": 0.5},
        "has options that Labeler does not take: leest\n"
        "  expected: one of least, path\n"
        "  fix:      did you mean 'least'?",
    ),
    "unknown option near one of unify's": (
        "labeler.py:Labeler",
        {"batchsize": 5},
        "has options that Labeler does not take: batchsize\n"
        "  expected: one of least, path\n"
        "  fix:      did you mean 'batch_size'?",
    ),
    "missing option": (
        "needy.py:Needy",
        {},
        "lacks options that Needy needs: weights\n  fix:      add them under 'options:'",
    ),
    "code that raises": (
        "broken.py:Broken",
        {},
        "cannot be loaded: broken.py raises\n"
        "  got:      ModuleNotFoundError: No module named 'nowhere_to_be_found'\n"
        "  fix:      try it: python FOLDER/broken.py",
    ),
    "code that ends the process": (
        "leaving.py:Leaving",
        {},
        "cannot be loaded: leaving.py raises\n  got:      SystemExit: 1\n  fix:      try it: python FOLDER/leaving.py",
    ),
    "constructor that raises": (
        "raising.py:Raising",
        {},
        "cannot be loaded\n"
        "  got:      OSError: no such device\n"
        "  fix:      try to load it outside of unify; it may want another version of its library",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_message(case: str, tmp_path: Path):
    write(tmp_path / "labeler.py", LABELER.format(least=0.5))
    write(tmp_path / "needy.py", "class Needy:\n    def __init__(self, weights): ...\n")
    write(tmp_path / "broken.py", "import nowhere_to_be_found\n")
    write(tmp_path / "leaving.py", "raise SystemExit(1)\n")
    write(tmp_path / "raising.py", "class Raising:\n    def __init__(self): raise OSError('no such device')\n")
    adapter, options, expected = BROKEN[case]
    with pytest.raises(UnifyError) as caught:
        load(tmp_path, adapter, **options)
    assert str(caught.value).replace(str(tmp_path), "FOLDER") == HEAD + expected


def test_code_that_raised_leaves_nothing_behind(tmp_path: Path):
    write(tmp_path / "broken.py", "raise ValueError\n")
    before = set(sys.modules)
    with pytest.raises(UnifyError):
        load(tmp_path, "broken.py:Broken")
    assert set(sys.modules) == before


def test_a_constructor_that_takes_anything_gets_anything(tmp_path: Path):
    write(tmp_path / "labeler.py", "class Labeler:\n    def __init__(self, **options): self.options = options\n")
    assert load(tmp_path, "labeler.py:Labeler", size=[1, 2])._model._instance.options == {"size": [1, 2]}


def test_pictures_are_handed_over_as_arrays_of_three_colours(tmp_path: Path):
    text = "class Labeler:\n    def __call__(self, pictures):\n        self.seen = pictures\n        return []\n"
    write(tmp_path / "labeler.py", text)
    labeler = load(tmp_path, "labeler.py:Labeler")
    with pytest.raises(UnifyError):
        labeler.predict([gray((4, 5))])
    (seen,) = labeler._model._instance.seen
    assert isinstance(seen, np.ndarray) and (seen.shape, seen.dtype) == ((4, 5, 3), np.uint8)
