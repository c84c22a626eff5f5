"""Problems collected while reading, raised together."""

from __future__ import annotations

from collections.abc import Sequence

from unify.errors import Problem, UnifyError

MOST_SHOWN = 20


def raise_problems(error: type[UnifyError], problems: Sequence[Problem], hint: str = "") -> None:
    """Raise the first problems in one error that says how many more there are; do nothing where there are none."""
    if not problems:
        return
    more = f"and {len(problems) - MOST_SHOWN:,} more" if len(problems) > MOST_SHOWN else ""
    raise error(problems[:MOST_SHOWN], summary="\n".join(filter(None, (more, hint))))
