"""Calls that change what GuardDuty watches or hides, by the leaked session or while it was used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gdkit import tables
from gdkit.findings.fields import child, json_in, plain, text
from gdkit.model import utc_text
from gdkit.own_calls import made_by_gdkit

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

MAKES = {
    "CreateFilter": "made a filter",
    "UpdateFilter": "changed a filter",
    "DeleteFilter": "deleted a filter",
    "CreateIPSet": "made a trusted IP list",
    "UpdateIPSet": "changed a trusted IP list",
    "CreateTrustedEntitySet": "made a trusted entity list",
    "UpdateTrustedEntitySet": "changed a trusted entity list",
    "DeleteThreatIntelSet": "deleted a threat list",
    "DeleteThreatEntitySet": "deleted a threat entity list",
    "ArchiveFindings": "archived findings",
    "UpdateDetector": "changed the detector",
    "DeleteDetector": "deleted the detector",
    "StopMonitoringMembers": "stopped watching member accounts",
    "DisassociateMembers": "let go of member accounts",
    "DisassociateFromAdministratorAccount": "left the administrator account",
    "DisassociateFromMasterAccount": "left the administrator account",
    "UpdateMemberDetectors": "changed detectors of member accounts",
    "DeletePublishingDestination": "deleted an export of findings",
    "UpdatePublishingDestination": "changed an export of findings",
}
"""Operations, and what each does in words. Source: GuardDuty API Reference."""

NAMES_A_RULE = frozenset({"CreateFilter", "UpdateFilter", "CreateIPSet", "UpdateIPSet", "CreateTrustedEntitySet",
                          "UpdateTrustedEntitySet"})  # fmt: skip
"""Those whose subject is a rule or list that may still be there."""

_SUBJECTS = ("filterName", "name", "ipSetId", "trustedEntitySetId", "threatIntelSetId", "threatEntitySetId")


@dataclass(frozen=True, slots=True)
class Change:
    """One such call.

    Attributes:
        subject: name of the rule, or name or id of the list; empty where the call names none.
        by: who made it, as CloudTrail says.
        by_session: it was the leaked session; otherwise it only fell into the time in which that was used.
        gdkit_agent: its user agent is gdkit's; anybody can write that.
    """

    event_id: str
    event_at: datetime | None
    event_name: str
    region: str
    subject: str
    by: str
    by_session: bool
    gdkit_agent: bool = False

    def words(self) -> str:
        """Say who made the call and when."""
        who = "by the leaked session" if self.by_session else f"by {self.by} while the leaked session was used"
        agent = ", with the user agent of gdkit, which anybody can write" if self.gdkit_agent else ""
        at = utc_text(self.event_at) or "a time not logged"
        return f"{self.event_name} {who} at {at}, event {self.event_id}{agent}"


def suspicious_changes(events: pd.DataFrame, *, principal_id: str | None, begins_at: datetime | None = None,
                       ends_at: datetime | None = None) -> tuple[Change, ...]:  # fmt: skip
    """Give the calls against what watches that succeeded, by the leaked session at any time, by others in the window.

    Args:
        events: ``tables.EVENTS``.
        principal_id: of the leaked session, ``AROA…:i-…``; None where it is not known.
        begins_at: begin of the thief's use, aware UTC; None to leave the others' calls out.
        ends_at: end of it, aware UTC; None for no end.
    """
    chosen = events.loc[(events["event_source"] == "guardduty.amazonaws.com") & events["event_name"].isin(list(MAKES))
                        & events["error_code"].isna()].sort_values(["event_at", "event_id"])  # fmt: skip
    found = []
    for row in tables.rows_of(chosen):
        at, by_session = row["event_at"], principal_id is not None and row["principal_id"] == principal_id
        in_window = begins_at is not None and at is not None and at >= begins_at and (ends_at is None or at <= ends_at)
        if by_session or in_window:
            who = plain(row["identity_arn"] or "somebody", 200)
            found.append(Change(plain(row["event_id"] or "", 60), at, row["event_name"], plain(row["region"] or "", 40),
                                _subject(row["request_parameters"]), who, by_session,
                                made_by_gdkit(row["user_agent"])))  # fmt: skip
    return tuple(found)


def _subject(parameters: object) -> str:
    asked = json_in(parameters)
    found = (text(child(asked, name)) for name in _SUBJECTS)
    return plain(next((name for name in found if name), ""), 80)
