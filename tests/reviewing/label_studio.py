"""A real Label Studio on this machine, and the part of its API that a review needs."""

from __future__ import annotations

import http.cookiejar
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

VARIABLE = "UNIFY_LABEL_STUDIO"
START_SECONDS = 1800  # the first start makes a database: a minute, on a busy machine many
USER, PASSWORD = "reviewer@example.com", "only-for-this-test-1"


class LabelStudio:
    """A server, logged in."""

    def __init__(self, url: str) -> None:
        self.url, self.cookies = url, http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        self._opener.open(f"{url}/user/login/", timeout=60).read()
        form = {"email": USER, "password": PASSWORD, "csrfmiddlewaretoken": self._cookie("csrftoken")}
        self._opener.open(f"{url}/user/login/", urllib.parse.urlencode(form).encode(), timeout=60).read()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON answer of one API call."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "X-CSRFToken": self._cookie("csrftoken"), "Referer": self.url}
        request = urllib.request.Request(f"{self.url}{path}", data, headers, method=method)
        try:
            with self._opener.open(request, timeout=120) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()[:2000]}") from error

    def fetch(self, path: str) -> bytes:
        with self._opener.open(f"{self.url}{path}", timeout=60) as answer:
            return answer.read()

    def _cookie(self, name: str) -> str:
        return next((cookie.value or "" for cookie in self.cookies if cookie.name == name), "")


@contextmanager
def running(executable: str, data: Path, served: Path) -> Iterator[LabelStudio]:
    """Label Studio on the loopback, with its data in ``data``, serving the files below ``served``."""
    port = _free_port()
    environment = {
        **{key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
        "LABEL_STUDIO_BASE_DATA_DIR": str(data),
        "LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED": "true",
        "LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT": str(served),
        "COLLECT_ANALYTICS": "False",
        "LATEST_VERSION_CHECK": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
    }
    command = [executable, "start", "--no-browser", "--internal-host", "127.0.0.1", "--port", str(port)]
    command += ["--username", USER, "--password", PASSWORD]
    with open(data / "server.log", "wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(url, server, data / "server.log")
            yield LabelStudio(url)
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(60)


def _wait_for(url: str, server: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert server.poll() is None, log.read_text()[-3000:]
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=10):
                return
        except OSError:
            time.sleep(1)
    raise AssertionError(f"no answer within {START_SECONDS} s:\n{log.read_text()[-3000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
