"""What the tables of persistence and credentials do not hold: the rest of the lineage, and blinded watchers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.response.credential.told import plain
from gdkit.response.grown.proposal import Proposal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LOOK = "No step of gdkit is for it: look at the events that made it and at the calls made through it, and stop it."
_SESSION = (
    "Find whose session it is by its events; deny a role's by deny-chained-session, a user's by deny-user. A sign-in "
    "alone is ended by neither: it can then do nothing."
)
_BY_HAND: Mapping[str, str] = {
    "session": _SESSION,
    "access_key": _SESSION,
    "console_session": _SESSION,
    "task": "Stop it (ecs StopTask) after a copy of its logs.",
    "build": "Stop it (codebuild StopBuild), and look at what it did.",
    "stack": "Look at its resources one by one; do not delete the stack, which ends them without evidence.",
    "identity_provider": "Put back your metadata, and pause the trust of the roles that name it.",
}
"""By kind of ``tables.LINEAGE_NODES``."""

_NODE_KINDS: Mapping[str, str] = {
    "trust_policy": "role",
    "lambda_function": "function",
    "lambda_code": "function",
    "lambda_configuration": "function",
    "saml_provider": "identity_provider",
    "oidc_provider": "identity_provider",
    "cloudformation_stack": "stack",
    "cloudformation_stack_set": "stack",
    "codebuild_project": "build_project",
    "sagemaker_notebook": "notebook",
    "glue_job": "job",
    "ecs_service": "service",
    "ecs_task": "task",
    "ecs_task_definition": "task_definition",
}
"""What the lineage calls a kind of ``tables.PERSISTENCE``; the others have one name in both."""

_WATCHERS: Mapping[str, str] = {
    "CreateFilter": "Read the filter's criteria, set its action to NOOP (guardduty UpdateFilter), and take what it "
    "archived out of the archive; keep the filter as evidence.",
    "UpdateFilter": "Read the filter's criteria and put them back; take what it archived out of the archive.",
    "ArchiveFindings": "Take the findings out of the archive (guardduty UnarchiveFindings), and read them.",
    "StopLogging": "Start the trail again (cloudtrail StartLogging); what was not logged meanwhile is in the event "
    "history alone, for 90 days.",
    "DeleteTrail": "Make the trail again from your templates; what it wrote before is still in its bucket.",
    "DeleteFlowLogs": "Make the flow logs again from your templates.",
    "DeleteDetector": "Switch GuardDuty on again; findings and settings of the old detector are lost.",
    "UpdateDetector": "Switch the detector and its features on again.",
}
"""What a person does about a call against a watcher; by the call's name."""


def rest_of_lineage(result: Mapping[str, Any]) -> list[Proposal]:
    """Give what the lineage names beyond the leaked session and no row of the two tables is about.

    Left out is what only failed calls would have made. In doubt a thing is told twice rather than not at all.
    """
    told = set(_told(result))
    into: dict[str, list[Mapping[str, Any]]] = {}
    for edge in result["lineage"]["edges"]:
        into.setdefault(edge["to"], []).append(edge)
    nodes = (node for node in result["lineage"]["nodes"] if node["hop"] != 0 and not told & set(_called(node)))
    return [_of_node(node, made) for node in nodes
            if (made := [edge for edge in into.get(node["id"], []) if edge["error_code"] is None])]  # fmt: skip


def watchers(result: Mapping[str, Any]) -> list[Proposal]:
    """Give what was done against what watches, as far as it succeeded: all of it is a person's work."""
    return [
        Proposal(
            stage="watchers", kind="tamper", thing=row["target"], within=row["watcher"], account_id=row["account_id"],
            region=row["region"], standing="not checked", party=row["party"], step="",
            manual=_WATCHERS.get(row["event_name"], "Put it back as your templates have it."),
            why=f"{row['event_name']} on {row['watcher']}: {plain(row['what'], 200)}",
            event_ids=(row["event_id"],) if row["event_id"] else (),
        )
        for row in result["impact"]["tamper"] if row["outcome"] == "succeeded"
    ]  # fmt: skip


def _told(result: Mapping[str, Any]) -> Iterator[tuple[str, str | None, str]]:
    """Give kind, account and name of all that the tables have a row about, in the lineage's words; gone things too."""
    for row in result["impact"]["still_exists"]:
        for name in _forms(str(row["id"] or "")):
            yield _NODE_KINDS.get(row["kind"], row["kind"]), row["account_id"], name
    for row in result["credentials"]["rows"]:
        yield "id", None, str(row["access_key_id"])
        yield "id", None, f"console_session:{row['principal']}"
        yield row["kind"], row["account_id"], str(row["owner"])


def _called(node: Mapping[str, Any]) -> Iterator[tuple[str, str | None, str]]:
    """Give what a row about a node would be called by: a unique id by itself, a name by its kind and account."""
    yield "id", None, str(node["id"])
    yield node["kind"], node["account_id"], str(node["id"]).removeprefix(f"{node['kind']}:{node['account_id']}:")


def _forms(name: str) -> set[str]:
    """Give the ways in which the lineage may name a thing that the table names by an ARN."""
    last = name.rpartition("/")[2]
    return {name, last, last.partition(":")[0], name.rpartition(":")[2]}


def _of_node(node: Mapping[str, Any], made: list[Mapping[str, Any]]) -> Proposal:
    calls = ", ".join(dict.fromkeys(plain(edge["kind"]) for edge in made))
    return Proposal(
        stage="entry", kind=node["kind"], thing=node["label"], within=None, account_id=node["account_id"], region=None,
        standing="not checked", party=node["party"] or "unknown", step="", manual=_BY_HAND.get(node["kind"], _LOOK),
        why=f"{node['kind']} {plain(node['label'], 120)} came from the leaked session by {calls}; "
        f"{node['events'] or 0} calls were made through it",
        event_ids=tuple(edge["event_id"] for edge in made if edge["event_id"]),
    )  # fmt: skip
