"""Everything that one address is judged by, put side by side before any rule is asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import pandas as pd

    from gdkit.feeds.answer import OnlineAnswer
    from gdkit.model import LeakedSession, Subject
    from gdkit.origin.aws_ranges import AwsRanges
    from gdkit.origin.maxmind import Mmdb
    from gdkit.origin.model import Evidence, Holding, Way
    from gdkit.origin.team_file import TeamFile


@dataclass(frozen=True, slots=True)
class Sources:
    """What an address can be held against beside the logs. None means: not given, or not asked.

    Attributes:
        at: the instant to judge by, aware.
        team: the team's ``networks.yaml``.
        holdings: networks and addresses of the accounts in reach.
        organisation: accounts of the own organisation: name by id.
        organisation_is_whole: whether these are all of them, so that another account is none of them.
        members: accounts that GuardDuty alone has as members.
        ways: by which ways the instance's traffic leaves.
        on_outpost: whether the instance is on an Outpost.
        aws_ranges: AWS's published ranges.
        mmdb: MaxMind files.
        online: answers of those who were asked by name, by address.
    """

    at: datetime
    team: TeamFile | None = None
    holdings: tuple[Holding, ...] | None = None
    organisation: Mapping[str, str] | None = None
    organisation_is_whole: bool = False
    members: frozenset[str] = frozenset()
    ways: tuple[Way, ...] | None = None
    on_outpost: bool | None = None
    aws_ranges: AwsRanges | None = None
    mmdb: Mmdb | None = None
    online: Mapping[str, tuple[OnlineAnswer, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class About:
    """One address with all that bears on it.

    Attributes:
        address: in its normal spelling.
        kind: ``identifiers.address_kind`` of it.
        subject: what the investigation starts from.
        session: the leaked session.
        calls: ``tables.SESSION_EVENTS``: the session's own calls from there.
        seen: evidence from the logs: of the past of the address, and of what was done there.
        sources: what else it is held against.
    """

    address: str
    kind: str
    subject: Subject
    session: LeakedSession
    calls: pd.DataFrame
    seen: tuple[Evidence, ...]
    sources: Sources

    @property
    def reported(self) -> bool:
        """Whether a finding names the address."""
        return self.address in self.subject.reported_addresses
