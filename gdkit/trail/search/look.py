"""One look at one file: the records in it that name an identifier, and what the ledger is to be told of it."""

from __future__ import annotations

import os
from os.path import commonprefix
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from stringzilla import find

from gdkit.trail.decode import FileText, NotTextError
from gdkit.trail.items import Digest, Found, Item, NoteKind, Problem
from gdkit.trail.ledger import DATA_EVENTS, is_data_event
from gdkit.trail.load import ProseError, read_items
from gdkit.trail.record import row_of
from gdkit.trail.search.cut import body_of, ends_whole, first_places, records_at
from gdkit.trail.search.needles import names_any
from gdkit.trail.search.unpack import LARGEST_BYTES, unpacked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.trail.search.needles import Sought
    from gdkit.trail.sources import LogFile

READ_WHOLE = 1 << 48
"""Places from there on are numbers of records of a file that was read whole, those below it places in its text."""

_READ_BYTES = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_MORE_BYTES = 1 << 24

_DATA, _CATEGORY = b'"eventCategory":"Data"', b'"eventCategory"'


class Candidate(NamedTuple):
    """A record that names an identifier.

    Attributes:
        place: tells it from the other records of its file, the same at every look in the same way.
        values: the columns of ``record.row_of``.
        notes: what is odd about it.
    """

    place: int
    values: tuple[Any, ...]
    raw: str
    form: str
    line: int
    notes: tuple[NoteKind, ...]


class Hit(NamedTuple):
    """A record that names an identifier, the number of the source that it is from, and the path of its log file."""

    source: int
    path: str
    record: Candidate


class Looked(NamedTuple):
    """What a look at a file gave.

    Attributes:
        items: problems, notes and digests, in the order in which a load tells of them.
        readable: whether the file counts as read.
        is_prose: whether it turned out to be no log.
        records: whether it holds records at all.
        with_data: accounts whose data events it was seen to hold; None for some of which that is not known.
    """

    candidates: list[Candidate]
    items: list[Item]
    readable: bool = True
    is_prose: bool = False
    records: bool = True
    with_data: frozenset[str | None] = frozenset()


NOTHING_ODD = Looked([], [])
"""What is kept of a look at a file that was read whole and has nothing to tell the ledger."""


def look_at(file: LogFile, sought: Sought, *, again: bool = False, ask_for_data: bool = False) -> Looked:
    """Read one file from disk and search it; the arguments are those of ``look_in``."""
    content = None
    if file.size_bytes <= LARGEST_BYTES:
        try:
            content = _content(file.path, file.size_bytes)
        except OSError as error:
            problem = Problem(None, f"cannot be opened or read: {error.strerror or error}")
            return Looked([], [problem], readable=False, records=False)
    return look_in(file, content, sought, again=again, ask_for_data=ask_for_data)


def _content(path: str, size_bytes: int) -> bytes:
    """Read a file by as few calls as there can be: each hands the interpreter over to another thread and back."""
    descriptor = os.open(path, _READ_BYTES)
    try:
        content = os.read(descriptor, size_bytes + 1)
        while len(content) != size_bytes and (more := os.read(descriptor, _MORE_BYTES)):
            content += more
    finally:
        os.close(descriptor)
    return content


def look_in(
    file: LogFile, content: bytes | None, sought: Sought, *, again: bool = False, ask_for_data: bool = False
) -> Looked:
    """Search the bytes of one file.

    A file of CloudTrail's own form is searched as bytes, and only the records around the identifiers are parsed. Every
    other file is read like any load reads it.

    Args:
        file: the file.
        content: its bytes; None where there are too many, so that it is read from disk piece by piece.
        sought: the identifiers.
        again: it was searched for others before; records with escaped letters are not asked for again.
        ask_for_data: whether to tell if it holds data events.
    """
    if content is not None:
        looked = _searched(file, content, sought, again=again, ask_for_data=ask_for_data)
        if looked is not None:
            return looked
    return _read(
        FileText(Path(file.path), content), file, [text.decode() for group in sought.values() for text in group]
    )


def _searched(file: LogFile, content: bytes, sought: Sought, *, again: bool, ask_for_data: bool) -> Looked | None:
    """Search a file of CloudTrail's own form; None where it is of another form, damaged, or odd."""
    text = unpacked(content)
    body = None if text is None else body_of(text)
    if text is None or body is None or not ends_whole(text, body, packed=text is not content):
        return None
    held = _held({day for days in sought for day in days}, text)
    wanted = [text for days, group in sought.items() if not days or held & set(days) for text in group]
    places = first_places(text, wanted, escapes=not again)
    cuts = records_at(text, body, places) if places else []
    if cuts is None:
        return None
    candidates = []
    for cut in cuts:
        try:
            candidates.append(candidate_of(cut.start, cut.found))
        except RecursionError:
            return None
    return Looked(candidates, [], with_data=_with_data(file, text, body.colon) if ask_for_data else frozenset())


def _held(days: set[bytes], text: bytes | bytearray) -> set[bytes]:
    """Give those of some days that a text holds; of most texts one search for how all of them begin tells that none."""
    if not days or find(text, commonprefix(list(days))) < 0:  # noqa: RUF071 - letter by letter, for they are no paths
        return set()
    return {day for day in days if find(text, day) >= 0}


def _with_data(file: LogFile, text: bytes | bytearray, colon: bytes) -> frozenset[str | None]:
    """Give the account that a file is named for where it holds data events; None stands for accounts unknown."""
    names = () if find(text, _CATEGORY) >= 0 else sorted(DATA_EVENTS)  # records too old to tell their category
    marks = [_DATA, *(f'"eventName":"{name}"'.encode() for name in names)]
    if all(find(text, mark.replace(b":", colon)) < 0 for mark in marks):
        return frozenset()
    return frozenset({file.place.account_id if file.place else None})


def _read(text: FileText, file: LogFile, texts: Sequence[str]) -> Looked:
    """Read a file whole, record by record, and keep those that name an identifier."""
    looked = Looked([], [])
    readable, is_prose, records = False, False, False
    with_data: set[str | None] = set()
    try:
        for number, item in enumerate(read_items(text, file)):
            if not isinstance(item, Found):
                looked.items.append(item)
                records |= isinstance(item, Digest)
                continue
            records = True
            if is_data_event(item.record.get("eventCategory"), item.record.get("eventName")):
                account_id = item.record.get("recipientAccountId")
                with_data.add(account_id if isinstance(account_id, str) else None)
            if names_any(item, texts):
                try:
                    looked.candidates.append(candidate_of(READ_WHOLE + number, item))
                except RecursionError:
                    looked.items.append(Problem(item.line, "a record nested too deeply"))
        readable = True
    except ProseError:
        is_prose = True
    except NotTextError as error:
        looked.items.append(Problem(None, str(error)))
    except OSError as error:
        looked.items.append(Problem(None, f"cannot be opened or read: {error.strerror or error}"))
    looked.items.extend(text.problems)
    looked.items.extend(text.notes if readable else ())
    return looked._replace(readable=readable, is_prose=is_prose, records=records,
                           with_data=frozenset(with_data))  # fmt: skip


def kept_records(file: LogFile) -> list[Candidate]:
    """Give every record of a file that holds nothing but records found before; none where it cannot be read."""
    try:
        found = enumerate(read_items(FileText(Path(file.path)), file))
        return [candidate_of(number, item) for number, item in found if isinstance(item, Found)]
    except (OSError, NotTextError, ProseError):
        return []


def candidate_of(place: int, found: Found) -> Candidate:
    """Give a record that was found with its columns.

    Args:
        place: see ``Candidate``.
        found: the record.

    Raises:
        RecursionError: it is nested too deeply.
    """
    notes: list[NoteKind] = []
    values = row_of(found.record, found.raw, notes)
    return Candidate(place, values, found.raw, found.form, found.line, tuple(notes))
