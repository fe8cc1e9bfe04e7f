"""Sessions of a role, as a policy's conditions see them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gdkit.errors import UsageError
from gdkit.model import utc_text

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class RoleSession:
    """One session of a role, or any session of a kind.

    Attributes:
        name: how a person calls it, such as ``i-0aaa… (web-1)`` or ``the next credential of i-0aaa…``.
        role_id: unique id of the role.
        session_name: for an instance its id.
        role_arn: ARN of the role, path included; it is what ``aws:PrincipalArn`` holds.
        account_id: the role's account.
        meant: whether the change is meant to block it.
        issued_at: when its credential was issued, aware UTC; None for any time.
        source_instance_arn: ARN of the instance that the credential is from; None for any or none.
        role_delivery: ``1.0`` or ``2.0``, the version of the metadata service that gave the credential; None for any.
        issued_from: the first instant at which it may have been issued, where ``issued_at`` is None; None for no limit.
        issued_before: the first instant at which it was not issued, where ``issued_at`` is None; None for no limit.
        any_name: whether it stands for every session name that no other session has; ``session_name`` is an example.

    Raises:
        UsageError: a time has no zone, or no instant lies between ``issued_from`` and ``issued_before``.
    """

    name: str
    role_id: str
    session_name: str
    role_arn: str
    account_id: str
    meant: bool = False
    issued_at: datetime | None = None
    source_instance_arn: str | None = None
    role_delivery: str | None = None
    issued_from: datetime | None = None
    issued_before: datetime | None = None
    any_name: bool = False

    def __post_init__(self) -> None:
        for at in (self.issued_at, self.issued_from, self.issued_before):
            if at is not None and at.utcoffset() is None:
                raise UsageError("a time of issue needs a zone", where=f"session {self.name[:80]}")
        if self.issued_from and self.issued_before and self.issued_from >= self.issued_before:
            raise UsageError("a credential cannot be issued in no time", where=f"session {self.name[:80]}")

    @property
    def user_id(self) -> str:
        """The value of ``aws:userid``."""
        return f"{self.role_id}:{self.session_name}"

    def context(self) -> dict[str, str]:
        """Give the condition keys that the session itself fixes, in lower case.

        Source: IAM User Guide, "AWS global condition context keys" and "Request information that you can use for policy
        variables": an assumed role's ``aws:userid`` is ``role-id:session-name``; "Available keys for Amazon EC2".
        """
        fixed = {"aws:userid": self.user_id, "aws:principalarn": self.role_arn, "aws:principalaccount": self.account_id,
                 "aws:principaltype": "AssumedRole"}  # fmt: skip
        if self.issued_at is not None:
            fixed["aws:tokenissuetime"] = utc_text(self.issued_at) or ""
        if self.source_instance_arn is not None:
            fixed["ec2:sourceinstancearn"] = self.source_instance_arn
        if self.role_delivery is not None:
            fixed["ec2:roledelivery"] = self.role_delivery
        return fixed


NEVER_THERE = frozenset({"aws:username"})
"""Keys that a role's session never has. Source: as above."""

ALWAYS_THERE = frozenset({"aws:tokenissuetime", "aws:currenttime", "aws:epochtime", "aws:securetransport",
                          "aws:useragent", "aws:principalisawsservice", "aws:userid"})  # fmt: skip
"""Keys that every request of a role's session has, whatever their value. Source: as above."""


def next_credential(session: RoleSession, issued_at: datetime | None, *, meant: bool) -> RoleSession:
    """Give the credential that an instance fetches after the present one: another issue time, the same names."""
    return replace(session, name=f"the next credential of {session.name}", issued_at=issued_at, issued_from=None,
                   issued_before=None, meant=meant)  # fmt: skip


def later_credentials(session: RoleSession, issued_from: datetime, *, meant: bool) -> RoleSession:
    """Give every credential that an instance fetches from an instant on: the same names, whatever issue time."""
    name = f"the next credential of {session.name}"
    return replace(session, name=name, issued_at=None, issued_from=issued_from, issued_before=None, meant=meant)


def unknown_sibling(session: RoleSession, *, meant: bool = False) -> RoleSession:
    """Give every session of the same role that nobody knows yet: of any other name and any issue time."""
    return replace(session, name="a session of the role that is not known yet", session_name="i-0ffffffffffffffff",
                   issued_at=None, issued_from=None, issued_before=None, source_instance_arn=None, role_delivery=None,
                   any_name=True, meant=meant)  # fmt: skip
