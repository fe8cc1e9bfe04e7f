"""What is known of the session while files are searched: whom its calls name, and what they issued.

More is searched for than belongs to the session in the end; ``keep`` decides that, over all that was found.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from gdkit.analysis.credential_ends import LONGEST_CONSOLE_SESSION, LONGEST_CREDENTIAL
from gdkit.columns import EVENTS
from gdkit.identifiers import is_instance_id
from gdkit.trail.delivery import REDELIVERY
from gdkit.trail.issuing import KEY_IN_ANSWER
from gdkit.trail.search.needles import Needle, searchable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from gdkit.model import Subject

_SOON = timedelta(days=1)
"""How late calls with the session's own keys are looked for: they name the session, too, but in odd records."""

_AT = {name: number for number, name in enumerate(EVENTS.names)}
EVENT_AT = _AT["event_at"]
"""Where a record's columns tell its time."""

NEW_USER = r'"userId":"(AIDA[A-Z0-9]{12,124})"'
"""The principal of a user that CreateUser made, in its answer. Source: IAM API Reference, User."""

_NEW_USER = re.compile(NEW_USER)


class Call(NamedTuple):
    """What a record says of who called and what was issued."""

    name: str | None
    event_at: datetime | None
    key: str | None
    principal: str | None
    session: str | None
    created_at: datetime | None
    new_keys: tuple[str, ...]
    expires_at: datetime | None
    new_principal: str | None
    new_user: str | None
    asked_session: str | None
    in_console: bool


class Known:
    """The identifiers that are searched for; it grows as calls of the session are found.

    Args:
        subject: the session.
        also: texts that are searched for, too, and lead to nothing else, such as addresses.

    Attributes:
        needles: what to search for; only ever added to, so that a number of them tells a state of it.
    """

    def __init__(self, subject: Subject, also: Iterable[str] = ()) -> None:
        self.needles: list[Needle] = []
        self._since: dict[str, datetime | None] = {}
        self._untold: dict[str | None, tuple[datetime | None, datetime | None]] = {subject.access_key_id: (None, None)}
        self._subject_key = subject.access_key_id
        self._own_keys = {subject.access_key_id} - {None}
        self._own_principals: set[str | None] = set()
        self._own_sessions: set[str | None] = set()
        self._chained_keys: set[str | None] = set()
        self._made_users: set[str | None] = set()
        self._unissued_keys: set[str | None] = set()
        self._chained_principals: set[str | None] = set()
        self._console_principals: set[str | None] = set()
        self._stays: set[tuple[str, datetime | None, datetime | None]] = set()
        self._waiting: list[Call] = []
        self._followed: tuple[int, ...] = ()
        self._add(subject.access_key_id)
        if subject.principal_id:
            self._own_principal(subject.principal_id)
        elif subject.instance_id:
            self._own_session(subject.instance_id)
        for text in also:
            self._add(text)

    @property
    def keys(self) -> set[str]:
        """The session's keys, those that were chained from it, and those of console sessions and of users it made."""
        return {key for key in self._own_keys | self._chained_keys | self._unissued_keys if key}

    @property
    def principals(self) -> set[str]:
        """The session's principals, and those that grew from it or were chained from it, as far as they are known."""
        return {one for one in self._own_principals | self._console_principals | self._chained_principals if one}

    def follow(self, names: Iterable[str]) -> None:
        """Search for more keys and principals that are known to be chained from the session, whenever they were."""
        for name in names:
            (self._chained_keys if name.startswith(("AKIA", "ASIA")) else self._chained_principals).add(name)
            self._add(name)

    def learn(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Take in the columns of records that name an identifier."""
        waiting = [call for call in map(_call, rows) if not self._follow(call)]
        self._waiting += waiting
        while self._followed != self._state():  # whose a call is can hang on another's
            self._followed = self._state()
            self._waiting = [call for call in self._waiting if not self._follow(call)]

    def _state(self) -> tuple[int, ...]:
        """Give a mark of what calls are followed by: as long as it stays, those that wait go on waiting."""
        return tuple(map(len, (self._own_keys, self._own_principals, self._own_sessions, self._chained_keys,
                               self._chained_principals, self._console_principals)))  # fmt: skip

    def _follow(self, call: Call) -> bool:
        """Take in what a call tells, and say whether it is the session's or chained from it."""
        own = call.principal in self._own_principals or call.session in self._own_sessions
        if call.key == self._subject_key is not None:
            own = True
            if call.principal is None and call.session:
                self._own_session(call.session)
            elif call.principal and call.principal.startswith("AROA"):
                self._own_principal(call.principal)
        if own and call.key:
            self._own_key(call.key, call.created_at or call.event_at, call.created_at)
        if call.new_principal in self._own_principals or call.asked_session in self._own_sessions:
            for key in call.new_keys:
                self._own_key(key, call.event_at, call.event_at)
        if not (own or call.key in self._own_keys or self._is_chained(call)):
            return False
        if call.principal in self._made_users or (call.in_console and call.principal in self._console_principals):
            self._unissued_keys.add(call.key)
        self._issued(call)
        if call.new_user:
            self._made_users.add(call.new_user)
            self._chained_principals.add(call.new_user)
            self._add(call.new_user, call.event_at)
        is_followed = call.key in self._own_keys or call.key in self._chained_keys
        if call.principal and is_followed and call.principal not in self._own_principals:
            self._used_by(call.principal, str(call.key))
        if call.name == "GetSigninToken" and not own:
            self._signed_in(call.principal, call.event_at)
        if call.in_console and call.new_principal:  # a role that is switched to there goes on in the console
            self._signed_in(call.new_principal, call.event_at)
        return True

    def _used_by(self, principal: str, key: str) -> None:
        """Search for whose key it is, where its issue did not tell: another account's records of its calls have no key.

        A user stays there when the key is gone.
        """
        if principal.startswith("AIDA"):
            self._add(principal, self._since.get(key))
        elif key in self._untold:
            self._add_stay(principal, *self._untold[key])

    def _signed_in(self, principal: str | None, at: datetime | None) -> None:
        self._console_principals.add(principal)
        self._add_stay(principal, at, _later(at, LONGEST_CONSOLE_SESSION))

    def _is_chained(self, call: Call) -> bool:
        if call.in_console and call.principal in self._console_principals:
            return True
        return call.key in self._chained_keys or call.principal in self._chained_principals

    def _issued(self, call: Call) -> None:
        if not call.new_keys:
            return
        at, until = call.event_at, call.expires_at or _later(call.event_at, LONGEST_CREDENTIAL)
        for key in call.new_keys:
            self._chained_keys.add(key)
            if not call.new_principal:
                self._untold.setdefault(key, (at, _end(key, until)))
            self._add(key, at, _end(key, until))
        if call.new_principal:
            self._chained_principals.add(call.new_principal)
            self._add_stay(call.new_principal, at, until)

    def _add_stay(self, principal: str | None, since: datetime | None, until: datetime | None) -> None:
        """Search for a principal while a credential of its is good; it can be taken again, under the same name."""
        if principal and (principal, since, until) not in self._stays:
            self._stays.add((principal, since, until))
            self.needles.append(Needle(searchable(principal), since, until, name=principal))

    def _own_key(self, key: str, at: datetime | None, issued_at: datetime | None) -> None:
        self._own_keys.add(key)
        since = issued_at or _later(at, -LONGEST_CREDENTIAL)
        temporary = key.startswith("ASIA")
        self._add(key, since if temporary else None, _end(key, _later(at, LONGEST_CREDENTIAL)), _SOON)

    def _own_principal(self, principal: str) -> None:
        self._own_principals.add(principal)
        session = principal.partition(":")[2]
        if session:
            self._own_session(session)
        if not is_instance_id(session):  # else the instance's id stands in it
            self._add(principal)

    def _own_session(self, session: str) -> None:
        self._own_sessions.add(session)
        if is_instance_id(session):
            self._add(session)
        else:  # a short name stands in many texts: an ARN ends in it, a request has it as a value
            self._add(f"/{session}", name=session)
            self._add(f'"{session}', name=session)

    def _add(self, text: str | None, since: datetime | None = None, until: datetime | None = None,
             late: timedelta = REDELIVERY, name: str = "") -> None:  # fmt: skip
        if text and (text not in self._since or _is_before(since, self._since[text])):
            self._since[text] = since
            self.needles.append(Needle(searchable(text), since, until, late, name or text))


def _call(values: tuple[Any, ...]) -> Call:
    def get(name: str) -> Any:
        return values[_AT[name]]

    keys = {get("new_access_key_id")} - {None}
    new_user = None
    if get("error_code") is None and get("response_elements"):
        keys |= set(KEY_IN_ANSWER.findall(get("response_elements")))
        new_user = _NEW_USER.search(get("response_elements")) if get("event_name") == "CreateUser" else None
    console = get("console_session") is True or get("event_name") == "ConsoleLogin"
    return Call(get("event_name"), get("event_at"), get("access_key_id"), get("principal_id"), get("session_name"),
                get("credential_issued_at"), tuple(sorted(keys)), get("new_key_expires_at"), get("new_principal_id"),
                new_user[1] if new_user else None, get("requested_session_name"), console)  # fmt: skip


def _is_before(since: datetime | None, other: datetime | None) -> bool:
    """Tell whether a span of time begins before another; one without a begin does."""
    return other is not None and (since is None or since < other)


def _later(at: datetime | None, by: timedelta) -> datetime | None:
    try:
        return None if at is None else at + by
    except OverflowError:
        return None


def _end(key: str, at: datetime | None) -> datetime | None:
    return at if key.startswith("ASIA") else None
