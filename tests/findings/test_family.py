"""Which findings are refused, with what to use instead; choosing one; the table."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gdkit import tables
from gdkit.errors import FindingReadError, UnsupportedFindingError, UsageError
from gdkit.findings import findings_table, load_findings, select_finding
from gdkit.model import FindingSet
from tests.findings import samples as s

SHARED = Path(__file__).parents[3] / "shared/data/guardduty"


@pytest.mark.parametrize(
    ("kind", "reason", "use_instead"),
    [
        ("UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.OutsideAWS", "Lambda function's or ECS", "revoke"),
        ("UnauthorizedAccess:IAMUser/TorIPCaller", "an IAM identity", "compromised AWS credentials"),
        ("AttackSequence:IAM/CompromisedCredentials", "attack sequence", "its signals"),
        ("AttackSequence:EC2/CompromisedInstanceGroup", "attack sequence", "its signals"),
        ("Recon:EC2/Portscan", "EC2 instance's own behaviour", "Amazon EC2 instance"),
        ("Discovery:S3/AnomalousBehavior", "an S3 bucket", "S3 bucket"),
        ("CredentialAccess:RDS/AnomalousBehavior.FailedLogin", "a database", "database"),
        ("Execution:Runtime/NewBinaryExecuted", "a running workload", "Runtime Monitoring"),
        ("Something:New/Thing", "another GuardDuty type", "User Guide"),
        (f"{s.FAMILY}.OnTheMoon", "does not know", "a newer gdkit"),
    ],
)
def test_other_types_are_refused_politely(kind: str, reason: str, use_instead: str) -> None:
    """A finding of another type is recognised, refused with a reason, and the error says what to use."""
    refused = load_findings([s.finding(), s.pascal(s.finding(type=kind, id="x"))]).refused
    assert [(entry.id, entry.type) for entry in refused] == [("x", kind)]
    assert reason in refused[0].reason and use_instead in refused[0].use_instead
    with pytest.raises(UnsupportedFindingError, match=kind.replace(".", r"\.")) as caught:
        load_findings(s.finding(type=kind))
    assert use_instead in str(caught.value)


def test_many_refused_are_counted() -> None:
    """The error names the first three refused findings and counts the rest."""
    with pytest.raises(UnsupportedFindingError, match="; and 4 more"):
        load_findings([s.finding(type="Recon:EC2/Portscan")] * 7)


def test_hostile_type_is_escaped() -> None:
    """A type of control characters and great length reaches the error cut and escaped."""
    with pytest.raises(UnsupportedFindingError) as caught:
        load_findings(s.finding(type="Recon:EC2/\x1b[31m" + "x" * 9999))
    assert str(caught.value).isprintable() and len(str(caught.value)) < 600


def test_other_products_are_refused() -> None:
    """Findings of Security Hub from another product are refused, in ASFF and in OCSF."""
    asff, named, ocsf = s.asff(), s.asff(), s.ocsf()
    asff["ProductArn"] = "arn:aws:securityhub:eu-west-1:111122223333:product/111122223333/default"
    del named["ProductArn"]
    named["ProductName"] = "Macie"
    ocsf["metadata"]["product"] = {"name": "Inspector"}
    found = load_findings([s.finding(), asff, named, ocsf])
    assert len(found) == 1
    assert all("another product than GuardDuty" in entry.reason for entry in found.refused)
    assert "(Inspector)" in found.refused[2].reason


def test_product_named_in_product_fields() -> None:
    """ASFF without a product ARN goes by the name in its product fields; OCSF that names none is accepted."""
    asff, ocsf = s.asff(), s.ocsf()
    del asff["ProductArn"], asff["ProductName"], ocsf["metadata"]
    assert len(load_findings([asff, ocsf])) == 2


def test_select_the_only_one() -> None:
    """One finding needs no id; several updates of one finding give the latest."""
    assert select_finding(load_findings(s.finding())).id == s.ID
    updates = load_findings([s.finding(updatedAt=f"2026-11-0{day}T00:00:00Z", service__count=day) for day in (1, 3, 2)])
    assert select_finding(updates).count == 3
    assert select_finding(updates, s.ID).count == 3


def test_select_by_id_and_arn() -> None:
    """A finding is named by its id or its ARN."""
    other = s.finding(id="f" * 32, arn=s.ARN.replace(s.ID, "f" * 32))
    found = load_findings([s.finding(), other])
    assert select_finding(found, f" {'f' * 32} ").id == "f" * 32
    assert select_finding(found, s.ARN).id == s.ID


def test_select_among_several_needs_an_id() -> None:
    """Several findings without an id list them with instance and remote party."""
    found = load_findings([s.finding(id=f"{n}" * 32) for n in range(7)] + [s.inside()])
    with pytest.raises(UsageError, match=f"there are 8 findings: 0+ {s.INSTANCE} used from {s.ADDRESS}.* and 3 more"):
        select_finding(found)
    with pytest.raises(UsageError, match="there is no finding 'nope' among"):
        select_finding(found, "nope")


def test_select_a_refused_one() -> None:
    """An id that was refused gives the reason."""
    found = load_findings([s.finding(), s.finding(id="r" * 32, type="Recon:EC2/Portscan")])
    with pytest.raises(UsageError, match="of type Recon:EC2/Portscan"):
        select_finding(found, "r" * 32)
    with pytest.raises(UsageError, match="no finding to choose from"):
        select_finding(FindingSet(()))


def test_table() -> None:
    """The table has one row a finding with its declared columns; the instance falls back to the session name."""
    found = load_findings([s.finding(resource__instanceDetails=None), s.inside(), s.finding(severity=...)])
    table = findings_table(found)
    assert tuple(table.columns) == tables.FINDINGS.names
    assert list(table["instance_id"]) == [s.INSTANCE] * 3
    assert list(table["remote_account_id"].fillna("")) == ["", s.OTHER_ACCOUNT, ""]
    assert table["remote_address"].isna().tolist() == [False, True, False]
    assert str(table["first_seen_at"].dtype) == "datetime64[us, UTC]"
    assert "no severity" in table["warnings"][2]


def test_empty_table() -> None:
    """No findings give the same columns and types."""
    full, empty = findings_table(load_findings(s.finding())), findings_table([])
    assert len(empty) == 0
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()


def test_import_is_light() -> None:
    """Importing and loading findings pulls in neither pandas nor boto3."""
    code = (
        "import sys, gdkit.findings as f\n"
        'f.load_findings(b\'{"type": "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration"}\')\n'
        "assert not {'pandas', 'boto3', 'botocore', 'ipywidgets'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])  # noqa: S603


REAL: dict[str, tuple[type[Exception], str]] = {
    "custodian-ec2-duty-event.json": (UnsupportedFindingError, "EC2 instance's own behaviour"),
    "custodian-event-securityhub-iamkey-finding-action.json": (UnsupportedFindingError, "IAMUser/ConsoleLogin"),
    "custodian-iam-duty-event.json": (UnsupportedFindingError, "IAMUser/TorIPCaller"),
    "panther-00-alert.json": (UnsupportedFindingError, "attack sequence"),
    "panther-01-noalert.json": (UnsupportedFindingError, "attack sequence"),
    "streamalert-guard_duty_all.json": (FindingReadError, "empty detail"),
    "soar-samples/Credential-Access-IAM-Anomalous-Behavior.json": (UnsupportedFindingError, "an IAM identity"),
    "soar-samples/Discovery-RDS-Tor-Ip-Caller.json": (UnsupportedFindingError, "a database"),
}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the folder of public findings is not beside this repository")
def test_public_findings_are_refused_for_their_reason() -> None:
    """Every public finding at hand is recognised, and refused for what it is: none is of the family."""
    seen = 0
    for path in sorted(SHARED.rglob("*.json")):
        name = path.relative_to(SHARED).as_posix()
        default: tuple[type[Exception], str] = (UnsupportedFindingError, "EC2 instance's own behaviour")
        if name.startswith("panther-0") and name not in REAL:
            default = (UnsupportedFindingError, "PrivilegeEscalation:IAMUser/AdministrativePermissions")
        error, words = REAL.get(name, default)
        with pytest.raises(error, match=words):
            load_findings(path)
        seen += 1
    assert seen >= len(REAL)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the folder of public findings is not beside this repository")
def test_public_findings_under_the_familys_name() -> None:
    """Public findings with their type changed to the family's are read in full, whatever their casing."""
    for path in sorted((SHARED / "soar-samples").glob("*.json")):
        event: Any = json.loads(path.read_bytes())
        event["detail"]["Type"] = s.OUTSIDE
        found = load_findings(event)[0]
        assert found.sample and found.created_at is not None and found.severity is not None, path.name
        differs = event["account"] != event["detail"]["AccountId"]
        assert found.envelope_account_id == (event["account"] if differs else None), path.name
