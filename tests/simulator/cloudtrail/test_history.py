"""The simulated event history: what LookupEvents answers, refuses and counts."""

from __future__ import annotations

import base64
import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.simulator.clock import Clock
from gdkit.simulator.cloudtrail.history import ATTRIBUTES, KEPT, EventHistory
from gdkit.simulator.cloudtrail.history_rows import history_event, seconds_of
from tests.simulator.cloudtrail.samples import HOME, NOON, OTHER, ask, at, call, data_record, record, refusal
from tests.trail.samples import ACCOUNT, INSTANCE, KEY, ROLE_ID, identity


def history(now: datetime = NOON, **settings: Any) -> EventHistory:
    """Give an event history without a rate limit, on a clock that stands."""
    return EventHistory(Clock(now, running=False), **{"requests_per_s": None} | settings)


def filled(*records: dict[str, Any], **settings: Any) -> EventHistory:
    """Give an event history that holds records."""
    made = history(**settings)
    for one in records:
        made.add(one)
    return made


def look(made: EventHistory, **asked: Any) -> dict[str, Any]:
    """Give the answer of one look-up; ``by`` is its attribute, ``account`` and ``region`` where it is asked."""
    if by := asked.pop("by", None):
        asked["LookupAttributes"] = [{"AttributeKey": by[0], "AttributeValue": by[1]}]
    return ask(made.handlers(), call("LookupEvents", **asked))


def ids(made: EventHistory, **asked: Any) -> list[int]:
    """Give the numbers of the events of one answer, in its order."""
    return [number(row) for row in look(made, **asked)["Events"]]


def number(row: dict[str, Any]) -> int:
    """Give the number by which an event of the samples was made."""
    return int(row["EventId"].rpartition("-")[2])


def all_pages(made: EventHistory, **asked: Any) -> list[list[int]]:
    """Follow the tokens to the end."""
    answer = look(made, **asked)
    pages = [[number(row) for row in answer["Events"]]]
    while token := answer.get("NextToken"):
        answer = look(made, NextToken=token, **asked)
        pages.append([number(row) for row in answer["Events"]])
    return pages


def test_row() -> None:
    """A row has AWS's fields and types, and the record itself as JSON text."""
    sent = record(1, at(-10), readOnly=True)
    (row,) = look(filled(sent))["Events"]
    assert json.loads(row.pop("CloudTrailEvent")) == sent
    assert row == {
        "EventId": sent["eventID"],
        "EventName": "DescribeInstances",
        "ReadOnly": "true",
        "AccessKeyId": KEY,
        "EventTime": at(-10),
        "EventSource": "ec2.amazonaws.com",
        "Username": INSTANCE,
        "Resources": [],
    }
    assert row["EventTime"].utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("who", "username"),
    [
        (identity(), INSTANCE),
        (identity(principalId=None), INSTANCE),
        (identity(principalId=f"{ROLE_ID}:a:b"), "a:b"),
        ({"type": "IAMUser", "userName": "ann", "arn": f"arn:aws:iam::{ACCOUNT}:user/ann"}, "ann"),
        ({"type": "Root", "arn": f"arn:aws:iam::{ACCOUNT}:root"}, "root"),
        ({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}, None),
        ({"type": "AWSAccount", "accountId": OTHER, "principalId": f"{ROLE_ID}:x"}, None),
        ({"accountId": ACCOUNT, "invokedBy": "AWS Internal"}, None),
        (None, None),
    ],
)
def test_username(who: dict[str, Any] | None, username: str | None) -> None:
    """A session goes by its session name, a user by the user's, and services and other accounts have no name."""
    (row,) = look(filled(record(1, at(-10), userIdentity=who)))["Events"]
    assert row.get("Username") == username


def test_role_name_finds_nothing() -> None:
    """An instance's events are found by the instance id and not by the role's name."""
    made = filled(record(1, at(-10)))
    assert ids(made, by=("Username", INSTANCE)) == [1]
    assert ids(made, by=("Username", "web-role")) == []


def test_missing_key() -> None:
    """An empty access key id is no value: the row has none, and nothing finds it."""
    made = filled(record(1, at(-10), userIdentity=identity(accessKeyId="")))
    assert "AccessKeyId" not in look(made)["Events"][0]


def test_changing_call_lists_resources() -> None:
    """A call that changes something lists what its parameters and answer name, each once."""
    made = filled(
        record(
            1,
            at(-10),
            eventName="TerminateInstances",
            readOnly=False,
            requestParameters={"instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]}},
            responseElements={"instancesSet": {"items": [{"instanceId": "i-1"}]}},
        )
    )
    (row,) = look(made, by=("ResourceName", "i-2"))["Events"]
    assert row["Resources"] == [
        {"ResourceType": "AWS::EC2::Instance", "ResourceName": "i-1"},
        {"ResourceType": "AWS::EC2::Instance", "ResourceName": "i-2"},
    ]
    assert ids(made, by=("ResourceType", "AWS::EC2::Instance")) == [1]


def test_reading_call_lists_no_resource() -> None:
    """A call that only reads lists no resource, whatever its parameters name."""
    made = filled(record(1, at(-10), requestParameters={"instancesSet": {"items": [{"instanceId": "i-1"}]}}))
    assert look(made)["Events"][0]["Resources"] == []


def test_new_key_is_a_resource() -> None:
    """The key that CreateAccessKey made, and its user, can be looked up."""
    answer = {"accessKey": {"accessKeyId": "AKIAEXAMPLENEW000001", "userName": "backup", "status": "Active"}}
    made = filled(
        record(1, at(-10), eventName="CreateAccessKey", readOnly=False, requestParameters=None, responseElements=answer)
    )
    assert ids(made, by=("ResourceName", "AKIAEXAMPLENEW000001")) == [1]
    assert ids(made, by=("ResourceName", "backup")) == [1]


def test_assume_role_lists_session() -> None:
    """A role assumption lists the new key, the session by its three names, and the role, although it only reads."""
    role = f"arn:aws:iam::{ACCOUNT}:role/next"
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/next/hop"
    sent = record(
        1,
        at(-10),
        eventName="AssumeRole",
        eventSource="sts.amazonaws.com",
        requestParameters={"roleArn": role, "roleSessionName": "hop"},
        responseElements={
            "credentials": {"accessKeyId": "ASIAEXAMPLENEXT00001"},
            "assumedRoleUser": {"arn": session, "assumedRoleId": "AROAEXAMPLENEXT00001:hop"},
        },
        resources=[{"type": "AWS::IAM::Role", "ARN": role, "accountId": ACCOUNT}],
    )
    (row,) = look(filled(sent))["Events"]
    assert [(one["ResourceType"], one["ResourceName"]) for one in row["Resources"]] == [
        ("AWS::IAM::AccessKey", "ASIAEXAMPLENEXT00001"),
        ("AWS::STS::AssumedRole", session),
        ("AWS::STS::AssumedRole", "AROAEXAMPLENEXT00001:hop"),
        ("AWS::STS::AssumedRole", "hop"),
        ("AWS::IAM::Role", role),
    ]


def test_failed_assume_role() -> None:
    """A role assumption that failed, without parameters and answer, lists nothing and breaks nothing."""
    made = filled(record(1, at(-10), eventName="AssumeRole", requestParameters=None, responseElements=None))
    assert look(made)["Events"][0]["Resources"] == []


def test_data_events_never_appear() -> None:
    """Neither a look-up of everything nor one by the event's own name gives a data or network activity event."""
    made = filled(
        data_record(1, at(-10)),
        record(2, at(-9), eventCategory="NetworkActivity"),
        record(3, at(-8), eventCategory=...) | {"managementEvent": False},
        record(4, at(-7), eventCategory=...),
    )
    assert ids(made) == [4]
    assert ids(made, by=("EventName", "GetObject")) == []
    assert made.events == 1


def test_own_account_and_region() -> None:
    """A call sees the events of its own account and region and no others."""
    made = filled(
        record(1, at(-10)), record(2, at(-9), awsRegion="us-east-1"), record(3, at(-8), recipientAccountId=OTHER)
    )
    assert ids(made) == [1]
    assert ids(made, region="us-east-1") == [2]
    assert ids(made, account=OTHER) == [3]
    assert ids(made, account=OTHER, region="us-east-1") == []


_NAMES = ["instanceId", "roleName", "accessKey", "accessKeyId", "items"]
ATTRIBUTE_VALUES = {
    "EventId": "00000000-0000-4000-8000-000000000001",
    "EventName": "RunInstances",
    "ReadOnly": "false",
    "Username": "ann",
    "ResourceType": "AWS::EC2::KeyPair",
    "ResourceName": "front-door",
    "EventSource": "autoscaling.amazonaws.com",
    "AccessKeyId": "AKIAEXAMPLEUSER00001",
}


@pytest.mark.parametrize("attribute", sorted(ATTRIBUTES))
def test_attribute(attribute: str) -> None:
    """Each attribute finds the event that has the value, and no event that differs only in it."""
    special = record(
        1,
        at(-10),
        eventName="RunInstances",
        readOnly=False,
        eventSource="autoscaling.amazonaws.com",
        requestParameters={"keyName": "front-door"},
        userIdentity={"type": "IAMUser", "userName": "ann", "accessKeyId": "AKIAEXAMPLEUSER00001"},
    )
    made = filled(special, record(2, at(-9)))
    assert ids(made, by=(attribute, ATTRIBUTE_VALUES[attribute])) == [1]
    assert ids(made, by=(attribute, ATTRIBUTE_VALUES[attribute] + "x")) == []
    assert ids(made) == [2, 1]


def test_newest_first_whatever_the_order_of_arrival() -> None:
    """Events come newest first, also where they were taken in out of order; of the same second the later arrival."""
    made = filled(*(record(minute, at(-minute)) for minute in (5, 3, 9, 1, 7)), record(99, at(-5)))
    assert ids(made) == [1, 3, 99, 5, 7, 9]


def test_times_are_inclusive() -> None:
    """Start and end are inclusive, to the second, and a fraction of a second leaves out what is outside it."""
    made = filled(*(record(minute, at(-minute)) for minute in range(1, 6)))
    assert ids(made, StartTime=at(-4), EndTime=at(-2)) == [2, 3, 4]
    assert ids(made, StartTime=at(-4, 0.5), EndTime=at(-2, -0.5)) == [3]
    assert ids(made, StartTime=at(-2)) == [1, 2]
    assert ids(made, EndTime=at(-4)) == [4, 5]
    assert ids(made, StartTime=at(-3), EndTime=at(-3)) == [3]
    assert ids(made, StartTime=at(-3), EndTime=at(-3), by=("Username", INSTANCE)) == [3]


def test_ninety_days() -> None:
    """What is older than 90 days by the clock is gone, whatever the start that is asked for."""
    made = filled(record(1, NOON - KEPT), record(2, NOON - KEPT - timedelta(seconds=1)))
    assert ids(made, StartTime=NOON - timedelta(days=400)) == [1]
    assert ids(made) == [1]


def test_clock_moves_the_ninety_days() -> None:
    """The end of memory goes with the simulator's clock and not with the machine's."""
    clock = Clock(NOON, running=False)
    made = EventHistory(clock, requests_per_s=None)
    made.add(record(1, NOON))
    clock.set(NOON + KEPT)
    assert ids(made) == [1]
    clock.set(NOON + KEPT + timedelta(seconds=1))
    assert ids(made) == []


def test_future_is_not_seen() -> None:
    """An event that the clock has not reached is not shown."""
    assert ids(filled(record(1, at(1)), record(2, at(0)))) == [2]


def test_delay() -> None:
    """With a delivery delay an event shows only so long after it happened."""
    clock = Clock(at(14, 59), running=False)
    made = EventHistory(clock, requests_per_s=None, delay=timedelta(minutes=15))
    made.add(record(1, NOON))
    assert ids(made) == []
    clock.set(at(15))
    assert ids(made) == [1]


@pytest.mark.parametrize("size", [1, 7, 49, 50])
def test_pages(size: int) -> None:
    """Following the tokens gives every event once, in order, in pages that are full but for the last."""
    made = filled(*(record(count, at(-1, -count)) for count in range(120)))
    pages = all_pages(made, MaxResults=size)
    assert [one for page in pages for one in page] == list(range(120))
    assert {len(page) for page in pages[:-1]} == {size}


def test_no_token_after_the_last_full_page() -> None:
    """Where the events fill the pages exactly, the last page has no token."""
    made = filled(*(record(count, at(-1, -count)) for count in range(100)))
    assert [len(page) for page in all_pages(made)] == [50, 50]


def test_default_page() -> None:
    """Without MaxResults a page holds 50 events."""
    made = filled(*(record(count, at(-1, -count)) for count in range(51)))
    assert len(look(made)["Events"]) == 50


def test_events_of_one_second_over_pages() -> None:
    """A page that ends amid events of the same second loses none and repeats none."""
    made = filled(*(record(count, at(-1)) for count in range(30)))
    pages = all_pages(made, MaxResults=4)
    assert [one for page in pages for one in page] == list(reversed(range(30)))


def test_new_events_do_not_shift_pages() -> None:
    """Events that come in between two pages are newer than the token, so nothing is skipped or repeated."""
    made = filled(*(record(count, at(-10, -count)) for count in range(20)))
    first = look(made, MaxResults=10)
    for count in range(50, 60):
        made.add(record(count, at(-1, -count)))
    second = look(made, MaxResults=10, NextToken=first["NextToken"])
    assert [number(row) for row in first["Events"] + second["Events"]] == list(range(20))
    assert "NextToken" not in second


@pytest.mark.parametrize(
    "changed",
    [
        {"StartTime": at(-50)},
        {"EndTime": at(-1)},
        {"by": ("Username", INSTANCE)},
        {"MaxResults": 6},
        {"account": OTHER},
        {"region": "us-east-1"},
        {"EventCategory": "insight"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_token_serves_its_own_query_only(changed: dict[str, Any]) -> None:
    """A token that is used with other parameters, or in another account or region, is refused."""
    made = filled(*(record(count, at(-5, -count)) for count in range(20)))
    asked: dict[str, Any] = {"MaxResults": 5, "StartTime": at(-60)}
    token = look(made, **asked)["NextToken"]
    assert refusal(lambda: look(made, NextToken=token, **asked | changed)) == "InvalidNextTokenException"
    assert len(look(made, NextToken=token, **asked)["Events"]) == 5


@given(st.one_of(st.text(max_size=60), st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode())))
def test_made_up_token(token: str) -> None:
    """A token that was never given out is refused cleanly."""
    made = filled(record(1, at(-1)))
    assert refusal(lambda: look(made, NextToken=token)) == "InvalidNextTokenException"


@pytest.mark.parametrize("text", ["[1e999, 1, 2]", "[1, 2]", "[[], {}, 3]", '["x", 1, 2]', "{}", "7", "null"])
def test_crafted_token(text: str) -> None:
    """A token of the right make and the wrong content is refused cleanly."""
    token = base64.urlsafe_b64encode(text.encode()).decode()
    assert refusal(lambda: look(filled(record(1, at(-1))), NextToken=token)) == "InvalidNextTokenException"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"StartTime": at(1), "EndTime": at(0)}, "InvalidTimeRangeException"),
        ({"MaxResults": 0}, "InvalidMaxResultsException"),
        ({"MaxResults": 51}, "InvalidMaxResultsException"),
        (
            {"LookupAttributes": [{"AttributeKey": "SourceIp", "AttributeValue": "x"}]},
            "InvalidLookupAttributesException",
        ),
        ({"LookupAttributes": [{"AttributeKey": "EventName"}]}, "InvalidLookupAttributesException"),
        (
            {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": ""}]},
            "InvalidLookupAttributesException",
        ),
        (
            {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "x" * 2001}]},
            "InvalidLookupAttributesException",
        ),
        (
            {"LookupAttributes": [{"AttributeKey": name, "AttributeValue": "x"} for name in ("EventName", "EventId")]},
            "InvalidLookupAttributesException",
        ),
        ({"EventCategory": "management"}, "InvalidEventCategoryException"),
    ],
)
def test_refusals(asked: dict[str, Any], code: str) -> None:
    """What AWS refuses is refused with AWS's code, also where the client did not check it, and is logged with it."""
    made = filled(record(1, at(-1)))
    handler = made.handlers()["cloudtrail", "LookupEvents"]
    assert refusal(lambda: handler(call("LookupEvents", **asked))) == code
    assert made.requests()[-1].error == code


def test_no_attribute() -> None:
    """An empty list of attributes asks for everything."""
    assert ids(filled(record(1, at(-1))), LookupAttributes=[]) == [1]


def test_insights() -> None:
    """There are no Insights events."""
    assert look(filled(record(1, at(-1))), EventCategory="insight") == {"Events": []}


class Stopwatch:
    """Real time that a test moves by hand."""

    def __init__(self) -> None:
        self.s = 100.0

    def __call__(self) -> float:
        """Give the seconds."""
        return self.s


def test_rate() -> None:
    """Two requests a second are answered; what comes faster is throttled and counted, until time has passed."""
    watch = Stopwatch()
    made = filled(record(1, at(-1)), requests_per_s=2.0, monotonic=watch)
    outcomes = []
    for step_s in (0.0, 0.0, 0.0, 0.4, 0.1, 0.0, 10.0, 0.0, 0.0):
        watch.s += step_s
        outcomes.append(refusal(lambda: look(made)))
    throttled = "ThrottlingException"
    assert outcomes == ["", "", throttled, throttled, "", throttled, "", "", throttled]
    served = made.served()[ACCOUNT, HOME]
    assert (served.answered, served.throttled) == (5, 4)


def test_throttling_reads_as_in_aws() -> None:
    """The throttling's text is AWS's, with HTTP status 400."""
    made = history(requests_per_s=2.0, monotonic=Stopwatch())
    handler = made.handlers()["cloudtrail", "LookupEvents"]
    with pytest.raises(Exception, match="ThrottlingException: Rate exceeded") as caught:
        for _ in range(3):
            handler(call("LookupEvents"))
    assert getattr(caught.value, "status", None) == 400


def test_rate_is_of_an_account_and_region() -> None:
    """A busy region throttles neither another region nor another account."""
    made = history(requests_per_s=2.0, monotonic=Stopwatch())
    assert [refusal(lambda: look(made)) for _ in range(3)][-1] == "ThrottlingException"
    assert refusal(lambda: look(made, region="us-east-1")) == ""
    assert refusal(lambda: look(made, account=OTHER)) == ""


def test_rate_runs_on_real_time() -> None:
    """Moving the simulator's clock brings no new requests."""
    clock = Clock(NOON, running=False)
    made = EventHistory(clock, requests_per_s=0.01)
    outcomes = []
    for day in range(4):
        clock.set(NOON + timedelta(days=day))
        outcomes.append(refusal(lambda: look(made)))
    assert outcomes == ["", "", "ThrottlingException", "ThrottlingException"]


def test_no_limit() -> None:
    """Without a rate nothing is throttled, and requests are counted all the same."""
    made = history()
    for _ in range(200):
        look(made)
    assert made.served()[ACCOUNT, HOME].answered == 200


def test_request_log() -> None:
    """The log keeps each request with its place, query, token and outcome, so a page fetched twice shows."""
    made = filled(*(record(count, at(-5, -count)) for count in range(12)))
    all_pages(made, MaxResults=5, by=("Username", INSTANCE), StartTime=at(-60), EndTime=at(0))
    log = made.requests()
    assert [(one.token is None, one.events, one.throttled) for one in log] == [
        (True, 5, False),
        (False, 5, False),
        (False, 2, False),
    ]
    assert len({(one.attribute, one.start, one.end, one.token) for one in log}) == len(log)
    assert {(one.account_id, one.region, one.attribute) for one in log} == {(ACCOUNT, HOME, ("Username", INSTANCE))}
    assert {(one.start, one.end, one.max_results, one.error) for one in log} == {(at(-60), at(0), 5, None)}


def test_request_log_shows_throttling() -> None:
    """A throttled request stands in the log as one that got no events."""
    made = filled(record(1, at(-1)), requests_per_s=2.0, monotonic=Stopwatch())
    for _ in range(3):
        refusal(lambda: look(made))
    assert [(one.events, one.throttled) for one in made.requests()] == [(1, False), (1, False), (0, True)]


def test_many_threads() -> None:
    """Events that many threads add while others look up are all found afterwards."""
    made = history()
    failures: list[BaseException] = []

    def work(worker: int) -> None:
        try:
            for count in range(200):
                made.add(record(worker * 1000 + count, at(-(count % 50))))
                look(made, by=("Username", INSTANCE))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    found = [one for page in all_pages(made) for one in page]
    assert len(found) == len(set(found)) == made.events == 800


def test_rare_value_in_many() -> None:
    """The few events of a rare key are all found among many others, newest first."""
    made = history()
    for count in range(5_000):
        who = identity(accessKeyId="ASIAEXAMPLERARE00001") if count % 500 == 0 else identity()
        made.add(record(count, at(0, -count), userIdentity=who))
    assert ids(made, by=("AccessKeyId", "ASIAEXAMPLERARE00001")) == list(range(0, 5_000, 500))


def test_record_is_kept_as_it_was() -> None:
    """A record that its maker changes afterwards stays in the history as it was added."""
    sent = record(1, at(-1))
    made = filled(sent)
    sent["eventName"] = "Changed"
    (row,) = look(made)["Events"]
    assert row["EventName"] == json.loads(row["CloudTrailEvent"])["eventName"] == "DescribeInstances"


@pytest.mark.parametrize(
    "missing", ["eventID", "eventTime", "eventName", "eventSource", "awsRegion", "recipientAccountId"]
)
def test_unfinished_record(missing: str) -> None:
    """A record that lacks what every record has is refused, and nothing of it is kept."""
    made = history()
    unfinished = record(1, at(-1))
    del unfinished[missing]
    with pytest.raises(KeyError, match=missing):
        made.add(unfinished)
    assert made.events == 0


@given(st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001
def test_seconds(moment: datetime) -> None:
    """A record's time is read as UTC, to the second."""
    aware = moment.replace(tzinfo=UTC, microsecond=0)
    assert seconds_of(f"{aware:%Y-%m-%dT%H:%M:%SZ}") == aware.timestamp()


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=5),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(_NAMES), inner),
        max_leaves=20,
    )
)
def test_any_parameters(parameters: object) -> None:
    """Whatever the parameters are, resources are pairs of texts, and each stands there once."""
    made = history_event(record(1, at(-1), readOnly=False, requestParameters=parameters))
    assert all(kind.startswith("AWS::") and name for kind, name in made.resources)
    assert len(set(made.resources)) == len(made.resources)
