"""The scenarios: each plays to its end, leaves what it is about, and the same seed leaves the same."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import UsageError
from gdkit.simulator.accounts import Accounts
from gdkit.simulator.scenarios.catalogue import SCENARIOS, stage_scenario
from gdkit.simulator.scenarios.thieves import OUTSIDE_AWS
from gdkit.simulator.server import running
from gdkit.trail import load_trail
from tests.simulator.scenarios.plays import ENDS, Played, play, summary

if TYPE_CHECKING:
    from pathlib import Path

INSIDE_AWS = OUTSIDE_AWS.replace("Outside", "Inside")
played = cache(play)
DOCUMENTED = ("eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress",
              "userAgent", "requestParameters", "responseElements", "requestID", "eventID", "readOnly", "eventType",
              "managementEvent", "recipientAccountId", "eventCategory")  # fmt: skip


def findings(one: Played) -> list[tuple[str, float, bool]]:
    """Give type, severity and archive state of every finding, in the order in which they were made."""
    made = sorted(one.findings, key=lambda finding: str(finding["CreatedAt"]))
    return [(finding["Type"], finding["Severity"], finding["Service"]["Archived"]) for finding in made]


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_plays(name: str) -> None:
    """A scenario plays to its end, and the clock runs on from there."""
    one = played(name, 3)
    assert one.staged.principal_id.endswith(f":{one.staged.instance_id}")
    times = [record["eventTime"] for record in one.records]
    assert times == sorted(times)
    begins = ENDS - timedelta(minutes=SCENARIOS[name].lasts_min)
    assert begins <= datetime.fromisoformat(times[0]) < begins + timedelta(minutes=30)
    assert ENDS - timedelta(minutes=30) < datetime.fromisoformat(times[-1]) <= ENDS
    assert ENDS <= one.clock[0] < one.clock[1]
    assert {call.actor for call in one.staged.calls} <= {"thief", "workload", "admin", "aws"}
    assert [call.event_id for call in one.staged.calls] == [record["eventID"] for record in one.records]


@pytest.mark.parametrize("seed", [2, 3])
def test_theft(seed: int) -> None:
    """The theft is found at the first address; from the second on the thief's own filter archives it."""
    one = played("theft", seed)
    made = findings(one)
    addresses = [finding["Service"]["Action"]["AwsApiCallAction"]["RemoteIpDetails"]["IpAddressV4"]
                 for finding in sorted(one.findings, key=lambda finding: str(finding["CreatedAt"]))]  # fmt: skip
    assert made[0] == (OUTSIDE_AWS, 8.0, False)
    made_filter = next(record for record in one.records if record["eventName"] == "CreateFilter")
    for finding in one.findings:
        assert (finding["Type"], finding["Severity"]) == (OUTSIDE_AWS, 8.0)
        assert finding["Service"]["Archived"] == (finding["CreatedAt"] > made_filter["eventTime"])
        assert finding["Resource"]["AccessKeyDetails"]["PrincipalId"] == one.staged.principal_id
    assert len(set(addresses)) == len(addresses)


def test_second_address_is_archived() -> None:
    """Some seed plays the second address, and then the thief's filter archived its finding."""
    states = [[archived for *_, archived in findings(played("theft", seed))] for seed in (2, 3)]
    assert [False, True] in states


@pytest.mark.parametrize("name, kind, severity, affiliated", [
    ("onprem", OUTSIDE_AWS, 8.0, None), ("hub", INSIDE_AWS, 5.0, True), ("inside", INSIDE_AWS, 8.0, False),
])  # fmt: skip
def test_findings(name: str, kind: str, severity: float, affiliated: bool | None) -> None:
    """A scenario is found as GuardDuty finds it, and nothing hides it."""
    one = played(name, 3)
    assert set(findings(one)) == {(kind, severity, False)}
    actions = [finding["Service"]["Action"]["AwsApiCallAction"] for finding in one.findings]
    accounts = [action.get("RemoteAccountDetails") for action in actions]
    assert {account["Affiliated"] if account else None for account in accounts} == {affiliated}


@pytest.mark.parametrize("name", ["same-account", "quiet"])
def test_silence(name: str) -> None:
    """GuardDuty says nothing where nobody steals, nor where the thief stays in the account."""
    one = played(name, 3)
    assert one.findings == []
    assert bool(one.staged.event_ids("thief", data_events=True)) == (name == "same-account")


@pytest.mark.parametrize("name", ["onprem", "hub", "quiet"])
def test_benign(name: str) -> None:
    """In a benign scenario nobody is the thief."""
    assert played(name, 3).staged.event_ids("thief", data_events=True) == set()
    assert len(played(name, 3).staged.event_ids("workload", data_events=True)) > 50


def test_truth() -> None:
    """The truth names calls of the leaked session, or of what grew from it, by both parties, and none twice."""
    one = played("theft", 3)
    truth = one.staged.truth()
    by_id = {record["eventID"]: record for record in one.records}
    thief, workload = (set(truth[f"{party}_event_ids"]) for party in ("thief", "workload"))
    assert not thief & workload
    assert thief | workload <= by_id.keys()
    principals = [by_id[one_id]["userIdentity"].get("principalId") for one_id in thief]
    assert principals.count(truth["principal_id"]) > 10
    assert {by_id[one_id]["userIdentity"]["type"] for one_id in thief} == {"AssumedRole", "IAMUser"}
    managed = one.staged.event_ids("thief", data_events=False)
    assert {by_id[one_id]["eventCategory"] for one_id in thief - managed} == {"Data"}
    assert {by_id[one_id]["eventCategory"] for one_id in managed} == {"Management"}


def elsewhere(name: str, environment: dict[str, str]) -> Any:
    """Play a scenario in another process, and give what it left."""
    command = [sys.executable, "-m", "tests.simulator.scenarios.plays", name, "3"]
    done = subprocess.run(command, capture_output=True, env=environment, timeout=60, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr.decode()[-500:]
    assert b"AKIAREALKEYOFSOMEONE" not in done.stdout + done.stderr
    return json.loads(done.stdout)


def here(name: str) -> Any:
    """Give what a scenario left in this process, in the same form."""
    return json.loads(json.dumps(summary(played(name, 3)), default=str))


def test_same_seed() -> None:
    """The same seed leaves the same records, ids, keys and findings, in the same order, in any process."""
    first, second = here("theft"), elsewhere("theft", os.environ | {"PYTHONHASHSEED": "7"})
    assert first.keys() == second.keys()
    for part in first:
        assert first[part] == second[part], part
    assert len(first["records"]) > 100


def test_machine_settings_change_nothing(tmp_path: Path) -> None:
    """Profiles, files, keys, endpoints, proxies and regions of the machine, even broken ones, change no play."""
    damaged = tmp_path / "config"
    damaged.write_text("[default\nnonsense")
    nowhere = "http://127.0.0.1:9"
    poison = {
        "AWS_PROFILE": "no-such-profile", "AWS_CONFIG_FILE": str(damaged), "AWS_SHARED_CREDENTIALS_FILE": str(damaged),
        "AWS_ACCESS_KEY_ID": "AKIAREALKEYOFSOMEONE", "AWS_SECRET_ACCESS_KEY": "real", "AWS_SESSION_TOKEN": "real",
        "AWS_ENDPOINT_URL": nowhere, "AWS_ENDPOINT_URL_STS": nowhere, "AWS_ENDPOINT_URL_S3": nowhere,
        "AWS_USE_FIPS_ENDPOINT": "true", "AWS_USE_DUALSTACK_ENDPOINT": "true", "AWS_DEFAULT_REGION": "xx-none-1",
        "AWS_MAX_ATTEMPTS": "many", "AWS_CA_BUNDLE": str(tmp_path / "none"),
        "HTTP_PROXY": nowhere, "http_proxy": nowhere,
    }  # fmt: skip
    assert elsewhere("quiet", os.environ | poison) == here("quiet")


def test_same_seed_again() -> None:
    """In one process, too, a second world of the same seed is like the first, whatever was played between."""
    first = json.dumps(summary(played("quiet", 3)), default=str)
    played("theft", 3)
    assert json.dumps(summary(play("quiet", 3)), default=str) == first


def test_other_seed() -> None:
    """Another seed plays other accounts, addresses, keys and events."""
    one, two = played("theft", 3), played("theft", 2)
    assert one.staged.account_id != two.staged.account_id
    assert one.staged.principal_id != two.staged.principal_id
    ids, others = ({record["eventID"] for record in play_.records} for play_ in (one, two))
    assert not ids & others
    assert not {issued.access_key_id for issued in one.issued} & {issued.access_key_id for issued in two.issued}


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_records(name: str) -> None:
    """Every record has the documented fields, ids of its own, and a shape that fits its identity."""
    records = played(name, 3).records
    assert len({record["eventID"] for record in records}) == len(records)
    for record in records:
        assert [field for field in DOCUMENTED if field not in record] == []
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", record["eventTime"])
        assert record["managementEvent"] == (record["eventCategory"] == "Management")
        assert record["eventSource"].endswith(".amazonaws.com")
        assert ("tlsDetails" in record) == (record["userIdentity"]["type"] not in ("AWSService", "AWSAccount"))


def test_no_secret_in_any_record() -> None:
    """No secret of any credential that was issued, and no password, stands in a record; tokens do, as in AWS."""
    one = played("theft", 3)
    text = json.dumps(one.records)
    secrets = [issued.secret_access_key for issued in one.issued]
    assert len(secrets) > 8
    assert [secret for secret in secrets if secret in text] == []
    assert "made-Up-1!" not in text
    assert "made up" not in text
    assert '"secretAccessKey"' not in text
    assert any(issued.session_token in text for issued in one.issued if issued.session_token)
    refused = [record for record in one.records if record["eventName"] == "CreateLoginProfile"]
    assert refused[0]["requestParameters"]["password"] == "HIDDEN_DUE_TO_SECURITY_REASONS"  # noqa: S105


def test_loader_reads_them(tmp_path: Path) -> None:
    """The kit's own loader takes every record of every scenario, with nothing unread and no warning."""
    for name in SCENARIOS:
        one, path = played(name, 3), tmp_path / f"{name}.json.gz"
        path.write_bytes(gzip.compress(json.dumps({"Records": one.records}).encode()))
        trail = load_trail([str(path)])
        assert len(trail.events) == len(one.records)
        assert list(trail.coverage.warnings) == []
        assert set(trail.events["event_id"]) == {record["eventID"] for record in one.records}


def test_other_host_of_the_same_account() -> None:
    """Within one account the thief's calls come from another instance's address or from within its network."""
    one = played("same-account", 3)
    thief = [record for record in one.records if record["eventID"] in one.staged.event_ids("thief", data_events=True)]
    own = {record["sourceIPAddress"] for record in one.records
           if record["eventID"] in one.staged.event_ids("workload", data_events=True)
           and record["userIdentity"].get("principalId") == one.staged.principal_id}  # fmt: skip
    inside = [record for record in thief if "vpcEndpointId" in record]
    assert len(thief) > 8
    assert inside
    assert not own & {record["sourceIPAddress"] for record in inside}
    assert {record["vpcEndpointAccountId"] for record in inside} == {one.staged.account_id}


def test_no_such_scenario() -> None:
    """A scenario that is not there is wrong use, and the message names those that are."""
    with running(Accounts(1)) as simulator, pytest.raises(UsageError, match="choose one of theft, onprem"):
        stage_scenario(simulator, "nonsense")


def test_ends_now() -> None:
    """Without an end a scenario ends now, so that the last hours are what is found."""
    with running(Accounts(1)) as simulator:
        staged = stage_scenario(simulator, "quiet", 1)
        assert abs(simulator.accounts.clock.now() - datetime.now(UTC)) < timedelta(seconds=30)
        delivered: Any = simulator.accounts.backend.client("s3", staged.account_id, staged.region).list_objects_v2(
            Bucket=staged.trail_bucket
        )
        assert delivered["KeyCount"] > 10
