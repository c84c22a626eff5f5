"""``unify browse`` as a person gives it: a process that serves until Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workspaces import two_task_workspace
from unify.compiler import compile


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = two_task_workspace(tmp_path_factory.mktemp("browse") / "ws")
    compile("mix", workspace=root, workers=1)
    return root


@pytest.fixture
def process(workspace: Path) -> Iterator[subprocess.Popen]:
    command = [sys.executable, "-m", "unify", "browse", "unified/mix", "--port", "0"]
    # A group of its own: what a terminal sends on Ctrl-C reaches all of it, and nothing else.
    started = subprocess.Popen(
        command, cwd=workspace, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    yield started
    started.kill()
    started.communicate()


def go_away_early(address: str) -> None:
    """Half a request, then a reset: what a browser's closed tab may do."""
    host, port = address.removeprefix("http://").rstrip("/").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(b"GET / HT")
        time.sleep(0.2)  # until the server reads from it


def test_it_serves_until_ctrl_c_and_ends_in_peace(process: subprocess.Popen):
    address = re.fullmatch(r"(http://127\.0\.0\.1:\d+/)  \(Ctrl-C ends\)\n", process.stdout.readline())[1]
    with urllib.request.urlopen(address, timeout=60) as answer:
        assert b"<title>mix" in answer.read()
    go_away_early(address)
    os.killpg(process.pid, signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout, stderr) == (0, "stopped\n", "")
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(address, timeout=5)
