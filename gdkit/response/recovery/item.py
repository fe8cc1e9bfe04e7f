"""One question of the recovery checklist with its answer, and what the answers rest on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from gdkit.response.record import Application
    from gdkit.response.recovery.role_difference import RoleDifference

Standing = Literal["done", "not yet", "unknown"]


@dataclass(frozen=True, slots=True)
class Item:
    """One question. Texts in it hold names from logs and from AWS: hostile, and never markup.

    Attributes:
        name: short name; a person's word about the question is noted under it.
        question: the question.
        standing: ``unknown`` where nothing that was seen settles it.
        seen: what was seen, in words.
        next: what to do; empty where nothing is left.
        source: what it rests on.
    """

    name: str
    question: str
    standing: Standing
    seen: str
    next: str
    source: str


class Looked(Protocol):
    """A look at whether the Deny works."""

    @property
    def holds(self) -> bool | None:
        """Whether it works; None where that cannot be told."""

    @property
    def looked_at(self) -> datetime:
        """When it was looked."""


@dataclass(frozen=True, slots=True)
class LastLook:
    """A look at whether the Deny works, as the result keeps it."""

    holds: bool | None
    looked_at: datetime


@dataclass(frozen=True, slots=True)
class InstanceNow:
    """An instance as AWS describes it now.

    Attributes:
        state: running, stopped …; ``gone`` where AWS lists it no more.
        http_tokens: required is IMDSv2 alone.
        http_endpoint: whether its metadata service is on at all.
        profile_arn: its instance profile.
    """

    id: str
    state: str
    http_tokens: str | None = None
    http_endpoint: str | None = None
    profile_arn: str | None = None

    @property
    def is_gone(self) -> bool:
        """Whether it can run no more."""
        return self.state in ("gone", "terminated")

    @property
    def answers_v1(self) -> bool:
        """Whether whoever forges a request through it can read its credentials by IMDSv1."""
        return not self.is_gone and self.http_endpoint != "disabled" and self.http_tokens != "required"


@dataclass(frozen=True, slots=True)
class Live:
    """What AWS said now. What was not asked or failed is not in it, and ``failed`` says why.

    Attributes:
        instances: the instances of the role, by id; None where they were not read.
        difference: what differs on the role; None where the case knows no role.
        exists: whether a thing that was left behind exists, by kind, id, parent and account; None where not settled.
        off: the state of things that are switched off, such as Inactive, by the same key.
        in_force: whether what an application left is still so, by its number in the journal; None where not read.
        failed: what could not be read, and why, by subject: instances, things.
    """

    instances: Mapping[str, InstanceNow] | None = None
    difference: RoleDifference | None = None
    exists: Mapping[tuple[str, str, str, str], bool | None] = field(default_factory=dict)
    off: Mapping[tuple[str, str, str, str], str] = field(default_factory=dict)
    in_force: Mapping[int, bool | None] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """What the checks rest on.

    Attributes:
        result: ``result.json``.
        applied: what the journal knows of steps that were applied, oldest first.
        now: the instant to judge by, aware.
        live: what AWS said now.
        recheck: the last look at whether the Deny works; None where there was none.
    """

    result: Mapping[str, Any]
    applied: Sequence[Application]
    now: datetime
    live: Live
    recheck: Looked | None = None

    def in_force(self, *steps: str) -> list[Application]:
        """Give what was applied of these steps, ended well and was not undone, oldest first."""
        mine = [one for one in self.applied if one.plan.step in steps and one.plan.undoes is None]
        return [one for one in mine if one.status == "done" and not one.undone]
