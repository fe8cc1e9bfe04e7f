"""Things that a thief makes in the small world, past the gateway, each with a name of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from tests.simulator.small_world import EVERYTHING, issued_key

if TYPE_CHECKING:
    from gdkit.simulator.scenarios.stage import Key
    from tests.simulator.small_world import SmallWorld

_NUMBERS = count(1)
OUTSIDER = "999988887777"
"""An account of the thief's."""


def name(of: str) -> str:
    """Give a name that nobody else has."""
    return f"{of}-{next(_NUMBERS)}"


@dataclass(frozen=True, slots=True)
class MadeUser:
    """A user with everything allowed, and a key.

    Attributes:
        key: the credential, as clients take it.
    """

    name: str
    key: Key

    @property
    def key_id(self) -> str:
        """The key's id."""
        return self.key[0]


def user(world: SmallWorld) -> MadeUser:
    """Make a user with a key."""
    called = name("svc-backup")
    return MadeUser(called, issued_key(world.site.user(called, EVERYTHING)))


def trust(*statements: dict[str, Any]) -> str:
    """Write a trust policy as people do, with spaces and lines."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=4)


def lets_in(*accounts: str, sid: str = "") -> dict[str, Any]:
    """Write a statement by which accounts may take a role."""
    arns = [f"arn:aws:iam::{account}:root" for account in accounts]
    named = {"Sid": sid} if sid else {}
    return {**named, "Effect": "Allow", "Principal": {"AWS": arns if len(arns) > 1 else arns[0]},
            "Action": "sts:AssumeRole"}  # fmt: skip


def role(world: SmallWorld, document: str) -> str:
    """Make a role with a trust policy, and give its name."""
    called, iam = name("helper"), world.site.api("iam")
    iam.create_role(RoleName=called, AssumeRolePolicyDocument=document)
    iam.put_role_policy(RoleName=called, PolicyName="all", PolicyDocument=EVERYTHING)
    world.accounts.policies.forget()
    return called


def inline(world: SmallWorld, kind: str, of: str) -> dict[str, Any]:
    """Give the inline policies of a user or role, read past the gateway."""
    iam, noun = world.site.api("iam"), kind.title()
    names = getattr(iam, f"list_{kind}_policies")(**{f"{noun}Name": of})["PolicyNames"]
    get = getattr(iam, f"get_{kind}_policy")
    return {one: get(**{f"{noun}Name": of, "PolicyName": one})["PolicyDocument"] for one in sorted(names)}
