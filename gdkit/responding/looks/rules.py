"""What hides findings where the case's finding was reported: rules past their day, too broad, or the thief's."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.aws import find_regions
from gdkit.aws.parallel import in_parallel
from gdkit.case.evidence import load_table
from gdkit.case.results import load_result
from gdkit.errors import AwsError
from gdkit.model import NotSearched
from gdkit.responding.judged import judged_malicious
from gdkit.responding.looks.look import Look
from gdkit.responding.target import case_target
from gdkit.response.trusted.held import held_findings
from gdkit.response.trusted.home import find_home
from gdkit.response.trusted.rules_audit import audit_rules
from gdkit.response.trusted.watch_changes import suspicious_changes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.aws import ReadOnlyAws
    from gdkit.case.folder import CaseFolder
    from gdkit.responding.looks import Asked
    from gdkit.response.trusted.watch_changes import Change

_SHOWN = (
    "standing",
    "kind",
    "name",
    "action",
    "account_id",
    "region",
    "says",
    "owner",
    "reason",
    "expires",
    "updated_at",
)

_GRAVEST = ("suspicious", "too broad", "expired", "no last day", "sound")
"""How a rule can stand, the gravest first."""


_LISTS = "A trusted IP list hides every type of finding from its addresses, whoever uses them: gdkit never adds to one."
"""What is told of trusted lists wherever rules are shown."""


def look(asked: Asked) -> Look:
    """Audit the filters and trusted lists of the detector that reported, the gravest first.

    Changes that CloudTrail shows count as signs of tamper: by the leaked session at any time, and by others while the
    thief used it, as far as the case's events reach. A rule that hides a finding which was judged malicious, here or in
    a case beside this one, is told as suspicious.

    Raises:
        ResponseError: GuardDuty has no detector there.
        AwsError: something could not be read.
    """
    desk = asked.enter()
    home = find_home(desk.reader, case_target(desk.case, desk.reader, {}), managing=False)
    now, judged = datetime.now(UTC), judged_malicious(desk.case)
    bad = [one for one in held_findings(desk.reader, home, now) if one["id"] in judged] if judged else []
    rows = audit_rules(desk.reader, home.account_id, home.region, now, _changes(desk.case), malicious=bad)
    looked = (f"Looked at: detector {home.detector_id} of account {home.account_id} in {home.region}, and the case's "
              "events. Other regions have detectors and rules of their own: gdkit rules.")  # fmt: skip
    return _of_rows(rows, [looked])


def audit(aws: ReadOnlyAws, account_ids: Sequence[str] = (), regions: Sequence[str] = ()) -> tuple[
        Look, tuple[NotSearched, ...]]:  # fmt: skip
    """Audit the filters and trusted lists of several accounts and regions, without a case.

    Args:
        aws: the reader.
        account_ids: whose detectors; empty for the reader's own account.
        regions: where; empty for every enabled one.

    Returns:
        The look, and the places that could not be asked.

    Raises:
        ParameterError: a wanted region does not exist.
        AwsError: the regions cannot be listed for another reason than a missing permission.
    """
    accounts = tuple(account_ids) or (aws.account_id,)
    places = [(account, name) for account in accounts for name in find_regions(aws, regions, account_id=account).names]
    answers = in_parallel(lambda place: _asked_in(aws, *place), places)
    rows = [row for answer in answers if isinstance(answer, list) for row in answer]
    gaps = tuple(answer for answer in answers if isinstance(answer, NotSearched))
    return _of_rows(rows, [f"Asked: {len(places) - len(gaps)} of {len(places)} regions of the accounts "
                           f"{', '.join(accounts)}."]), gaps  # fmt: skip


def _asked_in(aws: ReadOnlyAws, account_id: str, region: str) -> list[dict[str, Any]] | NotSearched:
    try:
        return audit_rules(aws, account_id, region, datetime.now(UTC))
    except AwsError as error:
        return NotSearched(f"GuardDuty's rules in {region} of {account_id}", str(error), failed=True)


def _of_rows(rows: list[dict[str, Any]], notes: list[str]) -> Look:
    rows.sort(key=lambda row: _GRAVEST.index(row["standing"]))
    counted = Counter(row["standing"] for row in rows)
    said = ", ".join(f"{counted[one]} {one}" for one in _GRAVEST if counted[one]) or "none seen"
    bad = any(row["standing"] in ("suspicious", "too broad", "expired") for row in rows)
    return Look("What hides findings", f"Rules and lists: {said}.", tables.frame_of_rows(tables.RULES, rows), _SHOWN,
                [*notes, _LISTS], not bad)  # fmt: skip


def _changes(case: CaseFolder) -> tuple[Change, ...]:
    events = load_table(case, "session_events")
    times = events.loc[events["party"] == "thief", "event_at"].dropna()
    span = {"begins_at": times.min().to_pydatetime(), "ends_at": times.max().to_pydatetime()} if len(times) else {}
    return suspicious_changes(events, principal_id=load_result(case)["session"]["principal_id"], **span)
