"""What only the lineage names, and blinded watchers: a person's work, and never dropped."""

from __future__ import annotations

from typing import Any

import pytest

from gdkit.response.grown.plan import plan_grown
from gdkit.response.grown.rest import watchers
from tests.response.grown.results import HOME, IDS, LEAKED, OTHER, REGION, credential, only, result, thing


def lineage(*things: tuple[str, str, str, str | None]) -> dict[str, Any]:
    """Give a lineage of things: kind, account, name, and the error of the call that made each."""
    ids = {name if kind in ("instance", "access_key") else f"{kind}:{account}:{name}": (kind, account, name, error)
           for kind, account, name, error in things}  # fmt: skip
    nodes = [
        {"id": LEAKED, "kind": "instance", "label": "shop", "party": None, "account_id": HOME, "hop": 0, "events": 1}
    ]
    nodes += [{"id": one, "kind": kind, "label": name, "party": "thief", "account_id": account, "hop": 1, "events": 2}
              for one, (kind, account, name, _) in ids.items()]  # fmt: skip
    edges = [{"from": LEAKED, "to": one, "event_id": f"e-{name}", "event_at": None, "kind": "Made", "party": "thief",
              "error_code": error} for one, (_, _, name, error) in ids.items()]  # fmt: skip
    return {"nodes": nodes, "edges": edges}


def test_rest_of_the_lineage() -> None:
    """What only the lineage names is in the plan; what has a row, what failed and what is gone is not again."""
    grown = lineage(("user", HOME, "svc", None), ("task", HOME, "t-1", None), ("user", HOME, "no", "AccessDenied"),
                    ("function", HOME, "old", None), ("access_key", OTHER, "ASIAEXAMPLE", None),
                    ("instance", HOME, IDS["instance"], None), ("role", HOME, "deploy", None))  # fmt: skip
    things = [thing("user", id="svc"), thing("lambda_function", id="old", state="gone"), thing("instance"),
              thing("trust_policy", id="deploy")]  # fmt: skip
    found = plan_grown(result(things, [credential("chained_role", access_key_id="ASIAEXAMPLE")], lineage=grown))
    assert sorted((one.kind, one.step) for one in found) == [
        ("chained_role", "deny-chained-session"), ("instance", "stop-instance"), ("task", ""),
        ("trust_policy", "restore-trust"), ("user", "deny-user"),
    ]  # fmt: skip
    (task,) = (one for one in found if one.kind == "task")
    assert "StopTask" in task.manual
    assert task.event_ids == ("e-t-1",)


def test_console_sessions() -> None:
    """A console session of another role is denied by its principal id, once; that of the leaked session with it."""
    other = "AROAEXAMPLEID2:nightly"
    nodes = [{"id": f"console_session:{one}", "kind": "console_session", "label": one, "party": "thief",
              "account_id": HOME, "hop": 1, "events": 0} for one in (other, LEAKED)]  # fmt: skip
    edges = [{"from": LEAKED, "to": node["id"], "event_id": "e", "event_at": None, "kind": "GetSigninToken",
              "party": "thief", "error_code": None} for node in nodes]  # fmt: skip
    held = [credential("console_session", principal=one) for one in (other, LEAKED)]
    one = only(result([], held, lineage={"nodes": nodes, "edges": edges}))
    assert (one.step, one.options["session"]) == ("deny-chained-session", other)
    alone = plan_grown(result(lineage={"nodes": nodes[:1], "edges": edges[:1]}))
    assert [(row.kind, row.step) for row in alone] == [("console_session", "")]
    assert "deny-chained-session" in alone[0].manual


def test_same_name_is_not_the_same() -> None:
    """A role called like a function, and a user of the same name in another account, are not dropped."""
    grown = lineage(("role", HOME, "nightly", None), ("user", OTHER, "svc", None), ("function", HOME, "nightly", None))
    found = plan_grown(result([thing("lambda_function", id="nightly"), thing("user", id="svc")], lineage=grown))
    assert sorted((one.kind, one.account_id) for one in found) == [
        ("lambda_function", HOME), ("role", HOME), ("user", HOME), ("user", OTHER)
    ]  # fmt: skip


@pytest.mark.parametrize(("kind", "arn", "node"), [
    ("ecs_task", "arn:aws:ecs:eu-west-1:111122223333:task/web/abc", "task"),
    ("ecs_task_definition", "arn:aws:ecs:eu-west-1:111122223333:task-definition/miner:3", "task_definition"),
    ("state_machine", "arn:aws:states:eu-west-1:111122223333:stateMachine:miner", "state_machine"),
])  # fmt: skip
def test_named_by_arn(kind: str, arn: str, node: str) -> None:
    """A thing that one table names by its ARN and the lineage by its name is told once."""
    name = "abc" if kind == "ecs_task" else "miner"
    assert only(result([thing(kind, id=arn)], lineage=lineage((node, HOME, name, None)))).kind == kind


@pytest.mark.parametrize(("event_name", "words"), [
    ("CreateFilter", "NOOP"), ("StopLogging", "StartLogging"), ("ArchiveFindings", "UnarchiveFindings"),
    ("PutMetricAlarm", "templates"),
])  # fmt: skip
def test_watchers(event_name: str, words: str) -> None:
    """What was done against a watcher is told with what a person does; what was tried in vain is not."""
    row = {"event_id": "t", "event_name": event_name, "watcher": "W", "what": "did it", "target": None,
           "account_id": HOME, "region": REGION, "party": "unknown", "outcome": "succeeded"}  # fmt: skip
    (one,) = watchers(result(tamper=[row, *({**row, "outcome": end} for end in ("refused", "failed", "dry_run"))]))
    assert words in one.manual
    assert (one.stage, one.step, one.decision != "") == ("watchers", "", True)


def test_failed_and_made_after_all() -> None:
    """A thing that was first refused and then made is in the plan, with the event that made it alone."""
    grown = lineage(("task", HOME, "t-1", "AccessDenied"))
    grown["edges"].append({**grown["edges"][0], "error_code": None, "event_id": "later"})
    assert only(result(lineage=grown)).event_ids == ("later",)
