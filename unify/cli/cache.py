"""``unify cache ls``, ``verify``, ``compact`` and ``prune``: the predictions of auto-labelers that are kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unify.cli.options import Json, Workspace

if TYPE_CHECKING:
    from unify.autolabel.cache import CacheEntry, PredictionCache

CacheRoot = Annotated[
    str | None,
    typer.Option(
        "--cache",
        envvar="UNIFY_CACHE",
        help="Folder, or URL such as s3://bucket/prefix. Default: .unify/cache in the workspace.",
        show_default=False,
    ),
]

OLDER_THAN_DAYS = 30.0
_SHOWN_DIGITS = 12  # of a fingerprint


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(help="Look after the predictions that are kept.", epilog="Example: unify cache ls")
    group.command(epilog="Example: unify cache ls --json")(ls)
    group.command(epilog="Example: unify cache verify --cache s3://bucket/predictions")(verify)
    group.command(epilog="Example: unify cache compact")(compact)
    group.command(epilog="Example: unify cache prune --older-than 90 --dry-run")(prune)
    app.add_typer(group, name="cache")


def ls(cache: CacheRoot = None, workspace: Workspace = None, json: Json = False) -> None:
    """List what is kept of each auto-labeler, the newest first."""
    from unify.autolabel.cache import contents
    from unify.cli.output import print_json

    opened = _open(cache, workspace)
    entries = contents(opened)
    if json:
        print_json({"cache": opened.root, "entries": [_as_json(entry) for entry in entries]})
    elif entries:
        _print_entries(entries)
    else:
        print(f"{opened.root} holds no predictions")
    _warn_of_damage(opened)


def verify(cache: CacheRoot = None, workspace: Workspace = None, json: Json = False) -> None:
    """Check every byte against what was committed."""
    from unify.autolabel.cache import verify as run
    from unify.cli.output import Bars, plural, print_json

    opened = _open(cache, workspace)
    with Bars() as bars:
        report = run(opened, progress=bars.stage("verifying"))
    if json:
        problems = [str(problem) for problem in report.problems]
        print_json({"ok": not problems, "segments": report.segments, "bytes": report.num_bytes, "problems": problems})
    elif report.problems:
        print(*report.problems, sep="\n\n")
    else:
        print(f"{opened.root} is whole: {plural(report.segments, 'segment')}, {_size(report.num_bytes)}")
    raise typer.Exit(1 if report.problems else 0)


def compact(cache: CacheRoot = None, workspace: Workspace = None, json: Json = False) -> None:
    """Merge many small files into few large ones.

    Nothing that is kept changes. Compiles may run meanwhile.
    """
    from unify.autolabel.cache import compact as run
    from unify.cli.output import Bars, plural, print_json

    opened = _open(cache, workspace)
    with Bars() as bars:
        tick = bars.stage("compacting")
        reports = [run(opened, fingerprint, progress=tick) for fingerprint in opened.fingerprints()]
    before, after = sum(each.segments_before for each in reports), sum(each.segments_after for each in reports)
    saved = sum(each.bytes_before - each.bytes_after for each in reports)
    if json:
        print_json({"segments_before": before, "segments_after": after, "bytes_saved": saved})
    else:
        print(f"{plural(before, 'segment')} became {after:,}; {_size(saved)} saved")
    _warn_of_damage(opened)


def prune(
    cache: CacheRoot = None,
    older_than: Annotated[float, typer.Option(min=0, help="Days; what was added to since stays.")] = OLDER_THAN_DAYS,
    keep: Annotated[
        list[str] | None, typer.Option(help="First digits of a fingerprint that stays; repeat.", show_default=False)
    ] = None,
    registered: Annotated[
        bool, typer.Option("--registered", help="Remove also what this workspace's auto-labelers use.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be removed.")] = False,
    workspace: Workspace = None,
    json: Json = False,
) -> None:
    """Remove the predictions of auto-labelers that are not registered, and what killed processes left.

    Another workspace that shares the cache is not asked what it uses: name that with --keep.
    """
    from unify.autolabel.cache import contents
    from unify.autolabel.cache import prune as run
    from unify.cli.output import plural, print_json

    opened = _open(cache, workspace)
    entries = contents(opened)
    kept = {name for digits in keep or () for name in _starting_with(digits, entries)}
    if not registered:
        kept |= _in_use(entries, workspace)
    report = run(opened, kept, older_than_days=older_than, dry_run=dry_run)
    if json:
        removed = [_as_json(entry) for entry in report.removed]
        print_json({"removed": removed, "leftovers": report.leftovers, "dry_run": dry_run})
        return
    if report.removed:
        _print_entries(report.removed)
    verb = "would be removed" if dry_run else "removed"
    size = _size(sum(each.num_bytes for each in report.removed))
    autolabelers, leftovers = plural(len(report.removed), "auto-labeler"), plural(report.leftovers, "leftover file")
    print(f"predictions of {autolabelers} ({size}) and {leftovers} {verb}")


def _open(cache: str | None, workspace: Path | None) -> PredictionCache:
    from unify.autolabel.cache import DEFAULT_FOLDER, PredictionCache
    from unify.registry.load import find_workspace

    return PredictionCache(cache or (workspace or find_workspace(Path.cwd())) / DEFAULT_FOLDER)


def _starting_with(digits: str, entries: list[CacheEntry]) -> set[str]:
    from unify.errors import CacheError, Problem, shorten

    found = {each.fingerprint for each in entries if each.fingerprint.startswith(digits)}
    if not digits or not found:
        expected = shorten([each.fingerprint[:_SHOWN_DIGITS] for each in entries]) or "nothing: the cache is empty"
        raise CacheError(Problem("--keep", "no such fingerprint; nothing was removed", repr(digits), expected))
    return found


def _in_use(entries: list[CacheEntry], workspace: Path | None) -> set[str]:
    from unify.autolabel.in_use import fingerprints_in_use
    from unify.registry.load import find_workspace, load_registry

    registry = load_registry((workspace or find_workspace(Path.cwd())).resolve())
    return fingerprints_in_use(entries, registry, registry.workspace / ".unify")


def _print_entries(entries: list[CacheEntry] | tuple[CacheEntry, ...]) -> None:
    from unify.cli.output import print_table

    print_table(
        ["Auto-labeler", "Fingerprint", "Pictures", "Failed", "Boxes", "Segments", "Size", "Last added"],
        [
            [", ".join(each.autolabelers), each.fingerprint[:_SHOWN_DIGITS], each.pictures, each.failed, each.boxes]
            + [each.segments, _size(each.num_bytes), f"{each.last_commit.astimezone():%Y-%m-%d %H:%M}"]
            for each in entries
        ],
    )


def _as_json(entry: CacheEntry) -> dict:
    return {
        "fingerprint": entry.fingerprint,
        "autolabelers": list(entry.autolabelers),
        "pictures": entry.pictures,
        "failed": entry.failed,
        "boxes": entry.boxes,
        "segments": entry.segments,
        "bytes": entry.num_bytes,
        "last_commit": entry.last_commit.isoformat(timespec="seconds"),
    }


def _warn_of_damage(cache: PredictionCache) -> None:
    from unify.cli.output import print_warnings

    print_warnings([str(problem) for problem in cache.damaged.values()])


def _size(num_bytes: int) -> str:
    """``812 B``, ``1.4 kB``, ``3.0 MB``."""
    size = float(num_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if abs(size) < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:,.1f} TB"
