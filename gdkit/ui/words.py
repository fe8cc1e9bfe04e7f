"""What the views say: sentences and facts made of a finding and of ``result.json``.

A sentence never says more than what was searched can carry: it is "none seen in what was searched", not "none".
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from gdkit.model import VerdictValue, utc_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import pandas as pd

    from gdkit.model import Finding, Verdict

ZERO_EVENTS = (
    "The logs may be of another account or region, or end before the theft.",
    "CloudTrail delivers about 5 minutes after the call, sometimes 15 and more.",
    "Reads of S3 objects and the like are only in trails that record data events.",
)
"""Likely causes of an empty answer."""

PATHS = {
    "imds_v1_ssrf_likely": "read by IMDSv1, as a forged request from the server (SSRF) does: likely",
    "imds_v2_code_execution_likely": "read by IMDSv2, as code that runs on the instance does: likely",
    "undetermined": "which way the credential was read is not determined",
}
"""Which way the credential was probably read, in words."""

WHOSE: dict[VerdictValue, str] = {
    "benign": "from outside its own software, a use that was judged benign",
    "malicious": "by a thief",
    "undetermined": "by somebody other than its own software, as far as the rules can tell",
}
"""How the calls attributed to the thief are spoken of, by what a person decided."""

ON_THE_INSTANCE = (
    "Calls that a thief makes on the instance itself, or from behind the same way out, cannot be told from the "
    "workload's by any log."
)
"""What no attribution can see; every answer says so."""


def stamp(about: Mapping[str, Any]) -> str:
    """Say what every reader of a case must see first: that it is no real incident; nothing for a real one."""
    if about.get("made_up"):
        return "MADE-UP theft: no case was named, so the notebook shows a small example"
    if about["sample"]:
        return "SAMPLE finding: generated, not a real detection"
    return "SIMULATED account: staged, not a real incident" if about.get("simulated") else ""


def when(at: datetime | str | None) -> str:
    """Give an instant as people read it, in UTC; a text is one that ``utc_text`` wrote."""
    text = at if isinstance(at, str) else utc_text(at)
    return (text or "—").replace("T", " ")


def verdict_sentence(verdict: Verdict) -> str:
    """Say a verdict in one sentence."""
    if verdict.decided_by is None:
        return "No verdict recorded: undetermined."
    return f"{verdict.value}, decided by {verdict.decided_by} at {when(verdict.at)}: {verdict.reason}"


def finding_summary(found: Finding) -> str:
    """Say what GuardDuty saw, in one sentence."""
    whose = f"role {found.role_name or '(not named)'}"
    if found.instance.instance_id or found.principal_id:
        whose += f" of {found.instance.instance_id or found.principal_id}"
    place = found.remote.address or "an address that the finding does not name"
    if found.remote.account_id:
        place += f", remote account {found.remote.account_id}"
    return f"GuardDuty saw the credentials of {whose} used from {place}."


def finding_facts(found: Finding) -> list[tuple[str, object]]:
    """Give the finding's facts by name, those that it does not hold as None."""
    remote = found.remote
    network = " ".join(filter(None, [remote.asn and f"AS{remote.asn}", remote.asn_org or remote.organization]))
    facts: list[tuple[str, object]] = [
        ("Type", found.type),
        ("Severity", found.severity),
        ("Finding id", found.id),
        ("Account and region", f"{found.account_id or '—'}, {found.region or '—'}"),
        ("Seen", f"{when(found.first_seen_at)} to {when(found.last_seen_at)}, {found.count or '—'} times"),
        ("Principal id", found.principal_id),
        ("Access key id", found.access_key_id),
        ("Role", found.role_name),
        ("Instance", found.instance.instance_id),
        ("Instance's own addresses", "\n".join((*found.instance.private_addresses, *found.instance.public_addresses))),
        ("Remote address", remote.address),
        ("Remote account", remote.account_id and f"{remote.account_id} (affiliated: {remote.affiliated})"),
        ("Network and country, as GuardDuty gives them", f"{network or '—'}, {remote.country or '—'}"),
        ("Call seen last", f"{found.api or '—'} on {found.api_service or '—'}"),
        ("Buckets", "\n".join(found.bucket_names)),
        ("Came as", found.shape),
        ("SHA-256 of the input", found.raw_sha256),
    ]
    return [(name, None if value == "" else value) for name, value in facts]


def scope_summary(events: dict[str, Any]) -> str:
    """Say how many calls were found and whose they are."""
    if not events["total"]:
        return "None of the session's calls was seen in what was searched. That is no proof of no use."
    return (
        f"{many(events['total'], 'call')} with the session's credentials: {events['thief']:,} the thief's, "
        f"{events['workload']:,} the workload's, {events['unknown']:,} not decided."
    )


def rule_facts(result: dict[str, Any]) -> list[tuple[str, object]]:
    """Give each rule that decided, with how many calls and what it means."""
    return [(row["name"], f"{many(row['events'], 'call')}: {row['meaning']}") for row in result["attribution"]["rules"]]


def calls_summary(shown: pd.DataFrame, party: str, most: int = 8) -> str:
    """Say how many calls there are and which operations they called most."""
    counts = shown["event_name"].value_counts()
    named = ", ".join(f"{name} {count:,}" for name, count in counts.head(most).items())
    operations = f": {named}{' and others' if len(counts) > most else ''}" if named else ""
    whose = f"{party} call" if party else "call"
    return f"{many(len(shown), whose)} of the session seen in what was searched{operations}."


def timeline_summary(begun: datetime, ended: datetime, first: datetime | None, last: datetime | None) -> str:
    """Say when the calls were made, and when the thief's."""
    theft = f"the thief's from {when(first)} to {when(last)}" if first else "none is proven to be a thief's"
    return f"Calls from {when(begun)} to {when(ended)}; {theft}."


def moments_summary(table: pd.DataFrame) -> str:
    """Say how many moments there are, and of which kinds."""
    counts = table["kind"].value_counts()
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in counts.items() if kind != "now")
    return f"{many(len(table), 'moment')} that matter{f': {kinds}' if kinds else ''}."


def lineage_summary(nodes: pd.DataFrame, edges: pd.DataFrame) -> str:
    """Say what grew from the session."""
    made = edges["error_code"].isna()
    grown = nodes[(nodes["hop"] > 0) & nodes["id"].isin(set(edges.loc[made, "to"]))]
    if grown.empty and made.all():
        return "Nothing that grew from the session was seen in what was searched. The steps below are its own keys."
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in grown["kind"].value_counts().items())
    return (
        f"{many(len(grown), 'thing')} grew from the session{f' ({kinds})' if kinds else ''}; "
        f"{many(int((~made).sum()), 'refused or failed attempt')} beside."
    )


def conclusion_summary(result: dict[str, Any], verdict: Verdict) -> str:
    """Say in one sentence what happened, in the words that the verdict allows."""
    events, found = result["events"], result["session"]
    whose = f"instance {found['instance_id'] or found['session_name'] or 'unknown'}"
    if not events["total"]:
        return f"No call with the credentials of {whose} was seen in what was searched."
    if not events["thief"]:
        return (
            f"No call with the credentials of {whose} is proven to be a thief's, in {events['total']:,} calls searched."
        )
    return (
        f"{events['thief']:,} of {many(events['total'], 'call')} with the credentials of {whose} were made "
        f"{WHOSE[verdict.value]}, in what was searched."
    )


def conclusion_facts(result: dict[str, Any], verdict: Verdict) -> list[tuple[str, object]]:
    """Give the numbers of the first page."""
    events, found, impact = result["events"], result["session"], result["impact"]
    return [
        ("Instance and role", f"{found['instance_id'] or '—'}, {found['role_name'] or '—'}"),
        ("Calls of the thief", f"{events['thief']:,} ({impact['denied']:,} of them refused)"),
        ("Calls not decided", f"{events['unknown']:,}"),
        ("Calls of the workload", f"{events['workload']:,}"),
        ("Data read, copied or shared by the thief", _named(impact["data"], "thief")),
        ("The same by callers not decided", _named(impact["data"], "unknown")),
        ("Left behind", _left(impact["still_exists"])),
        ("Detection and logs touched", f"{many(len(impact['tamper']), 'call')}"),
        ("Techniques (MITRE ATT&CK)", _techniques(impact["techniques"])),
        ("Credentials that may be alive", _alive(result["credentials"])),
        ("Theft path", PATHS[result["theft_path"]["value"]]),
        ("In what was searched", result["coverage"]["statement"]),
        ("Proposed by the evidence", f"{result['origin']['proposed_verdict']}: {result['origin']['why']}"),
        ("Verdict", verdict_sentence(verdict)),
    ]


def _named(data: list[dict[str, Any]], party: str, most: int = 12) -> str | None:
    taken = [f"{row['kind']} {row['id'] or '(not named)'}" for row in data
             if row["party"] == party and row["reached"] and row["access"] != "listed"]  # fmt: skip
    more = [f"and {len(taken) - most:,} more"] if len(taken) > most else []
    return "\n".join(taken[:most] + more) or "none seen in what was searched"


def _techniques(techniques: list[dict[str, Any]]) -> str | None:
    version = next((row["attack_version"] for row in techniques), None)
    return f"{', '.join(row['id'] for row in techniques)} (version {version})" if version else None


def _left(things: list[dict[str, Any]]) -> str:
    if not things:
        return "nothing seen in what was searched"
    return f"{many(len(things), 'thing')} that can give a way back in: {existence_words(things)}"


def existence_words(things: list[dict[str, Any]]) -> str:
    """Say how many things still exist, are gone and were not checked, and why not; none of the three is left out.

    Args:
        things: ``impact.still_exists`` of ``result.json``.
    """
    states = Counter(row["state"] for row in things)
    reasons = Counter(row["reason"] for row in things if row["reason"])
    exist, gone, unknown = (states[state] for state in ("exists", "gone", "not checked"))
    why = ", ".join(f"{reason} {count:,}" for reason, count in reasons.most_common())
    asked = max((row["checked_at"] for row in things if row["checked_at"]), default=None)
    return (
        f"{exist:,} still {verb(exist, 'exists')}, {gone:,} gone, {unknown:,} not checked"
        f"{f' ({why})' if why else ''}; {f'AWS was asked at {when(asked)}' if asked else 'AWS was not asked'}"
    )


def _alive(credentials: dict[str, Any]) -> str:
    alive = [row for row in credentials["rows"] if row["state"] == "may be alive"]
    unknown = sum(row["state"] == "unknown" for row in credentials["rows"])
    as_of = when(credentials["as_of"]) if credentials["as_of"] else "a time not known"
    return f"{many(len(alive), 'credential')} may work; of {unknown:,} more it is not known; as of {as_of}"


def many(count: int, noun: str) -> str:
    """Say a number of things: "1 call", "1,200 calls"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}{'es' if noun.endswith('s') else 's'}"


def verb(count: int, one: str) -> str:
    """Give a verb for a number of things: "exists", "was", "is" for one, and its plural for any other number.

    >>> verb(1, "exists"), verb(2, "exists"), verb(0, "was"), verb(3, "is")
    ('exists', 'exist', 'were', 'are')
    """
    return one if count == 1 else {"was": "were", "is": "are", "has": "have"}.get(one, one.removesuffix("s"))
