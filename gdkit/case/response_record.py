"""Where a response is written down in the case: the journal, the plans that were previewed, the evidence."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, count
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from gdkit.case.evidence import keep_bytes
from gdkit.case.files import read_json, write_error, write_json
from gdkit.case.journal import append_entry, read_entries
from gdkit.errors import CaseBusyError, CaseError, ResponseError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gdkit.case.folder import CaseFolder
    from gdkit.response.step import Evidence


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """The record of one case's response, written by one actor.

    Attributes:
        case: the case.
        actor: who previews and applies.
    """

    case: CaseFolder
    actor: str

    @property
    def plans(self) -> Path:
        """Folder of the plans that were previewed, a file each, named by its hash."""
        return self.case.path / "plans"

    def write(self, act: str, detail: dict[str, Any]) -> int:
        """Add an entry to the journal, on the disk before it returns, and give its number.

        Raises:
            CaseWriteError: it cannot be written.
        """
        return int(append_entry(self.case.journal, actor=self.actor, act=act, detail=detail)["seq"])

    def entries(self) -> list[dict[str, Any]]:
        """Give every entry of the journal, oldest first."""
        return read_entries(self.case.journal)

    def keep_plan(self, name: str, document: dict[str, Any]) -> None:
        """Keep a plan that was previewed, by its hash.

        Raises:
            CaseWriteError: it cannot be written.
        """
        write_json(self.plans / f"{name}.json", document)

    def plan_names(self) -> list[str]:
        """Give the hashes of the plans that were kept."""
        return sorted(path.stem for path in self.plans.glob("*.json"))

    def kept_plan(self, name: str) -> dict[str, Any]:
        """Give a plan that was kept.

        Raises:
            ResponseError: it is damaged.
        """
        path = self.plans / f"{name}.json"
        try:
            document: dict[str, Any] = read_json(path)
        except CaseError as error:
            raise ResponseError("the plan that was kept is damaged", where=str(path),
                                action="preview the step again, and read the new plan") from error  # fmt: skip
        return document

    def keep_evidence(self, evidence: Evidence) -> str:
        """Keep a document among the evidence, with its hash in the manifest, and give the name that it got there.

        What was kept before under its name stays: the document then gets a number behind its name.

        Raises:
            CaseWriteError: it cannot be written.
        """
        first = PurePath(evidence.name)
        names = chain([first], (first.with_stem(f"{first.stem}-{number}") for number in count(2)))
        name = next(str(name) for name in names if self._is_free_for(self.case.evidence / name, evidence.content))
        keep_bytes(self.case, name, evidence.content, evidence.source)
        return name

    @staticmethod
    def _is_free_for(path: Path, content: bytes) -> bool:
        return not path.exists() or path.read_bytes() == content


@contextmanager
def one_at_a_time(case: CaseFolder) -> Iterator[None]:
    """Hold the case while a plan is applied, so that two people do not apply at once.

    Raises:
        CaseBusyError: somebody else is at it.
        CaseWriteError: the folder cannot be written.
    """
    path = case.path / ".respond.lock"
    try:
        handle = path.open("w")
    except OSError as error:
        raise write_error(path, error) from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CaseBusyError("another process is applying a step of this case now", where=str(case.path),
                                action="wait until it is done, and preview the step again") from error  # fmt: skip
        yield
