"""Credentials that no key id leads to are told of, so that nobody takes the list of events for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gdkit.trail.search import session_events
from tests.trail import samples
from tests.trail.search import calls

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("source", "name", "said"),
    [
        ("iam", "CreateLoginProfile", "The session set a password (CreateLoginProfile, 2 calls). "),
        ("iam", "CreateServiceSpecificCredential", "The session made a credential for one service alone ("),
        ("iam", "UploadSSHPublicKey", "The session uploaded a key of its own ("),
        ("iam", "UpdateAccessKey", "The session switched an access key on or off (UpdateAccessKey, 2 calls). "),
        ("signin", "CreateOAuth2Token", "The session signed in for the command line ("),
        ("signin", "GetSigninToken", "The session signed in to the console (GetSigninToken, 2 calls). "),
    ],
)
def test_what_is_not_followed(tmp_path: Path, source: str, name: str, said: str) -> None:
    """What the session or what was chained from it made is said once; a refused call and a stranger's made nothing."""
    named = {"eventSource": f"{source}.amazonaws.com", "eventName": name}
    made = [calls.assume_role(1, 0), calls.call(2, 0, **named), calls.call(3, 1, **named)]
    others = [calls.call(4, 0, **named, errorCode="AccessDenied"), calls.call(5, -1, **named)]
    samples.write(tmp_path / "log.json", samples.compact({"Records": made + others}))
    told = [one for one in session_events(calls.PRINCIPAL, tmp_path).coverage.warnings if one.startswith("The session")]
    assert len(told) == 1
    assert told[0].startswith(said)
    assert "not among these events: look for" in told[0]


def test_nothing_is_said_of_keys(tmp_path: Path) -> None:
    """Roles and access keys are followed, and need no word."""
    records = [calls.assume_role(1, 0), calls.create_access_key(2, 1), calls.by_made_key(3)]
    samples.write(tmp_path / "log.json", samples.compact({"Records": records}))
    trail = session_events(calls.PRINCIPAL, tmp_path)
    assert len(trail.events) == 3
    assert not any("The session" in one for one in trail.coverage.warnings)
