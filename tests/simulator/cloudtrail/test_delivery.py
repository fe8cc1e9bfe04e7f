"""Trails that deliver: which events, into which files, when, and what stops it."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.simulator.cloudtrail.delivery import TrailDelivery
from gdkit.simulator.cloudtrail.log_stream import last_delivery, next_delivery
from gdkit.simulator.cloudtrail.trails import Organization
from gdkit.trail import load_trail
from tests.simulator.cloudtrail.samples import (
    BUCKET,
    HOME,
    NOON,
    OTHER,
    Buckets,
    ask,
    at,
    call,
    data_record,
    record,
    refusal,
)
from tests.trail.samples import ACCOUNT

if TYPE_CHECKING:
    from pathlib import Path

ORGANIZATION = Organization("o-exampleorg", ACCOUNT, frozenset({ACCOUNT, OTHER}))
STOP = {"eventSource": "cloudtrail.amazonaws.com", "eventName": "StopLogging"}


class Account:
    """An account with trails, and what they wrote."""

    def __init__(self, **settings: Any) -> None:
        self.s3 = Buckets()
        self.trails = TrailDelivery(self.s3.put, **settings)
        self.handlers = self.trails.handlers()

    def do(self, operation: str, when: Any = NOON, **asked: Any) -> dict[str, Any]:
        """Make a call."""
        return ask(self.handlers, call(operation, when, **asked))

    def begin(self, name: str = "main", **settings: Any) -> None:
        """Make a trail and start it."""
        self.do("CreateTrail", Name=name, **{"S3BucketName": BUCKET} | settings)
        self.do("StartLogging", Name=name)

    def see(self, *records: dict[str, Any]) -> None:
        """Take in records."""
        for one in records:
            self.trails.observe(one)

    def numbers(self, until: Any = None, bucket: str = BUCKET) -> list[int]:
        """Deliver, and give the numbers of the events in the files."""
        self.trails.deliver(until or at(600))
        return [int(event_id.rpartition("-")[2]) for event_id in self.s3.event_ids(bucket)]


@pytest.fixture
def account() -> Account:
    """Give an account with one plain trail that is logging."""
    made = Account()
    made.begin()
    return made


def test_nothing_before_it_is_due(account: Account) -> None:
    """Events are delivered at the next five minutes of simulated time, not before, and once."""
    account.see(record(1, at(1)), record(2, at(4, 59)))
    assert account.numbers(at(4, 59)) == []
    assert account.numbers(at(5)) == [1, 2]
    assert account.numbers(at(50)) == [1, 2]


def test_one_file_for_five_minutes(account: Account) -> None:
    """Events of the same five minutes share a file, and those of others have files of their own."""
    account.see(*(record(minute, at(minute)) for minute in range(1, 15)))
    account.trails.deliver(at(30))
    held = [[row["eventTime"][14:16] for row in account.s3.document(key)["Records"]] for key in account.s3.names()]
    assert held == [[f"{minute:02d}" for minute in minutes] for minutes in (range(1, 5), range(5, 10), range(10, 15))]


def test_late_event(account: Account) -> None:
    """An event that comes in after its five minutes were delivered goes into the next file."""
    account.see(record(1, at(1)))
    account.trails.deliver(at(7))
    account.see(record(2, at(2)))
    account.trails.deliver(at(9, 59))
    assert len(account.s3.names()) == 1
    account.trails.deliver(at(10))
    assert [re.findall(r"T\d{4}Z", key) for key in account.s3.names()] == [["T1205Z"], ["T1210Z"]]


def test_path() -> None:
    """A file's key has AWS's form: prefix, account, region, day of delivery, minute of delivery, sixteen characters."""
    account = Account()
    account.begin(S3KeyPrefix="logs/all")
    account.see(record(1, at(12 * 60 - 1)))
    account.trails.deliver(at(24 * 60))
    (key,) = account.s3.names()
    assert re.fullmatch(
        rf"logs/all/AWSLogs/{ACCOUNT}/CloudTrail/{HOME}/2026/11/02/"
        rf"{ACCOUNT}_CloudTrail_{HOME}_20261102T0000Z_[0-9A-Za-z]{{16}}\.json\.gz",
        key,
    )
    assert account.s3.objects[BUCKET, key][1] == {}
    assert account.s3.puts == [(ACCOUNT, BUCKET, key)]


def test_names_follow_the_seed() -> None:
    """The same seed gives the same names and bytes, another seed other names, and no two files share one."""

    def written(seed: int) -> dict[tuple[str, str], tuple[bytes, dict[str, str]]]:
        made = Account(seed=seed)
        made.begin(IsMultiRegionTrail=True)
        for region in (HOME, "us-east-1"):
            made.see(*(record(minute, at(minute), awsRegion=region) for minute in range(1, 60)))
        made.trails.deliver(at(100))
        return made.s3.objects

    assert written(7) == written(7)
    assert not set(written(7)) & set(written(8))
    assert len({key[-24:] for _, key in written(7)}) == len(written(7)) == 24


def test_files_load(tmp_path: Path) -> None:
    """The kit's own loader reads every delivered event from the bucket's files, and no digest as a log."""
    account = Account(organization_of=lambda account_id: ORGANIZATION, regions=(HOME, "us-east-1"))
    account.begin(IsMultiRegionTrail=True, IsOrganizationTrail=True, EnableLogFileValidation=True, S3KeyPrefix="p")
    sent = [
        record(number, at(number), awsRegion=region, recipientAccountId=owner)
        for number, (region, owner) in enumerate(
            [(region, owner) for region in (HOME, "us-east-1") for owner in (ACCOUNT, OTHER)] * 40, start=1
        )
    ]
    account.see(*sent)
    account.trails.deliver(at(300))
    loaded = load_trail(account.s3.save(tmp_path))
    assert sorted(loaded.events["event_id"]) == sorted(one["eventID"] for one in sent)
    assert len(loaded.records) == 160
    assert loaded.coverage.unread == ()
    assert set(loaded.coverage.searched[0].accounts) == {ACCOUNT, OTHER}
    assert any("digest" in one.what for one in loaded.coverage.passed_over)


def test_organization_path() -> None:
    """An organisation's trail writes below the organisation's id, each account's events in its own folder."""
    account = Account(organization_of=lambda account_id: ORGANIZATION)
    account.begin(IsOrganizationTrail=True)
    account.see(
        record(1, at(1)),
        record(2, at(1), recipientAccountId=OTHER),
        record(3, at(1), recipientAccountId="777788889999"),
    )
    assert sorted(account.numbers()) == [1, 2]
    assert [key.split("/")[:3] for key in account.s3.names()] == [
        ["AWSLogs", "o-exampleorg", ACCOUNT],
        ["AWSLogs", "o-exampleorg", OTHER],
    ]
    assert {owner for owner, _, _ in account.s3.puts} == {ACCOUNT}


def test_other_accounts_and_regions_are_not_taken(account: Account) -> None:
    """A plain trail takes its own account in its own region and nothing else."""
    account.see(record(1, at(1)), record(2, at(1), awsRegion="us-east-1"), record(3, at(1), recipientAccountId=OTHER))
    assert account.numbers() == [1]


def test_multi_region() -> None:
    """A trail of all regions takes every region's events, each into its own folder."""
    account = Account()
    account.begin(IsMultiRegionTrail=True)
    account.see(record(1, at(1)), record(2, at(1), awsRegion="us-east-1"))
    assert sorted(account.numbers()) == [1, 2]
    assert [key.split("/")[3] for key in account.s3.names()] == [HOME, "us-east-1"]


@pytest.mark.parametrize(("wanted", "numbers"), [(True, [1, 2]), (False, [2])])
def test_global_services(wanted: bool, numbers: list[int]) -> None:
    """A trail of the leading region takes the events of global services unless told not to."""
    account = Account()
    asked = {"Name": "main", "S3BucketName": BUCKET, "IncludeGlobalServiceEvents": wanted}
    ask(account.handlers, call("CreateTrail", region="us-east-1", **asked))
    ask(account.handlers, call("StartLogging", region="us-east-1", Name="main"))
    account.see(
        record(1, at(1), awsRegion="us-east-1", eventSource="iam.amazonaws.com"),
        record(2, at(1), awsRegion="us-east-1", eventSource="ec2.amazonaws.com"),
    )
    assert account.numbers() == numbers


def test_not_logging() -> None:
    """A trail that was made and not started delivers nothing, also of what happened before a later start."""
    account = Account()
    account.do("CreateTrail", Name="main", S3BucketName=BUCKET)
    account.see(record(1, at(1)))
    account.do("StartLogging", at(2), Name="main")
    account.see(record(2, at(1, 59)), record(3, at(2)))
    assert account.numbers() == [3]


def test_stop(account: Account) -> None:
    """After StopLogging nothing more is delivered, but what came before is, and the stop itself."""
    account.see(record(1, at(1)))
    account.do("StopLogging", at(3, 0.7), Name="main")
    account.see(record(2, at(3), **STOP), record(3, at(3)), record(4, at(4)), record(5, at(2)))
    assert account.numbers() == [1, 2, 5]
    assert account.do("GetTrailStatus", Name="main")["IsLogging"] is False


def test_stop_and_start(account: Account) -> None:
    """What happens between a stop and the next start is missing, which is how tampering looks."""
    account.see(record(1, at(1)))
    account.do("StopLogging", at(10), Name="main")
    account.see(record(2, at(11)), record(3, at(29)))
    account.do("StartLogging", at(30), Name="main")
    account.see(record(4, at(30)), record(5, at(31)))
    assert account.numbers() == [1, 4, 5]


def test_stop_on_a_standing_clock(account: Account) -> None:
    """Where the clock stands, events of the stop's own second count as before it if they came in before it."""
    account.see(record(1, NOON))
    account.do("StopLogging", NOON, Name="main")
    account.see(record(2, NOON))
    assert account.numbers() == [1]


def test_deleted_trail(account: Account) -> None:
    """A deleted trail delivers what came before, and is gone from every list."""
    account.see(record(1, at(1)))
    account.do("DeleteTrail", at(2), Name="main")
    account.trails.deliver(at(3))
    account.see(record(2, at(2), eventSource="cloudtrail.amazonaws.com", eventName="DeleteTrail"), record(3, at(4)))
    assert account.numbers() == [1, 2]
    assert account.do("DescribeTrails")["trailList"] == []
    assert refusal(lambda: account.do("GetTrailStatus", Name="main")) == "TrailNotFoundException"


def test_deletion_is_delivered_though_nothing_else_waits(account: Account) -> None:
    """The record of a trail's deletion is delivered also where a delivery comes between the call and its record."""
    account.do("DeleteTrail", at(2), Name="main")
    account.trails.deliver(at(3))
    account.see(record(1, at(2), eventSource="cloudtrail.amazonaws.com", eventName="DeleteTrail"))
    assert account.numbers() == [1]


def test_name_of_a_deleted_trail_can_be_used_again(account: Account) -> None:
    """A new trail of an old name begins anew and overwrites no file of the old one."""
    account.see(record(1, at(1)))
    account.do("DeleteTrail", at(2), Name="main")
    account.do("CreateTrail", at(3), Name="main", S3BucketName=BUCKET)
    account.do("StartLogging", at(3), Name="main")
    account.see(record(2, at(4)))
    assert sorted(account.numbers()) == [1, 2]
    assert len(account.s3.names()) == 2


def test_two_trails(account: Account) -> None:
    """Each of two trails delivers its own copy."""
    account.begin("second", S3BucketName="other-bucket")
    account.see(record(1, at(1)))
    assert account.numbers() == [1]
    assert account.numbers(bucket="other-bucket") == [1]


def test_new_bucket(account: Account) -> None:
    """After a change of bucket, what was due goes to the old one and the rest to the new one."""
    account.see(record(1, at(1)), record(2, at(6)))
    account.do("UpdateTrail", at(7), Name="main", S3BucketName="other-bucket")
    assert account.numbers() == [1]
    assert account.numbers(bucket="other-bucket") == [2]


def test_data_events_are_not_taken_by_default(account: Account) -> None:
    """A trail takes no data event until its event selectors say so, and none that it saw before."""
    account.see(data_record(1, at(1)))
    selectors = [{"ReadWriteType": "All", "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]
    account.do("PutEventSelectors", at(2), TrailName="main", EventSelectors=selectors)
    account.see(data_record(2, at(3)), record(3, at(3)))
    assert account.numbers() == [2, 3]


def test_refused_delivery(account: Account) -> None:
    """Where the bucket refuses, the status says so, and the events are delivered later, each once."""
    account.s3.refuses = "NoSuchBucket"
    account.see(record(1, at(1)), record(2, at(6)))
    assert account.numbers(at(12)) == []
    status = account.do("GetTrailStatus", Name="main")
    assert status["LatestDeliveryError"] == "NoSuchBucket"
    assert "LatestDeliveryTime" not in status
    account.s3.refuses = ""
    assert account.numbers(at(14)) == []
    assert account.numbers(at(20)) == [1, 2]
    assert "T1215Z_" in account.s3.names()[0]
    status = account.do("GetTrailStatus", Name="main")
    assert "LatestDeliveryError" not in status
    assert status["LatestDeliveryTime"] == at(15)


def test_status() -> None:
    """The status shows when logging began and ended and when something was last delivered."""
    account = Account()
    account.do("CreateTrail", Name="main", S3BucketName=BUCKET, EnableLogFileValidation=True)
    assert account.do("GetTrailStatus", Name="main") == {"IsLogging": False}
    account.do("StartLogging", at(1), Name="main")
    account.see(record(1, at(2)))
    account.trails.deliver(at(70))
    account.do("StopLogging", at(80), Name="main")
    assert account.do("GetTrailStatus", Name="main") == {
        "IsLogging": False,
        "StartLoggingTime": at(1),
        "StopLoggingTime": at(80),
        "LatestDeliveryTime": at(5),
        "LatestDigestDeliveryTime": at(61),
    }


def test_starting_or_stopping_twice_changes_nothing(account: Account) -> None:
    """A second start or stop is taken and leaves the times as they were."""
    account.do("StartLogging", at(5), Name="main")
    assert account.do("GetTrailStatus", Name="main")["StartLoggingTime"] == NOON
    account.do("StopLogging", at(6), Name="main")
    account.do("StopLogging", at(7), Name="main")
    assert account.do("GetTrailStatus", Name="main")["StopLoggingTime"] == at(6)


def test_delivering_into_the_past_writes_nothing(account: Account) -> None:
    """A delivery up to an earlier time than the last one does nothing."""
    account.see(record(1, at(1)))
    account.trails.deliver(at(30))
    account.see(record(2, at(2)))
    assert account.numbers(at(20)) == [1]
    assert account.numbers(at(35)) == [1, 2]


def test_event_in_a_new_region_after_a_delivery() -> None:
    """A late first event of a region goes into the next file and not into a time that is over."""
    account = Account()
    account.begin(IsMultiRegionTrail=True)
    account.see(record(1, at(1)))
    account.trails.deliver(at(30))
    account.see(record(2, at(2), awsRegion="us-east-1"))
    account.trails.deliver(at(60))
    assert "T1235Z_" in next(key for key in account.s3.names() if "/us-east-1/" in key)


def test_digest_regions() -> None:
    """With regions named, a trail of all regions writes empty digests there too, and one of one region does not."""
    account = Account(regions=("us-east-1", "eu-central-1"))
    account.begin(IsMultiRegionTrail=True, EnableLogFileValidation=True)
    account.begin("single", EnableLogFileValidation=True, S3BucketName="other-bucket")
    account.trails.deliver(at(60))
    assert sorted(key.split("/")[3] for key in account.s3.names("CloudTrail-Digest")) == [
        "eu-central-1",
        HOME,
        "us-east-1",
    ]
    assert len(account.s3.names("CloudTrail-Digest", "other-bucket")) == 1


def test_changed_record_is_delivered_as_it_was(account: Account) -> None:
    """A record that its maker changes after it was taken in is delivered as it was."""
    sent = record(1, at(1), userAgent="before")
    account.see(sent)
    sent["userAgent"] = "after"
    account.trails.deliver(at(5))
    assert account.s3.document(account.s3.names()[0])["Records"][0]["userAgent"] == "before"


def test_hostile_text_stays_text(account: Account) -> None:
    """Quotes, line breaks and markup in a record come out as they went in."""
    agent = '"}]}\n<img src=x onerror=alert(1)>\u2028\ud7ff'
    account.see(record(1, at(1), userAgent=agent))
    account.trails.deliver(at(5))
    assert account.s3.document(account.s3.names()[0])["Records"][0]["userAgent"] == agent


def test_many_threads(account: Account) -> None:
    """Records that many threads hand in while others deliver are delivered once each."""

    def hand_in(worker: int) -> None:
        for number in range(100):
            account.see(record(worker * 1000 + number, at(number % 50)))

    def deliver() -> None:
        for minute in range(0, 100, 5):
            account.trails.deliver(at(minute))

    threads = [threading.Thread(target=hand_in, args=(worker,)) for worker in range(4)]
    threads += [threading.Thread(target=deliver) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = account.numbers(at(700))
    assert sorted(found) == sorted(worker * 1000 + number for worker in range(4) for number in range(100))


def test_refused_call_changes_nothing(account: Account) -> None:
    """A stop from another region is refused, and the trail goes on."""
    asked = call("StopLogging", at(1), region="us-east-1", Name=f"arn:aws:cloudtrail:{HOME}:{ACCOUNT}:trail/main")
    assert refusal(lambda: ask(account.handlers, asked)) == "InvalidHomeRegionException"
    account.see(record(1, at(2)))
    assert account.numbers() == [1]


@pytest.mark.parametrize("seconds", [0, 1, 299, 299.999, 300, 301])
def test_times_of_delivery(seconds: float) -> None:
    """Deliveries fall on every fifth minute: one at or before each time, and one after it, five minutes apart."""
    moment = NOON + timedelta(seconds=seconds)
    assert last_delivery(moment) <= moment < next_delivery(moment)
    assert next_delivery(moment) - last_delivery(moment) == timedelta(minutes=5)
    assert (last_delivery(moment).minute % 5, last_delivery(moment).second) == (0, 0)
