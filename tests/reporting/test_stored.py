from __future__ import annotations

from pathlib import Path

import pytest

from unify.reporting.stored import StoredPictures


def test_only_pictures_that_are_shown_are_given(tmp_path: Path):
    with pytest.raises(KeyError):
        StoredPictures(tmp_path, {"shards": []}, {})("7")
