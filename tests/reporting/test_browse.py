"""The page over HTTP: what it answers, and what it refuses."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer

import pytest

from tests.reporting.page.content import pictures, report_content
from unify.errors import UnifyError
from unify.reporting.browse import HOST, page_server
from unify.reporting.report import DatasetReport

Answer = tuple[int, dict[str, str], bytes]
Ask = Callable[..., Answer]
PICTURE = "/picture/1000000000000000003"


def only_known(picture_id: str) -> bytes:
    """Pictures as `StoredPictures` gives them."""
    return {str(10**18 + number): pictures(str(10**18 + number)) for number in range(30)}[picture_id]


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadingHTTPServer]:
    with page_server(DatasetReport(report_content(), only_known), 0) as started:
        threading.Thread(target=started.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield started
        started.shutdown()


@pytest.fixture
def ask(server: ThreadingHTTPServer) -> Ask:
    def one(path: str, method: str = "GET", host: str | None = None) -> Answer:
        connection = http.client.HTTPConnection(HOST, server.server_port, timeout=10)
        try:
            connection.putrequest(method, path, skip_host=True)
            connection.putheader("Host", host or f"localhost:{server.server_port}")
            connection.endheaders()
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    return one


def test_it_listens_to_this_machine_alone(server: ThreadingHTTPServer):
    assert server.server_address[0] == "127.0.0.1"


def test_the_page_its_numbers_and_every_picture_are_served(ask: Ask):
    status, headers, page = ask("/")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert b"img-src &#39;self&#39;" in page and b'id="picture-' not in page
    assert json.loads(ask("/report.json")[2]) == json.loads(json.dumps(report_content()))
    status, headers, body = ask(PICTURE)
    assert (status, headers["Content-Type"], body) == (200, "image/jpeg", only_known("1000000000000000003"))
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_browser_that_asks_for_an_icon_has_nothing_to_complain_of(ask: Ask):
    status, headers, body = ask("/favicon.ico")
    assert (status, headers["Content-Type"]) == (200, "image/svg+xml") and body.startswith(b"<svg ")


def test_head_gives_the_headers_only(ask: Ask):
    status, headers, body = ask(PICTURE, "HEAD")
    assert (status, int(headers["Content-Length"]), body) == (200, len(only_known("1000000000000000003")), b"")


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd", "/picture/../../../etc/passwd", "/picture/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "//etc/passwd",
        "/picture/", "/picture/7", "/manifest.json", "/picture/1000000000000000003/..",
    ],
)  # fmt: skip
def test_nothing_else_is_there(ask: Ask, path: str):
    assert ask(path)[0] == 404


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8600", "localhost.evil.example", "[", "10.0.0.1"])
def test_a_foreign_name_that_leads_here_gets_nothing(ask: Ask, host: str):
    assert ask("/", host=host)[0] == 403
    assert ask(PICTURE, host=host)[0] == 403


@pytest.mark.parametrize("host", ["localhost:9999", "127.0.0.1", "[::1]:8600"])
def test_the_far_end_of_a_tunnel_may_have_another_port(ask: Ask, host: str):
    assert ask("/", host=host)[0] == 200


def test_nothing_can_be_written(ask: Ask):
    assert {method: ask("/", method)[0] for method in ("POST", "PUT", "DELETE")} == dict.fromkeys(
        ("POST", "PUT", "DELETE"), 501
    )


def test_a_taken_port_is_told(server: ThreadingHTTPServer):
    with pytest.raises(UnifyError) as caught:
        page_server(DatasetReport(report_content(), only_known), server.server_port)
    assert str(caught.value) == (
        f"unify browse: the port is taken\n  got:      {server.server_port}\n"
        "  fix:      give another one with --port, or 0 for any"
    )
