"""What is asked of every source that is no file: whose events, of which time, from where."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gdkit.errors import UsageError
from gdkit.identifiers import is_account_id, parse_access_key_id, parse_assumed_role, parse_principal_id
from gdkit.model import Subject, utc_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_BEFORE_AWS = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Question:
    """Events of a span of time that name any of these; of a question that names nobody, all events of it.

    Attributes:
        since: the first instant asked about; of whatever zone it is given, it is held in UTC.
        until: the last one; likewise.
        access_key_ids: keys of the session, and those that were issued on the way; the subject's own stands first.
        principal_ids: ``roleId:session-name``.
        session_names: names of the session; mostly one instance id.
        instance_id: calls on it are asked for, too, whoever made them.
        addresses: calls from them are asked for, too, whoever made them.
        account_ids: where the events were recorded; empty for all accounts.
        regions: empty for all regions.
        grown_ids: principals of console sessions that were begun, and of users that were made, on the way.
        own_account_ids: the session's own account, as far as who was asked about tells it; it leaves no other out.
        around: calls of others from every address that the session is seen at are asked for, too, of a source that
            can find them at once.
    """

    since: datetime
    until: datetime
    access_key_ids: tuple[str, ...] = ()
    principal_ids: tuple[str, ...] = ()
    session_names: tuple[str, ...] = ()
    instance_id: str | None = None
    addresses: tuple[str, ...] = ()
    account_ids: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    around: bool = False
    grown_ids: tuple[str, ...] = ()
    own_account_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a span that is none, and hold its times in UTC: some services are told them without a zone.

        Raises:
            UsageError: a time without a zone, or an end before the beginning.
        """
        if self.since.tzinfo is None or self.until.tzinfo is None:
            raise UsageError("a time without a zone was given", action="give aware times, in UTC")
        for name in ("since", "until"):
            object.__setattr__(self, name, getattr(self, name).astimezone(UTC))
        if self.since >= self.until:
            span = f"{utc_text(self.since)} to {utc_text(self.until)}"
            raise UsageError(f"the span of time ends before it begins: {span}",
                             action="give a beginning that lies before its end")  # fmt: skip

    @property
    def names_nobody(self) -> bool:
        """Whether all events of the span are asked for."""
        return not (self.access_key_ids or self.principal_ids or self.session_names or self.instance_id
                    or self.addresses)  # fmt: skip

    @property
    def subject(self) -> Subject:
        """The session that is asked about; keys that were issued on the way are followed beside it."""
        named = bool(self.principal_ids or self.instance_id)
        return Subject(
            principal_id=next(iter(self.principal_ids), None),
            instance_id=self.instance_id,
            access_key_id=None if named else next(iter(self.access_key_ids), None),
        )

    def with_keys(self, access_key_ids: Iterable[str]) -> Question:
        """Give the question with more keys, in a fixed order; the same where none is new."""
        new = sorted(set(access_key_ids) - set(self.access_key_ids))
        return replace(self, access_key_ids=(*self.access_key_ids, *new)) if new else self

    def with_grown(self, principal_ids: Iterable[str]) -> Question:
        """Give the question with more principals that grew from the session; the same where none is new."""
        new = sorted(set(principal_ids) - {*self.grown_ids, *self.principal_ids})
        return replace(self, grown_ids=(*self.grown_ids, *new)) if new else self

    @property
    def names(self) -> tuple[str, ...]:
        """All that was found on the way, with the session's keys."""
        return (*self.access_key_ids, *self.grown_ids)

    def document(self) -> dict[str, Any]:
        """Give it as values that JSON can hold, for a plan file."""
        return {**asdict(self), "since": utc_text(self.since), "until": utc_text(self.until)}

    def covers(self, other: Question) -> bool:
        """Tell whether the answer to this question holds that to another one: it is the same but for what was found.

        One that names nobody but a key is no answer to one that names nobody at all, which asks for everything.
        """
        same = replace(self, access_key_ids=(), grown_ids=()) == replace(other, access_key_ids=(), grown_ids=())
        return same and self.names_nobody == other.names_nobody and set(other.names) <= set(self.names)


def question_from(document: Mapping[str, Any]) -> Question:
    """Give the question that ``Question.document`` gave the values of.

    Raises:
        KeyError, TypeError, ValueError: it is of another form.
    """
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in document.items()
    }
    return Question(**{**values, "since": datetime.fromisoformat(document["since"]),
                       "until": datetime.fromisoformat(document["until"])})  # fmt: skip


def question_of(subject: Subject, since: datetime, until: datetime, *, regions: tuple[str, ...] = (),
                around: bool = True) -> Question:  # fmt: skip
    """Make the question about a subject.

    Args:
        subject: the session.
        since: the first instant.
        until: the last one.
        regions: where to look; empty for everywhere.
        around: whether calls on the instance, and calls of others from the finding's addresses, are asked for as well.
    """
    since, until = since.replace(microsecond=0), until.replace(microsecond=0)
    principal = parse_principal_id(subject.principal_id)
    names = (principal.session_name if principal else None, subject.instance_id)
    return Question(
        since,
        until,
        access_key_ids=(subject.access_key_id,) if subject.access_key_id else (),
        principal_ids=(subject.principal_id,) if subject.principal_id else (),
        session_names=tuple(dict.fromkeys(name for name in names if name)),
        instance_id=subject.instance_id,
        addresses=tuple(dict.fromkeys(subject.reported_addresses)) if around else (),
        regions=regions,
        around=around,
        own_account_ids=_own_accounts(subject),
    )


def _own_accounts(subject: Subject) -> tuple[str, ...]:
    """Give the accounts that a session's ARN, its finding and its key name; one, unless they contradict each other."""
    arn, key = parse_assumed_role(subject.session_arn), parse_access_key_id(subject.access_key_id)
    finding = subject.finding
    named = (arn.account_id if arn else None, finding.account_id if finding else None, key.account_id if key else None)
    return tuple(dict.fromkeys(one for one in named if one is not None and is_account_id(one)))


def question_of_all_times(subject: Subject) -> Question:
    """Make the question about a subject for a source that can be asked about all times at once.

    Args:
        subject: the session.
    """
    return question_of(subject, _BEFORE_AWS, datetime.now(UTC))
