"""Who is told how far the gathering is, and who can stop it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gdkit.errors import StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from gdkit.trail import Progress
    from gdkit.trail.fetched import Cost, Watch
    from gdkit.trail.lookup import LookupProgress


@dataclass(frozen=True, slots=True)
class Tellers:
    """Who is told of progress, and whether a person wants it to stop.

    Attributes:
        lookup: told of a look-up.
        files: told of the reading of files, here or in AWS.
        part: told in words which part of the work begins.
        stop: set where a person wants it to stop; None where nobody can.
        allow: asked, with the estimate, whether a source may be read that takes more than is read without asking; None
            where nobody can be asked.
    """

    lookup: Callable[[LookupProgress], None] | None = None
    files: Callable[[Progress], None] | None = None
    part: Callable[[str], None] | None = None
    stop: Event | None = None
    allow: Callable[[str, Cost], bool] | None = None

    def begin(self, part: str) -> None:
        """Tell that a part of the work begins.

        Raises:
            StoppedError: a person wanted it to stop.
        """
        self.check()
        if self.part:
            self.part(part)

    def reading(self, progress: Progress) -> None:
        """Tell how far the reading of files is.

        Raises:
            StoppedError: a person wanted it to stop.
        """
        self.check()
        if self.files:
            self.files(progress)

    def check(self) -> None:
        """Leave off where a person wants that.

        Raises:
            StoppedError: a person does.
        """
        if self.stop is not None and self.stop.is_set():
            raise StoppedError("it was stopped; what was fetched is kept in the case",
                               action="run it again: it goes on where it was")  # fmt: skip

    def watch(self) -> Watch:
        """Give who looks on at a fetch: the same."""
        from gdkit.trail.fetched import Watch  # noqa: PLC0415 - only where something is fetched

        return Watch(self.files, lambda: self.stop is not None and self.stop.is_set(), self.allow)
