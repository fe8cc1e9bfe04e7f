"""Accounts of a table of which each query must name one: those that are asked, and what is said of the others."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

from gdkit.identifiers import is_account_id, parse_access_key_id
from gdkit.model import NotSearched
from gdkit.trail.query.places import Asked

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    import pandas as pd

    from gdkit.trail.fetched.question import Question
    from gdkit.trail.query.target import Target


_NOT_SEEN = ("nothing tells that the source holds the account, and no record of it was found; ask a source that does, "
             "such as the account's own log files in S3")  # fmt: skip


def accounts_to_ask(reader: str, question: Question) -> tuple[str, ...]:
    """Give the accounts to ask where each must be named: the session's own, and those that keys bear in them.

    Args:
        reader: the reader's account; it is asked where nothing tells the session's own.
        question: whose events.
    """
    keys = (parse_access_key_id(key) for key in question.access_key_ids)
    own = question.own_account_ids or (reader,)
    return tuple(dict.fromkeys((*own, *(key.account_id for key in keys if key and key.account_id))))


class Accounts:
    """Chooses the accounts that one fetch asks for.

    Args:
        target: the table.
        question: what is asked of it.
    """

    def __init__(self, target: Target, question: Question) -> None:
        self._target, self._question, self._home = target, question, target.home
        self._known = bool(question.own_account_ids)
        self._chosen = "account" in target.needs and not question.account_ids  # here, for nobody named one

    def placed(self, question: Question) -> Question:
        """Give a question with the accounts that are asked for, where it names none and each query must name one."""
        if question.account_ids or "account" not in self._target.needs:
            return question
        return replace(question, account_ids=self._home)

    @property
    def may_be_elsewhere(self) -> bool:
        """Whether a session is asked about whose account nobody named."""
        return self._chosen and not self._known and not self._question.names_nobody

    def learn(self, events: pd.DataFrame) -> tuple[str, ...]:
        """Give the accounts that the session's own calls name and that are not asked yet; they are from now on.

        Another account's record of a call names the caller's account, too.

        Args:
            events: ``tables.EVENTS``, all that was found so far.

        Source: CloudTrail User Guide, "CloudTrail userIdentity element", accountId.
        """
        asked = self._question
        if asked.principal_ids:
            own = events["principal_id"].isin(asked.principal_ids)
        elif asked.session_names:
            own = events["session_name"].isin(asked.session_names)
        else:
            own = events["access_key_id"].isin(asked.access_key_ids[:1])
        found = sorted(filter(is_account_id, events.loc[own, "identity_account_id"].dropna().unique()))
        further = tuple(one for one in found if one not in self._home)
        self._known, self._home = bool(found), (*self._home, *further)
        return further

    def parts(self, question: Question) -> list[Question]:
        """Give the questions that name one value of each column that needs one."""
        needs = self._target.needs
        accounts = [(one,) for one in question.account_ids] if "account" in needs else [question.account_ids]
        regions = [(one,) for one in question.regions] if "region" in needs else [question.regions]
        return [replace(question, account_ids=account, regions=region)
                for account, region in product(accounts, regions)]  # fmt: skip

    def read_by(self, question: Question) -> Asked:
        """Give a question with the accounts and regions that its queries read, as far as is known: for the ledger."""
        target = self._target
        accounts, regions = question.account_ids or target.accounts, question.regions or target.regions
        if target.any_region or not regions:
            return Asked(replace(question, account_ids=accounts, regions=regions))
        note = f"of the regions {', '.join(regions)} those that it holds, which is not told"
        return Asked(replace(question, account_ids=accounts, regions=()), note=note)

    def unproven(self, asked: Asked, seen: Collection[str]) -> tuple[str, ...]:
        """Give the accounts that a question was led to, and of which nothing tells that the table holds them.

        The call that leads to an account is recorded there as well, so that a table which holds it has a record of it.

        Args:
            asked: a question that was put to the table.
            seen: accounts of which there are records in the answers.

        Source: CloudTrail User Guide, "CloudTrail record contents", sharedEventID.
        """
        if asked.failed or not self._target.others:
            return ()
        known = {*seen, *self._target.accounts}
        return tuple(one for one in asked.led_to if one not in known and not self._has_objects(asked.question, one))

    def as_shown(self, asked: Iterable[Asked], seen: Collection[str]) -> Iterator[Asked]:
        """Give what was put to the table, with what was asked of an account that it may not hold as not searched."""
        for one in asked:
            lacking = self.unproven(one, seen)
            rest = tuple(account for account in one.question.account_ids if account not in lacking)
            if rest or not lacking:
                yield replace(one, question=replace(one.question, account_ids=rest))
            if lacking:
                yield Asked(replace(one.question, account_ids=lacking), failed=_NOT_SEEN, state="not searched")

    def _has_objects(self, question: Question, account_id: str) -> bool:
        if not self._target.by_account:
            return False
        measured = self._target.measure(replace(question, account_ids=(account_id,)))
        return measured is not None and measured.objects > 0

    def not_asked(self, asked: Iterable[Asked]) -> Iterator[NotSearched]:
        """Say which accounts were asked where each must be named, and what that leaves out.

        Args:
            asked: all that was put to the table.
        """
        if not self._chosen:
            return
        names = tuple(dict.fromkeys(account for one in asked for account in one.question.account_ids))
        source, listed = self._target.text, ", ".join(names)
        alone = f"account {listed} alone was" if len(names) == 1 else f"accounts {listed} alone were"
        others, reason = f"events of other accounts than {listed} in {source}", "each query must name an account"
        if self._question.names_nobody:
            yield NotSearched(others, f"{reason}, and nobody named one: {alone} judged; make a table that lists the "
                              "accounts ('gdkit athena-table DB.TABLE --account …'), or read the log files in S3",
                              failed=True)  # fmt: skip
        elif not self._known:
            yield NotSearched(f"the session's events in its own account, if that is not {listed}, in {source}",
                              f"the session's account is not known, and {reason}: {alone} asked; give the session's "
                              "ARN, an access key of it or the finding", failed=True)  # fmt: skip
        else:
            yield NotSearched(others, f"{reason}: the session's own, and those that keys lead to")
