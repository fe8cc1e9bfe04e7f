from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import (
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)  # fmt: skip

from gdkit.errors import AwsCall, AwsError, CaseWriteError, UsageError
from gdkit.trail.lookup import fetch_history
from gdkit.trail.lookup.failures import failure_of
from tests.trail.lookup.history import ACCOUNT, KEY, Answer, History, World, error, one_region, rows
from tests.trail.lookup.plans import by_key, event_ids, gaps_of, ids_of, pages_in, plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HERE = f"account {ACCOUNT}, region us-east-1"
CUT = b'{"Events": [{"EventId": "x", "Eve'


def always(answer: Answer) -> Callable[[int, Any], Answer]:
    """Give a fault that meets every request."""
    return lambda _number, _body: answer


def on(numbers: set[int], answer: Answer) -> Callable[[int, Any], Answer | None]:
    """Give a fault that meets some requests."""
    return lambda number, _body: answer if number in numbers else None


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [
        ("AccessDeniedException", 400, "the permission cloudtrail:LookupEvents is missing"),
        ("UnrecognizedClientException", 400, "the region is not enabled for the account"),
        ("ExpiredTokenException", 400, "expired"),
        ("OptInRequired", 403, "may not use this service or region"),
        ("OperationNotPermittedException", 400, "OperationNotPermittedException"),
        ("UnsupportedOperationException", 400, "UnsupportedOperationException"),
        ("SomethingNew", 418, "SomethingNew"),
    ],
)
def test_a_region_that_refuses(tmp_path: Path, code: str, status: int, words: str) -> None:
    """A region that refuses is asked once and named with the reason; the others are searched."""
    events = rows(60)
    world = World({
        (ACCOUNT, "us-east-1"): History(rows(9), fault=always(error(code, status))),
        (ACCOUNT, "eu-west-1"): History(events),
    })  # fmt: skip
    result = fetch_history(by_key("us-east-1", "eu-west-1"), world.client, tmp_path)
    ((what, reason),) = gaps_of(result)
    assert what == HERE
    assert words in reason
    assert "SECRET" not in reason
    assert len(world.histories[ACCOUNT, "us-east-1"].asked) == 1
    assert event_ids(result) == ids_of(events)


def test_a_refusal_is_tried_again_in_the_next_run(tmp_path: Path) -> None:
    """Once the permission is there, the next run fetches what was refused."""
    world = one_region(rows(9), fault=always(error("AccessDeniedException")))
    assert not fetch_history(plan(), world.client, tmp_path).complete
    world.histories[ACCOUNT, "us-east-1"].fault = None
    assert fetch_history(plan(), world.client, tmp_path).complete


def test_refused_in_the_middle(tmp_path: Path) -> None:
    """Where a region stops answering, the span that is missing is named to the second."""
    result = fetch_history(by_key(), one_region(rows(200), fault=on({3}, error("ExpiredToken"))).client, tmp_path)
    ((what, _),) = gaps_of(result)
    assert what == f"{HERE}: events with AccessKeyId {KEY}, 2026-11-20T01:55:00Z to 2026-11-20T10:20:00Z"
    assert result.rows == 100


@pytest.mark.parametrize(
    "answer",
    [
        error("ThrottlingException"), error("InternalFailure", 500), error("ServiceUnavailable", 503),
        (200, CUT), (200, b""), (200, b"<html>"), (200, {}), (500, b"<html>"),
    ],
)  # fmt: skip
def test_passing_failures(tmp_path: Path, answer: Answer) -> None:
    """What passes by itself is tried again, and no event is lost by it; a cut-off answer is no empty page."""
    events = rows(120)
    world = one_region(events, fault=on({1, 3, 4}, answer))
    result = fetch_history(by_key(), world.client, tmp_path)
    assert event_ids(result) == ids_of(events)
    assert gaps_of(result) == []
    assert world.requests == 3 + 3


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (error("ThrottlingException"), "too many calls"),
        (error("InternalFailure", 500), "InternalFailure"),
        ((200, CUT), "cut off"),
        ((200, {"NextToken": "t"}), "cut off"),
    ],
)
def test_failures_that_do_not_pass(tmp_path: Path, answer: Answer, words: str) -> None:
    """What fails again and again is given up after some tries, and named."""
    world = one_region(rows(9), fault=always(answer))
    result = fetch_history(by_key(), world.client, tmp_path)
    ((what, reason),) = gaps_of(result)
    assert what == HERE
    assert words in reason
    assert world.requests == 6
    assert pages_in(tmp_path) == []


def test_throttled_requests_are_counted(tmp_path: Path) -> None:
    """Refused requests are counted with the others, botocore's own retries too."""
    world = one_region(rows(20), fault=on({1}, error("ThrottlingException")))
    world.attempts = 3
    result = fetch_history(by_key(), world.client, tmp_path)
    assert (result.spent.requests, result.spent.throttled, world.requests) == (2, 1, 2)


def test_one_refused_question(tmp_path: Path) -> None:
    """A question that AWS refuses as such is given up alone."""

    def refuse(_number: int, body: dict[str, Any]) -> Answer | None:
        return error("InvalidLookupAttributesException") if "Username" in str(body) else None

    result = fetch_history(plan(), one_region(rows(9), fault=refuse).client, tmp_path)
    ((what, reason),) = gaps_of(result)
    assert what.startswith(f"{HERE}: events with Username i-")
    assert "InvalidLookupAttributesException" in reason
    assert len(event_ids(result)) == 9


@pytest.mark.parametrize("circle", [1, 2])
def test_tokens_in_a_circle(tmp_path: Path, circle: int) -> None:
    """Tokens that come again are no endless loop: the question is given up, and its other events are kept."""
    events = rows(200)

    def turn(_number: int, body: dict[str, Any]) -> Answer | None:
        page = {"Events": events[:50]}
        if "NextToken" not in body:
            return 200, page | {"NextToken": "1"}
        return 200, page | {"NextToken": str(int(body["NextToken"]) % circle + 1)}

    world = one_region(events, fault=turn)
    result = fetch_history(by_key(), world.client, tmp_path)
    ((what, reason),) = gaps_of(result)
    assert "2026-11-20T11:10:00Z" in what
    assert "circle" in reason
    assert world.requests <= 10
    assert event_ids(result) == ids_of(events[:50])


@pytest.mark.parametrize("every_s", [60, 0])
def test_a_token_that_ran_out(tmp_path: Path, every_s: int) -> None:
    """A token that AWS no longer takes costs one request: a new run begins at the oldest event."""
    events = rows(200, every_s=every_s)
    world = one_region(events, fault=on({3}, error("InvalidNextTokenException")))
    result = fetch_history(by_key(), world.client, tmp_path)
    assert event_ids(result) == ids_of(events)
    assert gaps_of(result) == []
    again = world.histories[ACCOUNT, "us-east-1"].asked[3]
    assert "NextToken" not in again


def test_tokens_that_never_work(tmp_path: Path) -> None:
    """Tokens that are never taken do not stop it as long as each page goes further, and no loop comes of it."""
    events = rows(200)

    def refuse(_number: int, body: dict[str, Any]) -> Answer | None:
        return error("InvalidNextTokenException") if "NextToken" in body else None

    result = fetch_history(by_key(), one_region(events, fault=refuse).client, tmp_path / "a")
    assert event_ids(result) == ids_of(events)
    world = one_region(rows(60, every_s=0), fault=refuse)
    stuck = fetch_history(by_key(), world.client, tmp_path / "b")
    assert "InvalidNextTokenException" in gaps_of(stuck)[0][1]
    assert world.requests <= 10


@pytest.mark.parametrize(
    "raised",
    [
        EndpointConnectionError(endpoint_url="u"), ConnectTimeoutError(endpoint_url="u"),
        ReadTimeoutError(endpoint_url="u"),
    ],
)  # fmt: skip
def test_no_connection(tmp_path: Path, raised: Exception) -> None:
    """A region that cannot be reached is tried some times and named."""

    def cut(_number: int, _body: Any) -> None:
        raise raised

    world = one_region(rows(9), fault=cut)
    result = fetch_history(by_key(), world.client, tmp_path)
    ((what, reason),) = gaps_of(result)
    assert (what, world.requests) == (HERE, 6)
    assert "no connection" in reason


@pytest.mark.parametrize(
    "raised",
    [NoCredentialsError(), AwsError("no role", call=AwsCall(), kind="credentials"), UsageError("not that region")],
)
def test_no_client(tmp_path: Path, raised: Exception) -> None:
    """A region for which no client can be made is named; the others are searched."""
    world = World({(ACCOUNT, "us-east-1"): History(rows(9))})

    def client(account_id: str, region: str) -> Any:
        if region == "eu-west-1":
            raise raised
        return world.client(account_id, region)

    result = fetch_history(by_key("eu-west-1", "us-east-1"), client, tmp_path)
    ((what, reason),) = gaps_of(result)
    assert what == f"account {ACCOUNT}, region eu-west-1"
    assert reason
    assert len(event_ids(result)) == 9


def test_a_mistake_of_the_program_is_not_hidden(tmp_path: Path) -> None:
    """An error that is none of AWS's reaches the caller."""

    def client(_account_id: str, _region: str) -> Any:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fetch_history(plan(), client, tmp_path)


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that cannot be written ends the look-up with an error in plain words, and no half page stays."""
    world = one_region(rows(500))

    def full(_handle: int) -> None:
        if world.requests:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("gdkit.trail.written.os.fsync", full)
    with pytest.raises(CaseWriteError, match=r"page-00001\.json\.gz: it cannot be written \(No space left"):
        fetch_history(by_key(), world.client, tmp_path)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["lookup-plan.json"]
    monkeypatch.undo()


@pytest.mark.parametrize(
    ("kind", "code", "expected"),
    [
        ("throttled", "ThrottlingException", "again"), ("unreachable", "", "again"), ("incomplete", "", "again"),
        ("denied", "AccessDenied", "site"), ("expired", "ExpiredToken", "site"), ("clock", "", "site"),
        ("other", "InvalidNextTokenException", "token"), ("other", "InvalidTimeRangeException", "query"),
        ("refused_here", "", "site"),
    ],
)  # fmt: skip
def test_what_follows(kind: Any, code: str, expected: str) -> None:
    """What follows from a failure is decided by its kind and AWS's code."""
    assert failure_of(AwsError("x", call=AwsCall(), kind=kind, code=code)).kind == expected
