"""Every credential of the simulated world: whose it is, until when, and what it may carry."""

from __future__ import annotations

import base64
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from gdkit.simulator.call import ApiError, Principal
from gdkit.simulator.faults import expired_code, unknown_key_code

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


@dataclass(frozen=True, slots=True)
class Issued:
    """A credential as its holder gets it."""

    principal: Principal
    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class RoleToAssume:
    """A role, as far as a session of it needs to know."""

    account_id: str
    name: str
    role_id: str
    arn: str


class Credentials:
    """The register of credentials."""

    def __init__(self, seed: int = 0) -> None:
        self._random = Random(seed)  # noqa: S311 - made-up keys that open nothing, and that must be repeatable
        self._issued: dict[str, Issued] = {}
        self._inactive: set[str] = set()
        self._lock = threading.RLock()

    def root(self, account_id: str) -> Issued:
        """Give a new credential of an account's root user."""
        key = self._new_key("AKIA", account_id)
        principal = Principal("Root", account_id, account_id, f"arn:aws:iam::{account_id}:root", key)
        return self._register(principal, key)

    def session(self, role: RoleToAssume, session_name: str, at: datetime, duration_s: int,
                context: Mapping[str, str] | None = None, policies: tuple[str, ...] = ()) -> Issued:  # fmt: skip
        """Issue a credential for a session of a role.

        Args:
            role: the role.
            session_name: for an instance, its instance id.
            at: when it is issued.
            duration_s: how long it lives.
            context: condition keys that it carries.
            policies: session policies.
        """
        issued_at = at.replace(microsecond=0)
        key = self._new_key("ASIA", role.account_id)
        principal = Principal(
            "AssumedRole",
            role.account_id,
            f"{role.role_id}:{session_name}",
            f"arn:aws:sts::{role.account_id}:assumed-role/{role.name}/{session_name}",
            key,
            role.name,
            role.arn,
            issued_at,
            issued_at + timedelta(seconds=duration_s),
            dict(context or {}),
            policies,
        )
        return self._register(principal, key, token="IQoJ" + self._text(300))

    def user(self, account_id: str, user_name: str, user_id: str, arn: str, access_key_id: str, secret: str) -> Issued:
        """Register a user's access key that IAM made."""
        principal = Principal("IAMUser", account_id, user_id, arn, access_key_id, user_name)
        with self._lock:
            self._issued[access_key_id] = Issued(principal, access_key_id, secret)
            return self._issued[access_key_id]

    def set_active(self, access_key_id: str, *, active: bool) -> None:
        """Activate or deactivate a key."""
        with self._lock:
            (self._inactive.discard if active else self._inactive.add)(access_key_id)

    def remove(self, access_key_id: str) -> None:
        """Delete a key."""
        with self._lock:
            self._issued.pop(access_key_id, None)

    def check(self, access_key_id: str, token: str | None, at: datetime, service: str = "sts") -> Issued:
        """Give the credential that a request to a service was signed with.

        Raises:
            ApiError: it is unknown, inactive, expired, or comes with another token.
        """
        issued = self._issued.get(access_key_id)
        if (
            issued is None
            or access_key_id in self._inactive
            or (issued.session_token and issued.session_token != token)
        ):
            raise ApiError(unknown_key_code(service), "The security token included in the request is invalid.", 403)
        expires_at = issued.principal.expires_at
        if expires_at is not None and at >= expires_at:
            raise ApiError(expired_code(service), "The security token included in the request is expired", 403)
        return issued

    def issued(self, access_key_id: str) -> Issued | None:
        """Give a credential as its holder has it, whatever became of it; None for a key that was never issued."""
        return self._issued.get(access_key_id)

    def account_of(self, access_key_id: str) -> str | None:
        """Give the account that a key belongs to; None for a key that was never issued."""
        issued = self._issued.get(access_key_id)
        return issued.principal.account_id if issued else None

    def _register(self, principal: Principal, key: str, token: str | None = None) -> Issued:
        issued = Issued(principal, key, self._text(40), token)
        with self._lock:
            self._issued[key] = issued
        return issued

    def _new_key(self, prefix: str, account_id: str) -> str:
        """Make a key id that holds its account, as AWS's do.

        Source: gdkit/identifiers.py, which reads the account out of a key id.
        """
        with self._lock:
            head = (1 << 47) | (int(account_id) << 7) | self._random.getrandbits(7)
            tail = self._random.getrandbits(32)
        return prefix + base64.b32encode(head.to_bytes(6, "big") + tail.to_bytes(4, "big")).decode()

    def _text(self, length: int) -> str:
        with self._lock:
            return "".join(self._random.choices(_LETTERS, k=length))
