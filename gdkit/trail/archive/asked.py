"""Archives among the sources of a load or a search: asked what names a session, or read whole."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from gdkit.identifiers import normal_address
from gdkit.trail.archive.contents import book
from gdkit.trail.archive.manifest import open_manifest
from gdkit.trail.archive.names import AT
from gdkit.trail.archive.reading import Reader
from gdkit.trail.search.follow import Known
from gdkit.trail.search.look import Hit

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from gdkit.trail.archive.manifest import Manifest
    from gdkit.trail.archive.reading import Held
    from gdkit.trail.fetched.question import Question
    from gdkit.trail.ledger import Ledger
    from gdkit.trail.ledger_places import Archived
    from gdkit.trail.sources import SourceFiles

MOST_OF_OTHERS = 20_000
"""So many calls of others from one address, or with the session's role, are read: enough to see who else is there."""


class Asked:
    """An archive that is being asked.

    Args:
        source: its number among the sources.
        archived: what it holds.
        manifest: of it.
        is_stopped: asked now and then.

    Attributes:
        archived: the same.
    """

    def __init__(self, source: int, archived: Archived, manifest: Manifest, is_stopped: Callable[[], bool]) -> None:
        self.archived = archived
        self._source, self._manifest = source, manifest
        self._reader = Reader(manifest, is_stopped)
        self.close = self._reader.close
        self._held: list[Held] = []
        self._known: Known | None = None
        self._followed = 0
        self._too_many: dict[str, str] = {}

    def follow(self, known: Known) -> None:
        """Find every record that what is known names; what these lead to is known then, and found as well."""
        while self._followed < len(known.needles) and not self._reader.stopped:
            names = {needle.name for needle in known.needles[self._followed :]}
            self._followed = len(known.needles)
            known.learn([held.record.values for held in self._find(names)])

    def answers(self, question: Question) -> list[Hit]:
        """Give what a question asks for, whenever it was: that costs little here. What was given before is left out."""
        before = len(self._held)
        self._known = self._known or Known(question.subject)
        self._known.follow(question.names)
        self.follow(self._known)
        instance = {question.instance_id} if question.instance_id else set()
        self._find({*question.principal_ids, *question.session_names, *instance})
        self._find_around(question)
        return list(self._hits(self._held[before:]))

    def hits(self) -> list[Hit]:
        """Give what was found, in the order of the log files."""
        return list(self._hits(sorted(self._held, key=lambda held: (held.file, held.record.line))))

    def every(self) -> Iterator[Hit]:
        """Give every record."""
        return self._hits(self._reader.every())

    def book(self, ledger: Ledger) -> None:
        """Tell a ledger what the archive holds and lacks, and what was not asked for."""
        book(ledger, self._source, self.archived, self._manifest, self._reader)
        for what in self._too_many.values():
            ledger.not_reached(f"archive {self.archived.folder}: most of {what}",
                               f"more than {MOST_OF_OTHERS:,} are those of a crowd; so many of them were read, and all "
                               "that are the session's", failed=False)  # fmt: skip

    def _find(self, names: Collection[str]) -> list[Held]:
        found = self._reader.find(names)
        self._held += found
        return found

    def _find_around(self, question: Question) -> None:
        """Find the calls of others from the addresses that are asked about, and that the session was seen at.

        The calls of other sessions of its role are found, too: what is usual for the role is told by them.
        """
        own = self._own_calls(question) if question.around else []
        seen = (hit.record.values[AT["source_address"]] for hit in own)
        roles = {str(hit.record.values[AT["role_id"]]) for hit in own if _is_of(hit, question)}
        for role in sorted(roles):
            self._find_some(role, f"calls with the role {role}", ())
        addresses = {address for text in (*question.addresses, *seen) if (address := normal_address(text))}
        for address in sorted(addresses):
            self._find_some(address, f"calls from {address}", roles)

    def _find_some(self, name: str, what: str, roles: Collection[str]) -> None:
        """Find what a name that many records can have names; of too many, those of a role and some of the others."""
        count = self._reader.count(name)
        if count <= MOST_OF_OTHERS:
            self._find({name})
        elif name not in self._too_many:
            self._too_many[name] = f"{count:,} {what}"
            self._held += self._reader.find({name}, of=roles) if roles else []
            self._held += self._reader.find({name}, most=MOST_OF_OTHERS)

    def _own_calls(self, question: Question) -> list[Hit]:
        """Give those records that are the session's, or of what was chained from it."""
        from gdkit.trail.search.session import session_hits  # noqa: PLC0415 - needs pandas, so it is loaded on first use

        return session_hits(self.hits(), question.subject)

    def _hits(self, found: Iterable[Held]) -> Iterator[Hit]:
        paths: dict[int, str] = {}
        for held in found:
            if held.file not in paths:
                paths[held.file] = str(self._manifest.path_of(held.file))
            yield Hit(self._source, paths[held.file], held.record)


def _is_of(hit: Hit, question: Question) -> bool:
    """Tell whether a call is the session's own, of those that are its or chained from it."""
    get = hit.record.values.__getitem__
    return get(AT["role_id"]) is not None and (
        get(AT["session_name"]) in question.session_names
        or get(AT["principal_id"]) in question.principal_ids
        or get(AT["access_key_id"]) in question.access_key_ids[:1]
    )


@contextmanager
def asked_archives(sources: Sequence[SourceFiles], is_stopped: Callable[[], bool]) -> Iterator[list[Asked]]:
    """Open the archives among sources.

    Raises:
        ArchiveError: one of them cannot be used.
    """
    with ExitStack() as stack:
        archives = []
        for number, source in enumerate(sources):
            if source.archived:
                manifest = stack.enter_context(open_manifest(source.archived.folder))
                archives.append(Asked(number, source.archived, manifest, is_stopped))
                stack.callback(archives[-1].close)
        yield archives
