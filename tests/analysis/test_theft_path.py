"""The way of theft: likely only where the thief's own key shows it, undetermined where anything speaks against it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from gdkit.analysis.initial_access import initial_access_leads
from gdkit.analysis.theft_path import NO_TRACE, V1_LIMIT, V2_LIMIT, TheftPath, theft_path
from tests.analysis.judged import SESSION, by_admin, read
from tests.analysis.records import INSTANCE, KEY, KEY_2, NAT, THIEF, THIEF_2, THIEF_CLIENT, identity, record

if TYPE_CHECKING:
    from pathlib import Path

ISSUED = datetime(2026, 11, 1, 6, 0, tzinfo=UTC)


def use(minute: int, delivery: str | None, key: str = KEY, address: str = THIEF) -> dict[str, Any]:
    """Give a call with a key that the metadata service delivered."""
    return record(minute, address, THIEF_CLIENT, who=identity(key, delivery=delivery))


def options(hour: int, tokens: str) -> dict[str, Any]:
    """Give a change of the instance's metadata options at an hour of the day; the key is issued at six."""
    asked = {"ModifyInstanceMetadataOptionsRequest": {"InstanceId": INSTANCE, "HttpTokens": tokens}}
    made = by_admin(0, "ModifyInstanceMetadataOptions", requestParameters=asked)
    return {**made, "eventID": f"options-{hour}", "eventTime": f"2026-11-01T{hour:02d}:00:00Z"}


def path_of(folder: Path, *parties: tuple[str, list[dict[str, Any]]], **more: Any) -> TheftPath:
    """Give the way of theft of judged calls."""
    events, session_events = read(folder, *parties)
    return theft_path(events, SESSION, session_events, **more)


def test_own_key_by_v1(tmp_path: Path) -> None:
    """A key that only the thief used, delivered by IMDSv1, makes a forged request likely, within told limits."""
    found = path_of(tmp_path, ("thief", [use(60, "1.0")]), ("workload", [use(10, "2.0", KEY_2, NAT)]))
    assert found.value == "imds_v1_ssrf_likely"
    assert f"The thief's key {KEY} was delivered by IMDSv1" in found.reasons[0]
    others = "The keys that only the workload was seen with were delivered by IMDSv2 (ec2RoleDelivery 2.0)."
    assert others in found.reasons
    assert found.limits == (V1_LIMIT, NO_TRACE)
    assert any("169.254.169.254" in one for one in found.would_settle)


@pytest.mark.parametrize("shared", [True, False])
def test_key_by_v2(tmp_path: Path, shared: bool) -> None:
    """A key delivered by IMDSv2 needs a program on the instance, whether its software uses the key too or not."""
    workload = [("workload", [use(10, "2.0", address=NAT)])] if shared else []
    found = path_of(tmp_path, ("thief", [use(60, "2.0")]), *workload)
    assert found.value == "imds_v2_code_execution_likely"
    assert found.limits == (V2_LIMIT, NO_TRACE)
    assert ("was seen using it too" in found.reasons[0]) is shared


def test_v1_key_of_the_workload_too(tmp_path: Path) -> None:
    """Where the instance's software uses the IMDSv1 key itself, the delivery does not show the thief's way."""
    found = path_of(tmp_path, ("thief", [use(60, "1.0")]), ("workload", [use(10, "1.0", address=NAT)]))
    assert found.value == "undetermined"
    assert any("the thief may have taken the key from it" in reason for reason in found.reasons)


def test_key_without_version_decides_nothing(tmp_path: Path) -> None:
    """A second key of the thief that shows no version does not turn a shared key into the thief's own."""
    thief = ("thief", [use(60, "1.0"), use(61, None, KEY_2)])
    found = path_of(tmp_path, thief, ("workload", [use(10, "1.0", address=NAT)]))
    assert found.value == "undetermined"


def test_one_own_key_is_enough(tmp_path: Path) -> None:
    """Where the thief has a second key that the workload does not use, that one shows the way."""
    thief = ("thief", [use(60, "1.0"), use(61, "1.0", KEY_2)])
    found = path_of(tmp_path, thief, ("workload", [use(10, "1.0", address=NAT)]))
    assert found.value == "imds_v1_ssrf_likely"


@pytest.mark.parametrize("deliveries", [("1.0", "2.0"), ("3.0",), (None,), ("1.0", "3.0")])
def test_undetermined_deliveries(tmp_path: Path, deliveries: tuple[str | None, ...]) -> None:
    """Several deliveries, an unheard-of one or none decide nothing, and something is named that would settle it."""
    found = path_of(tmp_path, ("thief", [use(60 + n, version) for n, version in enumerate(deliveries)]))
    assert found.value == "undetermined"
    assert found.would_settle


def test_only_others_calls(tmp_path: Path) -> None:
    """Keys that are not proven the thief's, and chained ones, show no way of theft."""
    found = path_of(tmp_path, ("unknown", [use(60, "1.0")]), ("thief 1", [use(61, "1.0", KEY_2)]))
    assert found.value == "undetermined"
    assert found.reasons[0] == "No call with the session's own keys is proven to be the thief's."
    assert "CloudTrail" in found.would_settle[0]


def test_required_before_issue_contradicts(tmp_path: Path) -> None:
    """A key delivered by IMDSv1 while IMDSv2 was required since before its issue is a contradiction."""
    found = path_of(tmp_path, ("thief", [use(60, "1.0")]), ("", [options(5, "required")]))
    assert found.value == "undetermined"
    assert any("one of the two records is incomplete or wrong" in reason for reason in found.reasons)


@pytest.mark.parametrize("later", [options(7, "optional"), {**options(4, "optional"), "eventTime": None}])
def test_relaxed_again_is_no_contradiction(tmp_path: Path, later: dict[str, Any]) -> None:
    """An event that let IMDSv1 in again, or that may have, takes the contradiction away."""
    found = path_of(tmp_path, ("thief", [use(60, "1.0")]), ("", [options(5, "required"), later]))
    assert found.value == "imds_v1_ssrf_likely"


def test_required_after_issue_is_no_contradiction(tmp_path: Path) -> None:
    """IMDSv2 demanded after the theft, or now, says nothing about then."""
    found = path_of(tmp_path, ("thief", [use(60, "1.0")]), ("", [options(9, "required")]), http_tokens_now="required")
    assert found.value == "imds_v1_ssrf_likely"
    assert any("does not tell what it was when" in reason for reason in found.reasons)


def test_options_are_told(tmp_path: Path) -> None:
    """What left the metadata service open is told with its event."""
    found = path_of(tmp_path, ("thief", [use(60, "1.0")]), ("", [options(5, "optional")]))
    assert any(
        "left the metadata options with HttpTokens optional (event options-5)" in reason for reason in found.reasons
    )


@pytest.mark.parametrize(("points", "value", "words"), [
    (None, "imds_v1_ssrf_likely", None),
    ([], "imds_v1_ssrf_likely", "CloudWatch holds no data point"),
    ([(datetime(2026, 11, 1, 5, 0, tzinfo=UTC), 0.0)], "imds_v1_ssrf_likely", "CloudWatch holds no data point"),
    ([(datetime(2026, 11, 1, 7, 0, tzinfo=UTC), 2.0)], "imds_v1_ssrf_likely", "CloudWatch counted 2 calls"),
    ([(datetime(2026, 11, 1, 7, 0, tzinfo=UTC), 0.0)], "undetermined", "speak against each other"),
])  # fmt: skip
def test_metric(tmp_path: Path, points: Any, value: str, words: str | None) -> None:
    """CloudWatch's count of IMDSv1 between issue and first use speaks for it or against it; no data says nothing."""
    found = path_of(tmp_path, ("thief", [use(60, "1.0")]), tokenless_calls=points)
    assert found.value == value
    assert words is None or any(words in reason for reason in found.reasons)
    assert any("MetadataNoToken" in one for one in found.would_settle) is (points is None)


@pytest.mark.parametrize(("address", "value"), [(THIEF, "undetermined"), (THIEF_2, "imds_v1_ssrf_likely")])
def test_code_run_before(tmp_path: Path, address: str, value: str) -> None:
    """A command from the thief's own address explains an IMDSv1 key as well; one from elsewhere is only told."""
    command = by_admin(10, "SendCommand", "ssm", address=address, requestParameters={"instanceIds": [INSTANCE]})
    events, session_events = read(tmp_path, ("thief", [use(60, "1.0")]), ("", [command]))
    leads = initial_access_leads(events, SESSION, session_events)
    found = theft_path(events, SESSION, session_events, leads=leads)
    assert found.value == value
    assert any("somebody could run programs on the instance" in reason for reason in found.reasons)


def test_missing_times(tmp_path: Path) -> None:
    """Calls without a time decide by their delivery alone and crash nothing."""
    call = {**use(60, "1.0"), "eventTime": None}
    found = path_of(tmp_path, ("thief", [call]), ("", [options(5, "optional")]), tokenless_calls=[(ISSUED, 1.0)])
    assert found.value == "imds_v1_ssrf_likely"


def test_order_and_copies_do_not_matter(tmp_path: Path) -> None:
    """The same events backwards and twice give the same answer."""
    events, session_events = read(
        tmp_path, ("thief", [use(60, "1.0"), use(61, "2.0", KEY_2)]), ("", [options(5, "optional")])
    )
    twice = [pd.concat([frame[::-1], frame], ignore_index=True) for frame in (events, session_events)]
    assert theft_path(twice[0], SESSION, twice[1]) == theft_path(events, SESSION, session_events)


def test_nothing(tmp_path: Path) -> None:
    """Without any event the answer is undetermined, with what would settle it."""
    events, session_events = read(tmp_path, ("thief", [use(60, "1.0")]))
    found = theft_path(events[:0], SESSION, session_events[:0])
    assert found.value == "undetermined"
    assert found.limits == (V1_LIMIT, V2_LIMIT, NO_TRACE)


def test_several_deliveries_in_words(tmp_path: Path) -> None:
    """Each delivery is told by the name that people know beside the log's value; an unheard-of one by its value."""
    found = path_of(tmp_path, ("thief", [use(60, "1.0"), use(61, "2.0")]), ("workload", [use(10, "3.0", KEY_2, NAT)]))
    assert "was delivered by IMDSv1 (ec2RoleDelivery 1.0) and by IMDSv2 (ec2RoleDelivery 2.0);" in found.reasons[0]
    assert "were delivered by a way that gdkit does not know (ec2RoleDelivery 3.0)." in found.reasons[1]
    assert found.value == "undetermined"
