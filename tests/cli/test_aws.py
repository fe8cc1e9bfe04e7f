"""``gdkit check`` and ``gdkit findings``: what they print, and how they end."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from gdkit import cli
from tests.aws.fakes import ACCOUNT, MEMBER, READER_KEY, SECRET, Called, Refusal, fake_aws
from tests.findings.samples import ADDRESS, DETECTOR, ID, INSTANCE, OUTSIDE, PRINCIPAL, finding, pascal

if TYPE_CHECKING:
    from tests.aws.fakes import Answer

HOSTILE = "\x1b[2J\u202eapp\n<script>"


class Ended(NamedTuple):
    """How a command ended: its exit status and what it said."""

    status: int
    out: str
    err: str


@pytest.fixture
def gdkit(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Give the command as a function."""

    def run(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["gdkit", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return Ended(int(ended.value.code or 0), said.out, said.err)

    return run


def _guardduty(documents: list[dict[str, Any]], **changes: Answer) -> dict[tuple[str, str], Answer]:
    """Answer as a GuardDuty that watches eu-west-1 alone."""
    made: dict[str, Answer] = {
        "ListDetectors": lambda call: {"DetectorIds": [DETECTOR] if call.region == "eu-west-1" else []},
        "ListFindings": {"FindingIds": [one["Id"] for one in documents]},
        "GetFindings": {"Findings": documents},
        "GetDetector": {"ServiceRole": "r", "Status": "ENABLED"},
        "ListMembers": {"Members": []},
    }
    return {("guardduty", name): answer for name, answer in (made | changes).items()}


def test_findings(monkeypatch: pytest.MonkeyPatch, gdkit: Any) -> None:
    """Each finding is one line with who was used from where; the exit status is 0."""
    fake_aws(monkeypatch, _guardduty([pascal(finding())]))
    ended = gdkit("findings")
    assert (ended.status, ended.err) == (0, "")
    first = ended.out.splitlines()[0]
    for part in (ID, "OutsideAWS, severity 8", ACCOUNT, "eu-west-1", PRINCIPAL, f"used from {ADDRESS}"):
        assert part in first
    assert "1 finding in 1 detector." in ended.out


def test_findings_json(monkeypatch: pytest.MonkeyPatch, gdkit: Any) -> None:
    """The JSON holds the findings' fields, the detectors that were asked, and nothing else on the output."""
    fake_aws(monkeypatch, _guardduty([pascal(finding())]))
    ended = gdkit("findings", "--json", "--archived")
    written = json.loads(ended.out)
    (one,) = written["findings"]
    assert (one["id"], one["type"], one["instance_id"], one["remote_address"]) == (ID, OUTSIDE, INSTANCE, ADDRESS)
    assert [(row["region"], row["detector_id"]) for row in written["asked"]] == [
        ("eu-west-1", DETECTOR), ("us-east-1", None),
    ]  # fmt: skip
    assert (written["not_searched"], written["causes"]) == ([], [])


def test_no_findings(monkeypatch: pytest.MonkeyPatch, gdkit: Any) -> None:
    """No finding is told with what it can mean, and is no failure."""
    fake_aws(monkeypatch, _guardduty([]))
    ended = gdkit("findings")
    assert ended.status == 0
    assert "No findings in 1 detector." in ended.out
    assert "That does not prove" in ended.out
    assert f"No detector watches in us-east-1 of {ACCOUNT}." in ended.out
    assert json.loads(gdkit("findings", "--json").out)["causes"]


def test_findings_with_a_gap(monkeypatch: pytest.MonkeyPatch, gdkit: Any) -> None:
    """A detector that cannot be asked is told on the error output, and the exit status is 3."""
    fake_aws(monkeypatch, _guardduty([pascal(finding())], GetFindings=Refusal("AccessDeniedException")))
    ended = gdkit("findings", "--region", "eu-west-1")
    assert ended.status == 3
    assert "not asked: GuardDuty of account" in ended.err
    assert "no permission for guardduty:GetFindings" in ended.err


def test_hostile_finding(monkeypatch: pytest.MonkeyPatch, gdkit: Any) -> None:
    """What an attacker chose reaches the terminal in plain letters: no escape sequence, no new line, no override."""
    body = finding(resource__accessKeyDetails__principalId=f"AROAX:{HOSTILE}", title=HOSTILE)
    fake_aws(monkeypatch, _guardduty([pascal(body)]))
    for arguments in (("findings",), ("findings", "--json")):
        ended = gdkit(*arguments)
        assert not {"\x1b", "\u202e"} & set(ended.out + ended.err)
        assert "\n<script>" not in ended.out


def test_hostile_answers(monkeypatch: pytest.MonkeyPatch, gdkit: Any) -> None:
    """An error text and a trail's name from outside are made plain too, in the check as well."""
    trail = {"TrailARN": f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/{HOSTILE}", "HomeRegion": "us-east-1"}
    answers = _guardduty([], ListDetectors=Refusal("OddError", HOSTILE))
    fake_aws(monkeypatch, answers | _probes({("cloudtrail", "DescribeTrails"): {"trailList": [trail]}}))
    for command in ("check", "findings"):
        ended = gdkit(command)
        assert ended.status == 3
        assert not {"\x1b", "\u202e"} & set(ended.out + ended.err)
    assert "<U+001B>" in gdkit("check").out


def _probes(changes: dict[tuple[str, str], Answer]) -> dict[tuple[str, str], Answer]:
    from gdkit.permissions import PERMISSIONS
    from tests.aws.fakes import regions

    def listed(call: Called) -> dict[str, Any] | Refusal:
        return Refusal("DryRunOperation") if call.parameters.get("DryRun") else regions(call)

    made: dict[tuple[str, str], Answer] = {
        (one.service, one.operation): Refusal("NoSuchEntity") for one in PERMISSIONS if one.service != "guardduty"
    }
    return made | {("ec2", "DescribeRegions"): listed} | changes | {
        (one.service, one.operation): Refusal("BadRequestException")
        for one in PERMISSIONS
        if one.service == "guardduty" and one.operation != "ListDetectors"
    }  # fmt: skip


def test_check(monkeypatch: pytest.MonkeyPatch, gdkit: Any) -> None:
    """The check says what can be reached; the JSON form is valid and ends with the same status."""
    answers = _guardduty([]) | _probes({("cloudtrail", "DescribeTrails"): {"trailList": []}})
    fake_aws(monkeypatch, answers)
    ended = gdkit("check")
    assert (ended.status, ended.err) == (0, "")
    assert "Permissions: environment" in ended.out
    as_json = gdkit("check", "--json")
    assert as_json.status == 0
    assert json.loads(as_json.out)["account_id"] == ACCOUNT


@pytest.mark.parametrize("command", ["check", "findings"])
def test_no_login(monkeypatch: pytest.MonkeyPatch, gdkit: Any, command: str) -> None:
    """A login that has ended is a few plain words and status 1: no stack trace, no secret."""
    fake_aws(monkeypatch, {("sts", "GetCallerIdentity"): Refusal("ExpiredToken", f"token {SECRET}")})
    ended = gdkit(command)
    said = ended.out + ended.err
    assert ended.status == 1
    assert "log in again" in said
    assert "Traceback" not in said
    assert SECRET not in said
    assert READER_KEY not in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--region", "Ireland"), "is no AWS region"),
        (("--region", "eu-west-9"), "no region eu-west-9"),
        (("--role-arn", "x"), "is no role's ARN"),
        (("--profile", "prod"), "no real credential is read"),
        (("--nonsense",), "No such option"),
    ],
)
@pytest.mark.parametrize("command", ["check", "findings"])
def test_wrong_use(
    monkeypatch: pytest.MonkeyPatch, gdkit: Any, command: str, arguments: tuple[str, ...], says: str
) -> None:
    """Wrong use ends with 2 and says what is wrong."""
    fake_aws(monkeypatch, {})
    ended = gdkit(command, *arguments)
    assert ended.status == 2
    assert says in ended.err
    assert "Traceback" not in ended.err


def test_options_arrive(monkeypatch: pytest.MonkeyPatch, gdkit: Any) -> None:
    """Role, member role, account and region are used as they are given."""
    fake = fake_aws(monkeypatch, _guardduty([]))
    role = f"arn:aws:iam::{ACCOUNT}:role/analyst"
    ended = gdkit("findings", "--role-arn", role, "--member-role", "reader", "--account", MEMBER, "--region",
                  "us-east-1")  # fmt: skip
    assert ended.status == 0
    arns = [call.parameters["RoleArn"] for call in fake.made("AssumeRole")]
    assert arns == [role, f"arn:aws:iam::{MEMBER}:role/reader"]
    asked = {(call.account_id, call.region) for call in fake.made("ListDetectors")}
    assert asked == {(ACCOUNT, "us-east-1"), (MEMBER, "us-east-1")}


@pytest.mark.parametrize("command", ["check", "findings"])
def test_help(gdkit: Any, command: str) -> None:
    """Each command explains itself, its exit status included."""
    ended = gdkit(command, "--help")
    assert ended.status == 0
    assert "Exit status" in ended.out
    assert "--member-role" in ended.out
