"""What a fetch from a bucket keeps: records that match, under the keys of their objects, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gdkit.trail.fetched.names import path_of
from gdkit.trail.fetched.store import read_state, write_records, write_state
from gdkit.trail.items import Problem
from gdkit.trail.search.look import kept_records
from gdkit.trail.sources import log_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from gdkit.aws.objects import Stored
    from gdkit.trail.s3.listing import LogObject
    from gdkit.trail.search.look import Candidate, Looked
    from gdkit.trail.search.run import Search

NOTHING = "nothing.json.gz"
"""A log file without a record: it tells a reader that there was none."""


@dataclass(slots=True)
class Saved:
    """How far a fetch is.

    Attributes:
        done: objects that were read and searched, or copied, with their ETags.
        problems: places in them that could not be read, by key.
        with_data: accounts whose data events they were seen to hold; an empty text where it is not known whose.
        names: access keys, and principals that grew from the session, that were searched for in all of them.
        left_out: calls of others that were left out, by object and address; see ``crowd``.
    """

    done: dict[str, str] = field(default_factory=dict)
    problems: dict[str, list[tuple[int | None, str]]] = field(default_factory=dict)
    with_data: set[str] = field(default_factory=set)
    names: tuple[str, ...] = ()
    left_out: dict[str, dict[str, int]] = field(default_factory=dict)

    def has(self, one: Stored) -> bool:
        """Tell whether an object was read and searched, or copied, as it is now."""
        return self.done.get(one.key) == one.etag


def read_saved(folder: Path) -> Saved:
    """Give how far an earlier run came; nothing where there was none, or its state cannot be understood."""
    state = read_state(folder)
    try:
        problems = {key: [(line, str(reason)) for line, reason in places] for key, places in state["problems"].items()}
        left_out = {key: {str(address): int(count) for address, count in counts.items()}
                    for key, counts in state["left_out"].items()}  # fmt: skip
        return Saved(dict(state["done"]), problems, set(state["with_data"]), tuple(state["keys"]), left_out)
    except (KeyError, TypeError, ValueError, AttributeError):
        return Saved()


def write_saved(folder: Path, saved: Saved) -> None:
    """Keep how far a fetch is.

    Raises:
        CaseWriteError: it cannot be written.
    """
    document: dict[str, Any] = {"done": list(saved.done.items()), "problems": saved.problems,
                                "with_data": sorted(saved.with_data), "keys": saved.names,
                                "left_out": saved.left_out}  # fmt: skip
    write_state(folder, document)


def records_path(folder: Path, key: str) -> Path:
    """Give the file of an object's records: named as the object is, so that its name tells account, region and time."""
    return path_of(folder, key, ".json.gz")


def held_records(folder: Path, key: str) -> list[Candidate]:
    """Give the records of an object that an earlier run kept."""
    path = records_path(folder, key)
    return kept_records(log_file(str(path), 0, named=True)) if path.is_file() else []


class Keeper:
    """Writes what a search finds, now and then and at its end.

    Args:
        folder: the fetch's own.
        objects: what is searched, in the order of the search's files.
        saved: how far an earlier run came; it grows.
        names: access keys and principals that are searched for from the beginning.
        left_out: calls that are left out, by object and address; it grows.
    """

    def __init__(self, folder: Path, objects: Sequence[LogObject], saved: Saved, names: tuple[str, ...],
                 left_out: Mapping[str, Mapping[str, int]]) -> None:  # fmt: skip
        self._folder = folder
        self._objects = objects
        self._saved = saved
        self._names = names
        self._left_out = left_out
        self._written: dict[int, int] = {}

    def save(self, search: Search, failed: Iterable[str]) -> int:
        """Write records and state; give how many records there are.

        Args:
            search: the search, under way or ended.
            failed: objects that could not be read: they are not done with.

        Raises:
            CaseWriteError: they cannot be written.
        """
        finished, found = search.state()
        lacking = set(failed)
        for number, candidates in found.items():
            if self._written.get(number) != len(candidates):
                path = records_path(self._folder, self._objects[number].stored.key)
                write_records(path, _once(candidates), durable=False)
                self._written[number] = len(candidates)
        through = set(finished)
        for number, one in enumerate(self._objects):
            key = one.stored.key
            self._saved.left_out.pop(key, None)
            if number not in through or key in lacking:  # it lacks a look for a name that an earlier run did not know
                self._saved.done.pop(key, None)
                continue
            self._saved.done[key] = one.stored.etag
            self._note(key, search.looked[number])
            if key in self._left_out:
                self._saved.left_out[key] = dict(self._left_out[key])
        self._saved.names = self._names
        write_saved(self._folder, self._saved)
        return sum(len(_once(candidates)) for candidates in found.values())

    def _note(self, key: str, looked: Looked | None) -> None:
        if looked is None:
            return
        self._saved.with_data |= {account_id or "" for account_id in looked.with_data}
        places = [(item.line, item.reason) for item in looked.items if isinstance(item, Problem)]
        if places:
            self._saved.problems[key] = places


def _once(candidates: Sequence[Candidate]) -> list[str]:
    """Give the records of one object, each once: a second look at it finds the same ones."""
    return list(dict.fromkeys(one.raw for one in sorted(candidates, key=lambda one: (abs(one.place), one.line))))
