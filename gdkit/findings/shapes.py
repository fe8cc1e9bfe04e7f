"""JSON documents become canonical findings: whatever wraps them is taken off, whatever the casing or the schema.

The canonical form is GuardDuty's own camelCase JSON, so that one parser reads one shape::

    list, {"Findings": […]}, {"findings": […]}        each member
    EventBridge event                                  its detail, with the envelope's account kept
    SNS and SQS messages, {"data": …} and the like     what they carry
    GuardDuty finding, camelCase or PascalCase         as it is, or lowered
    Security Hub ASFF, OCSF                            translated, in asff.py and ocsf.py
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gdkit.findings import asff, ocsf
from gdkit.findings.fields import JsonObject, account, json_in, plain

if TYPE_CHECKING:
    from collections.abc import Iterable


_MAX_DEPTH = 12
_MAPS = frozenset({"affectedResources", "productFields", "userDefinedFields", "unmapped"})
"""Fields whose keys are data, such as ``AWS::S3::Bucket``; they are never lowered."""

_WRAPPERS = ("data", "finding", "event", "detail", "body", "message", "payload", "source", "securityHubFinding",
             "guardDutyFinding", "_source", "sns", "messages", "results", "items", "records")  # fmt: skip
_MESSAGES = {"message": "an SNS message", "body": "an SQS message"}

CLOUDTRAIL = "it is a CloudTrail log, not a finding"
EMPTY_DETAIL = "it is an EventBridge event with an empty detail, so the finding itself is missing"
EMPTY_LIST = "it holds an empty list, so no finding"
NOTIFICATION = "it is a notice that S3 has a new object, not the object"
ONLY_IDS = "it lists ids of findings, not the findings"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A finding of any type, in canonical form.

    Attributes:
        body: camelCase finding as GuardDuty writes it.
        shape: the form it came in, in words.
        envelope_account_id: account of the EventBridge event around it.
        product: name of the product where it is another than GuardDuty.
    """

    body: JsonObject
    shape: str
    envelope_account_id: str | None = None
    product: str | None = None


@dataclass(slots=True)
class Recognised:
    """What the documents of one input held.

    Attributes:
        problems: things recognised that are no findings, in words, each once.
        unknown: number of entries in no known shape.
        keys: keys at the top of the first document, safe to show.
    """

    candidates: list[Candidate] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    unknown: int = 0
    keys: tuple[str, ...] = ()

    def problem(self, words: str) -> None:
        """Note a thing that is recognised and is no finding."""
        if words not in self.problems:
            self.problems.append(words)


@dataclass(frozen=True, slots=True)
class _Around:
    """What was taken off so far."""

    words: tuple[str, ...] = ()
    account_id: str | None = None
    depth: int = 0

    def inside(self, words: str = "", account_id: str | None = None) -> _Around:
        more = (words,) if words and words not in self.words else ()
        return replace(
            self,
            words=self.words + more,
            account_id=account_id or self.account_id,
            depth=self.depth + 1,
        )


def recognise(documents: Iterable[object]) -> Recognised:
    """Find the findings in JSON documents, of whatever type, and bring them into canonical form.

    Raises:
        RecursionError: a document is nested beyond what Python can walk.
    """
    listed = list(documents)
    found = Recognised(keys=_keys(listed[0]) if listed else ())
    words = ("JSON lines",) if len(listed) > 1 else ()
    for document in listed:
        if not _take(document, _Around(words=words), found):
            found.unknown += 1
    return found


def camel(value: object) -> object:
    """Lower the first letter of every key, as GuardDuty's JSON writes them, except where keys are data.

    >>> camel({"S3BucketDetails": [{"Name": "b"}], "ASN": 1, "AffectedResources": {"AWS::S3::Bucket": "b"}})
    {'s3BucketDetails': [{'name': 'b'}], 'asn': 1, 'affectedResources': {'AWS::S3::Bucket': 'b'}}
    """
    if isinstance(value, list):
        return [camel(member) for member in value]
    if not isinstance(value, dict):
        return value
    lowered: JsonObject = {}
    for key, member in value.items():
        name = _lowered(key)
        if name not in lowered or key == name:
            lowered[name] = member if name in _MAPS else camel(member)
    return lowered


def _lowered(key: str) -> str:
    if not key[:1].isupper():
        return key
    return key.lower() if key.isupper() and key.isalpha() else key[0].lower() + key[1:]


def _keys(value: object) -> tuple[str, ...]:
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        return tuple(plain(key, 60) for key in list(value)[:8])
    return (f"a {type(value).__name__}",)


def _take(value: object, around: _Around, found: Recognised) -> bool:
    """Take what a value holds; tell whether anything in it was recognised, a list's unknown members being counted."""
    if around.depth > _MAX_DEPTH:
        return False
    if isinstance(value, list):
        if not value:
            found.problem(EMPTY_LIST)
        found.unknown += sum(not _take(member, around.inside(), found) for member in value)
        return True
    if isinstance(value, dict):
        return _take_object(value, around, found)
    inner = json_in(value)
    return inner is not None and _take(inner, around.inside(), found)


def _take_object(value: JsonObject, around: _Around, found: Recognised) -> bool:
    lowered = {_lowered(key): member for key, member in value.items()}
    if _is_cloudtrail(lowered):
        found.problem(CLOUDTRAIL)
        return True
    if ocsf.is_ocsf(lowered):
        body = ocsf.translate(value, camel)
        return _add(body, "OCSF Detection Finding", around, found, ocsf.other_product(value))
    if not (asff.is_asff(lowered) or _is_guardduty(lowered)):
        return _unwrap(lowered, around, found)
    tree = camel(value)
    body = tree if isinstance(tree, dict) else {}
    if asff.is_asff(lowered):
        product = asff.other_product(lowered)
        return _add(asff.translate(body), "Security Hub finding (ASFF)", around, found, product)
    casing = "PascalCase" if "Type" in value else "camelCase"
    return _add(body, f"GuardDuty finding ({casing})", around, found)


def _add(body: JsonObject, shape: str, around: _Around, found: Recognised, product: str | None = None) -> bool:
    words = ", ".join((shape, *(f"in {word}" for word in around.words)))
    found.candidates.append(Candidate(body, words, around.account_id, product))
    return True


def _is_guardduty(lowered: JsonObject) -> bool:
    """Tell a GuardDuty finding of any type: its type names a purpose and a resource."""
    kind = lowered.get("type")
    return isinstance(kind, str) and ":" in kind and ("/" in kind or "service" in lowered)


def _is_cloudtrail(lowered: JsonObject) -> bool:
    if "cloudTrailEvent" in lowered or ("eventVersion" in lowered and "eventName" in lowered):
        return "s3" not in lowered
    return False


def _unwrap(lowered: JsonObject, around: _Around, found: Recognised) -> bool:
    if "detail" in lowered and ("detail-type" in lowered or "source" in lowered or "account" in lowered):
        return _take_event(lowered, around, found)
    for key in ("findings", "events"):  # GetFindings and Security Hub; LookupEvents
        if isinstance(lowered.get(key), list):
            return _take(lowered[key], around.inside(), found)
    if "findingIds" in lowered:
        found.problem(ONLY_IDS)
        return True
    if isinstance(lowered.get("s3"), dict) and "eventName" in lowered:
        found.problem(NOTIFICATION)
        return True
    taken = False
    for key in _WRAPPERS:
        if isinstance(lowered.get(key), dict | list | str):
            words = _MESSAGES.get(key, "") if isinstance(lowered[key], str) else ""
            taken |= _take(lowered[key], around.inside(words), found)
    return taken


def _take_event(lowered: JsonObject, around: _Around, found: Recognised) -> bool:
    detail = lowered["detail"]
    if isinstance(detail, str):
        detail = json_in(detail)
    if not detail:
        found.problem(EMPTY_DETAIL)
        return True
    return _take(detail, around.inside("an EventBridge event", account(lowered.get("account"))), found)
