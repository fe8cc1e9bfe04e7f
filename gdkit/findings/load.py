"""Loading findings from any source, and choosing the one to investigate."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gdkit.errors import FindingReadError, UnsupportedFindingError, UsageError
from gdkit.findings import shapes
from gdkit.findings.family import refusal, refusal_of_product, variant_of
from gdkit.findings.fields import plain, quoted, text
from gdkit.findings.parse import id_of, parse_finding
from gdkit.findings.read import GIVE, Reading, read_source
from gdkit.findings.shapes import Recognised, recognise
from gdkit.identifiers import parse_principal_id
from gdkit.model import Finding, FindingSet, RefusedFinding

if TYPE_CHECKING:
    import os

_MOST_NAMED = 5
_ACTIONS = {
    shapes.CLOUDTRAIL: "give it with --trail, and the GuardDuty finding as the finding.",
    shapes.EMPTY_DETAIL: "take the event from where it was recorded whole, or fetch the finding with GetFindings.",
    shapes.EMPTY_LIST: "check the finding's id and region in the call that made this file.",
    shapes.NOTIFICATION: "download the object that it names and give that.",
    shapes.ONLY_IDS: "fetch the findings with GetFindings and give its answer.",
}


def load_findings(source: str | os.PathLike[str] | bytes | dict[str, Any] | list[Any]) -> FindingSet:
    """Read GuardDuty InstanceCredentialExfiltration findings from whatever shape they came in.

    Args:
        source: a file (JSON, JSON lines, either packed with gzip; UTF-8 or UTF-16), or the JSON itself as text, bytes,
            dict or list. Shapes: GetFindings answers and single findings in both casings, EventBridge events, S3
            exports, Security Hub findings (ASFF and OCSF), and messages that carry one of these.

    Returns:
        The findings of the family, and those of other types with what to use for them.

    Raises:
        FindingReadError: no such file, unreadable, or nothing in a known shape.
        UnsupportedFindingError: there are findings, but none of the family.
    """
    reading = read_source(source)
    try:
        recognised = recognise(reading.documents)
    except RecursionError:
        raise FindingReadError(
            "its JSON is nested too deeply to be a finding", where=reading.place, action=GIVE
        ) from None
    found = _sorted_out(recognised, reading)
    if found.accepted:
        return found
    if found.refused:
        raise _unsupported(found.refused, reading.place)
    raise _unrecognised(recognised, reading)


def select_finding(findings: FindingSet, finding_id: str | None = None) -> Finding:
    """Choose the finding to investigate.

    An export can hold one finding several times, once an update; the latest update is chosen.

    Args:
        findings: what was loaded.
        finding_id: id or ARN; may be left out where there is one finding only.

    Raises:
        UsageError: several findings and no id, or an id that is not among them; lists those that are.
    """
    wanted = finding_id.strip() if finding_id else None
    chosen = [finding for finding in findings if wanted in (None, finding.id, finding.arn)]
    if len({finding.id for finding in chosen}) == 1:
        return max(chosen, key=lambda finding: finding.updated_at.timestamp() if finding.updated_at else 0.0)
    if wanted is None and chosen:
        raise UsageError(
            f"there are {len(findings)} findings: {_listed(findings)}", action="name one of them by its id."
        )
    for refused in findings.refused:
        if wanted and plain(wanted) in (refused.id, refused.id.rpartition("/")[2]):
            raise UsageError(
                f"finding {quoted(wanted)} is of type {refused.type}: {refused.reason}",
                action=f"use {refused.use_instead}.",
            )
    if not findings:
        raise UsageError("there is no finding to choose from", action=GIVE)
    raise UsageError(
        f"there is no finding {quoted(wanted, 200)} among {_listed(findings)}", action="name one of them by its id."
    )


def _sorted_out(recognised: Recognised, reading: Reading) -> FindingSet:
    sha256 = reading.sha256
    accepted: list[Finding] = []
    refused: list[RefusedFinding] = []
    for candidate in recognised.candidates:
        kind = text(candidate.body.get("type")) or "(no type)"
        identifier = id_of(candidate.body, sha256)
        variant = variant_of(kind)
        if candidate.product is not None:
            refused.append(refusal_of_product(identifier, kind, candidate.product))
        elif variant is None:
            refused.append(refusal(identifier, kind))
        else:
            accepted.append(parse_finding(candidate, variant, reading.raw, sha256))
    notes = _left_out(recognised, reading)
    return FindingSet(
        tuple(replace(finding, warnings=finding.warnings + notes) for finding in accepted), tuple(refused)
    )


def _left_out(recognised: Recognised, reading: Reading) -> tuple[str, ...]:
    """Say what of the input is in no finding, so that nothing is lost silently."""
    notes = []
    if reading.bad_lines:
        named = "; ".join(reading.bad_lines[:_MOST_NAMED])
        more = len(reading.bad_lines) - _MOST_NAMED
        rest = f"; and {more} more" if more > 0 else ""
        notes.append(f"Part of the input is no JSON and was left out ({named}{rest}).")
    if recognised.unknown:
        count = recognised.unknown
        notes.append(f"{count} of the input's entries {'is' if count == 1 else 'are'} in no known shape, left out.")
    notes += [f"Part of the input was left out: {problem}." for problem in recognised.problems]
    return tuple(notes)


def _unsupported(refused: tuple[RefusedFinding, ...], place: str) -> UnsupportedFindingError:
    named = "; ".join(f"{entry.type}: {entry.reason}" for entry in refused[:3])
    more = f"; and {len(refused) - 3} more" if len(refused) > 3 else ""
    return UnsupportedFindingError(
        f"it holds no InstanceCredentialExfiltration finding, but {named}{more}",
        where=place,
        action=f"use {refused[0].use_instead}.",
    )


def _unrecognised(recognised: Recognised, reading: Reading) -> FindingReadError:
    if recognised.problems:
        problem = recognised.problems[0]
        return FindingReadError(problem, where=reading.place, action=_ACTIONS[problem])
    seen = ", ".join(recognised.keys) or "nothing"
    return FindingReadError(
        f"it is JSON, but holds no finding in a known shape; at its top stand: {seen}",
        where=reading.place,
        action=GIVE,
    )


def _listed(findings: FindingSet) -> str:
    named = []
    for finding in findings.accepted[:_MOST_NAMED]:
        principal = parse_principal_id(finding.principal_id)
        instance = finding.instance.instance_id or (principal.instance_id if principal else None)
        remote = finding.remote.address or finding.remote.account_id
        parts = (finding.id, instance or "no instance", f"used from {remote or 'an unknown place'}")
        named.append(" ".join(plain(part) for part in parts))
    more = len(findings) - _MOST_NAMED
    return ", ".join(named) + (f" and {more} more" if more > 0 else "")
