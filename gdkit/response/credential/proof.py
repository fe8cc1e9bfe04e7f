"""Whether a policy blocks whom it is meant to block, and nobody else: proven for every request, whatever is allowed.

The role is taken to be allowed everything: a Deny that blocks a session then blocks it whatever other policies allow.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from gdkit.policy.proof import prove_documents
from gdkit.policy.sessions import RoleSession, later_credentials, next_credential, unknown_sibling
from gdkit.response.credential.holders import listed
from gdkit.response.credential.session_policy import EVERY
from gdkit.response.step import Check

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gdkit.policy.counterexample import Counterexample
    from gdkit.policy.proof import Proof
    from gdkit.response.credential.holders import Holders
    from gdkit.response.credential.role import Role

EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
"""What the role is taken to be allowed."""


def denied_sessions(role: Role, holders: Holders, sessions: Mapping[str, Mapping[str, Any]]) -> list[RoleSession]:
    """Give the sessions to prove a policy on: those that it names, their later credentials, and all others.

    Args:
        role: the role.
        holders: its instances.
        sessions: what the policy denies, as the state of ``session_policy`` has it.
    """
    found: list[RoleSession] = []
    for user_id, how in sorted(sessions.items()):
        if user_id != EVERY:
            name = user_id.partition(":")[2]
            found += _by_age(_session(role, name, f"the session {holders.called(name)}"), _instant(how))
    named = {user_id.partition(":")[2] for user_id in sessions}
    siblings = [_session(role, one.id, one.called) for one in holders.without(named)]
    return [*found, *siblings, unknown_sibling(_session(role, "x", "x"))]


def fleet_sessions(role: Role, holders: Holders, issued_before: str | None) -> list[RoleSession]:
    """Give the sessions to prove a policy on that denies the whole role, or all its sessions before an instant."""
    known = [_session(role, one.id, f"the session of {one.called}") for one in holders.all]
    before = _instant({"issued_before": issued_before})
    everybody = [*known, unknown_sibling(_session(role, "x", "x"))]
    return [credential for one in everybody for credential in _by_age(one, before)]


def prove(sessions: Sequence[RoleSession], before: Mapping[str, Any] | None, after: Mapping[str, Any],
          left_open: Sequence[str] = ()) -> Proof:  # fmt: skip
    """Prove what putting a policy does to sessions.

    Args:
        sessions: whose.
        before: the policy of that name now; None for none.
        after: the policy as it will be.
        left_open: actions that it leaves open on purpose.
    """
    now = {"now": before} if before else {}
    return prove_documents({"everything": EVERYTHING, **now}, {"everything": EVERYTHING, "planned": after}, sessions,
                           left_open=left_open)  # fmt: skip


def proof_checks(proof: Proof) -> Iterator[Check]:
    """Say whether the policy blocks those who are meant and nobody else, each with a counterexample where not."""
    meant = [one.session.name for one in proof.effects if one.session.meant]
    others = [one.session.name for one in proof.effects if not one.session.meant]
    proven = f"proven for all {proof.checked:,} kinds of requests"
    open_still = f"; left open on purpose: {', '.join(proof.stays_open)}" if proof.stays_open else ""
    missed = [one for one in proof.counterexamples if one.kind == "under"]
    hit = [one for one in proof.counterexamples if one.kind in ("over", "shut")]
    yield _check("the Deny blocks every session that is meant", missed, proof,
                 f"{proven}; blocked: {listed(meant)}{open_still}")  # fmt: skip
    yield _check("the Deny blocks nobody else", hit, proof, f"{proven}; not hit: {listed(others)}")
    if proof.loosened:
        yield _check("nothing that is denied now is allowed again", proof.loosened, proof, "")


def _check(what: str, against: Sequence[Counterexample], proof: Proof, proven: str) -> Check:
    if against:
        return Check(what, False, listed([one.sentence.removesuffix(".") for one in against]), stops=True)
    if proof.limits:
        return Check(what, None, f"not proven: {' '.join(proof.limits)}", stops=True)
    return Check(what, True, proven, stops=True)


def _by_age(session: RoleSession, before: datetime | None) -> list[RoleSession]:
    """Give a session's credentials that are meant, and those issued later, which are meant only without an instant."""
    if before is None:
        return [replace(session, meant=True), next_credential(session, None, meant=True)]
    old = replace(session, issued_before=before, meant=True)
    return [old, later_credentials(session, before, meant=False)]


def _session(role: Role, name: str, called: str) -> RoleSession:
    return RoleSession(called, role.id, name, role.arn, role.account_id)


def _instant(how: Mapping[str, Any]) -> datetime | None:
    text = how["issued_before"]
    return datetime.fromisoformat(text) if text else None
