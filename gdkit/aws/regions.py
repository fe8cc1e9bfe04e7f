"""Where to look: the regions that the account has enabled, and those left out, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gdkit.aws.calls import ask, need
from gdkit.errors import AwsCall, AwsError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.aws.clients import ReadOnlyAws

ENABLED = frozenset({"opt-in-not-required", "opted-in"})
"""Source: EC2 API Reference, DescribeRegions, optInStatus; the third value is not-opted-in."""


@dataclass(frozen=True, slots=True)
class Regions:
    """The regions of one account.

    Attributes:
        names: where to look.
        not_enabled: regions that the account has not enabled; nothing can be asked there.
        left_out: enabled regions that the caller did not name.
        warnings: what limits this list, each one sentence.
    """

    names: tuple[str, ...]
    not_enabled: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def find_regions(aws: ReadOnlyAws, wanted: Sequence[str] = (), *, account_id: str | None = None) -> Regions:
    """Find the regions to look in.

    Where the account may not list its regions, those that botocore knows are taken, and a warning says so.

    Args:
        aws: the reader.
        wanted: names of regions; empty means every enabled one.
        account_id: whose regions; the own account's if not given.

    Raises:
        ParameterError: a wanted region does not exist.
        AwsError: the regions cannot be listed for another reason than a missing permission.
    """
    try:
        enabled, not_enabled = _listed(aws, account_id)
        warnings: tuple[str, ...] = ()
    except AwsError as error:
        if error.kind != "denied":
            raise
        enabled, not_enabled = _known(aws), ()
        warnings = (
            f"The account's regions could not be listed ({error.permission} is missing), so the {len(enabled)} that "
            "gdkit's AWS library knows are used: a region that the account has not enabled fails, a newer one is "
            "not looked at.",
        )
        enabled += tuple(name for name in dict.fromkeys(wanted) if name not in enabled)
    return _chosen(Regions(enabled, not_enabled, warnings=warnings), tuple(dict.fromkeys(wanted)))


def _listed(aws: ReadOnlyAws, account_id: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    account = account_id or aws.account_id
    client = aws.client("ec2", account_id=account)
    answer = ask(client, "DescribeRegions", {"AllRegions": True}, account_id=account)
    found = need(answer, "Regions", AwsCall("ec2", "DescribeRegions", account, aws.region))
    status = {row["RegionName"]: row.get("OptInStatus", "opt-in-not-required") for row in found}
    enabled = tuple(sorted(name for name, opted in status.items() if opted in ENABLED))
    return enabled, tuple(sorted(set(status) - set(enabled)))


def _known(aws: ReadOnlyAws) -> tuple[str, ...]:
    from botocore.session import Session  # noqa: PLC0415

    return tuple(sorted(Session().get_available_regions("ec2", partition_name=aws.partition)))


def _chosen(found: Regions, wanted: tuple[str, ...]) -> Regions:
    if not wanted:
        return found
    unknown = [name for name in wanted if name not in (*found.names, *found.not_enabled)]
    if unknown:
        raise ParameterError(
            f"the account has no region {', '.join(unknown)}",
            where="region",
            action=f"choose from {', '.join(found.names)}",
        )
    return Regions(
        names=tuple(name for name in wanted if name in found.names),
        not_enabled=tuple(name for name in wanted if name in found.not_enabled),
        left_out=tuple(name for name in found.names if name not in wanted),
        warnings=found.warnings,
    )
