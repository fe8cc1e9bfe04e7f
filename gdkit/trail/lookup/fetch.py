"""A look-up from the plan to the last page: all regions at once, then the keys found on the way, until none is new."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from gdkit.aws.translate import translating
from gdkit.errors import AwsCall
from gdkit.model import utc_text
from gdkit.trail.load import Trail, load_trail
from gdkit.trail.lookup.halt import Halt
from gdkit.trail.lookup.keys import find_keys_of, named_callers
from gdkit.trail.lookup.places import places_asked
from gdkit.trail.lookup.plan import FoundKey, Query, Window, first_queries, further_queries
from gdkit.trail.lookup.result import LookupResult, facts_of, gaps_in_words, warnings_of
from gdkit.trail.lookup.site import SiteSweep
from gdkit.trail.lookup.store import SavedSweep, Spent, has_pages, read_saved, write_saved
from gdkit.trail.written import remove_leftovers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from pathlib import Path

    import pandas as pd

    from gdkit.model import Coverage
    from gdkit.trail.fetched.question import Question
    from gdkit.trail.load import Progress
    from gdkit.trail.lookup.halt import Cancel
    from gdkit.trail.lookup.plan import LookupPlan, Site
    from gdkit.trail.sources import Source

ClientOf: TypeAlias = "Callable[[str, str], Any]"
"""Gives a boto3 client of CloudTrail for an account and a region; it is asked by one thread at a time."""

FindKeys: TypeAlias = "Callable[[pd.DataFrame], Iterable[FoundKey]]"
"""Gives the session's keys and those that grew from it, from all events found so far."""

_LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class LookupProgress:
    """How far a look-up is.

    Attributes:
        requests: sent in this run, retries among them.
        throttled: refused because they came too soon.
        pages: on the disk.
        rows: in them.
        queries_open: questions still worked on.
        queries: questions asked so far; keys found on the way add to them.
        seconds_left: estimate for the open questions, from the pages had so far; None while there is no ground for one.
    """

    requests: int
    throttled: int
    pages: int
    rows: int
    queries_open: int
    queries: int
    seconds_left: float | None


@dataclass(frozen=True, slots=True)
class Watch:
    """Who looks on: told of progress, and able to stop it.

    Attributes:
        on_progress: called in the caller's own thread whenever something changed.
        cancel: an event, or a function that says whether to stop; pages that are there are kept.
    """

    on_progress: Callable[[LookupProgress], None] | None = None
    cancel: Cancel | None = None


def fetch_history(
    plan: LookupPlan,
    client: ClientOf,
    folder: Path,
    *,
    find_keys: FindKeys | None = None,
    refresh: bool = False,
    watch: Watch | None = None,
) -> LookupResult:
    """Fetch every management event of a session, and of all sessions chained from it, from the event history.

    Each page is put on the disk as it arrives. Called again with the same folder, it goes on where it was, fetches
    nothing that is there, and nothing at all where nothing is missing; what was refused before is tried again.

    Args:
        plan: whose events, where, since when.
        client: gives the clients.
        folder: the look-up's own folder in the case.
        find_keys: says which keys are the session's or grew from it; ``find_keys_of`` if not given.
        refresh: move the window's end to that of the plan and fetch what came since, and what may have come late.
        watch: progress and cancelling.

    Returns:
        What was asked and what is missing. A region that refuses, is off or fails is named there.

    Raises:
        UsageError: the plan cannot be carried out.
        CaseWriteError: a page cannot be written.

    Source: CloudTrail API Reference, LookupEvents.
    """
    plan.check()
    remove_leftovers(folder)
    saved = read_saved(folder)
    if saved is None or refresh:
        saved = SavedSweep(plan.window.end_at, saved.spent if saved else Spent())
        write_saved(folder, saved, _in_words(plan))
    sweep = _Sweep(plan, client, folder, saved.end_at, watch or Watch())
    begun_s = time.monotonic()
    try:
        keys = sweep.run(find_keys or _default_keys(plan))
    finally:
        sweep.end()
    spent = Spent(
        requests=saved.spent.requests + sweep.total("requests"),
        throttled=saved.spent.throttled + sweep.total("throttled"),
        seconds=round(saved.spent.seconds + (time.monotonic() - begun_s if sweep.total("requests") else 0.0), 3),
    )
    if spent != saved.spent:
        write_saved(folder, replace(saved, spent=spent), _in_words(plan))
    return sweep.result(keys, spent)


def load_history(
    result: LookupResult,
    files: Iterable[Source] = (),
    *,
    on_progress: Callable[[Progress], None] | None = None,
    asked: Question | None = None,
) -> Trail:
    """Read the pages of a look-up into one table, each event once, with the look-up's own coverage.

    Args:
        result: the look-up.
        files: folders, files or globs of log files, and archives, that are read beside it.
        on_progress: told of progress.
        asked: what is asked of archives; see ``load_trail``.

    Raises:
        TrailError: there is neither a page nor a file to read.
    """
    listed = list(files)
    pages = [] if listed and not result.pages else [result.folder]  # files are read even where nothing was looked up
    trail = load_trail([*pages, *listed], on_progress=on_progress, asked=asked)
    return replace(trail, coverage=_merged(trail.coverage, result))


def _merged(read: Coverage, result: LookupResult) -> Coverage:
    own = {one.source for one in read.searched if one.kind == "lookup"}
    searched = tuple(
        replace(
            one,
            source=f"{one.source}: {result.summary}",
            accounts=tuple(sorted({site.account_id for site in result.sites})),
            regions=tuple(sorted({site.region for site in result.sites})),
        )
        if one.kind == "lookup"
        else one
        for one in read.searched
    )
    others = tuple(gap for gap in read.not_searched if gap.what != "data events")
    return replace(
        read,
        searched=searched,
        not_searched=(*result.not_searched, *others),
        warnings=(*result.warnings, *read.warnings),
        places=(*result.places, *(row for row in read.places if row.source not in own)),
    )


def _default_keys(plan: LookupPlan) -> FindKeys:
    return lambda events: find_keys_of(events, plan.session_names, plan.access_key_ids)


def _in_words(plan: LookupPlan) -> dict[str, Any]:
    return {
        "account_id": plan.account_id,
        "session_names": list(plan.session_names),
        "access_key_ids": list(plan.access_key_ids),
        "regions": {account_id: list(regions) for account_id, regions in plan.regions.items()},
        "start_at": utc_text(plan.window.start_at),
    }


class _Sweep:
    """One run of a look-up."""

    def __init__(self, plan: LookupPlan, client: ClientOf, folder: Path, end_at: datetime, watch: Watch) -> None:
        self._plan = plan
        self._client = client
        self._folder = folder
        self._window = replace(plan.window, end_at=end_at)
        self._watch = watch
        self._halt = Halt(watch.cancel)
        self._making = threading.Lock()
        self._sites: dict[Site, SiteSweep] = {}
        self._asked: set[Query] = set()
        self._told: LookupProgress | None = None

    def run(self, find_keys: FindKeys) -> tuple[FoundKey, ...]:
        """Ask the plan's questions, then those that their answers raise; give the keys found."""
        self._ask((query, self._window) for query in first_queries(self._plan))
        while True:
            self._work()
            if self._halt.error:
                raise self._halt.error
            if not has_pages(self._folder):
                return ()
            events = load_trail([self._folder]).events
            keys = tuple(dict.fromkeys(find_keys(events)))
            asked = self._ask(further_queries(self._plan, keys, named_callers(events, keys), self._window))
            if not asked or self._halt.asked:
                return keys

    def total(self, name: str) -> int:
        """Sum a count of all sites' meters."""
        return sum(int(getattr(site.meter, name)) for site in self._sites.values())

    def end(self) -> None:
        """Stop what is still at work, and wait for it."""
        self._halt.give()
        for site in self._sites.values():
            site.end()

    def result(self, keys: tuple[FoundKey, ...], spent: Spent) -> LookupResult:
        """Put together what became of it."""
        cancelled = self._halt.cancelled
        facts = tuple(
            facts_of(question, site.closed, cancelled=cancelled)
            for _, site in sorted(self._sites.items())
            for question in site.questions
        )
        return LookupResult(
            folder=self._folder,
            window=self._window,
            queries=facts,
            keys=keys,
            not_searched=tuple(gaps_in_words(self._plan, facts, keys)),
            warnings=tuple(warnings_of(self._window, self._plan.asked_at, facts)),
            spent=spent,
            cancelled=cancelled,
            places=tuple(places_asked(self._plan, self._window, facts, keys)),
        )

    def _ask(self, questions: Iterable[tuple[Query, Window]]) -> int:
        """Put questions to their sites, each once; give how many were new."""
        fresh = {query: window for query, window in questions if query not in self._asked}
        for query, window in fresh.items():
            if query.site not in self._sites:
                self._sites[query.site] = SiteSweep(query.site, self._folder, self._maker(query.site), self._halt)
            self._sites[query.site].ask(query, window, self._plan.asked_at)
        self._asked |= fresh.keys()
        return len(fresh)

    def _maker(self, site: Site) -> Callable[[], Any]:
        def make() -> Any:
            with self._making, translating(AwsCall("cloudtrail", "LookupEvents", site.account_id, site.region)):
                return self._client(site.account_id, site.region)

        return make

    def _work(self) -> None:
        for site in self._sites.values():
            site.start()
        while any(site.busy for site in self._sites.values()):
            self._tell()
            time.sleep(_LOOK_S)
        self._tell()

    def _tell(self) -> None:
        if self._watch.on_progress is None:
            return
        sites = self._sites.values()
        counts = [site.counts() for site in sites]
        left = [site.seconds_left() for site in sites]
        now = LookupProgress(
            requests=self.total("requests"),
            throttled=self.total("throttled"),
            pages=sum(pages for pages, _, _ in counts),
            rows=sum(rows for _, rows, _ in counts),
            queries_open=sum(is_open for _, _, is_open in counts),
            queries=len(self._asked),
            seconds_left=None
            if None in left
            else max((seconds for seconds in left if seconds is not None), default=0.0),
        )
        if now != self._told:
            self._told = now
            self._watch.on_progress(now)
