"""The round trip through a real Label Studio: import, order, edit, submit, export, and back as a batch.

Opt-in, because it needs a program of its own: UNIFY_LABEL_STUDIO names the ``label-studio`` executable, such as that of
``python -m venv ls && ls/bin/pip install label-studio``.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from urllib.parse import quote

import pytest

import unify
from tests.reviewing.label_studio import VARIABLE, running
from tests.reviewing.workspaces import picture_path, review_workspace, write_queue

EXECUTABLE = os.environ.get(VARIABLE)

pytestmark = [
    pytest.mark.skipif(not EXECUTABLE, reason=f"{VARIABLE} names no label-studio executable"),
    pytest.mark.slow,
    pytest.mark.timeout(1800),
]


def test_a_queue_goes_through_label_studio_and_comes_back_as_a_batch(tmp_path: Path):
    workspace = review_workspace(tmp_path / "ws")
    unify.review_export(write_queue(workspace), to="labelstudio", output=tmp_path / "r1", workspace=workspace)
    project = tmp_path / "r1/vehicle"
    (tmp_path / "data").mkdir()
    with running(EXECUTABLE, tmp_path / "data", workspace) as studio:
        config = (project / "config.xml").read_text()
        made = studio.call("POST", "/api/projects/", {"title": "vehicle", "label_config": config})["id"]
        folder = {"project": made, "path": str(workspace / "data"), "use_blob_urls": False, "regex_filter": ".*png"}
        studio.call("POST", "/api/storages/localfiles/", folder)  # the tool serves only files of a storage
        tasks = json.loads((project / "tasks.json").read_text())
        imported = studio.call("POST", f"/api/projects/{made}/import", tasks)
        assert (imported["task_count"], imported["prediction_count"]) == (3, 2)

        listed = studio.call("GET", f"/api/tasks?project={made}&fields=all")["tasks"]
        assert [each["data"]["priority"] for each in listed] == [1, 2, 3]
        assert [each["data"]["sha256"] for each in listed] == [each["data"]["sha256"] for each in tasks]
        shown = [studio.call("GET", f"/api/tasks/{each['id']}")["predictions"] for each in listed]
        assert [[len(prediction["result"]) for prediction in of_task] for of_task in shown] == [[2], [2], []]
        assert shown[1][0]["result"][0]["value"]["rectanglelabels"] == ["car"] and shown[1][0]["score"] == 0.65

        first = picture_path(workspace, "second")
        served = studio.fetch("/data/local-files/?d=" + quote(first.relative_to(workspace).as_posix()))
        assert served == first.read_bytes()

        accepted = shown[0][0]["result"]
        studio.call("POST", f"/api/tasks/{listed[0]['id']}/annotations/", {"result": accepted})
        studio.call("POST", f"/api/tasks/{listed[2]['id']}/annotations/", {"result": []})  # none here
        exported = studio.call("GET", f"/api/projects/{made}/export?exportType=JSON&download_all_tasks=true")
    (tmp_path / "export.json").write_text(json.dumps(exported))

    report = unify.review_import(
        project, tmp_path / "export.json", batch="vehicle:b2", measure=False, workspace=workspace
    )
    summary = report.summary()
    assert (summary["pictures"], summary["empty"], summary["not_annotated"], summary["boxes"]) == (2, 1, 1, 2)
    assert summary["changes"]["accepted"] == 2 and summary["changes"]["added"] == 0
    unify.check(workspace=workspace)
