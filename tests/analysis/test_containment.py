"""Whether a Deny works, by what CloudTrail shows of the sessions since."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from gdkit import tables
from gdkit.analysis.containment import SETTLES, Deny, SessionAfter, sessions_after

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

SINCE = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
ROLE = "AROAEXAMPLEROLE000001"
THIEF, SIBLING = f"{ROLE}:i-0aaaaaaaaaaaaaaaa", f"{ROLE}:i-0bbbbbbbbbbbbbbbb"
CHAINED = "AROAEXAMPLEROLE000002:nightly"
DENY = Deny(SINCE, (THIEF,), ROLE)


def call(
    minute: float, principal_id: str = THIEF, error_code: str | None = "AccessDenied", **more: Any
) -> dict[str, Any]:
    """Give one event, minutes after the Deny."""
    return {"event_at": SINCE + timedelta(minutes=minute), "principal_id": principal_id, "error_code": error_code,
            "event_name": "ListBuckets", "event_source": "s3.amazonaws.com", "user_agent": "aws-cli/2",
            "credential_issued_at": SINCE - timedelta(hours=1), **more}  # fmt: skip


def events(*rows: dict[str, Any]) -> pd.DataFrame:
    """Give a table of events."""
    return tables.frame_of_rows(tables.EVENTS, list(rows))


def after(*rows: dict[str, Any], deny: Deny = DENY, siblings: Sequence[str] = (), chained: Sequence[str] = (),
          also: Sequence[Deny] = ()) -> dict[str, SessionAfter]:  # fmt: skip
    """Give what is told of each session."""
    told = sessions_after(events(*rows), [deny, *also], [THIEF, *siblings], chained=chained)
    return {one.principal_id: one for one in told}


def test_no_rows_are_inconclusive() -> None:
    """An empty table proves nothing, of the thief or of anybody."""
    for found in after(siblings=[SIBLING], chained=[CHAINED]).values():
        assert found.holds is None
        assert "inconclusive" in found.found


def test_thief_refused_and_sibling_goes_on() -> None:
    """Refusals since the Deny took effect, and a sibling's success, show that it works and hits nobody else."""
    found = after(
        call(5), call(6, error_code="Client.UnauthorizedOperation"), call(7, SIBLING, None), siblings=[SIBLING]
    )
    assert (found[THIEF].holds, found[THIEF].refused, found[THIEF].passed) == (True, 2, 0)
    assert (found[SIBLING].holds, found[SIBLING].passed) == (True, 1)
    assert found[SIBLING].expected == "goes on"


@pytest.mark.parametrize("error_code", [None, "NoSuchBucket", "ThrottlingException"])
def test_a_call_that_got_past_iam(error_code: str | None) -> None:
    """One call of the thief that IAM let through shows that it does not hold, whatever the service then said."""
    found = after(call(5), call(9, error_code=error_code))[THIEF]
    assert found.holds is False
    assert "ListBuckets" in found.found


def test_first_minutes_prove_nothing() -> None:
    """IAM answers from old copies for a while: success right after the Deny is told, and decides nothing."""
    early = call(SETTLES.total_seconds() / 60 - 0.1, error_code=None)
    found = after(early)[THIEF]
    assert found.holds is None
    assert found.settling == 1
    assert after(early, call(5))[THIEF].holds is True


def test_what_is_never_refused() -> None:
    """GetCallerIdentity, services that were left open, and gdkit's own calls tell nothing."""
    open_ssm = Deny(SINCE, (THIEF,), ROLE, open_services=("ssm.amazonaws.com",))
    rows = (call(5, error_code=None, event_name="GetCallerIdentity"),
            call(5, error_code=None, event_source="ssm.amazonaws.com"),
            call(5, error_code=None, user_agent="gdkit/1.0"))  # fmt: skip
    assert after(*rows, deny=open_ssm)[THIEF].holds is None
    assert after(*rows)[THIEF].holds is False


def test_credential_of_a_cleaned_instance() -> None:
    """Where only older credentials are denied, a call with a newer one is no failure."""
    deny = Deny(SINCE, (THIEF,), ROLE, issued_before=SINCE)
    newer = call(9, error_code=None, credential_issued_at=SINCE + timedelta(minutes=3))
    assert after(call(5), newer, deny=deny)[THIEF].holds is True
    assert after(call(5), newer)[THIEF].holds is False
    unknown = call(9, error_code=None, credential_issued_at=None)
    assert after(call(5), unknown, deny=deny)[THIEF].holds is False, "an unknown issue time clears nobody"


def test_sibling_that_is_refused() -> None:
    """A sibling refused since then, and not before, is hit; one that was always refused tells nothing."""
    hit = after(call(-9, SIBLING, None), call(5, SIBLING), siblings=[SIBLING])[SIBLING]
    always = after(call(-9, SIBLING), call(5, SIBLING), siblings=[SIBLING])[SIBLING]
    assert (hit.holds, always.holds) == (False, None)


def test_whole_role() -> None:
    """A Deny on the whole role expects every session of it to be refused."""
    found = after(call(5, SIBLING, None), deny=Deny(SINCE, (), ROLE), siblings=[SIBLING])
    assert {one.expected for one in found.values()} == {"denied"}
    assert (found[SIBLING].holds, found[THIEF].holds) == (False, None)


def test_the_leaked_session_under_a_deny_on_the_role() -> None:
    """The leaked session is looked at under every Deny: a call of the thief that passes shows that it does not hold."""
    for deny in (Deny(SINCE, (), ROLE), Deny(SINCE, (), ROLE, issued_before=SINCE)):
        assert after(call(5, THIEF, None), deny=deny)[THIEF].holds is False


def test_several_denies() -> None:
    """With several Denies in force each call is held against the ones that are about it, each since its own time."""
    later = SINCE + timedelta(minutes=30)
    revoked = Deny(later, (), ROLE, issued_before=later)
    new = {"credential_issued_at": later + timedelta(minutes=5)}
    found = after(call(5), call(40, SIBLING, None, **new), also=[revoked], siblings=[SIBLING])
    assert (found[THIEF].holds, found[THIEF].expected) == (True, "denied")
    assert (found[SIBLING].holds, found[SIBLING].expected) == (None, "denied"), "only its later credential was seen"
    assert after(call(40, SIBLING, None), also=[revoked], siblings=[SIBLING])[SIBLING].holds is False
    assert after(call(10, SIBLING, None), also=[revoked], siblings=[SIBLING])[SIBLING].holds is None, "before it began"
    assert after(call(40, THIEF, None, **new), also=[revoked])[THIEF].holds is False, "the first Deny is about all"


def test_a_session_of_another_role() -> None:
    """A Deny on a whole role is about no session of another."""
    other = "AROAEXAMPLEROLE000009:i-0cccccccccccccccc"
    assert after(call(5, other, None), deny=Deny(SINCE, (), ROLE), siblings=[other])[other].expected == "goes on"


def test_chained_session() -> None:
    """A session of another role is out of reach: while it goes on, that is said, and never called contained."""
    found = after(call(5, CHAINED, None), chained=[CHAINED])[CHAINED]
    assert found.holds is None
    assert "does not reach it" in found.found
