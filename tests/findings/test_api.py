"""Findings from the GuardDuty API: every detector in reach is asked, and the ledger says which."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import UnsupportedFindingError, UsageError
from gdkit.findings import load_findings
from gdkit.findings.api import MOST_IDS, Asked, api_json, finding_by_id, open_findings
from tests.aws.fakes import ACCOUNT, MEMBER, Called, Refusal, reader
from tests.findings.samples import ARN, DETECTOR, FAMILY, OUTSIDE, finding, pascal

if TYPE_CHECKING:
    from gdkit.aws import ReadOnlyAws
    from tests.aws.fakes import Answer, FakeAws

OTHER_DETECTOR = "f" * 32
MADE = {("eu-west-1", ACCOUNT): DETECTOR, ("us-east-1", ACCOUNT): OTHER_DETECTOR, ("eu-west-1", MEMBER): "a" * 32}


def _document(number: int, **changes: Any) -> dict[str, Any]:
    """Give a finding as boto3's GetFindings does."""
    at = f"2026-11-01T{number % 24:02d}:10:51.123Z"
    return pascal(finding(**{"id": f"{number:032x}", "updatedAt": at, **changes}))


def _holding(documents: dict[str, list[dict[str, Any]]], **answers: Answer) -> dict[tuple[str, str], Answer]:
    """Answer as GuardDuty would whose detectors hold these documents."""

    def detectors(call: Called) -> dict[str, Any]:
        detector = MADE.get((call.region, call.account_id))
        return {"DetectorIds": [detector] if detector in documents else []}

    def listed(call: Called) -> dict[str, Any]:
        criteria = call.parameters["FindingCriteria"]["Criterion"]
        held = documents[call.parameters["DetectorId"]]
        ids = [one["Id"] for one in held if "id" not in criteria or one["Id"] in criteria["id"]["Equals"]]
        start = int(call.parameters.get("NextToken") or 0)
        more = {"NextToken": str(start + 50)} if start + 50 < len(ids) else {}
        return {"FindingIds": ids[start : start + 50], **more}

    def got(call: Called) -> dict[str, Any]:
        held = documents[call.parameters["DetectorId"]]
        return {"Findings": [one for one in held if one["Id"] in call.parameters["FindingIds"]]}

    made: dict[tuple[str, str], Answer] = {
        ("guardduty", "ListDetectors"): detectors,
        ("guardduty", "ListFindings"): listed,
        ("guardduty", "GetFindings"): got,
        ("guardduty", "GetDetector"): {"ServiceRole": "r", "Status": "ENABLED"},
        ("guardduty", "ListMembers"): {"Members": []},
    }
    return made | {("guardduty", name): answer for name, answer in answers.items()}


def _reader(
    monkeypatch: pytest.MonkeyPatch, documents: dict[str, list[dict[str, Any]]], **answers: Answer
) -> tuple[FakeAws, ReadOnlyAws]:
    return reader(monkeypatch, _holding(documents, **answers), member_role="reader")


def test_every_region(monkeypatch: pytest.MonkeyPatch) -> None:
    """Findings of all regions come in one set, the newest first, each with its own bytes that load by themselves."""
    held = {DETECTOR: [_document(1), _document(5)], OTHER_DETECTOR: [_document(3, region="us-east-1")]}
    _, aws = _reader(monkeypatch, held)
    found = open_findings(aws)
    assert [int(one.id, 16) for one in found.findings] == [5, 3, 1]
    for one in found.findings:
        (again,) = load_findings(one.raw)
        assert (again.id, again.raw_sha256) == (one.id, one.raw_sha256)
    assert found.asked == (
        Asked(ACCOUNT, "eu-west-1", DETECTOR, "ENABLED", 2),
        Asked(ACCOUNT, "us-east-1", OTHER_DETECTOR, "ENABLED", 1),
    )
    assert (found.not_searched, found.causes, found.warnings) == ((), (), ())


def test_what_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both types and the old name are asked for, archived ones only on request, newest first."""
    fake, aws = _reader(monkeypatch, {DETECTOR: []})
    open_findings(aws)
    open_findings(aws, archived=True)
    first, second = (call.parameters for call in fake.made("ListFindings"))
    types = {"Equals": [OUTSIDE, f"{FAMILY}.InsideAWS", FAMILY]}
    assert first["FindingCriteria"] == {"Criterion": {"type": types, "service.archived": {"Equals": ["false"]}}}
    assert second["FindingCriteria"] == {"Criterion": {"type": types}}
    assert first["SortCriteria"] == {"AttributeName": "updatedAt", "OrderBy": "DESC"}


def test_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """More findings than one page holds all come, and no call asks for more ids than the API takes."""
    fake, aws = _reader(monkeypatch, {DETECTOR: [_document(number) for number in range(1, 124)]})
    found = open_findings(aws)
    assert len({one.id for one in found.findings}) == 123
    asked = [len(call.parameters["FindingIds"]) for call in fake.made("GetFindings")]
    assert asked == [MOST_IDS, MOST_IDS, 23]


def test_one_region_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """A region that refuses is in the ledger with the missing permission; the others still answer."""

    def refusing(call: Called) -> dict[str, Any] | Refusal:
        denied = Refusal("AccessDeniedException", "is not authorized to perform: guardduty:ListFindings on resource")
        return denied if call.region == "us-east-1" else {"FindingIds": [f"{1:032x}"]}

    _, aws = _reader(monkeypatch, {DETECTOR: [_document(1)], OTHER_DETECTOR: []}, ListFindings=refusing)
    found = open_findings(aws)
    assert len(found.findings) == 1
    (gap,) = found.not_searched
    assert gap.what == f"GuardDuty of account {ACCOUNT} in us-east-1, detector {OTHER_DETECTOR}"
    assert "no permission for guardduty:ListFindings" in gap.reason
    assert [row.region for row in found.asked] == ["eu-west-1"]


@pytest.mark.parametrize("operation", ["ListDetectors", "ListFindings", "GetFindings"])
def test_cut_off(monkeypatch: pytest.MonkeyPatch, operation: str) -> None:
    """An answer that was cut off is a gap in the ledger, never an empty detector."""
    _, aws = _reader(monkeypatch, {DETECTOR: [_document(1)]}, **{operation: {}})
    found = open_findings(aws, regions=("eu-west-1",))
    assert not found.findings
    assert "cut off" in found.not_searched[0].reason
    assert found.asked == ()
    assert "could not be asked" in found.causes[0]


def test_findings_that_vanish(monkeypatch: pytest.MonkeyPatch) -> None:
    """A finding that was listed but not given is told."""
    _, aws = _reader(monkeypatch, {DETECTOR: [_document(1), _document(2)]}, GetFindings={"Findings": [_document(1)]})
    found = open_findings(aws, regions=("eu-west-1",))
    assert "1 of 2 findings that were listed were not given" in found.not_searched[0].reason


def test_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """No finding is an answer with its likely causes: where nothing watches, archived, learned, same account."""
    _, aws = _reader(monkeypatch, {DETECTOR: []}, GetDetector={"ServiceRole": "r", "Status": "DISABLED"})
    found = open_findings(aws)
    said = "\n".join(found.causes)
    assert f"No detector watches in us-east-1 of {ACCOUNT}." in said
    assert f"switched off in eu-west-1 of {ACCOUNT}." in said
    for words in ("archived", "same account", "learned", "90 days", "another account"):
        assert words in said
    assert found.asked[1] == Asked(ACCOUNT, "us-east-1", None, None, 0)
    assert "ask for archived" not in "\n".join(open_findings(aws, archived=True).causes)


def test_members(monkeypatch: pytest.MonkeyPatch) -> None:
    """A member's findings come through the administrator's detector; members it does not watch are named."""
    rows = [
        {"AccountId": MEMBER, "MasterId": ACCOUNT, "Email": "e", "RelationshipStatus": "Enabled", "UpdatedAt": "u"},
        {"AccountId": "777788889999", "MasterId": ACCOUNT, "Email": "e", "RelationshipStatus": "Removed",
         "UpdatedAt": "u"},
    ]  # fmt: skip
    held = {DETECTOR: [_document(1, accountId=MEMBER)]}
    fake, aws = _reader(monkeypatch, held, ListMembers={"Members": rows})
    found = open_findings(aws, regions=("eu-west-1",))
    assert found.findings[0].account_id == MEMBER
    (gap,) = found.not_searched
    assert gap.what.startswith("member 777788889999 of GuardDuty of account")
    assert "Removed" in gap.reason
    assert not fake.made("AssumeRole")


def test_members_not_readable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the members cannot be listed, the findings still come and the gap is told."""
    _, aws = _reader(monkeypatch, {DETECTOR: [_document(1)]}, ListMembers=Refusal("AccessDeniedException"))
    found = open_findings(aws, regions=("eu-west-1",))
    assert (len(found.findings), found.asked[0].status) == (1, "ENABLED")
    assert "members" in found.not_searched[0].what


def test_named_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    """An account that is named is asked through the member role; one finding that two detectors hold counts once."""
    held = {DETECTOR: [_document(1)], "a" * 32: [_document(1), _document(2)]}
    _, aws = _reader(monkeypatch, held)
    found = open_findings(aws, regions=("eu-west-1",), account_ids=(MEMBER, ACCOUNT))
    assert [row.account_id for row in found.asked] == [ACCOUNT, MEMBER]
    assert sorted(int(one.id, 16) for one in found.findings) == [1, 2]


def test_account_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    """An account that cannot be reached is a gap for each region, and stops nothing."""
    answers = _holding({DETECTOR: [_document(1)]})
    _, aws = reader(monkeypatch, answers)
    found = open_findings(aws, account_ids=(MEMBER,))
    assert len(found.findings) == 1
    assert [gap.what for gap in found.not_searched] == [
        f"GuardDuty of account {MEMBER} in eu-west-1", f"GuardDuty of account {MEMBER} in us-east-1",
    ]  # fmt: skip
    assert "--member-role" in found.not_searched[0].reason


def test_region_not_enabled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A region that was named and is not enabled is told."""
    _, aws = _reader(monkeypatch, {DETECTOR: []})
    assert "af-south-1" in open_findings(aws, regions=("eu-west-1", "af-south-1")).warnings[0]


def test_by_id(monkeypatch: pytest.MonkeyPatch) -> None:
    """An id is looked for in every region, archived ones too, and gives that finding alone."""
    held = {DETECTOR: [_document(1), _document(2)], OTHER_DETECTOR: []}
    fake, aws = _reader(monkeypatch, held)
    found = finding_by_id(aws, f" {2:032x} ")
    assert [int(one.id, 16) for one in found.findings] == [2]
    assert {call.region for call in fake.made("ListFindings")} == {"eu-west-1", "us-east-1"}
    assert "service.archived" not in fake.made("ListFindings")[0].parameters["FindingCriteria"]["Criterion"]


def test_by_arn(monkeypatch: pytest.MonkeyPatch) -> None:
    """An ARN's region alone is asked."""
    held = {DETECTOR: [pascal(finding())], OTHER_DETECTOR: []}
    fake, aws = _reader(monkeypatch, held)
    assert finding_by_id(aws, ARN).findings[0].arn == ARN
    assert {call.region for call in fake.made("ListFindings")} == {"eu-west-1"}


def test_by_arn_of_a_member(monkeypatch: pytest.MonkeyPatch) -> None:
    """A finding that the own detectors do not hold is asked for in the account that its ARN names."""
    arn = ARN.replace(ACCOUNT, MEMBER)
    held = {DETECTOR: [], "a" * 32: [pascal(finding(arn=arn, accountId=MEMBER))]}
    fake, aws = _reader(monkeypatch, held)
    found = finding_by_id(aws, arn)
    assert found.findings[0].account_id == MEMBER
    assert len(fake.made("AssumeRole")) == 1


@pytest.mark.parametrize(
    "text",
    ["arn:aws:iam::111122223333:role/x", "arn:aws:guardduty:eu-west-1:111122223333:detector/d", "arn:aws:guardduty",
     ARN.replace("arn:aws:", "arn:aws-cn:")],
)  # fmt: skip
def test_arn_of_something_else(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """An ARN that is no finding's, or of another partition, is wrong use, and no detector is asked."""
    fake, aws = _reader(monkeypatch, {DETECTOR: []})
    with pytest.raises(UsageError):
        finding_by_id(aws, text)
    assert not fake.made("ListDetectors")


def test_other_type(monkeypatch: pytest.MonkeyPatch) -> None:
    """A finding of another type that is asked for by its id is refused with what to use for it."""
    _, aws = _reader(monkeypatch, {DETECTOR: [_document(1, type="Recon:EC2/Portscan")]})
    with pytest.raises(UnsupportedFindingError, match="EC2 instance's own behaviour"):
        finding_by_id(aws, f"{1:032x}")


def test_written_as_the_api_gives_it() -> None:
    """The bytes are JSON in the API's shape, with times in UTC and every letter kept."""
    at = datetime(2026, 11, 1, 3, 4, 5, tzinfo=UTC)
    document = _document(1, title="naïve \u202e") | {"Extra": {"At": at}}
    written = json.loads(api_json(document))
    assert written["Findings"][0]["Extra"] == {"At": "2026-11-01T03:04:05Z"}
    assert written["Findings"][0]["Title"] == "naïve \u202e"
    assert load_findings(api_json(document))[0].id == document["Id"]
