"""A question put to a table by queries: first whose events they are, then what grew from them, until nothing is new.

Following the chain by further queries scans less than one recursive query: a recursive query reads the whole span at
every step up to its greatest depth, while a credential's own query reads the hours in which it was good.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from gdkit.errors import AwsError, CostError
from gdkit.model import utc_text
from gdkit.trail.fetched.store import Plan, read_plan, write_plan
from gdkit.trail.fetched.values import Cost, Fetched
from gdkit.trail.load import load_trail
from gdkit.trail.lookup.failures import gap_of
from gdkit.trail.lookup.keys import find_keys_of
from gdkit.trail.query.accounts import Accounts
from gdkit.trail.query.checked import checked, checked_whole
from gdkit.trail.query.follow import IN_OWN_ACCOUNT, grown_from, questions_of, with_principal
from gdkit.trail.query.limits import PRICED, Limits, dollars_of
from gdkit.trail.query.places import Asked, doubted, gap_in_words, gaps_in_doubt, places_asked
from gdkit.trail.query.run import Kept, Runs, StoppedHereError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gdkit.model import NotSearched
    from gdkit.trail.fetched.question import Question
    from gdkit.trail.fetched.values import Terms, Watch
    from gdkit.trail.query.target import Target

_NOT_LISTED = ("the table's settings do not list the account; make one that lists it ('gdkit athena-table DB.TABLE "
               "--account …' writes the statement), or read the account's log files in S3")  # fmt: skip


def fetch_by_queries(target: Target, question: Question, folder: Path, *, terms: Terms, watch: Watch) -> Fetched:
    """Ask a table, follow what grew from the session, and keep every answer as log files.

    Args:
        target: the table.
        question: what is asked.
        folder: the fetch's own folder.
        terms: limits.
        watch: progress, stopping, and leave to go above the limits.

    Raises:
        AwsError: the first query failed.
        TrailError: nothing of what is named can be asked for by a query.
        CostError: it would scan more than is allowed.
        CaseWriteError: an answer cannot be written.
    """
    return _Fetch(target, question, folder, terms, watch).run()


@dataclass(slots=True)
class _Found:
    """What came of a fetch so far."""

    asked: list[Asked] = field(default_factory=list)
    gaps: list[NotSearched] = field(default_factory=list)


class _Fetch:
    """One fetch under way."""

    def __init__(self, target: Target, question: Question, folder: Path, terms: Terms, watch: Watch) -> None:
        self._target, self._terms, self._watch, self._folder = target, terms, watch, folder
        self._question, odd = checked_whole(question)
        self._found = _Found(gaps=[*target.gaps, *odd])
        self._accounts = Accounts(target, self._question)
        self._began = time.monotonic()
        earlier = read_plan(folder)
        self._plan = Plan(target.kind, target.text, self._question.document(), with_data=target.with_data)
        if earlier is not None:
            self._plan = replace(self._plan, cost=earlier.cost, state=earlier.state)
        self._spent = self._plan.cost
        self._runs = Runs(target.engine, target.rendering, Kept(folder, self._plan.state, self._save), watch,
                          most_bytes=terms.max_bytes)  # fmt: skip
        self._limits = Limits(target, self._runs, terms, watch)
        self._answered: set[str] = set(self._plan.state.get("answered", ()))

    def run(self) -> Fetched:
        """Ask until nothing new turns up, or it is stopped."""
        try:
            self._ask_first()
            self._follow()
        except StoppedHereError:
            return self._result(stopped=True)
        return self._result(stopped=False)

    def _ask_first(self) -> None:
        """Ask for the session; keys that another source told of later are asked for in a query of their own."""
        base = self._base()
        self._put(base, first=True)
        if self._accounts.may_be_elsewhere and (further := self._accounts.learn(self._events())):
            self._put(replace(base, account_ids=further), first=False)
        self._answered.update(base.access_key_ids)
        wider = with_principal(base, self._events())
        if wider.principal_ids != base.principal_ids:
            self._ask_by_principal(wider)
        keys = {key.access_key_id for key in self._keys(self._events())}
        others = tuple(key for key in self._question.access_key_ids if key not in self._answered | keys)
        grown = tuple(one for one in self._question.grown_ids if one not in self._answered)
        alone = replace(base, access_key_ids=others, principal_ids=grown, session_names=(), instance_id=None,
                        addresses=())  # fmt: skip
        if (others or grown) and self._put(alone, first=False):
            self._answered.update((*others, *grown))

    def _ask_by_principal(self, wider: Question) -> None:
        """Ask for the calls of the principal that a key's own calls show; in logs it may be anything."""
        proper, odd = checked(wider)
        self._found.gaps += odd
        if proper is not None and proper.principal_ids:
            self._put(replace(proper, access_key_ids=()), first=False)
            self._question = replace(self._question, principal_ids=proper.principal_ids)

    def _base(self) -> Question:
        """Give the question as the first run put it, so that its query is not run again for a key more."""
        told = dict(self._plan.state.get("base", {}))
        now = self._question.document()
        if told and all(told.get(name) == (list(value) if isinstance(value, tuple) else value)
                        for name, value in now.items() if name not in ("access_key_ids", "grown_ids")):  # fmt: skip
            return replace(self._question, access_key_ids=tuple(told["access_key_ids"]))
        self._plan.state["base"] = {name: list(value) if isinstance(value, tuple) else value
                                    for name, value in now.items()}  # fmt: skip
        return self._question

    def _follow(self) -> None:
        """Ask for what grew, to any depth, each credential once; what could not be asked is for a later run."""
        tried: set[str] = set()
        while fresh := [one for one in grown_from(self._events(), self._question)
                        if one.mark not in self._answered | tried]:  # fmt: skip
            tried.update(one.mark for one in fresh)
            for group, question in questions_of(fresh, self._question):
                proper, _ = checked(question)
                led_to = () if proper is None or self._question.account_ids else proper.account_ids
                if proper is None or self._put(proper, first=False, led_to=led_to):
                    self._answered.update(one.mark for one in group)

    def _not_followed(self, found: Any) -> Iterator[NotSearched]:
        """Name what of that which grew is not asked for, be it by this run or one before."""
        asked = [question for _, question in questions_of(grown_from(found, self._question), self._question)]
        for question in asked:
            yield from checked(question)[1]
        if any(question.account_ids != self._question.account_ids for question in asked):
            yield IN_OWN_ACCOUNT

    def _put(self, question: Question, *, first: bool, led_to: tuple[str, ...] = ()) -> bool:
        """Put a question to the table, and tell whether it was answered.

        A later one that fails is a gap, and what was found before it stays.
        """
        placed = self._accounts.placed(question)
        own = question.own_account_ids if first and self._target.accounts else ()
        inside = placed if self._target.others else self._set_up_for(placed, own)
        if inside is None:
            return False
        asked = self._accounts.read_by(inside)
        asked.led_to = (*led_to, *own)
        self._found.asked.append(asked)
        try:
            parts = [(one, list(self._target.rendering.statements(one))) for one in self._accounts.parts(inside)]
            objects = self._limits.allow(parts)
            if first and objects is not None:
                self._plan.state["base"].setdefault("objects", objects)
            for statement in (text for _, statements in parts for text in statements):
                asked.records += self._runs.answer(statement)
        except StoppedHereError:
            asked.failed, asked.state = "it was stopped; run it again to go on", "not searched"
            raise
        except (AwsError, CostError) as error:
            if first:
                raise
            asked.failed = f"{error.problem}{f'; what to do: {error.action}' if error.action else ''}"
            asked.state = gap_of(error) if isinstance(error, AwsError) else "not searched"
        if asked.led_to and self._accounts.unproven(asked, self._seen()):
            return False
        return not asked.failed and inside == placed

    def _set_up_for(self, question: Question, own: tuple[str, ...]) -> Question | None:
        """Leave those of a question's accounts that the table is set up for, and name the others; None without any.

        Of a question about all accounts the session's own is named where it is not among them.
        """
        accounts = self._target.accounts or (*question.account_ids, *own)
        outside = tuple(one for one in question.account_ids or own if one not in accounts)
        if outside:
            self._found.asked.append(Asked(replace(question, account_ids=outside), state="not searched",
                                           failed=_NOT_LISTED))  # fmt: skip
        inside = tuple(one for one in question.account_ids if one in accounts)
        return replace(question, account_ids=inside) if inside or not question.account_ids else None

    def _events(self) -> Any:
        return load_trail([self._folder]).events

    def _seen(self, column: str = "account_id") -> frozenset[str]:
        """Give the accounts, or the regions, of which there are records."""
        return frozenset(self._events()[column].dropna()) if self._runs.done else frozenset()

    def _keys(self, found: Any) -> list[Any]:
        return list(find_keys_of(found, self._question.session_names, self._question.access_key_ids))

    def _save(self) -> None:
        self._plan.state["answered"] = sorted(self._answered)
        write_plan(self._folder, self._plan)

    def _nothing_there(self) -> Iterator[str]:
        """Say so where no object at all lay in the places of the first query, as this run or one before saw."""
        if self._plan.state["base"].get("objects") == 0 and not self._runs.records:
            span = f"{utc_text(self._question.since)} to {utc_text(self._question.until)}"
            yield (f"{self._target.text}: no object was found there for {span}, which proves nothing: the table's "
                   "place or its settings, or the span, may be the wrong ones.")  # fmt: skip

    def _result(self, *, stopped: bool) -> Fetched:
        """Put together what came of it, and close the plan."""
        spent, runs, target = self._spent, self._runs, self._target
        asked = list(self._accounts.as_shown(self._found.asked, self._seen()))
        failed = [one for one in asked if one.failed]
        cost = Cost(
            objects=max(spent.objects, self._limits.objects),
            requests=spent.requests + target.engine.requests,
            bytes=runs.bytes_scanned,
            seconds=round(spent.seconds + time.monotonic() - self._began, 1),
            dollars=dollars_of(runs.bytes_scanned, runs.done),
            priced=PRICED,
        )
        found = self._events() if runs.done else None
        keys = [] if found is None else [key.access_key_id for key in self._keys(found)]
        doubts = doubted(self._question, target.doubts, self._seen("region"))
        grown = () if found is None else tuple(dict.fromkeys(self._not_followed(found)))
        self._plan = replace(self._plan, cost=cost, complete=not (failed or stopped))
        self._save()

        def lacks(account_id: str | None, region: str | None) -> str:
            return target.lacks(account_id, region) or doubts.get(region or "", "")

        return Fetched(
            folder=self._folder,
            source=target.text,
            question=self._question.with_keys(keys),
            records=runs.records,
            cost=cost,
            not_searched=(
                *self._found.gaps,
                *self._accounts.not_asked(asked),
                *gaps_in_doubt(target, doubts),
                *grown,
                *map(gap_in_words, failed),
            ),
            warnings=(*target.warnings, *self._nothing_there(), *runs.warnings, *runs.above_limit()),
            places=tuple(places_asked(target, asked, lacks)),
            stopped=stopped,
        )
