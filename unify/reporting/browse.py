"""The report's page for a browser on this machine, or at the other end of a tunnel; every picture as it is stored."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from unify.errors import DatasetError, Problem, UnifyError
from unify.progress import Progress
from unify.reporting.reference import open_dataset
from unify.reporting.report import DatasetReport, make_report, report_bytes

HOST = "127.0.0.1"
PORT = 8600

_OWN_NAMES = (HOST, "localhost", "::1")
_PICTURE = "/picture/"
_ICON = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><path fill="#0c6f66" d="M0 0h1v1H0zM1 1h1v1H1z"/>'
    b'<path fill="#b65c02" d="M1 0h1v1H1zM0 1h1v1H0z"/></svg>'
)


def browse(
    dataset: str | os.PathLike[str],
    *,
    against: str | os.PathLike[str] | None = None,
    gallery: int | None = None,
    port: int = PORT,
    workspace: str | os.PathLike[str] | None = None,
    cache: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
    say: Callable[[str], None] = print,
) -> None:
    """Serve the page of `unify.report` until Ctrl-C, to this machine alone. Writes nothing.

    Pictures are read from the shards when the browser asks for them, so that all of them can be shown.

    Args:
        dataset: the dataset's folder.
        against: another unified dataset: also say what changed from that one to this one.
        gallery: how many pictures to show; None shows all.
        port: to listen on; 0 takes a free one.
        workspace: as for `unify.report`.
        cache: the same.
        progress: told how the work goes.
        say: called with the address, once the page can be opened, and when it is over.

    Raises:
        UnifyError: as of `unify.report`, or the port is taken.
    """
    named = open_dataset(dataset, workspace)
    before = open_dataset(against, workspace) if against else None
    report = make_report(named, against=before, gallery=gallery, cache=cache, progress=progress)
    with page_server(report, port) as server:
        try:
            say(f"http://{HOST}:{server.server_port}/  (Ctrl-C ends)")
            server.serve_forever()
        except KeyboardInterrupt:  # how one ends it
            say("stopped")


def page_server(report: DatasetReport, port: int) -> ThreadingHTTPServer:
    """A server of one report, listening on the loopback interface; close it after use.

    Raises:
        UnifyError: the port cannot be had, or Jinja2 is not installed.
    """
    from unify.reporting.page import render_served

    pages = {
        "/": ("text/html; charset=utf-8", render_served(report.content).encode()),
        "/report.json": ("application/json", report_bytes(report.content)),
        "/favicon.ico": ("image/svg+xml", _ICON),  # every browser asks for one, and complains without
    }
    handler = type("Handler", (_Handler,), {"pages": pages, "pictures": report.pictures})
    try:
        return _Server((HOST, port), handler)
    except (OSError, OverflowError) as error:
        raise _no_port(port, error) from error


class _Server(ThreadingHTTPServer):
    daemon_threads = True  # a browser keeps connections open; Ctrl-C does not wait for it

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that goes away in the middle of an answer is no news; anything else is a bug of ours."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Answers from memory and from shards: an address is looked up, never made into a path of a file."""

    pages: dict[str, tuple[str, bytes]]
    pictures: Callable[[str], bytes]
    protocol_version = "HTTP/1.1"
    server_version = "unify"
    sys_version = ""

    def do_GET(self) -> None:
        if not self._is_own_name():
            self._answer(HTTPStatus.FORBIDDEN, "text/plain", b"this server answers to localhost only\n")
            return
        path = urlsplit(self.path).path
        if path in self.pages:
            self._answer(HTTPStatus.OK, *self.pages[path])
        elif path.startswith(_PICTURE):
            self._answer_picture(path.removeprefix(_PICTURE))
        else:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"not found\n")

    do_HEAD = do_GET

    def _answer_picture(self, picture_id: str) -> None:
        try:
            picture = type(self).pictures(picture_id)
        except KeyError:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"no such picture\n")
        except DatasetError as error:
            self._answer(HTTPStatus.GONE, "text/plain; charset=utf-8", f"{error}\n".encode())
        else:
            kind = "image/png" if picture.startswith(b"\x89PNG") else "image/jpeg"
            self._answer(HTTPStatus.OK, kind, picture)

    def _is_own_name(self) -> bool:
        """A page of another site whose name was pointed at this machine names that site, and gets nothing."""
        try:
            return urlsplit(f"//{self.headers.get('Host', '')}").hostname in _OWN_NAMES
        except ValueError:
            return False

    def _answer(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the terminal shows the address and no more."""


def _no_port(port: int, error: Exception) -> UnifyError:
    taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
    what = "the port is taken" if taken else f"cannot listen on the port: {error}"
    return UnifyError(Problem("unify browse", what, got=str(port), fix="give another one with --port, or 0 for any"))
