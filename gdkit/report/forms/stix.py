"""``indicators.stix.json``: what is the thief's, as a STIX 2.1 bundle for other teams' tools.

The verdict stands in every object that speaks of it: only what a person judged malicious is called malicious.
Ids are made of the case's content, so that the same case gives the same bundle; when the report was made stands in one
place, the report's ``published``.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

import stix2.v21 as stix

from gdkit import tables
from gdkit.identifiers import parse_ip
from gdkit.report.forms.signs import Sign, thief_signs
from gdkit.ui import words
from gdkit.ui.text import visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gdkit.model import VerdictValue
    from gdkit.report.forms.reported import Reported

NAMESPACE = UUID("d18d5464-b92a-5c63-8220-e75b60489d44")
"""gdkit's own, for the ids of its objects: UUID version 5 of its name."""

INDICATOR_TYPES: Mapping[VerdictValue, str] = {
    "malicious": "malicious-activity", "benign": "benign", "undetermined": "unknown",
}  # fmt: skip
"""Source: STIX 2.1, section 10.6, Indicator Type Vocabulary: ``unknown`` is "not enough information"."""

HIGH, MEDIUM, LOW, NONE = 85, 50, 15, 0
"""Source: STIX 2.1, Appendix A, the scale None / Low / Med / High."""

ATTACK = "https://attack.mitre.org"
"""Where MITRE keeps its techniques; a text in the bundle, nothing is fetched from there."""


def stix_bundle(told: Reported) -> dict[str, Any]:
    """Give the bundle: who says so, the thief's signs as indicators, what was seen of them, techniques, a report."""
    signs = thief_signs(told)
    made = partial(_named, told)
    maker = stix.Identity(id=_id("identity", "gdkit"), name="gdkit", identity_class="system", **_times(told),
                          object_marking_refs=[stix.TLP_AMBER.id])  # fmt: skip
    patterns = {} if told.verdict.value == "benign" else dict(_attack_patterns(told, made))
    objects: list[Any] = []
    for sign in signs.shown:
        indicator = _indicator(told, sign, made)
        objects += [indicator, *_seen(indicator, sign, made), *_served(told, indicator, sign, patterns, made)]
    objects += patterns.values()
    report = _report(told, signs.left_out, [maker.id, *(one.id for one in objects)], made)
    bundle = stix.Bundle(id=_id("bundle", *_case(told)), objects=[stix.TLP_AMBER, maker, *_once(objects), report])
    document: dict[str, Any] = json.loads(bundle.serialize())
    return document


def _case(told: Reported) -> list[str | None]:
    return list(told.about["subject"].values())


def _id(kind: str, *content: object) -> str:
    return f"{kind}--{uuid5(NAMESPACE, json.dumps([kind, *content], sort_keys=True))}"


def _times(told: Reported) -> dict[str, Any]:
    begun = datetime.fromisoformat(told.about["begun_at"])
    return {"created": begun, "modified": max(begun, told.changed_at)}


def _named(told: Reported, kind: Any, *content: object, **fields: Any) -> Any:
    """Make an object whose id is of the case and of what it is about."""
    return kind(id=_id(kind._type, *_case(told), *content), created_by_ref=_id("identity", "gdkit"), **_times(told),
                object_marking_refs=[stix.TLP_AMBER.id], **fields)  # fmt: skip


def _indicator(told: Reported, sign: Sign, made: Any) -> Any:
    about = f"{words.stamp(told.about)}. " if words.stamp(told.about) else ""
    return made(
        stix.Indicator, sign.kind, sign.value,
        name=f"{sign.kind} {visible(sign.value, 120)}",
        description=f"{about}{sign.why} {words.many(sign.calls, 'call')}. {_verdict_words(told)}",
        indicator_types=[INDICATOR_TYPES[told.verdict.value]],
        pattern=_pattern(sign), pattern_type="stix", valid_from=sign.first_at,
        confidence=_confidence(told, sign), labels=_labels(told),
    )  # fmt: skip


def _pattern(sign: Sign) -> str:
    """Give the pattern of a sign. Source: STIX 2.1, section 9, Patterning: a quote and a backslash are escaped."""
    value = sign.value.replace("\\", "\\\\").replace("'", "\\'")
    ip = parse_ip(sign.value)
    return {
        "address": f"[ipv{ip.version if ip else 4}-addr:value = '{value}']",
        "user agent": f"[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = '{value}']",
        "access key": f"[user-account:user_id = '{value}']",
        "user": f"[user-account:account_login = '{value}']",
    }[sign.kind]


def _seen(indicator: Any, sign: Sign, made: Any) -> list[Any]:
    """Give what was observed of a sign, and that the indicator rests on it; nothing for what was not used."""
    observable = _observable(sign)
    if observable is None or sign.last_at is None:
        return []
    seen = made(stix.ObservedData, sign.kind, sign.value, first_observed=sign.first_at, last_observed=sign.last_at,
                number_observed=sign.calls, object_refs=[observable.id])  # fmt: skip
    return [observable, seen, _relation(made, indicator, "based-on", seen)]


def _observable(sign: Sign) -> Any:
    marked = {"object_marking_refs": [stix.TLP_AMBER.id]}
    if sign.kind == "address":
        ip = parse_ip(sign.value)
        kind = stix.IPv6Address if ip is not None and ip.version == 6 else stix.IPv4Address
        return kind(value=sign.value, **marked)
    return stix.UserAccount(user_id=sign.value, **marked) if sign.kind == "access key" else None


def _attack_patterns(told: Reported, made: Any) -> Any:
    for row in tables.rows_of(told.techniques):
        place = f"{ATTACK}/techniques/{row['id'].replace('.', '/')}/"
        reference = {"source_name": "mitre-attack", "external_id": row["id"], "url": place,
                     "description": f"ATT&CK version {row['attack_version']}"}  # fmt: skip
        yield row["id"], made(
            stix.AttackPattern, row["id"], row["attack_version"], name=row["name"], external_references=[reference],
            description=f"What {words.many(row['calls'], 'call')} can serve, not what they were for.",
        )  # fmt: skip


def _served(told: Reported, indicator: Any, sign: Sign, patterns: Mapping[str, Any], made: Any) -> list[Any]:
    """Tie an indicator to the techniques that its own calls can serve."""
    kind = "indicates" if told.verdict.value == "malicious" else "related-to"
    return [_relation(made, indicator, kind, patterns[row["id"]]) for row in told.result["impact"]["techniques"]
            if row["id"] in patterns and sign.event_ids & {*row["event_ids"], *row["other_event_ids"]}]  # fmt: skip


def _relation(made: Any, source: Any, kind: str, target: Any) -> Any:
    return made(stix.Relationship, source.id, kind, target.id, relationship_type=kind, source_ref=source.id,
                target_ref=target.id)  # fmt: skip


def _report(told: Reported, left_out: Sequence[str], refs: Sequence[str], made: Any) -> Any:
    parts = [told.note, words.stamp(told.about), words.conclusion_summary(dict(told.result), told.verdict),
             _verdict_words(told), f"In what was searched: {told.result['coverage']['statement']}",
             *(f"Not passed on: {one}" for one in left_out)]  # fmt: skip
    return made(
        stix.Report, name="Use of EC2 instance credentials outside their instance",
        description="\n".join(visible(part) for part in parts if part),
        report_types=["indicator" if told.verdict.value == "malicious" else "observed-data"],
        published=told.made_at, object_refs=list(dict.fromkeys(refs)), confidence=_confidence(told),
        labels=_labels(told),
    )  # fmt: skip


def _verdict_words(told: Reported) -> str:
    """Say the verdict without who decided it and why: that is for the case's own readers."""
    decided = told.verdict.decided_by is not None
    return f"Verdict: {told.verdict.value}, {'decided by a person' if decided else 'for nobody has decided yet'}."


def _labels(told: Reported) -> list[str]:
    staged = ["not-a-real-incident"] if words.stamp(told.about) else []
    return [f"verdict-{told.verdict.value}", *staged]


def _confidence(told: Reported, sign: Sign | None = None) -> int:
    """Give how sure it is: none for what is staged, little without a person or by a client's own words alone."""
    if words.stamp(told.about):
        return NONE
    if told.verdict.value == "undetermined" or (sign is not None and sign.kind == "user agent"):
        return LOW
    return HIGH if told.result["origin"]["proposed_verdict"] == told.verdict.value else MEDIUM


def _once(objects: Sequence[Any]) -> list[Any]:
    """Give each object once, in order: what two signs share is made twice with the same id."""
    return list({one.id: one for one in objects}.values())
