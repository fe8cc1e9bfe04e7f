"""GuardDuty's detectors and findings in the simulated account, held against botocore's own model of them."""

from __future__ import annotations

import copy
import json
import threading
from datetime import timedelta
from functools import partial
from typing import Any

import botocore.session
import pytest
from botocore.paginate import Paginator, PaginatorModel

from gdkit.findings import load_findings
from gdkit.simulator.call import ApiError
from gdkit.simulator.clock import Clock
from gdkit.simulator.guardduty.service import GuardDuty
from tests.findings import samples as s
from tests.simulator.guardduty.client import (
    ACCOUNT,
    MEMBER,
    MODEL,
    OF_TYPE,
    REGION,
    START,
    Account,
    account_with_detector,
    standing_clock,
    validate,
)

NOT_OWNED = "The request is rejected because the input detectorId is not owned by the current account."
ON_DETECTORS = sorted(
    name for _, name in GuardDuty(Clock()).handlers() if "DetectorId" in MODEL.operation_model(name).input_shape.members
)


@pytest.fixture
def clock() -> Clock:
    """Give a clock that stands still."""
    return standing_clock()


@pytest.fixture
def guardduty(clock: Clock) -> GuardDuty:
    """Give a GuardDuty without detectors."""
    return GuardDuty(clock)


@pytest.fixture
def account(guardduty: GuardDuty, clock: Clock) -> Account:
    """Give an account with a detector."""
    return account_with_detector(guardduty, clock)


def test_validation_can_fail() -> None:
    """The check of results rejects a wrong name, a wrong type and a missing member."""
    shape = MODEL.operation_model("ListFindings").output_shape
    for wrong in ({"FindingIds": [], "findingIds": []}, {"FindingIds": "x"}, {}):
        with pytest.raises(AssertionError):
            validate(wrong, shape)


def test_detector(account: Account, guardduty: GuardDuty, clock: Clock) -> None:
    """A detector is made once an account and region, listed, read, changed and deleted."""
    assert len(account.detector_id) == 32
    assert account("ListDetectors")["DetectorIds"] == [account.detector_id]
    assert account("GetDetector")["Status"] == "ENABLED"
    clock.set(START + timedelta(hours=1))
    features = [{"Name": "S3_DATA_EVENTS", "Status": "DISABLED"}]
    account("UpdateDetector", Enable=False, FindingPublishingFrequency="ONE_HOUR", Features=features)
    shown = account("GetDetector")
    assert (shown["Status"], shown["FindingPublishingFrequency"]) == ("DISABLED", "ONE_HOUR")
    assert {row["Name"]: row["Status"] for row in shown["Features"]}["S3_DATA_EVENTS"] == "DISABLED"
    assert (shown["CreatedAt"], shown["UpdatedAt"]) == ("2026-11-01T03:00:00.000Z", "2026-11-01T04:00:00.000Z")
    assert guardduty.enabled_detector(ACCOUNT, REGION) is None
    account("DeleteDetector")
    assert account("ListDetectors")["DetectorIds"] == []
    assert account.refusal("GetDetector") == NOT_OWNED


def test_second_detector(account: Account, guardduty: GuardDuty) -> None:
    """A second detector is refused with AWS's words, by the API and by a scenario."""
    words = "The request is rejected because a detector already exists for the current account."
    assert account.refusal("CreateDetector", Enable=True) == words
    with pytest.raises(ApiError, match="already exists"):
        guardduty.enable(ACCOUNT, REGION)
    assert guardduty.enable(ACCOUNT, "us-east-1") != account.detector_id


def test_older_switches(account: Account) -> None:
    """DataSources switches the features that took its place."""
    account("UpdateDetector", DataSources={"S3Logs": {"Enable": False}, "Kubernetes": {"AuditLogs": {"Enable": False}}})
    status = {row["Name"]: row["Status"] for row in account("GetDetector")["Features"]}
    assert (status["S3_DATA_EVENTS"], status["EKS_AUDIT_LOGS"]) == ("DISABLED", "DISABLED")
    assert status["EBS_MALWARE_PROTECTION"] == "ENABLED"


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("UpdateDetector", {"FindingPublishingFrequency": "DAILY"}),
        ("UpdateDetector", {"Features": [{"Name": "TEA", "Status": "ENABLED"}]}),
        ("ListFindings", {"MaxResults": 51}),
        ("ListFindings", {"MaxResults": 0}),
        ("ListFindings", {"NextToken": "made up"}),
        ("ListFindings", {"NextToken": "é"}),
        ("ListFindings", {"SortCriteria": {"AttributeName": "tea"}}),
        ("ListFindings", {"SortCriteria": {"AttributeName": "severity", "OrderBy": "UP"}}),
        ("ListFindings", {"FindingCriteria": {"Criterion": {"tea": {"Equals": ["x"]}}}}),
        ("ListFindings", {"FindingCriteria": {"Criterion": {"type": {"Matches": ["*"]}}}}),
        ("GetFindings", {"FindingIds": ["x"] * 51}),
        ("ArchiveFindings", {"FindingIds": ["unknown"]}),
        ("UpdateFindingsFeedback", {"FindingIds": [], "Feedback": "GOOD"}),
        ("CreateSampleFindings", {"FindingTypes": ["Tea:IAMUser/Break"]}),
        ("CreateFilter", {"Name": "ab", "FindingCriteria": OF_TYPE}),
        ("CreateFilter", {"Name": "a b c", "FindingCriteria": OF_TYPE}),
        ("CreateFilter", {"Name": "a" * 65, "FindingCriteria": OF_TYPE}),
        ("CreateFilter", {"Name": "abc", "FindingCriteria": {"Criterion": {}}}),
        ("CreateFilter", {"Name": "abc", "FindingCriteria": OF_TYPE, "Action": "DELETE"}),
        ("CreateFilter", {"Name": "abc", "FindingCriteria": OF_TYPE, "Description": "x" * 513}),
        ("CreateFilter", {"Name": "abc", "FindingCriteria": OF_TYPE, "Rank": 0}),
        ("CreateFilter", {"Name": "abc", "FindingCriteria": OF_TYPE, "Rank": 2}),
        ("CreateFilter", {"Name": "abc", "FindingCriteria": OF_TYPE, "Rank": 101}),
        ("GetFindingsStatistics", {}),
        ("GetFindingsStatistics", {"GroupBy": "TEA"}),
        ("GetFindingsStatistics", {"GroupBy": "ACCOUNT", "MaxResults": 101}),
        ("GetFindingsStatistics", {"GroupBy": "ACCOUNT", "FindingStatisticTypes": ["COUNT_BY_SEVERITY"]}),
        ("GetFindingsStatistics", {"FindingStatisticTypes": ["COUNT_BY_TEA"]}),
    ],
)
def test_refused(account: Account, operation: str, parameters: dict[str, Any]) -> None:
    """What AWS refuses is refused as AWS does, and changes nothing."""
    assert account.refusal(operation, **parameters).startswith("The request is rejected because ")
    assert account("ListFilters")["FilterNames"] == [] and account.ids() == []


@pytest.mark.parametrize("operation", ON_DETECTORS)
def test_another_accounts_detector(guardduty: GuardDuty, account: Account, clock: Clock, operation: str) -> None:
    """Every operation on a detector refuses one that is not the caller's own."""
    other = Account(guardduty, clock, MEMBER)
    assert other.refusal(operation, DetectorId=account.detector_id) == NOT_OWNED
    assert account.refusal(operation, DetectorId="0" * 32) == NOT_OWNED


def test_finding_round_trip(account: Account) -> None:
    """GetFindings gives a finding in boto3's names, from which gdkit reads the same as from the original."""
    identifier = account.add()
    shown = account("GetFindings", FindingIds=[identifier, "unknown", identifier])["Findings"]
    assert len(shown) == 1
    call = shown[0]["Service"]["Action"]["AwsApiCallAction"]
    assert call["AffectedResources"] == {"AWS::S3::Bucket": "backup"}
    assert call["RemoteIpDetails"]["Organization"]["Asn"] == "64500"
    read, original = load_findings({"Findings": shown})[0], load_findings(s.finding())[0]
    assert read.warnings == () and read.principal_id == original.principal_id
    assert (read.remote, read.instance, read.api) == (original.remote, original.instance, original.api)


def test_bad_findings_are_not_taken(account: Account, guardduty: GuardDuty) -> None:
    """A scenario cannot put in what GuardDuty would not give, one twice, or one where no detector is."""
    for changes in ({"severity": ...}, {"severity": "high"}, {"service__count": "many"}, {"createdAt": "soon"}):
        with pytest.raises(ValueError, match=r"it is no Finding|is no time"):
            guardduty.add_finding(s.finding(**changes))
    with pytest.raises(ValueError, match=f"account {MEMBER} has no detector in {REGION}"):
        guardduty.add_finding(s.finding(accountId=MEMBER))
    account.add()
    with pytest.raises(ValueError, match="this id"):
        account.add()
    with pytest.raises(ValueError, match="no finding with this id"):
        guardduty.update_finding(s.finding(id="other"))


def test_finding_appears_when_due(account: Account, guardduty: GuardDuty, clock: Clock) -> None:
    """A finding is seen from its creation on, its later versions from their update on."""
    created, updated = START + timedelta(minutes=5), START + timedelta(minutes=20)
    first = s.finding(createdAt=created.isoformat(), updatedAt=created.isoformat(), service__count=1)
    guardduty.add_finding(first)
    guardduty.update_finding({**first, "updatedAt": updated.isoformat(), "service": {**first["service"], "count": 9}})
    seen = []
    for at in (START, created - timedelta(seconds=1), created, updated - timedelta(seconds=1), updated):
        clock.set(at)
        found = account("GetFindings", FindingIds=[s.ID])["Findings"]
        seen.append([finding["Service"]["Count"] for finding in found])
    assert seen == [[], [], [1], [1], [9]]


def test_criteria(account: Account) -> None:
    """ListFindings answers criteria in both spellings, among them whether a finding is archived."""
    one = account.add(id="1" * 32)
    two = account.add(id="2" * 32, type=s.INSIDE, severity=5.0)
    account("ArchiveFindings", FindingIds=[two])
    assert account.ids({"severity": {"Gte": 8}}) == [one]
    assert account.ids({"severity": {"LessThan": 8}}) == [two]
    assert account.ids({"service.archived": {"Eq": ["false"]}}) == [one]
    assert account.ids({"service.archived": {"Equals": ["true"]}}) == [two]
    assert account.ids({"type": {"NotEquals": [s.OUTSIDE, s.INSIDE]}}) == []
    account("UnarchiveFindings", FindingIds=[two])
    assert account.ids({"service.archived": {"Eq": ["true"]}}) == []


def test_networks_in_criteria(clock: Clock) -> None:
    """A network among the values means its addresses only where the simulator was told so."""
    name = "service.action.awsApiCallAction.remoteIpDetails.ipAddressV4"
    found = []
    for cidr in (False, True):
        account = Account(GuardDuty(clock, cidr_in_equals=cidr), clock)
        account.detector_id = account.guardduty.enable(ACCOUNT, REGION)
        account.add()
        found.append(len(account.ids({name: {"Equals": ["198.51.100.0/24"]}})))
    assert found == [0, 1]


def test_pages_and_order(account: Account, clock: Clock) -> None:
    """Pages hold each finding once in the order asked for, the token is empty at the end and bound to its question."""
    for number in range(7):
        clock.set(START + timedelta(minutes=number))
        account.add(id=f"{number}" * 32, severity=float(number % 3 + 1))
    order = {"AttributeName": "severity", "OrderBy": "DESC"}
    pages, token = [], ""
    while not pages or token:
        more = {"NextToken": token} if token else {}
        answer = account("ListFindings", MaxResults=3, SortCriteria=order, **more)
        pages.append(answer["FindingIds"])
        token = answer["NextToken"]
        if len(pages) == 1:
            words = account.refusal("ListFindings", MaxResults=2, SortCriteria=order, NextToken=token)
            assert "nextToken" in words
    assert [len(page) for page in pages] == [3, 3, 1]
    severities = [int(identifier[0]) % 3 + 1 for page in pages for identifier in page]
    assert severities == [3, 3, 2, 2, 1, 1, 1]
    assert len({identifier for page in pages for identifier in page}) == 7
    oldest_first = account.ids(SortCriteria={"AttributeName": "createdAt", "OrderBy": "ASC"})
    assert [identifier[0] for identifier in oldest_first] == list("0123456")
    assert [identifier[0] for identifier in account.ids()] == list("6543210")
    by_age = {"AttributeName": "createdAt"}
    shown = account("GetFindings", FindingIds=["3" * 32, "1" * 32], SortCriteria=by_age)["Findings"]
    assert [finding["Id"][0] for finding in shown] == ["1", "3"]


def test_botocore_reads_all_pages(account: Account) -> None:
    """Botocore's own paginator takes the empty token for the end."""
    loader = botocore.session.get_session().get_component("data_loader")
    rules = PaginatorModel(loader.load_service_model("guardduty", "paginators-1")).get_paginator("ListFindings")
    for number in range(5):
        account.add(id=f"{number}" * 32)
    operation = MODEL.operation_model("ListFindings")
    pages = Paginator(partial(account, "ListFindings"), rules, operation).paginate(PaginationConfig={"PageSize": 2})
    found = [one for page in pages for one in page["FindingIds"]]
    assert len(found) == len(set(found)) == 5


def test_feedback(account: Account) -> None:
    """Feedback stands in the finding afterwards."""
    identifier = account.add()
    account("UpdateFindingsFeedback", FindingIds=[identifier], Feedback="NOT_USEFUL", Comments="our egress")
    shown = account("GetFindings", FindingIds=[identifier])["Findings"][0]
    assert shown["Service"]["UserFeedback"] == "NOT_USEFUL"


def test_results_are_copies_of_the_state(account: Account) -> None:
    """Changing an answer changes nothing in the simulator."""
    identifier = account.add()
    account("CreateFilter", Name="abc", FindingCriteria=copy.deepcopy(OF_TYPE))
    account("GetFindings", FindingIds=[identifier])["Findings"][0]["Service"]["Action"].clear()
    account("GetFilter", FilterName="abc")["FindingCriteria"]["Criterion"].clear()
    assert account("GetFindings", FindingIds=[identifier])["Findings"][0]["Service"]["Action"]
    assert account("GetFilter", FilterName="abc")["FindingCriteria"] == OF_TYPE


def test_statistics(account: Account) -> None:
    """Findings are counted by severity, type, account, day and resource, the largest group first unless told."""
    account.add(id="1" * 32)
    account.add(id="2" * 32)
    account.add(id="3" * 32, type=s.INSIDE, severity=5.0)
    older = account("GetFindingsStatistics", FindingStatisticTypes=["COUNT_BY_SEVERITY"])
    assert older["FindingStatistics"]["CountBySeverity"] == {"8.0": 2, "5.0": 1}
    for group, name, key in (
        ("FINDING_TYPE", "GroupedByFindingType", "FindingType"),
        ("SEVERITY", "GroupedBySeverity", "Severity"),
    ):
        rows = account("GetFindingsStatistics", GroupBy=group)["FindingStatistics"][name]
        assert [row["TotalFindings"] for row in rows] == [2, 1]
        assert rows[0][key] in (s.OUTSIDE, 8.0) and rows[0]["LastGeneratedAt"] == START
        upward = account("GetFindingsStatistics", GroupBy=group, OrderBy="ASC", MaxResults=1)["FindingStatistics"]
        assert [row["TotalFindings"] for row in upward[name]] == [1]
    resources = account("GetFindingsStatistics", GroupBy="RESOURCE")["FindingStatistics"]["GroupedByResource"]
    assert (resources[0]["ResourceId"], resources[0]["TotalFindings"]) == (s.KEY, 3)
    days = account("GetFindingsStatistics", GroupBy="DATE")["FindingStatistics"]["GroupedByDate"]
    assert {row["Date"] for row in days} == {START.replace(hour=0)}
    only = account("GetFindingsStatistics", GroupBy="ACCOUNT", FindingCriteria=OF_TYPE)["FindingStatistics"]
    assert [(row["AccountId"], row["TotalFindings"]) for row in only["GroupedByAccount"]] == [(ACCOUNT, 2)]


def test_samples(account: Account, clock: Clock) -> None:
    """Samples are made of the types asked for, say that they are, and are counted up when made again."""
    account("CreateSampleFindings", FindingTypes=[s.OUTSIDE, s.INSIDE])
    clock.set(START + timedelta(hours=1))
    account("CreateSampleFindings", FindingTypes=[s.OUTSIDE])
    shown = account("GetFindings", FindingIds=account.ids())["Findings"]
    assert {finding["Type"]: finding["Service"]["Count"] for finding in shown} == {s.OUTSIDE: 2, s.INSIDE: 1}
    assert all(finding["Title"].startswith("[SAMPLE] ") for finding in shown)
    read = load_findings({"Findings": shown})
    assert all(finding.sample for finding in read) and len(read) == 2
    assert {finding.remote.account_id for finding in read} == {None, "444455556666"}
    account("CreateSampleFindings")
    assert len(account.ids()) > 2
    assert len(load_findings({"Findings": account("GetFindings", FindingIds=account.ids())["Findings"]}).refused) > 0


def test_ids_follow_the_seed(clock: Clock) -> None:
    """The same seed makes the same ids, another seed others."""
    made = [GuardDuty(clock, seed=seed).enable(ACCOUNT, REGION) for seed in (1, 1, 2)]
    assert made[0] == made[1] != made[2]


def test_answers_can_be_written_as_json(account: Account) -> None:
    """Nothing of the simulator's own types reaches an answer."""
    account.add()
    account("CreateFilter", Name="abc", FindingCriteria=OF_TYPE)
    for operation, parameters in (("GetFindings", {"FindingIds": account.ids()}), ("GetFilter", {"FilterName": "abc"})):
        assert json.dumps(account(operation, **parameters), default=lambda value: value.isoformat())


def test_many_threads(account: Account) -> None:
    """Findings and filters made by several threads at once are all there, each once."""
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for step in range(12):
                account.add(id=f"{number:016d}{step:016d}")
                account("CreateFilter", Name=f"rule-{number}-{step}", FindingCriteria=OF_TYPE)
                assert account.ids()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert (
        account("GetFindingsStatistics", GroupBy="ACCOUNT")["FindingStatistics"]["GroupedByAccount"][0]["TotalFindings"]
        == 6 * 12
    )
    names = account("ListFilters")
    assert len(names["FilterNames"]) == 50 and names["NextToken"]
