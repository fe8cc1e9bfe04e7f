"""An archive checked: its own files against the hashes of its manifest, and the log files against what was read."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gdkit.trail.archive.index import FILE
from gdkit.trail.archive.manifest import open_manifest, unnamed_runs
from gdkit.trail.archive.parts import measured
from gdkit.trail.load import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gdkit.trail.archive.manifest import Manifest


@dataclass(slots=True)
class Checked:
    """What a check found.

    Attributes:
        own: files of the archive that were checked.
        damaged: those that are damaged or gone, and why.
        same: log files on disk that hold the very bytes that were read.
        changed: those that hold others, or cannot be read.
        gone: those that are not where they were.
        unnamed: finished runs that the manifest does not name; see ``manifest.unnamed_runs``.
        stopped: whether it was stopped before all was checked.
    """

    own: int = 0
    damaged: dict[Path, str] = field(default_factory=dict)
    same: int = 0
    changed: list[Path] = field(default_factory=list)
    gone: list[Path] = field(default_factory=list)
    unnamed: list[str] = field(default_factory=list)
    stopped: bool = False

    @property
    def holds_nothing(self) -> bool:
        """Whether there was nothing to check: neither a file of its own, nor a log file that was read."""
        return not (self.stopped or self.own or self.same or self.changed or self.gone or self.unnamed)


def check_archive(
    folder: Path,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    is_stopped: Callable[[], bool] | None = None,
) -> Checked:
    """Read every file of an archive, and every log file that it was made of, and compare their hashes.

    Args:
        folder: of the archive.
        on_progress: called now and then.
        is_stopped: asked before each file.

    Raises:
        ArchiveError: there is none, it was made by a newer version, or its manifest is lost or damaged.
    """
    checked, done = Checked(), 0
    with open_manifest(folder) as manifest:
        checked.unnamed = unnamed_runs(folder, manifest.connection)
        own, logs = list(_own(manifest)), list(_logs(manifest))
        size = sum(size_bytes for _, size_bytes, _ in own) + sum(size_bytes for _, size_bytes, _ in logs)
        for number, (path, size_bytes, sha256) in enumerate([*own, *logs]):
            if is_stopped and is_stopped():
                checked.stopped = True
                break
            if number < len(own):
                _check_own(path, (size_bytes, sha256), checked)
            else:
                _check_log(path, sha256, checked)
            done += size_bytes
            if on_progress:
                on_progress(Progress(number + 1, len(own) + len(logs), done, size, 0))
    return checked


def _own(manifest: Manifest) -> Iterator[tuple[Path, int, str]]:
    for run in manifest.runs:
        folder = manifest.runs_folder / run.name
        yield folder / FILE, run.index_bytes, run.index_sha256
        yield from ((folder / part.name, part.size_bytes, part.sha256) for part in run.parts)


def _logs(manifest: Manifest) -> Iterator[tuple[Path, int, str]]:
    held = "SELECT path, size_bytes, sha256 FROM file WHERE state = 'held' AND sha256 != '' ORDER BY number"
    return ((Path(os.fsdecode(path)), size, sha256) for path, size, sha256 in manifest.connection.execute(held))


def _check_own(path: Path, expected: tuple[int, str], checked: Checked) -> None:
    checked.own += 1
    try:
        if measured(path) != expected:
            checked.damaged[path] = "it holds other bytes than were written"
    except OSError as error:
        checked.damaged[path] = error.strerror or str(error)


def _check_log(path: Path, sha256: str, checked: Checked) -> None:
    try:
        if measured(path)[1] == sha256:
            checked.same += 1
        else:
            checked.changed.append(path)
    except FileNotFoundError:
        checked.gone.append(path)
    except OSError:
        checked.changed.append(path)
