"""``unify demo`` as a newcomer meets it."""

from __future__ import annotations

from pathlib import Path

import pytest

import unify.demo.run as demo
from tests.workspaces import files_of
from unify.checking import check
from unify.errors import OutputError
from unify.progress import Silent
from unify.records.decode import iterate_examples


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    folder, lines = tmp_path_factory.mktemp("demo") / "d", []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "_reader_used", lambda dataset: "without TensorFlow")  # its own tests load TensorFlow
        demo.run_demo(folder, num_pictures=24, progress=Silent(), say=lines.append)
    return folder, lines


def test_it_tells_what_plain_concatenation_would_teach_wrongly(told: tuple[Path, list[str]]):
    assert any("would be taught as background" in line for line in told[1])


def test_it_shows_labeled_and_unknown_classes_of_a_picture(told: tuple[Path, list[str]]):
    text = "\n".join(told[1])
    assert "nobody looked; the loss skips it" in text and " labeled " in text
    assert (told[0] / "demo.png").stat().st_size > 10_000


def test_its_workspace_is_one_to_go_on_with(told: tuple[Path, list[str]]):
    report = check(told[0])
    assert len(report.batches) == 7 and report.configs == 1 and not report.warnings


def test_validation_pictures_know_every_class(told: tuple[Path, list[str]]):
    examples = list(iterate_examples(told[0] / "unified/demo", "val"))
    assert len(examples) == 5  # a fifth of 24
    assert all(list(example.labeled_ids) == [1, 2, 3, 4, 5, 6, 7] for example in examples)


def test_it_never_writes_into_a_folder_that_holds_something(told: tuple[Path, list[str]]):
    before = files_of(told[0] / "registry")
    with pytest.raises(OutputError, match="not empty"):
        demo.run_demo(told[0], num_pictures=8, progress=Silent(), say=print)
    assert files_of(told[0] / "registry") == before
