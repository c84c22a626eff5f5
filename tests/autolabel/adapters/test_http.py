"""Against a real server on this machine that speaks both protocols."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import sleep

import numpy as np
import pytest

from tests.autolabel.labelers import WHERE, gray, make_version
from unify.autolabel.adapters import http_call
from unify.autolabel.labeler import AutoLabeler
from unify.autolabel.load import load_autolabeler
from unify.core.predictions import Failure
from unify.errors import AutoLabelerError

HEAD = f"{WHERE}: auto-labeler 'vehicle:v1' "
Reply = Callable[[str, dict], tuple[int, object]]


class Server:
    """Answers what a test tells it to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict]] = []
        self.reply: Reply = tensorflow_serving
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.asked.append((self.path, body))
                status, answer = server.reply(self.path, body)
                content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *arguments: object) -> None: ...

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


def brightness(pixels: np.ndarray) -> list[list[float]]:
    return (pixels.reshape(len(pixels), -1)[:, :1] / 255).tolist()


def tensorflow_serving(path: str, body: dict) -> tuple[int, object]:
    """One box over the left half of every picture, its score the picture's brightness."""
    pixels = np.array(body["inputs"], np.float64)
    boxes = [[[0, 0, 1, 0.5]]] * len(pixels)
    return 200, {"outputs": {"boxes": boxes, "scores": brightness(pixels), "classes": [[0]] * len(pixels)}}


def kserve(path: str, body: dict) -> tuple[int, object]:
    """The same."""
    (tensor,) = body["inputs"]
    pixels = np.array(tensor["data"], np.float64).reshape(tensor["shape"])
    count = len(pixels)
    scores = [value for row in brightness(pixels) for value in row]
    outputs = [
        {"name": "boxes", "shape": [count, 1, 4], "datatype": "FP32", "data": [0, 0, 1, 0.5] * count},
        {"name": "scores", "shape": [count, 1], "datatype": "FP32", "data": scores},
        {"name": "classes", "shape": [count, 1], "datatype": "INT64", "data": [0] * count},
    ]
    return 200, {"model_name": "vehicle", "outputs": outputs}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(http_call, "FIRST_PAUSE_SECONDS", 0.001)
    monkeypatch.setenv("no_proxy", "*")
    started = Server()
    yield started
    started.close()


def load(url: str, **options: object) -> AutoLabeler:
    version = make_version("http", url=url, model="vehicle", **{"box_format": "yxyx", **options})
    return load_autolabeler(version, Path())


def scores(labeler: AutoLabeler, *values: int) -> list[int | str]:
    results = labeler.predict([gray((10, 20), value) for value in values])
    return [each.reason if isinstance(each, Failure) else round(float(each.scores[0]) * 255) for each in results]


def test_tensorflow_serving(server: Server):
    labeler = load(server.url, input_hw=[8, 8], batch_size=2, model_version="3", dtype="uint8")
    (prediction,) = labeler.predict([gray((10, 20))])
    assert prediction.boxes_xyxy.tolist() == [[0, 0, 10, 10]]
    assert scores(labeler, 10, 20, 30) == [10, 20, 30]
    path, body = server.asked[0]
    assert path == "/v1/models/vehicle/versions/3:predict" and body.keys() == {"inputs"}
    assert {np.shape(body["inputs"]) for _, body in server.asked} == {(2, 8, 8, 3)}
    assert isinstance(body["inputs"][0][0][0][0], int)


def test_open_inference_protocol(server: Server):
    server.reply = kserve
    labeler = load(server.url + "/", protocol="kserve", input_hw=[8, 8], batch_size=2, layout="NCHW")
    assert scores(labeler, 10, 20, 30) == [10, 20, 30]
    path, body = server.asked[0]
    assert path == "/v2/models/vehicle/infer"
    assert {key: value for key, value in body["inputs"][0].items() if key != "data"} == {
        "name": "image", "shape": [2, 3, 8, 8], "datatype": "FP32",
    }  # fmt: skip


def test_the_input_goes_by_the_name_given(server: Server):
    server.reply = lambda path, body: tensorflow_serving(path, {"inputs": body["inputs"]["images"]})
    assert scores(load(server.url, input_name="images"), 10) == [10]


def test_a_single_output_comes_without_its_name(server: Server):
    # x, y, width and height of the left half in fractions, then two class scores
    server.reply = lambda path, body: (200, {"outputs": [[[0.25, 0.5, 0.5, 1, 0.25, 0.75]]]})
    options = {"head": "rows", "box_format": "cxcywh", "input_hw": [8, 8], "batch_size": 1}
    (prediction,) = load(server.url, **options).predict([gray((10, 20))])
    assert (prediction.boxes_xyxy.tolist(), prediction.classes.tolist()) == ([[0, 0, 10, 10]], [1])


def test_a_server_that_is_not_ready_is_asked_again(server: Server):
    server.reply = lambda path, body: (
        tensorflow_serving(path, body) if len(server.asked) > 2 else (503, {"error": "loading"})
    )
    assert scores(load(server.url), 10) == [10] and len(server.asked) == 3


def test_a_server_that_never_is_ready_is_told(server: Server):
    server.reply = lambda path, body: (503, {"error": "loading"})
    with pytest.raises(AutoLabelerError) as caught:
        scores(load(server.url, retries=1), 10)
    assert len(server.asked) == 2 and str(caught.value) == (
        HEAD + "cannot reach its server after 2 tries\n"
        f"  got:      503 Service Unavailable: loading from {server.url}/v1/models/vehicle:predict\n"
        "  fix:      start the server, correct 'url', or raise 'timeout_s' in its options"
    )


def test_a_server_that_does_not_answer_in_time_is_told(server: Server):
    server.reply = lambda path, body: (sleep(0.5), (200, {}))[1]
    with pytest.raises(AutoLabelerError, match="got:      TimeoutError: timed out from"):
        scores(load(server.url, retries=0, timeout_s=0.05), 10)


def test_a_server_that_is_not_there_is_told(server: Server):
    server.close()
    with pytest.raises(AutoLabelerError) as caught:
        scores(load(server.url, retries=0), 10)
    assert "cannot reach its server after 1 try\n" in str(caught.value)
    assert "Connection refused" in str(caught.value)


def test_a_wrong_address_is_told(server: Server):
    server.reply = lambda path, body: (404, {"error": "Servable not found for request: Latest(vehicle)"})
    with pytest.raises(AutoLabelerError) as caught:
        scores(load(server.url), 10)
    assert len(server.asked) == 1 and str(caught.value) == (
        HEAD + "is refused by its server\n"
        "  got:      404 Not Found: Servable not found for request: Latest(vehicle) from "
        f"{server.url}/v1/models/vehicle:predict\n"
        "  fix:      correct 'url', 'model', 'model_version' or 'protocol' in its options"
    )


def test_a_picture_that_the_server_cannot_bear_fails_alone(server: Server):
    def picky(path: str, body: dict) -> tuple[int, object]:
        dark = any(np.array(picture).max() == 7 for picture in body["inputs"])
        return (500, {"error": "Input too dark\nat ..."}) if dark else tensorflow_serving(path, body)

    server.reply = picky
    labeler = load(server.url, input_hw=[8, 8], batch_size=3)
    refused = "RefusedError: 500 Internal Server Error: Input too dark"
    assert scores(labeler, 50, 7, 70) == [50, refused, 70]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"<html>hello</html>", "RefusedError: the server's answer is not JSON: b'<html>hello</html>'"),
        ({"predictions": []}, "RefusedError: the server's answer has no outputs: b'{\"predictions\": []}'"),
    ],
)
def test_an_answer_that_is_none_fails_the_picture(server: Server, answer: object, reason: str):
    server.reply = lambda path, body: (200, answer)
    assert scores(load(server.url), 10) == [reason]


def test_outputs_of_the_wrong_shape_fail_the_auto_labeler(server: Server):
    outputs = {"boxes": [[[0, 0, 1]]], "scores": [[0.5]], "classes": [[0]]}
    server.reply = lambda path, body: (200, {"outputs": outputs})
    with pytest.raises(AutoLabelerError) as caught:
        scores(load(server.url), 10)
    assert str(caught.value) == (
        HEAD + "answered 'boxes' of the wrong shape\n"
        "  got:      [1, 1, 3]\n"
        "  expected: [1, N, 4]\n"
        "  fix:      check 'outputs' and 'head' in its options"
    )


def test_not_a_number_in_an_answer_fails_the_picture(server: Server):
    content = b'{"outputs": {"boxes": [[[0, 0, NaN, 1]]], "scores": [[0.5]], "classes": [[0]]}}'
    server.reply = lambda path, body: (200, content)
    assert scores(load(server.url), 10) == ["answered boxes that are not finite"]


def test_an_address_without_a_protocol_is_told():
    with pytest.raises(AutoLabelerError) as caught:
        load("localhost:8501")
    assert str(caught.value) == (
        HEAD + "has a url that is none\n  got:      url: localhost:8501\n  fix:      write 'url: http://localhost:8501'"
    )


def test_patience_is_no_part_of_the_recipe():
    recipes = [load("http://localhost", timeout_s=seconds).recipe for seconds in (1, 2)]
    assert recipes[0] == recipes[1] != load("http://localhost", model_version="2").recipe
