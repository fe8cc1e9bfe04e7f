"""Whole incidents judged: what is said of each place, which causes pass, and what is proposed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.origin.about import Sources
from gdkit.origin.model import Holding, Hop, Way
from tests.analysis.records import (
    ACCOUNT,
    APP_CLIENT,
    INSTANCE,
    KEY_2,
    NAT,
    OTHER_ACCOUNT,
    THIEF,
    THIEF_CLIENT,
    agent,
    identity,
    record,
    subject,
)
from tests.origin.worlds import AT, NOTHING, Judged, judged, place_of, team

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.model import Subject

EIGHT = "2026-11-01T08:00:00Z"
WORK = [agent(1), record(2, NAT, APP_CLIENT), agent(16), record(20, NAT, APP_CLIENT), record(21, NAT, APP_CLIENT),
        record(22, NAT, APP_CLIENT), record(23, NAT, APP_CLIENT), agent(90), record(95, NAT, APP_CLIENT)]  # fmt: skip
THEFT = [record(70, THIEF, THIEF_CLIENT, name="GetCallerIdentity", service="sts"),
         record(71, THIEF, THIEF_CLIENT, name="ListBuckets", service="s3"),
         record(72, THIEF, THIEF_CLIENT, name="CreateUser", service="iam", requestParameters={"userName": "backup"},
                responseElements={"user": {"userName": "backup"}})]  # fmt: skip
OFFICE_WORK = [agent(1, THIEF), record(2, THIEF, APP_CLIENT), agent(30, THIEF), record(40, THIEF, APP_CLIENT),
               record(70, THIEF, APP_CLIENT), agent(75, THIEF), record(90, THIEF, APP_CLIENT)]  # fmt: skip
OFFICE_FINDING = subject(first_seen="2026-11-01T08:10:00Z")
TO_OFFICE = Way("0.0.0.0/0", (Hop("subnet", "subnet-1"), Hop("route table", "rtb-1", "0.0.0.0/0"),
                              Hop("vpn gateway", "vgw-1"), Hop("vpn connection", "vpn-1"),
                              Hop("customer gateway", "cgw-1")), (THIEF,))  # fmt: skip
TO_NAT = Way("0.0.0.0/0", (Hop("subnet", "subnet-1"), Hop("route table", "rtb-1", "0.0.0.0/0"),
                           Hop("nat gateway", "nat-1")), (NAT,))  # fmt: skip
TO_HUB = Way("0.0.0.0/0", (Hop("subnet", "subnet-1"), Hop("transit gateway", "tgw-1")), (), "another account's")


def at_thief(folder: Path, records: list[dict[str, Any]], about: Subject | None = None,
             sources: Sources = NOTHING) -> Judged:  # fmt: skip
    """Judge, and give the place of the finding."""
    return place_of(judged(folder, records, about, sources), THIEF)


def test_theft(tmp_path: Path) -> None:
    """A second machine beside the workload, with a user made, proposes malicious and names what decided."""
    found = judged(tmp_path, [*WORK, *THEFT])
    one = place_of(found, THIEF)
    assert (found.proposed, one.place.proposed) == ("malicious", "malicious")
    assert {"another_machine", "left_way_in", "new_calls", "new_for_role", "guardduty_names_it"} <= set(one.rules)
    assert "CreateUser" in one.rules["left_way_in"]
    assert one.place.deciding[0].evidence.rule == "another_machine"
    assert found.deciding == one.place.deciding


def test_workloads_own_place(tmp_path: Path) -> None:
    """Where only the workload called from, nothing speaks for malicious."""
    one = place_of(judged(tmp_path, [*WORK, *THEFT]), NAT)
    assert {row.toward for row in one.place.evidence} <= {"benign", "neither"}
    assert {"agents_there", "same_client"} <= set(one.rules)


@pytest.mark.parametrize(
    ("with_file", "ways", "proposed"),
    [
        (True, (TO_OFFICE,), "benign"),
        (True, None, "benign"),
        (False, (TO_OFFICE,), "undetermined"),
        (False, None, "undetermined"),
    ],
)
def test_office(tmp_path: Path, with_file: bool, ways: tuple[Way, ...] | None, proposed: str) -> None:
    """The company's own way out is benign where somebody vouches for it; without the file nobody does."""
    sources = Sources(AT, team=team(tmp_path) if with_file else None, ways=ways)
    one = at_thief(tmp_path, OFFICE_WORK, OFFICE_FINDING, sources)
    assert one.place.proposed == proposed
    assert one.place.holder == ("Example Corp" if with_file else None)
    assert ("route_proven" in one.rules) == (ways is not None)
    expected = "could not test" if not with_file or ways is None else "passed"
    assert one.cause("on_premises").outcome == expected
    assert one.cause("vpn").outcome == ("could not test" if ways is None else "passed")


def test_taken_over_laptop_in_the_office(tmp_path: Path) -> None:
    """A second machine in the office's network is not cleared by the network; what it leaves behind tips it."""
    sources = Sources(AT, team=team(tmp_path), ways=(TO_NAT,))
    one = at_thief(tmp_path, [*WORK, *THEFT[:2]], None, sources)
    assert one.place.proposed == "undetermined"
    assert "both ways" in one.place.why
    assert one.cause("on_premises").outcome == "failed"
    assert at_thief(tmp_path, [*WORK, *THEFT], None, sources).place.proposed == "malicious"


@pytest.mark.parametrize(
    ("client", "rules", "proposed"),
    [
        (APP_CLIENT, {"same_client"}, "benign"),
        (APP_CLIENT.replace("1.40", "1.41"), set(), "benign"),
        ("aws-cli/2.31.4 os/linux#6.1 lang/python#3.13", {"new_client"}, "undetermined"),
    ],
)
def test_software_at_the_company_s_way_out(tmp_path: Path, client: str, rules: set[str], proposed: str) -> None:
    """Somebody else behind the company's way out is not cleared by it: new software keeps it open, an update not."""
    since = [record(80, THIEF, client), record(81, THIEF, client)]
    sources = Sources(AT, team=team(tmp_path), ways=(TO_OFFICE,))
    one = at_thief(tmp_path, [*OFFICE_WORK[:4], agent(75, THIEF), *since], OFFICE_FINDING, sources)
    assert set(one.rules) & {"same_client", "new_client"} == rules
    assert one.place.proposed == proposed


def test_expired_entry_does_not_count(tmp_path: Path) -> None:
    """What was ours until last year is told and weighs nothing."""
    late = replace(Sources(AT, team=team(tmp_path)), at=datetime(2027, 2, 1, tzinfo=UTC))
    one = at_thief(tmp_path, OFFICE_WORK, OFFICE_FINDING, late)
    assert one.place.proposed == "undetermined"
    assert "expired on 2027-01-31" in one.rules["expired_entry"]
    assert "team_network" not in one.rules


LEAVE = """
authorised_tests:
  - by: Kim Example
    ticket: SEC-1
    what: red team exercise
    from: {begin}
    until: 2026-11-01T20:00:00Z
    cidrs: [198.51.100.7/32]
"""


@pytest.mark.parametrize(
    ("begin", "proposed", "outcome"),
    [("2026-11-01T06:00:00Z", "benign", "passed"), ("2026-11-01T08:11:00Z", "malicious", "failed")],
)
def test_authorised_test(tmp_path: Path, begin: str, proposed: str, outcome: str) -> None:
    """Leave by a named person explains what testers do, for the time that it covers and no longer."""
    sources = Sources(AT, team=team(tmp_path, LEAVE.format(begin=begin)))
    one = at_thief(tmp_path, [*WORK, *THEFT[:2]], None, sources)
    assert (one.place.proposed, one.cause("authorised_test").outcome) == (proposed, outcome)
    assert ("Kim Example" in one.rules.get("authorised_test", "")) == (outcome == "passed")
    assert ("partial_leave" in one.rules) == (outcome == "failed")


def test_leave_does_not_cover_what_was_left_behind(tmp_path: Path) -> None:
    """A user made under a leave to test is not explained by it."""
    sources = Sources(AT, team=team(tmp_path, LEAVE.format(begin="2026-11-01T06:00:00Z")))
    assert at_thief(tmp_path, [*WORK, *THEFT], None, sources).place.proposed == "undetermined"


def through(minute: int, endpoint_account: str, address: str = "10.9.0.4") -> dict[str, Any]:
    """Give a call through an endpoint of an account."""
    return record(minute, address, APP_CLIENT, name="GetCallerIdentity", service="sts", vpcEndpointId="vpce-1",
                  vpcEndpointAccountId=endpoint_account)  # fmt: skip


@pytest.mark.parametrize(
    ("known", "rule"),
    [
        (Sources(AT, organisation={OTHER_ACCOUNT: "egress", ACCOUNT: ""}), "own_organisation"),
        (Sources(AT, members=frozenset({OTHER_ACCOUNT})), "own_organisation"),
        (Sources(AT, organisation={ACCOUNT: ""}, organisation_is_whole=True), "stranger_account"),
        (NOTHING, "stranger_account"),
    ],
)
def test_whose_the_remote_account_is(tmp_path: Path, known: Sources, rule: str) -> None:
    """The remote account is ours, or a stranger's, by what AWS and the organisation say; the address proves nothing."""
    about = subject(None, remote_account=OTHER_ACCOUNT)
    one = place_of(judged(tmp_path, [*WORK, through(70, OTHER_ACCOUNT)], about, known), "10.9.0.4")
    assert rule in one.rules
    assert OTHER_ACCOUNT in one.rules[rule]
    assert "not_an_address" in one.rules
    assert one.place.kind == "private"


def test_whose_account_nobody_says(tmp_path: Path) -> None:
    """An endpoint's account that no finding names and nobody knows is unknown, not a stranger's."""
    one = place_of(judged(tmp_path, [*WORK, through(70, OTHER_ACCOUNT)]), "10.9.0.4")
    assert "not_listed" in one.rules
    assert "stranger_account" not in one.rules


def test_a_finding_without_any_address(tmp_path: Path) -> None:
    """Where the finding names an account alone, and no event shows it, the account is judged all the same."""
    found = judged(tmp_path, WORK, subject(None, remote_account=OTHER_ACCOUNT))
    one = place_of(found, "(none)")
    assert "stranger_account" in one.rules
    assert found.proposed == one.place.proposed == "undetermined"


def test_hub(tmp_path: Path) -> None:
    """The shared way out of an account of ours passes as hub and spoke, where the instance has a way there."""
    about = replace(OFFICE_FINDING, remote_account_ids=(OTHER_ACCOUNT,))
    holding = Holding(f"{THIEF}/32", "Elastic IP", "eipalloc-1", OTHER_ACCOUNT, "eu-west-1", AT)
    sources = Sources(AT, holdings=(holding,), organisation={OTHER_ACCOUNT: "egress"}, ways=(TO_HUB,))
    one = at_thief(tmp_path, OFFICE_WORK, about, sources)
    assert one.cause("hub").outcome == "passed"
    assert OTHER_ACCOUNT in one.rules["own_resource"]
    closed = at_thief(tmp_path, OFFICE_WORK, about, replace(sources, ways=(TO_NAT,)))
    assert closed.cause("hub").outcome == "failed"
    assert at_thief(tmp_path, OFFICE_WORK, about).cause("hub").outcome == "could not test"


def test_public_range_of_a_vpc(tmp_path: Path) -> None:
    """A call by a public address through the account's own endpoint is explained by a VPC that uses that range."""
    inside = Holding("198.51.100.0/24", "public range used as CIDR of a VPC", "vpc-1", ACCOUNT, "eu-west-1", AT)
    call = record(70, THIEF, APP_CLIENT, vpcEndpointId="vpce-1", vpcEndpointAccountId=ACCOUNT)
    one = at_thief(tmp_path, [*WORK, call], None, Sources(AT, holdings=(inside,)))
    assert one.cause("public_vpc").outcome == "passed"
    assert "own_resource" not in one.rules, "a VPC's range proves no ownership on the internet"
    assert at_thief(tmp_path, [*WORK, call], None, Sources(AT, holdings=())).cause("public_vpc").outcome == "failed"
    assert at_thief(tmp_path, [*WORK, call]).cause("public_vpc").outcome == "could not test"
    assert at_thief(tmp_path, [*WORK, *THEFT]).cause("public_vpc").outcome == "failed"


def test_cloudshell(tmp_path: Path) -> None:
    """CloudShell explains the place and clears nobody."""
    shell = "aws-cli/2.31.4 md/awscrt#0.27 exec-env/CloudShell ua/2.1 os/linux#6.1 lang/python#3.13"
    one = at_thief(tmp_path, [*WORK, record(70, THIEF, shell, name="GetCallerIdentity", service="sts")])
    assert one.cause("cloudshell").outcome == "passed"
    assert "not the use" in one.cause("cloudshell").reason
    assert one.place.proposed != "benign"


VENDOR = """
vendors:
  - name: Backup Co
    what: backups
    contact: help@example.net
    valid_until: 2027-01-31
    cidrs: [198.51.100.7/32]
"""


def test_vendor(tmp_path: Path) -> None:
    """A known vendor's address passes as such; alone it is not enough."""
    one = at_thief(tmp_path, [*WORK, record(70, THIEF, APP_CLIENT)], None, Sources(AT, team=team(tmp_path, VENDOR)))
    assert one.cause("vendor").outcome == "passed"
    assert one.place.holder == "Backup Co"
    assert one.place.proposed == "undetermined"


def test_neighbours(tmp_path: Path) -> None:
    """Two other instances whose agents call from there make it a shared way out; agents elsewhere say it is not."""

    def other(number: int, address: str) -> list[dict[str, Any]]:
        who = identity(f"ASIAEXAMPLEOTHER000{number}", name=f"i-0fedcba987654321{number}")
        return [agent(minute, address, userIdentity=who) for minute in (3, 40, 80)]

    shared = at_thief(tmp_path, [*OFFICE_WORK, *other(1, THIEF), *other(2, THIEF)], OFFICE_FINDING)
    assert "2 other instances" in shared.rules["shared_by_fleet"]
    assert shared.cause("proxy").outcome == "passed"
    apart = at_thief(tmp_path, [*OFFICE_WORK, *other(1, NAT), *other(2, NAT)], OFFICE_FINDING)
    assert "not_shared" in apart.rules
    assert apart.cause("proxy").outcome == "failed"
    assert at_thief(tmp_path, OFFICE_WORK, OFFICE_FINDING).cause("proxy").outcome == "could not test"


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("AWS Internal", "aws_internal"),
        ("ec2.amazonaws.com", "aws_service"),
        ("REDACTED_SOURCE_IP", "redacted"),
        ("035.249.253.232", "unparseable"),
        (None, "none"),
        ("10.0.0.9", "private"),
        ("2001:db8::77", "public"),
        ("fd00::1", "private"),
    ],
)
def test_every_class_of_address(tmp_path: Path, address: str | None, kind: str) -> None:
    """Every class is judged without a crash or a guess: what is no address proposes nothing."""
    call = record(70, address, "some-client/1.0", name="ListBuckets", service="s3")
    one = place_of(judged(tmp_path, [*WORK, *THEFT, call]), address or "(none)")
    assert one.place.kind == kind
    assert ("not_an_address" in one.rules) == (kind != "public")
    assert one.place.proposed == "undetermined"
    assert len(one.place.causes) == 9


def test_the_instances_own_address(tmp_path: Path) -> None:
    """An address that the finding lists for the instance is its own, whatever else is unknown."""
    one = place_of(judged(tmp_path, [*WORK, *THEFT], subject(public=NAT)), NAT)
    assert one.place.holder == "the instance itself"
    assert one.place.proposed == "benign"
    assert one.place.settle == ()


def test_nothing_was_named(tmp_path: Path) -> None:
    """With nothing configured each untested cause says why, and what would settle it says how."""
    one = at_thief(tmp_path, [*WORK, record(70, THIEF, APP_CLIENT)])
    untested = [test for test in one.place.causes if test.outcome == "could not test"]
    assert {test.cause for test in untested} >= {"on_premises", "vpn", "outposts", "hub", "vendor", "authorised_test"}
    assert all(test.reason and test.settle for test in untested)
    assert any("gdkit feeds" in step for step in one.place.settle)
    assert any("networks.yaml" in step for step in one.place.settle)


def test_the_order_of_events_does_not_matter(tmp_path: Path) -> None:
    """The same records in another order give the same assessments."""
    records = [*WORK, *THEFT]
    assert judged(tmp_path, records) == judged(tmp_path, records[::-1])


def test_a_first_use_in_a_short_log_is_not_called_new(tmp_path: Path) -> None:
    """Not seen before is said together with where what was searched begins."""
    one = at_thief(tmp_path, [*WORK, *THEFT])
    assert "what was searched begins at 2026-11-01T07:01:00Z" in one.rules["new_for_role"]


def test_earlier_use_is_told(tmp_path: Path) -> None:
    """Earlier use from the address, long before the report and over several keys, is told and weighs for benign."""
    old = [record(minute, THIEF, APP_CLIENT, who=identity(KEY_2)) for minute in (0, 60, 200)]
    new = [record(minute, THIEF, APP_CLIENT) for minute in (400, 500)]
    about = subject(first_seen="2026-11-01T15:00:00Z")
    one = at_thief(tmp_path, [*old, *new], about)
    assert "since 2026-11-01T07:00:00Z" in one.rules["seen_before"]
    assert "over 2 keys" in one.rules["long_seen"]
    assert "same_client" in one.rules


def test_other_callers_at_the_address(tmp_path: Path) -> None:
    """Who else called from there is named as just that."""
    admin = {"type": "IAMUser", "principalId": "AIDAEXAMPLE", "arn": f"arn:aws:iam::{ACCOUNT}:user/kim",
             "accountId": ACCOUNT, "accessKeyId": "AKIAEXAMPLE000000001", "userName": "kim"}  # fmt: skip
    one = at_thief(tmp_path, [*WORK, *THEFT, record(60, THIEF, "console", name="SendCommand", who=admin)])
    assert "user/kim" in one.rules["same_address"]
    assert INSTANCE not in one.rules["same_address"]


def test_one_fact_is_counted_once(tmp_path: Path) -> None:
    """A kernel of Kali is a tool for attacks, and no unlikely machine beside it; the last call dates what was done."""
    kali = "aws-cli/2.31.4 os/linux#6.12.38-kali lang/python#3.13"
    one = at_thief(tmp_path, [*WORK, record(70, THIEF, kali), record(72, THIEF, kali)])
    assert "attack_tool" in one.rules
    assert "unlike_an_instance" not in one.rules
    (row,) = [row for row in one.place.evidence if row.evidence.rule == "attack_tool"]
    assert row.evidence.as_of == datetime(2026, 11, 1, 8, 12, tzinfo=UTC)
    macos = at_thief(tmp_path, [*WORK[:1], record(70, THIEF, THIEF_CLIENT)])
    assert {"unlike_an_instance", "another_machine"} & set(macos.rules)
