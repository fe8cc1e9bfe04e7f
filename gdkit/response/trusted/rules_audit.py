"""What hides findings in a detector, each with a sentence: rules past their day, too broad, or made by the thief."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from gdkit.aws import ask, rows
from gdkit.findings.fields import instant, plain
from gdkit.findings.filter_language import canonical, judge, read_rule
from gdkit.model import utc_text
from gdkit.response.trusted.breadth import too_broad
from gdkit.response.trusted.home import Home
from gdkit.response.trusted.labels import EXPIRES, OWNER, REASON, expiry
from gdkit.response.trusted.rules import raw_rule, rule_names
from gdkit.response.trusted.watch_changes import MAKES, NAMES_A_RULE, Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gdkit.aws import ReadOnlyAws

COLUMNS = ("kind", "name", "action", "standing", "account_id", "region", "owner", "reason", "expires", "created_at",
           "updated_at", "says")  # fmt: skip
"""Names in each row. ``standing`` is ``suspicious``, ``too broad``, ``expired``, ``no last day`` or ``sound``."""

NEEDS = ("guardduty:ListDetectors", "guardduty:ListFilters", "guardduty:GetFilter", "guardduty:ListIPSets",
         "guardduty:GetIPSet", "guardduty:ListTrustedEntitySets", "guardduty:GetTrustedEntitySet")  # fmt: skip
"""IAM actions of ``audit_rules``; all of them read."""

_LISTS = (("trusted IP list", "ListIPSets", "IpSetIds", "GetIPSet", "IpSetId"),
          ("trusted entity list", "ListTrustedEntitySets", "TrustedEntitySetIds", "GetTrustedEntitySet",
           "TrustedEntitySetId"))  # fmt: skip


def audit_rules(aws: ReadOnlyAws, account_id: str, region: str, at: datetime, changes: Iterable[Change] = (), *,
                malicious: Sequence[Mapping[str, Any]] = ()) -> list[dict[str, Any]]:  # fmt: skip
    """Give a row for every filter and trusted list of a region's detector, and for changes that left neither.

    Args:
        aws: the reader.
        account_id: the account whose detector it is: in an organisation, the administrator's.
        region: of the detector.
        at: the day that expiry is held against, aware UTC.
        changes: from ``watch_changes.suspicious_changes``; those of the region count.
        malicious: findings that were judged malicious, of any shape: a rule that hides one is wrong.

    Returns:
        Rows of ``COLUMNS``; none where there is no detector and no change.

    Raises:
        AwsError: a part could not be read.
    """
    client = aws.client("guardduty", region, account_id)
    mine = [change for change in changes if change.region in (region, "")]
    found: list[dict[str, Any]] = []
    named: set[str] = set()
    for detector in rows(client, "ListDetectors", "DetectorIds", account_id=account_id):
        home = Home(account_id, region, str(detector))
        for name in rule_names(aws, home):
            found.append(rule_row(raw_rule(aws, home, name), home, at, mine, malicious=malicious))
            named.add(name)
        for kind, identifier, one in _trusted_lists(aws, home):
            found.append(_list_row(kind, identifier, one, home, mine))
            named |= {identifier, str(one.get("Name"))}
    return found + [_gone_row(change, account_id, region) for change in mine
                    if change.subject not in named or change.event_name not in NAMES_A_RULE]  # fmt: skip


def rule_row(rule: Mapping[str, Any], home: Home, at: datetime, changes: Sequence[Change] = (), *,
             malicious: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:  # fmt: skip
    """Give the row of one filter.

    Args:
        rule: as GetFilter gives it.
        home: the detector.
        at: the day that expiry is held against, aware UTC.
        changes: suspicious calls against the detector.
        malicious: findings that were judged malicious, of any shape.
    """
    tags = dict(rule.get("Tags") or {})
    name, archives = str(rule.get("Name")), rule.get("Action") == "ARCHIVE"
    standing, why = _standing(rule, tags, at, [change for change in changes if change.subject == name], malicious)
    does = "archives what it matches" if archives else "hides nothing now (NOOP)"
    row = _row("suppression rule" if archives else "filter", name, home, standing, f"It {does}; {why}.")
    ends = expiry(tags)
    return {**row, "action": rule.get("Action"), "owner": _short(tags.get(OWNER)), "reason": _short(tags.get(REASON)),
            "expires": ends.isoformat() if ends else None, "created_at": _time(rule.get("CreatedAt")),
            "updated_at": _time(rule.get("UpdatedAt"))}  # fmt: skip


def _standing(rule: Mapping[str, Any], tags: Mapping[str, str], at: datetime,
              changes: Sequence[Change], malicious: Sequence[Mapping[str, Any]]) -> tuple[str, str]:  # fmt: skip
    """Give how a rule stands, the gravest first, with every reason."""
    reasons: list[tuple[str, str]] = [("suspicious", change.words()) for change in changes]
    if rule.get("Action") == "ARCHIVE":
        reasons += [("suspicious", f"it hides the finding {plain(str(one.get('id')), 40)}, which was judged malicious")
                    for one in map(canonical, malicious)
                    if judge(read_rule(rule.get("FindingCriteria")), one).answer]  # fmt: skip
        reasons += [("too broad", reason) for reason in too_broad(rule.get("FindingCriteria"))]
    ends = expiry(tags)
    if ends is not None and ends < at.date():
        reasons.append(("expired", f"its last day was {ends}"))
    if ends is None:
        odd = f", {plain(tags[EXPIRES], 40)} is no day" if EXPIRES in tags else ""
        reasons.append(("no last day", f"nothing says until when it is needed{odd}"))
    if not reasons:
        return "sound", f"it is narrow, and its last day is {ends}"
    return reasons[0][0], "; ".join(reason for _, reason in reasons)


def _trusted_lists(aws: ReadOnlyAws, home: Home) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Give kind, id and description of each trusted list."""
    client, named = home.client(aws), {"DetectorId": home.detector_id}
    for kind, listing, key, reading, parameter in _LISTS:
        for identifier in rows(client, listing, key, named, account_id=home.account_id):
            asked = {**named, parameter: identifier}
            yield kind, str(identifier), ask(client, reading, asked, account_id=home.account_id)


def _list_row(kind: str, identifier: str, one: Mapping[str, Any], home: Home,
              changes: Sequence[Change]) -> dict[str, Any]:  # fmt: skip
    """Give the row of one trusted list."""
    name, active = str(one.get("Name")), one.get("Status") == "ACTIVE"
    touched = [change.words() for change in changes if change.subject in (name, identifier)]
    status = plain(str(one.get("Status")), 40)
    does = "Its members raise no finding of any type" if active else f"It is {status}"
    standing = "suspicious" if touched else "too broad" if active else "sound"
    return {**_row(kind, name, home, standing, f"{'; '.join([does, *touched])}."), "action": status}


def _gone_row(change: Change, account_id: str, region: str) -> dict[str, Any]:
    """Give the row of a change that left no rule of its name, or is about something else."""
    what = MAKES[change.event_name]
    row = _row("change", change.subject or what, Home(account_id, region, ""), "suspicious",
               f"Somebody {what}: {change.words()}.")  # fmt: skip
    return {**row, "updated_at": utc_text(change.event_at)}


def _row(kind: str, name: str, home: Home, standing: str, says: str) -> dict[str, Any]:
    given = {"kind": kind, "name": plain(name, 80), "standing": standing, "account_id": home.account_id,
             "region": home.region, "says": says}  # fmt: skip
    return {column: given.get(column) for column in COLUMNS}


def _time(value: object) -> str | None:
    at = value if isinstance(value, datetime) else instant(value)
    return utc_text(at) if at is not None else None


def _short(value: str | None) -> str | None:
    return plain(value, 256) if value else None
