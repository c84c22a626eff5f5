"""The round trip through a real Label Studio: import, order and boxes in its page, edit, submit, export, import.

Opt-in, because it needs a program of its own: UNIFY_LABEL_STUDIO names the ``label-studio`` executable, such as that of
``python -m venv ls && ls/bin/pip install label-studio``. UNIFY_LABEL_STUDIO_PICTURES names a folder to keep
photographs of its pages in.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from urllib.parse import quote

import pytest

import unify
from tests.reviewing.label_studio import VARIABLE, LabelStudio, running
from tests.reviewing.label_studio_page import annotator, need_browser
from tests.reviewing.workspaces import picture_path, review_workspace, write_queue

EXECUTABLE = os.environ.get(VARIABLE)

pytestmark = [
    pytest.mark.skipif(not EXECUTABLE, reason=f"{VARIABLE} names no label-studio executable"),
    pytest.mark.slow,
    pytest.mark.timeout(3600),
]


def test_a_queue_goes_through_label_studio_and_comes_back_as_a_batch(tmp_path: Path):
    need_browser()
    workspace = review_workspace(tmp_path / "ws")
    unify.review_export(write_queue(workspace), to="labelstudio", output=tmp_path / "r1", workspace=workspace)
    project = tmp_path / "r1/vehicle"
    (tmp_path / "data").mkdir()
    with running(EXECUTABLE, tmp_path / "data", workspace) as studio:
        made = import_project(studio, project, workspace)
        see_what_was_imported(studio, made, project, workspace)
        annotate(studio, made, Path(os.environ.get(f"{VARIABLE}_PICTURES", tmp_path)))
        exported = studio.call("GET", f"/api/projects/{made}/export?exportType=JSON&download_all_tasks=true")
    (tmp_path / "export.json").write_text(json.dumps(exported))

    report = unify.review_import(
        project, tmp_path / "export.json", batch="vehicle:b2", measure=False, workspace=workspace
    )
    summary = report.summary()
    assert (summary["pictures"], summary["empty"], summary["not_annotated"], summary["boxes"]) == (2, 1, 1, 2)
    changes = summary["changes"]
    assert (changes["accepted"], changes["relabeled"], changes["added"], changes["deleted"]) == (1, 1, 0, 0)
    unify.check(workspace=workspace)


def import_project(studio: LabelStudio, project: Path, workspace: Path) -> int:
    """Make a project of the exported folder; returns its id."""
    config = (project / "config.xml").read_text()
    made = studio.call("POST", "/api/projects/", {"title": "vehicle", "label_config": config})["id"]
    folder = {"project": made, "path": str(workspace / "data"), "use_blob_urls": False, "regex_filter": ".*png"}
    studio.call("POST", "/api/storages/localfiles/", folder)  # the tool serves only files of a storage
    imported = studio.call("POST", f"/api/projects/{made}/import", json.loads((project / "tasks.json").read_text()))
    assert (imported["task_count"], imported["prediction_count"]) == (3, 2)
    return made


def see_what_was_imported(studio: LabelStudio, made: int, project: Path, workspace: Path) -> None:
    tasks = json.loads((project / "tasks.json").read_text())
    listed = studio.call("GET", f"/api/tasks?project={made}&fields=all")["tasks"]
    assert [each["data"]["sha256"] for each in listed] == [each["data"]["sha256"] for each in tasks]
    shown = [studio.call("GET", f"/api/tasks/{each['id']}")["predictions"] for each in listed]
    assert [[len(prediction["result"]) for prediction in of_task] for of_task in shown] == [[2], [2], []]
    first = picture_path(workspace, "second")
    served = studio.fetch("/data/local-files/?d=" + quote(first.relative_to(workspace).as_posix()))
    assert served == first.read_bytes()


def annotate(studio: LabelStudio, made: int, pictures: Path) -> None:
    """Relabel a box of the first task and submit it; submit the third, which has none."""
    first, _, third = (each["id"] for each in studio.call("GET", f"/api/tasks?project={made}&fields=all")["tasks"])
    with annotator(studio, made) as page:
        places = page.listed(["priority 1", "priority 2", "priority 3"])
        page.photograph(pictures / "list.png")
        assert places == sorted(places)
        page.open(first, regions=2)
        page.photograph(pictures / "task.png")
        car, second = page.boxes()
        assert car == ("car", *map(pytest.approx, (2 / 0.6, 2 / 0.4, 20 / 0.6, 12 / 0.4)))
        assert second == ("car", *map(pytest.approx, (34 / 0.6, 22 / 0.4, 22 / 0.6, 16 / 0.4)))
        page.relabel(1, hotkey="2")
        assert [name for name, *_ in page.boxes()] == ["car", "truck"]
        page.submit()
        page.photograph(pictures / "submitted.png")
        page.open(third, regions=0)
        page.submit()
