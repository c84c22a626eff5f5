"""The template engine, set up so that no name can become markup and a missing value is an error."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from unify.errors import Problem, UnifyError
from unify.reporting.page import wording

if TYPE_CHECKING:
    from jinja2 import Environment

INSTALL = "pip install 'unify-detection[report]'"

_HERE = Path(__file__).parent
_STYLES = ("page.css", "figures.css", "gallery.css", "print.css")
_SCRIPTS = ("elements.js", "picture.js", "filters.js", "gallery.js", "viewer.js", "coverage.js", "lineage.js")
_WORDS = ("number", "rounded", "share", "percent", "signed_percent", "decimal", "size", "short_digest", "plural")


def can_render() -> bool:
    """Whether Jinja2 is installed."""
    return find_spec("jinja2") is not None


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The environment of all templates.

    Raises:
        UnifyError: Jinja2 is not installed.
    """
    if not can_render():
        raise UnifyError(Problem("unify report", "not installed: jinja2", fix=INSTALL))
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {name: getattr(wording, name) for name in (*_WORDS, "methods", "in_words")}
    return made


@lru_cache(maxsize=1)
def styles() -> str:
    """Our own CSS."""
    return _joined(_STYLES)


@lru_cache(maxsize=1)
def script() -> str:
    """Our own JavaScript, one module."""
    return _joined(_SCRIPTS)


def security_policy(script_text: str, pictures: str = "data:") -> str:
    """What a browser lets the page do: run this very script, show pictures, and nothing else, no network at all.

    Args:
        script_text: what stands between the script tags, to the letter.
        pictures: where pictures may come from.
    """
    digest = base64.b64encode(hashlib.sha256(script_text.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src {pictures}; "
        "base-uri 'none'; form-action 'none'"
    )


def _joined(names: tuple[str, ...]) -> str:
    return "\n".join((_HERE / "static" / name).read_text(encoding="utf-8") for name in names)
