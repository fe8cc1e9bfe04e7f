"""What can be reached: every part told, every missing permission named, never a stack trace."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.aws import AwsAccess
from gdkit.check import FINE, GAPS, NOTHING, Reach, check
from gdkit.check_text import reach_json, reach_lines
from gdkit.errors import ParameterError
from gdkit.permissions import PERMISSIONS
from tests.aws.fakes import ACCOUNT, CALLER, MEMBER, Called, FakeAws, Refusal, fake_aws, regions

if TYPE_CHECKING:
    from tests.aws.fakes import Answer

DENIED = Refusal("AccessDenied", "no")
TRAIL = {"TrailARN": f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/all", "HomeRegion": "us-east-1",
         "S3BucketName": "logs", "IsMultiRegionTrail": True, "LogFileValidationEnabled": True}  # fmt: skip


def _answers(**changes: Answer) -> dict[tuple[str, str], Answer]:
    """Answer every probe as AWS does where all is allowed: of nothing that exists, and dry runs."""

    def probed(call: Called) -> Refusal:
        return Refusal("DryRunOperation" if call.parameters.get("DryRun") else "NoSuchEntity", "would have succeeded")

    def listed(call: Called) -> dict[str, Any] | Refusal:
        return probed(call) if call.parameters.get("DryRun") else regions(call)

    def status(call: Called) -> dict[str, Any] | Refusal:
        return {"IsLogging": True} if call.parameters["Name"].startswith("arn:") else Refusal("TrailNotFoundException")

    made: dict[tuple[str, str], Answer] = {
        (permission.service, permission.operation): probed for permission in PERMISSIONS
    }
    made |= {
        ("ec2", "DescribeRegions"): listed,
        ("guardduty", "ListDetectors"): lambda call: {"DetectorIds": ["d"] if call.region == "eu-west-1" else []},
        ("cloudtrail", "DescribeTrails"): {"trailList": [TRAIL]},
        ("cloudtrail", "GetTrailStatus"): status,
        ("cloudtrail", "LookupEvents"): {"Events": []},
    }
    for service, name in list(made):
        made[service, name] = changes.pop(name, made[service, name])
    return made | {("sts", name): answer for name, answer in changes.items()}


def _checked(
    monkeypatch: pytest.MonkeyPatch, access: AwsAccess | None = None, accounts: tuple[str, ...] = (), **changes: Answer
) -> tuple[FakeAws, Reach]:
    fake = fake_aws(monkeypatch, _answers(**changes))
    return fake, check(access or AwsAccess(region="eu-west-1", member_role="reader"), account_ids=accounts)


def test_all_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where everything answers there is no gap, and the exit status is 0."""
    _, reach = _checked(monkeypatch, accounts=(MEMBER,))
    assert (reach.gaps, reach.exit_status) == ((), FINE)
    assert {row.state for row in reach.tried} == {"allowed"}
    assert len(reach.tried) == len(PERMISSIONS)
    assert reach.accounts == (MEMBER,)
    said = "\n".join(reach_lines(reach))
    for words in (CALLER, "eu-west-1, us-east-1", "not enabled in the account: af-south-1", "a detector in eu-west-1",
                  "none in us-east-1", "records: every region, of the account, into s3://logs, with digests",
                  f"{MEMBER} can be reached", "AWS is simulated", "events: 1 of 1"):  # fmt: skip
        assert words in said
    assert "Gaps" not in said


def test_nothing_but_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check itself makes only calls of the table, and its probes name nothing that exists."""
    fake, _ = _checked(monkeypatch)
    made = {f"{call.service}:{call.operation}" for call in fake.calls} - {"sts:GetCallerIdentity"}
    assert made == {permission.action for permission in PERMISSIONS}


@pytest.mark.parametrize("operation", ["GetFindings", "LookupEvents", "GetRole", "DescribeNatGateways"])
def test_one_missing(monkeypatch: pytest.MonkeyPatch, operation: str) -> None:
    """One missing permission is named with its step, and the exit status is 3."""
    _, reach = _checked(monkeypatch, **{operation: DENIED})
    (missing,) = (row for row in reach.tried if row.state == "missing")
    assert missing.permission.operation == operation
    assert reach.exit_status == GAPS
    said = reach_lines(reach)
    assert f"             missing: {missing.permission.action}" in said
    step = next(line for line in said if line.startswith(f"Permissions: {missing.permission.needed_for}:"))
    assert said[said.index(step) + 1] == f"             missing: {missing.permission.action}"


def test_action_of_few_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    """That an account may not list its organisation is said, and is no gap: most accounts never may."""
    _, reach = _checked(monkeypatch, ListAccounts=Refusal("AccessDeniedException", "You don't have permissions"))
    assert (reach.gaps, reach.exit_status) == ((), FINE)
    (row,) = (row for row in reach.tried if row.state != "allowed")
    assert (row.state, row.permission.needed_for) == ("not known", "organization")
    assert row.reason.endswith("or this account is not one that may ask")
    said = reach_lines(reach)
    assert "             not known: organizations:ListAccounts" in said
    assert any(line.startswith("Permissions: holdings: 4 of 4 (every network and address") for line in said)


def test_list_of_accounts_that_was_throttled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where listing the organisation failed for another reason, that is a gap as for any other action."""
    _, reach = _checked(monkeypatch, ListAccounts=Refusal("Throttling"))
    assert (len(reach.gaps), reach.exit_status) == (1, GAPS)


def test_organisation_that_may_not_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """That the own organisation may not be described is a gap: any account may, where its policies allow it."""
    _, reach = _checked(monkeypatch, DescribeOrganization=DENIED)
    assert reach.exit_status == GAPS
    assert [row.permission.operation for row in reach.tried if row.state == "missing"] == ["DescribeOrganization"]


def test_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """A probe that was throttled tells nothing: the permission is neither missing nor there."""
    _, reach = _checked(monkeypatch, GetRole=Refusal("Throttling"))
    (row,) = (row for row in reach.tried if row.state != "allowed")
    assert (row.state, row.permission.action) == ("not known", "iam:GetRole")
    assert reach.exit_status == GAPS
    assert "             not known: iam:GetRole" in reach_lines(reach)


def test_nothing_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a login that has ended nothing is reached: one reason, what to do, exit status 1."""
    fake, reach = _checked(monkeypatch, GetCallerIdentity=Refusal("ExpiredToken"))
    assert reach.exit_status == NOTHING
    said = reach_lines(reach)
    assert said[0] == "Nothing can be reached."
    assert "log in again" in said[1]
    assert len(said) == 2
    assert len(fake.calls) == 1
    assert reach_json(reach)["error"]["kind"] == "expired"


def test_regions_denied(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the list of regions the library's is used, and the gap says so."""
    _, reach = _checked(monkeypatch, DescribeRegions=DENIED)
    assert any("could not be listed" in gap for gap in reach.gaps)
    assert len(reach.regions.names) > 15


def test_regions_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the regions cannot be had for another reason, what is known is still told."""
    _, reach = _checked(monkeypatch, DescribeRegions=Refusal("InternalError"))
    assert (reach.account_id, reach.exit_status) == (ACCOUNT, GAPS)
    assert "the service itself failed" in reach.gaps[0]
    assert reach_lines(reach)


def test_places_that_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """A region whose detectors cannot be listed, a trail without a status, an account out of reach: each is a gap."""

    def detectors(call: Called) -> dict[str, Any] | Refusal:
        return DENIED if call.region == "us-east-1" else {"DetectorIds": ["d"]}

    _, reach = _checked(monkeypatch, accounts=(MEMBER,), ListDetectors=detectors, GetTrailStatus=DENIED,
                        AssumeRole=DENIED)  # fmt: skip
    said = "\n".join(reach.gaps)
    for words in ("GuardDuty in us-east-1: no permission for guardduty:ListDetectors", "the status of trail arn:aws",
                  f"account {MEMBER}: no permission for sts:AssumeRole"):  # fmt: skip
        assert words in said
    assert reach.trails[0].logging is None
    assert "its status could not be read" in "\n".join(reach_lines(reach))


def test_nobody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    """No detector anywhere is a gap; no trail, or one that is stopped, is told."""
    _, reach = _checked(monkeypatch, ListDetectors={"DetectorIds": []}, DescribeTrails={"trailList": []})
    assert reach.gaps == ("No region in reach has a GuardDuty detector.",)
    assert any("none is known to record every region" in line for line in reach_lines(reach))
    _, reach = _checked(monkeypatch, GetTrailStatus={"IsLogging": False})
    said = "\n".join(reach_lines(reach))
    assert "is STOPPED" in said
    assert "none is known to record every region" in said


def test_chosen_regions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the regions that are named are asked, the permissions there too; one that does not exist is wrong use."""
    fake, reach = _checked(monkeypatch, AwsAccess(region="eu-west-1", regions=("us-east-1",)))
    assert [region for region, _ in reach.detectors] == ["us-east-1"]
    assert {call.region for call in fake.made("GetFindings")} == {"us-east-1"}
    with pytest.raises(ParameterError):
        _checked(monkeypatch, AwsAccess(region="eu-west-1", regions=("eu-west-9",)))


def test_json(monkeypatch: pytest.MonkeyPatch) -> None:
    """The JSON form says the same: identity, regions, detectors, trails, each permission with its state."""
    _, reach = _checked(monkeypatch, GetRole=DENIED)
    written = json.loads(json.dumps(reach_json(reach)))
    assert (written["account_id"], written["exit_status"], written["error"]) == (ACCOUNT, GAPS, None)
    assert written["detectors"] == {"eu-west-1": ["d"], "us-east-1": []}
    assert written["trails"][0]["logging"] is True
    states = {row["action"]: row["state"] for row in written["permissions"]}
    assert states["iam:GetRole"] == "missing"
    assert states["iam:GetPolicy"] == "allowed"
    assert written["gaps"] == list(reach.gaps)
