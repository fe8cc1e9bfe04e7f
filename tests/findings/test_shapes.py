"""One theft in every shape gives one finding."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import FindingReadError
from gdkit.findings import load_findings
from tests.findings import samples as s

if TYPE_CHECKING:
    from gdkit.model import Finding

_BY_INPUT = ("raw", "raw_sha256", "shape", "warnings")

SHAPES: dict[str, Any] = {
    "camelCase": s.finding(),
    "PascalCase": s.pascal(s.finding()),
    "GetFindings": {"Findings": [s.pascal(s.finding())]},
    "GetFindings with camelCase members": {"findings": [s.finding()]},
    "array": [s.finding()],
    "array in array": [[s.finding()]],
    "EventBridge": s.event(s.finding()),
    "EventBridge with PascalCase detail": s.event(s.pascal(s.finding())),
    "EventBridge with detail as text": s.event(json.dumps(s.finding())),
    "EventBridge without detail-type": {"account": s.ACCOUNT, "detail": s.finding()},
    "list of EventBridge": [s.event(s.finding())],
    "streamalert": [{"data": s.event(s.finding()), "log": "cloudwatch:events", "source": "a", "service": "b"}],
    "SNS": {"Type": "Notification", "Message": json.dumps(s.event(s.finding()))},
    "SNS to a function": {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": json.dumps(s.finding())}}]},
    "SQS to a function": {"Records": [{"messageId": "1", "body": json.dumps(s.event(s.finding()))}]},
    "SQS with SNS inside": {"Messages": [{"Body": json.dumps({"Message": json.dumps(s.finding())})}]},
    "search engine hit": {"_index": "gd", "_source": s.finding()},
    "ASFF": s.asff(),
    "ASFF without Action": s.asff(action=False),
    "ASFF of old spelling": s.asff(newer=False),
    "ASFF of old spelling without Action": s.asff(newer=False, action=False),
    "GetFindings of Security Hub": {"Findings": [s.asff()]},
    "Security Hub event": s.event({"findings": [s.asff()]}, source="aws.securityhub"),
    "Security Hub custom action": s.event({"actionName": "a", "findings": [s.asff(newer=False)]}),
    "Security Hub finding in a file of its own": {"SecurityHubFinding": s.asff()},
    "OCSF": s.ocsf(),
    "OCSF event": s.event({"findings": [s.ocsf()]}, source="aws.securityhub"),
}


def _fields(finding: Finding, without: tuple[str, ...] = ()) -> dict[str, object]:
    left_out = (*_BY_INPUT, *without)
    names = [field.name for field in dataclasses.fields(finding) if field.name not in left_out]
    return {name: getattr(finding, name) for name in names}


@pytest.mark.parametrize("name", SHAPES)
def test_same_finding_in_every_shape(name: str) -> None:
    """Every shape of one finding gives the same fields; OCSF holds no GuardDuty severity and no archived flag."""
    without = ("severity", "archived") if name.startswith("OCSF") else ()
    found = load_findings(SHAPES[name])
    assert len(found) == 1 and not found.refused
    assert _fields(found[0], without) == _fields(load_findings(s.finding())[0], without)
    assert found[0].warnings == () or name.startswith("OCSF")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("camelCase", "GuardDuty finding (camelCase)"),
        ("GetFindings", "GuardDuty finding (PascalCase)"),
        ("EventBridge", "GuardDuty finding (camelCase), in an EventBridge event"),
        ("SQS with SNS inside", "GuardDuty finding (camelCase), in an SQS message, in an SNS message"),
        ("ASFF", "Security Hub finding (ASFF)"),
        ("OCSF event", "OCSF Detection Finding, in an EventBridge event"),
    ],
)
def test_shape_is_said_in_words(name: str, words: str) -> None:
    """The shape says what the finding was and what was around it."""
    assert load_findings(SHAPES[name])[0].shape == words


def test_json_lines_of_mixed_shapes() -> None:
    """Lines of one file may differ in shape, and blank lines between them do not matter."""
    raw = s.lines(s.finding(id="a" * 32), s.event(s.pascal(s.finding()))) + b"\r\n\n" + s.lines(s.asff(), s.ocsf())
    found = load_findings(raw)
    assert [finding.id for finding in found] == ["a" * 32, s.ID, s.ID, s.ID]
    assert found[0].shape == "GuardDuty finding (camelCase), in JSON lines"


def test_indented_documents_one_after_another() -> None:
    """Indented documents that follow each other, as a shell loop writes them, are all read."""
    text = "\n".join(json.dumps({"Findings": [s.pascal(s.finding(id=c * 32))]}, indent=2) for c in "ab")
    assert [finding.id[0] for finding in load_findings(text)] == ["a", "b"]


def test_envelope_of_another_account() -> None:
    """An envelope of another account is kept and warned about; the finding's own account stands."""
    found = load_findings(s.event(s.finding(), account=s.OTHER_ACCOUNT))[0]
    assert (found.account_id, found.envelope_account_id) == (s.ACCOUNT, s.OTHER_ACCOUNT)
    assert any("names account '444455556666'" in warning for warning in found.warnings)


def test_empty_detail_is_named() -> None:
    """An event with an empty detail is refused with these words."""
    with pytest.raises(FindingReadError, match="EventBridge event with an empty detail"):
        load_findings([{"data": s.event({})}])


def test_part_without_finding_is_told() -> None:
    """What was left out beside a good finding is told in its warnings."""
    found = load_findings([s.finding(), {"a": 1}, s.event({})])[0]
    assert "1 of the input's entries is in no known shape, left out." in found.warnings
    assert any("empty detail" in warning for warning in found.warnings)


def test_ocsf_severity_stays_a_word() -> None:
    """OCSF's class of severity is not turned into GuardDuty's number."""
    found = load_findings(s.ocsf())[0]
    assert found.severity is None
    assert "the source only says 'High'" in found.warnings[0]


def test_ocsf_with_call_at_its_top_and_original_in_unmapped() -> None:
    """A call at the top of an OCSF finding is read, and what is missing comes from the original it carries."""
    finding = s.ocsf()
    finding.update(finding.pop("evidences")[0])
    del finding["resources"], finding["src_endpoint"]["location"]
    finding["unmapped"] = {"raw_event": s.finding()}
    found = load_findings(finding)[0]
    assert (found.principal_id, found.remote.address, found.severity) == (s.PRINCIPAL, s.ADDRESS, 8.0)
    assert (found.remote.country, found.instance.instance_id) == ("Example Land", s.INSTANCE)


def test_ocsf_flat_unmapped_raw_data_and_bucket() -> None:
    """Dotted keys in unmapped, JSON in raw_data, an IPv6 source and an S3 bucket are read."""
    finding = s.ocsf()
    finding["evidences"][0]["src_endpoint"] = {"ip": "2001:db8::7", "location": {"country": "DE"}}
    finding["resources"].append({"type": "AWS::S3::Bucket", "uid": "arn:aws:s3:::backup"})
    finding["unmapped"] = {"service.additionalInfo.sample": True}
    finding["raw_data"] = json.dumps(s.pascal(s.inside() | {"severity": 5}))
    found = load_findings(finding)[0]
    assert (found.remote.address, found.remote.country_code) == ("2001:db8::7", "DE")
    assert (found.bucket_names, found.sample, found.severity) == (("backup",), True, 5.0)


def test_ocsf_inside_aws() -> None:
    """The remote account of an OCSF finding is read from its evidence."""
    finding = s.ocsf()
    finding["evidences"][0]["src_endpoint"] = {}
    finding["evidences"][0]["data"] = {"remote_account_details": {"account_id": s.OTHER_ACCOUNT, "affiliated": True}}
    remote = load_findings(finding)[0].remote
    assert (remote.address, remote.account_id, remote.affiliated) == (None, s.OTHER_ACCOUNT, True)


def test_asff_without_product_fields() -> None:
    """The Action object and the resources alone make a finding; times come from the observed times."""
    finding = s.asff()
    del finding["ProductFields"]
    found = load_findings(finding)[0]
    assert (found.api, found.remote.asn, found.remote.country) == ("ListBuckets", "64500", "Example Land")
    assert found.first_seen_at is not None and found.count is None


def test_asff_severity_is_guarddutys_or_none() -> None:
    """Original stands in for Product; the normalised number is never used."""
    finding = s.asff()
    finding["Severity"] = {"Original": "8", "Label": "HIGH"}
    assert load_findings(finding)[0].severity == 8.0
    finding["Severity"] = {"Normalized": 80, "Label": "HIGH"}
    found = load_findings(finding)[0]
    assert found.severity is None and "'HIGH'" in found.warnings[0]


def test_asff_oddities() -> None:
    """Sample flag, archived state, IPv6, bucket, key id null and a session issuer's name are read from ASFF."""
    finding = s.asff(action=False)
    finding["Sample"], finding["RecordState"] = True, "ARCHIVED"
    del finding["ProductFields"]["aws/guardduty/service/archived"]
    key, instance = finding["Resources"]
    key["Id"] = "AWS::IAM::AccessKey:null"
    details = key["Details"]["AwsIamAccessKey"]
    del details["PrincipalName"]
    details["SessionContext"] = {"SessionIssuer": {"UserName": "issuer"}}
    instance["Details"]["AwsEc2Instance"]["IpV6Addresses"] = ["2001:db8::1"]
    finding["Resources"].append({"Type": "AwsS3Bucket", "Id": "arn:aws:s3:::backup"})
    found = load_findings(finding)[0]
    assert (found.sample, found.archived, found.access_key_id) == (True, True, None)
    assert (found.role_name, found.bucket_names, found.resource_type) == ("issuer", ("backup",), "S3Bucket")
    assert "2001:db8::1" in found.instance.public_addresses


def test_asff_with_slash_in_its_type() -> None:
    """Tools that keep GuardDuty's slash and write another taxonomy are understood."""
    finding = s.asff()
    finding["Types"] = ["TTPs/Initial Access/UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.InsideAWS"]
    assert load_findings(finding)[0].variant == "InsideAWS"


def test_asff_inside_aws_account() -> None:
    """A remote account stands in ProductFields as text and is read with its flag."""
    finding = s.asff(action=False)
    at = "aws/guardduty/service/action/awsApiCallAction/remoteAccountDetails/"
    finding["ProductFields"] |= {f"{at}accountId": s.OTHER_ACCOUNT, f"{at}affiliated": "true"}
    remote = load_findings(finding)[0].remote
    assert (remote.account_id, remote.affiliated) == (s.OTHER_ACCOUNT, True)
