"""Calls that cost money."""

from __future__ import annotations

from typing import Any

from tests.analysis.impact.made import call, impact, rows_of


def costs(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the rows of what costs money."""
    return rows_of(impact(*rows).costs)


def run(count: int, **columns: Any) -> dict[str, Any]:
    """Give a start of so many instances."""
    started = {"instancesSet": {"items": [{"instanceId": f"i-{number}"} for number in range(count)]}}
    return call("ec2:RunInstances", {"instanceType": "p5.48xlarge", "instancesSet": {"items": [{"maxCount": 99}]}},
                started, **columns)  # fmt: skip


def test_instances_are_counted_as_started() -> None:
    """Instances count where AWS says it started them, by type and region; what was refused started none."""
    codes = ("Client.UnauthorizedOperation", "Client.DryRunOperation", "Client.InstanceLimitExceeded")
    rows = costs(run(2), run(3), run(1, region="eu-west-1"), *(run(0, error_code=code) for code in codes))
    found = {row["region"]: row for row in rows}
    assert (found["us-east-1"]["what"], found["us-east-1"]["quantity"], found["us-east-1"]["calls"]) == (
        "p5.48xlarge",
        5,
        2,
    )
    assert [found["us-east-1"][name] for name in ("refused", "dry_run", "failed")] == [1, 1, 1]
    assert found["eu-west-1"]["quantity"] == 1


def test_spot_is_told() -> None:
    """A start on the spot market says so."""
    request = {"instanceType": "g5.xlarge", "instanceMarketOptions": {"marketType": "spot"}}
    assert [row["detail"] for row in costs(call("ec2:RunInstances", request))] == ["spot"]


def test_unknown_quantity_stays_unknown() -> None:
    """Where the log does not say how many were started, or nothing says so at all, the number is missing."""
    assert costs(call("ec2:RunInstances"))[0]["quantity"] is None
    assert costs(call("ses:SendEmail"))[0]["quantity"] is None


def test_models_messages_quotas_and_domains() -> None:
    """Model calls go by model, messages by service, quota increases and domains by name."""
    rows = costs(
        call("bedrock:InvokeModel", {"modelId": "anthropic.claude"}), call("bedrock:Converse", {"modelId": "x"}),
        call("bedrock:InvokeModel", {"modelId": "anthropic.claude"}), call("email:SendRawEmail"),
        call("servicequotas:RequestServiceQuotaIncrease", {"serviceCode": "ec2", "quotaCode": "L-1",
                                                        "desiredValue": 512}),
        call("route53domains:RegisterDomain", {"domainName": "example.com"}), call("ec2:DescribeInstances"),
    )  # fmt: skip
    assert [(row["service"], row["what"], row["calls"], row["detail"]) for row in rows] == [
        ("Bedrock", "anthropic.claude", 2, None), ("Bedrock", "x", 1, None),
        ("Route 53 domains", "example.com", 1, None), ("SES", "messages", 1, None),
        ("Service quotas", "ec2", 1, "quotaCode: L-1\ndesiredValue: 512"),
    ]  # fmt: skip


def test_parties_stay_apart() -> None:
    """What nobody is proven to have called stands in a row of its own; the workload's calls in none."""
    rows = costs(call("ses:SendEmail"), call("ses:SendEmail", party="unknown"), call("ses:SendEmail", party="workload"))
    assert sorted(row["party"] for row in rows) == ["thief", "unknown"]
