"""The whole impact of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gdkit import tables
from gdkit.analysis.impact import impact_of
from gdkit.trail import load_trail
from tests.analysis.impact.made import call, impact, rows_of, session
from tests.analysis.records import THIEF, THIEF_CLIENT, record, scope_of
from tests.real.data import real

if TYPE_CHECKING:
    from pathlib import Path

TABLES = {
    "levels": tables.ACCESS_LEVELS, "actions": tables.ACTIONS, "techniques": tables.TECHNIQUES,
    "data": tables.DATA_REACHED, "costs": tables.COSTS, "persistence": tables.PERSISTENCE, "tamper": tables.TAMPER,
    "persistence_calls": tables.PERSISTENCE_CALLS, "still_exists": tables.STILL_EXISTS,
    "denied": tables.DENIED_CALLS, "resources": tables.RESOURCES_REACHED,
}  # fmt: skip


@pytest.mark.parametrize("rows", [(), (call("s3:GetObject", party="workload"),), (call("iam:CreateUser"),),
                                  (call("ec2:RunInstances", error_code="AccessDenied", event_at=None),)])  # fmt: skip
def test_every_table_has_its_columns(rows: tuple[dict[str, Any], ...]) -> None:
    """Each table has exactly its declared columns and types, with rows or without."""
    found = impact(*rows)
    for name, table in TABLES.items():
        frame = getattr(found, name)
        assert tuple(frame.columns) == table.names, name
        assert {column: str(kind) for column, kind in frame.dtypes.items()} == tables.dtypes(table), name


def test_nothing_of_the_workload() -> None:
    """Calls of the workload alone have no impact, and their absence is no error."""
    found = impact(call("iam:CreateUser", {"userName": "u"}, party="workload", resources="arn:aws:iam::1:user/u"))
    assert all(getattr(found, name).empty for name in TABLES if name != "levels")
    assert found.levels["calls"].sum() == 0
    assert found.denied_calls == 0


def test_refusals() -> None:
    """Refused calls are counted by call and code; a dry run stands beside them as one that would have succeeded."""
    found = impact(
        call("iam:CreateUser", error_code="AccessDenied"), call("iam:CreateUser", error_code="AccessDenied"),
        call("ec2:RunInstances", error_code="Client.DryRunOperation"), call("s3:GetObject", error_code="NoSuchKey"),
        call("ec2:RunInstances", error_code="Client.UnauthorizedOperation", party="unknown"),
        call("ec2:RunInstances", error_code="Client.UnauthorizedOperation", party="workload"),
    )  # fmt: skip
    rows = [(row["event_name"], row["outcome"], row["party"], row["calls"]) for row in rows_of(found.denied)]
    assert rows == [("CreateUser", "refused", "thief", 2), ("RunInstances", "dry_run", "thief", 1),
                    ("RunInstances", "refused", "unknown", 1)]  # fmt: skip
    dry = rows_of(found.denied)[1]
    assert "would have succeeded" in dry["meaning"]
    assert (dry["action"], dry["access_level"]) == ("ec2:RunInstances", "Write")
    assert found.denied_calls == 2


def test_resources_are_arns_of_what_succeeded() -> None:
    """ARNs of the thief's successful calls are listed once with their calls; bare and broken names are left out."""
    bucket, role = "arn:aws:s3:::b", "arn:aws-cn:iam::111122223333:role/r"
    found = impact(
        call("s3:GetObject", resources=f"{bucket}/k\n{bucket}\nvpc-1\nsg-1"), call("s3:ListObjects", resources=bucket),
        call("s3:GetObject", resources="arn:aws:s3:::refused", error_code="AccessDenied"),
        call("sts:AssumeRole", resources=role), call("x:Y", resources="arn:aws:broken\narn:\nnot an arn:aws:s3:::x"),
        call("s3:GetObject", resources="arn:aws:s3:::unknown", party="unknown"),
    )  # fmt: skip
    rows = {row["arn"]: (row["service"], row["account_id"], row["events"], row["how"])
            for row in rows_of(found.resources)}  # fmt: skip
    assert rows == {
        bucket: ("s3", None, 2, "GetObject\nListObjects"),
        f"{bucket}/k": ("s3", None, 1, "GetObject"),
        role: ("iam", "111122223333", 1, "AssumeRole"),
    }


def test_from_a_trail(tmp_path: Path) -> None:
    """A trail's records, loaded and attributed as ever, give the impact of the thief's calls."""
    made = [
        record(1, THIEF, THIEF_CLIENT, name="CreateUser", service="iam", requestParameters={"userName": "ghost"},
               responseElements={"user": {"userName": "ghost"}}),
        record(2, THIEF, THIEF_CLIENT, name="GetSecretValue", service="secretsmanager",
               requestParameters={"secretId": "db"}, errorCode="AccessDenied"),
        record(3, THIEF, THIEF_CLIENT, name="GetObject", service="s3", eventCategory="Data",
               requestParameters={"bucketName": "b", "key": "k"},
               additionalEventData={"bytesTransferredOut": 42}),
    ]  # fmt: skip
    found = impact_of(scope_of(tmp_path, made).events)
    assert [row["id"] for row in rows_of(found.persistence)] == ["ghost"]
    assert [(row["kind"], row["reached"], row["bytes_out"]) for row in rows_of(found.data)] == [
        ("bucket", True, 42), ("secret", False, None),
    ]  # fmt: skip
    assert found.denied_calls == 1


def test_rows_in_another_order_give_the_same() -> None:
    """The impact depends on the events, not on the order or the index of their table."""
    rows = [call("iam:CreateUser", {"userName": name}) for name in "abc"] + [call("s3:GetObject", {"bucketName": "b"})]
    events = session(*rows)
    turned = events.iloc[::-1]
    one, other = impact_of(events), impact_of(turned)
    for name in TABLES:
        assert rows_of(getattr(one, name)) == rows_of(getattr(other, name)), name


def test_real_attacks_leave_what_they_are_named_for() -> None:
    """Logs of known attack techniques show what each left behind, reached or switched off."""
    expected = {
        "persistence.iam-create-admin-user": ("persistence", "kind", "user"),
        "persistence.iam-backdoor-role": ("persistence", "kind", "trust_policy"),
        "persistence.lambda-backdoor-function": ("persistence", "kind", "lambda_permission"),
        "persistence.rolesanywhere-create-trust-anchor": ("persistence", "kind", "trust_anchor"),
        "execution.ec2-user-data": ("persistence", "kind", "instance_user_data"),
        "exfiltration.ec2-share-ebs-snapshot": ("persistence", "kind", "snapshot_sharing"),
        "exfiltration.rds-share-snapshot": ("data", "kind", "rds_snapshot"),
        "credential-access.secretsmanager-retrieve-secrets": ("data", "kind", "secret"),
        "credential-access.ssm-retrieve-securestring-parameters": ("data", "kind", "parameter"),
        "defense-evasion.cloudtrail-stop": ("tamper", "watcher", "CloudTrail"),
        "defense-evasion.vpc-remove-flow-logs": ("tamper", "watcher", "VPC flow logs"),
        "impact.bedrock-invoke-model": ("costs", "service", "Bedrock"),
    }
    for name, (table, column, value) in expected.items():
        events = load_trail(real(f"stratus-red-team/aws.{name}.json")).events
        made = impact_of(events.assign(party="thief", rule="all", evidence="", hop=0))
        rows = [row for row in rows_of(getattr(made, table)) if row[column] == value]
        assert any(row.get("id", "named") is not None for row in rows), name
