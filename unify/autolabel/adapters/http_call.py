"""One call of a JSON server: tried again while it may get better, and told apart from what a picture did wrong."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from unify.autolabel.problems import in_one_line, problem_of
from unify.core.types import JsonObject
from unify.errors import AutoLabelerError
from unify.registry.objects import AutoLabelerVersion

FIRST_PAUSE_SECONDS = 0.5  # doubled after each call

_NOT_READY = (429, 503)
_WRONG_ADDRESS = (401, 403, 404, 405)  # another picture would not be let in either


class RefusedError(Exception):
    """The server answered, but would not or could not process this batch."""


@dataclass(frozen=True)
class Address:
    """Whom to call, and how patiently.

    Attributes:
        version: the auto-labeler, for messages.
        url: where to.
        timeout_s: seconds to wait for an answer.
        retries: calls after the first.
    """

    version: AutoLabelerVersion
    url: str
    timeout_s: float
    retries: int


def call(address: Address, body: JsonObject) -> JsonObject:
    """The server's answer to a JSON document posted to it.

    Raises:
        AutoLabelerError: the server cannot be reached, stays busy, or does not know the address.
        RefusedError: it refused this document, or its answer is no JSON object.
    """
    data = json.dumps(body).encode()
    pause = FIRST_PAUSE_SECONDS
    for retries_left in range(address.retries, -1, -1):
        try:
            return _once(address, data)
        except HTTPError as error:
            if error.code not in _NOT_READY:
                raise _refusal(address, error) from error
            trouble = f"{_status(error)}: {_text(error)}"
        except (OSError, HTTPException) as error:  # refused, reset, timed out, cut short
            trouble = in_one_line(error)
        if retries_left:
            time.sleep(pause)
            pause *= 2
    tries = address.retries + 1
    what = f"cannot reach its server after {tries} {'try' if tries == 1 else 'tries'}"
    fix = "start the server, correct 'url', or raise 'timeout_s' in its options"
    raise AutoLabelerError(problem_of(address.version, what, got=f"{trouble} from {address.url}", fix=fix))


def _once(address: Address, data: bytes) -> JsonObject:
    request = Request(address.url, data, {"Content-Type": "application/json"})
    with urlopen(request, timeout=address.timeout_s) as answer:
        content = answer.read()
    try:
        decoded = json.loads(content)
    except ValueError as error:
        raise RefusedError(f"the server's answer is not JSON: {content[:80]!r}") from error
    if not isinstance(decoded, dict) or "outputs" not in decoded:
        raise RefusedError(f"the server's answer has no outputs: {content[:80]!r}")
    return decoded


def _refusal(address: Address, error: HTTPError) -> Exception:
    said = f"{_status(error)}: {_text(error)}"
    if error.code not in _WRONG_ADDRESS:
        return RefusedError(said)
    fix = "correct 'url', 'model', 'model_version' or 'protocol' in its options"
    return AutoLabelerError(
        problem_of(address.version, "is refused by its server", got=f"{said} from {address.url}", fix=fix)
    )


def _status(error: HTTPError) -> str:
    return f"{error.code} {error.reason}"


def _text(error: HTTPError) -> str:
    """What the server says of it, in one line; both protocols say it under ``error``."""
    content = error.read(1000)
    try:
        return str(json.loads(content)["error"]).split("\n")[0]
    except (ValueError, KeyError, TypeError):
        return content.decode("utf-8", "replace").strip().split("\n")[0][:200]
