"""Looks at a response: the choices, what grew, whether the Deny works. None of them changes anything."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from gdkit import tables
from gdkit.case.journal import read_entries
from gdkit.case.results import load_result, save_result
from gdkit.case.verdicts import record_verdict
from gdkit.errors import ResponseError, TrailError
from gdkit.responding.after import denies_in_force
from gdkit.responding.looks import LOOKS, Asked, take_look
from gdkit.responding.looks.grown import grown_item, item_options
from gdkit.response.catalogue import MODULES
from gdkit.response.grown.plan import plan_grown
from gdkit.response.playbooks import playbooks
from gdkit.response.record import RECHECKED
from gdkit.ui.look_view import look_document, look_lines, look_view
from tests.case.samples import scoped_case
from tests.responding.cases import applied

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.case.folder import CaseFolder
    from gdkit.responding.looks.look import Look

ROLE_ID, LEAKED, OTHER = "AROASAMPLESHOPWEB0001", "i-0a1b2c3d4e5f60718", "i-0bbbbbbbbbbbbbbbb"
OF_CASE = {"role_id": ROLE_ID, "role_name": "shop-web", "session_name": LEAKED, "instance_id": LEAKED}


@pytest.fixture
def case(tmp_path: Path) -> CaseFolder:
    """Give a case in which the address was judged malicious."""
    made = scoped_case(tmp_path / "case")
    record_verdict(made, "malicious", "not ours")
    return made


def no_aws() -> NoReturn:
    """Stand for a login where none may be asked for."""
    raise AssertionError("AWS was asked")


def look(case: CaseFolder, name: str, *sources: Path) -> Look:
    """Take a look without AWS."""
    return take_look(name, Asked(case, no_aws, tuple(map(str, sources)), "ana"))


def rows(found: Look) -> list[dict[str, Any]]:
    """Give the rows behind a look."""
    return list(tables.rows_of(found.frame))


def with_fleet(case: CaseFolder, *described: dict[str, Any]) -> None:
    """Put instances beside the one that leaked into a case's result."""
    result = load_result(case)
    empty = dict.fromkeys(result["fleet"][0])
    result["fleet"] += [{**empty, "leaked": False, **one} for one in described]
    save_result(case, result)


def logged(path: Path, *calls: dict[str, Any]) -> Path:
    """Write a CloudTrail log file of the time since the Deny."""
    account = "111122223333"
    records = [{
        "eventVersion": "1.11", "eventID": f"00000000-0000-4000-8000-{number:012}", "eventType": "AwsApiCall",
        "eventTime": f"{datetime.now(UTC) + timedelta(minutes=number + 5):%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": "s3.amazonaws.com", "eventName": "ListBuckets", "awsRegion": "eu-west-1",
        "recipientAccountId": account, "sourceIPAddress": "198.51.100.7", "userAgent": "aws-cli/2",
        "userIdentity": {"type": "AssumedRole", "accountId": account, "accessKeyId": "ASIASAMPLESTOLENKEY1",
                         "principalId": f"{ROLE_ID}:{call['session']}",
                         "arn": f"arn:aws:sts::{account}:assumed-role/shop-web/{call['session']}"},
        **({"errorCode": call["error"]} if call.get("error") else {}),
    } for number, call in enumerate(calls, start=1)]  # fmt: skip
    path.write_text(json.dumps({"Records": records}), encoding="utf-8")
    return path


def test_names() -> None:
    """No look is called like a step, and each person's task that gdkit helps with has its look."""
    assert not set(LOOKS) & set(MODULES)
    tasks = {entry.name for book in playbooks().values() for entry in book.entries if entry.task}
    assert {"grown", "recheck"} <= tasks & set(LOOKS)


def test_choices_name_the_instances(case: CaseFolder) -> None:
    """What a choice breaks is told by the instances' names, and those that are ended do not count."""
    with_fleet(case, {"instance_id": OTHER, "name": "till-7", "state": "running"},
               {"instance_id": "i-0cccccccccccccccc", "name": "gone", "state": "terminated"})  # fmt: skip
    by_step = {(row["step"], row["told"]): row for row in rows(look(case, "choices"))}
    assert f"till-7 ({OTHER}) goes on" in by_step["deny-session", None]["breaks"]
    assert "till-7" in by_step["revoke-sessions", None]["breaks"]
    assert not any("gone" in row["breaks"] for row in by_step.values())
    assert by_step["revoke-sessions", None]["stops_reminting"] == "no"
    assert by_step["deny-session", None]["stops_reminting"] == "yes"
    assert by_step["instance-profile", None]["stops_stolen"] == "no"


def test_choices_tell_what_was_done(case: CaseFolder) -> None:
    """A choice that was taken stands so; that AWS was not asked who has the role is said."""
    applied(case, "deny-session", **OF_CASE)
    found = look(case, "choices")
    assert rows(found)[0]["standing"].startswith("Applied ")
    assert any("AWS was not asked" in note for note in found.notes)


def test_grown_in_order_with_standing(case: CaseFolder) -> None:
    """Each thing has a number, its step and where that stands; what no step reaches is told below."""
    first = rows(look(case, "grown"))[0]
    assert (first["item"], first["step"], first["standing"]) == (1, "deny-chained-session", "open")
    item = grown_item(case, 1)
    applied(case, item.step, options=dict(item.options))
    assert rows(look(case, "grown"))[0]["standing"] == "done"
    applied(case, item.step, status="open", options=dict(item.options))
    assert rows(look(case, "grown"))[0]["standing"] == "in doubt: open"
    assert any("Presigned URLs" in note for note in look(case, "grown").notes)


def test_another_things_step_counts_for_nothing(case: CaseFolder) -> None:
    """The same step on something else leaves a thing open."""
    item = grown_item(case, 1)
    applied(case, item.step, options={**item.options, "session": "AROASAMPLEREPORTING01:other"})
    assert rows(look(case, "grown"))[0]["standing"] == "open"


def test_grown_items(case: CaseFolder) -> None:
    """An item is taken by its number; a number that is none, and a fact that only a person knows, are errors."""
    count = len(plan_grown(load_result(case)))
    with pytest.raises(ResponseError, match=f"the plan has {count}"):
        grown_item(case, count + 1)
    item = grown_item(case, 1)
    assert item_options(item, {"session": "other"}) == {**item.options, "session": "other"}
    from dataclasses import replace

    open_item = replace(item, to_tell=("principal",))
    with pytest.raises(ResponseError, match="the logs do not tell principal"):
        item_options(open_item, {})
    assert item_options(open_item, {"principal": "x"})["principal"] == "x"


def test_recheck_needs_a_deny(case: CaseFolder, tmp_path: Path) -> None:
    """Without a Deny in force there is nothing to look at; a log that holds nothing readable is an error."""
    with pytest.raises(ResponseError, match="no Deny"):
        look(case, "recheck")
    applied(case, "deny-session", **OF_CASE)
    with pytest.raises(TrailError):
        look(case, "recheck", tmp_path / "nothing.json")


@pytest.mark.parametrize(
    ("calls", "holds"),
    [
        ([{"session": LEAKED, "error": "AccessDenied"}, {"session": OTHER}], True),
        ([{"session": LEAKED}, {"session": OTHER}], False),
        ([{"session": LEAKED, "error": "AccessDenied"}, {"session": OTHER, "error": "AccessDenied"}], False),
        ([{"session": OTHER}], None),
    ],
)
def test_recheck_by_log_files(case: CaseFolder, tmp_path: Path, calls: list[dict[str, Any]], holds: object) -> None:
    """By log files alone: the thief refused and the sibling going on holds; without the thief's rows it is open."""
    with_fleet(case, {"instance_id": OTHER})
    applied(case, "deny-session", **OF_CASE)
    found = look(case, "recheck", logged(tmp_path / "after.json", *calls))
    assert found.holds is holds
    assert {row["principal_id"] for row in rows(found)} >= {f"{ROLE_ID}:{LEAKED}", f"{ROLE_ID}:{OTHER}"}
    written = [entry for entry in read_entries(case.journal) if entry["act"] == RECHECKED]
    assert written[-1]["detail"]["holds"] is holds
    assert load_result(case)["response"]["rechecks"][-1]["holds"] is holds


@pytest.mark.parametrize("step", ["deny-role", "revoke-sessions"])
def test_recheck_of_the_whole_role(case: CaseFolder, tmp_path: Path, step: str) -> None:
    """Under a Deny on the whole role the leaked session is looked at too: a call of it that passed is told."""
    with_fleet(case, {"instance_id": OTHER})
    applied(case, step, **OF_CASE)
    refused = {"session": OTHER, "error": "AccessDenied"}
    passed = look(case, "recheck", logged(tmp_path / "passed.json", {"session": LEAKED}, refused))
    assert passed.holds is False
    expected = {row["principal_id"]: row["expected"] for row in rows(passed)}
    assert (expected[f"{ROLE_ID}:{LEAKED}"], expected[f"{ROLE_ID}:{OTHER}"]) == ("denied", "denied")
    works = look(
        case, "recheck", logged(tmp_path / "works.json", {"session": LEAKED, "error": "AccessDenied"}, refused)
    )
    assert works.holds is True


def test_recheck_of_several_denies(case: CaseFolder, tmp_path: Path) -> None:
    """A session's Deny counts as it was put in last; other Denies count beside it."""
    applied(case, "deny-session", **OF_CASE)
    applied(case, "deny-session", options={"leave-open": "ssm"}, **OF_CASE)
    (deny,) = denies_in_force(case)
    assert "ssm.amazonaws.com" in deny.open_services
    applied(case, "deny-role", **OF_CASE)
    assert [bool(one.denied) for one in denies_in_force(case)] == [True, False]


def test_the_variants_of_a_choice_stand_apart(case: CaseFolder) -> None:
    """What was applied stands at the variant that was applied, and at no other of the same step."""
    applied(case, "deny-session", options={"leave-open": "", "issued-before": ""}, **OF_CASE)
    stands = {row["told"]: row["standing"] for row in rows(look(case, "choices")) if row["step"] == "deny-session"}
    assert stands[None].startswith("Applied")
    assert stands["leave-open=ssm"] == stands["issued-before=now"] == "Not applied in this case."


def test_as_a_person_sees_it(case: CaseFolder) -> None:
    """In a notebook, on a terminal and as JSON a look tells the same; what is missing is left out of the lines."""
    found = look(case, "grown")
    shown, lines, document = look_view(found), list(look_lines(found)), look_document(found)
    assert shown.summary == lines[0] == document["summary"] == found.summary
    assert any(line.strip() == "step: deny-chained-session" for line in lines)
    assert not any(line.strip().startswith("decision:") for line in lines)
    assert document["rows"][0]["item"] == 1
    json.dumps(document)
