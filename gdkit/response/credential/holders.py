"""The instances that hold a role now, by name: whom a Deny on the role hits, and whom it leaves alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gdkit.aws import find_regions, rows
from gdkit.aws.parallel import in_parallel
from gdkit.errors import AwsError
from gdkit.response.credential.told import plain
from gdkit.response.step import Check, Need

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gdkit.aws import ReadOnlyAws
    from gdkit.response.credential.role import Role
    from gdkit.response.step import Target

LIVE = ("pending", "running", "stopping", "stopped")
"""States of an instance that can use its role, now or when it is started again.

Source: EC2 API Reference, DescribeInstances, filter instance-state-name; the others are of one that is ended.
"""

READS = (
    Need("iam:ListInstanceProfilesForRole", "arn:{partition}:iam::{account_id}:role/{role_name}"),
    Need("ec2:DescribeInstances"),
    Need("ec2:DescribeRegions"),
)
"""What finding them needs."""

_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Holder:
    """One instance with the role.

    Attributes:
        name: its Name tag; empty where it has none.
    """

    id: str
    name: str
    region: str

    @property
    def called(self) -> str:
        """How a text calls it: by its name and its id."""
        return f"{self.name} ({self.id})" if self.name else self.id


@dataclass(frozen=True, slots=True)
class Holders:
    """The instances with the role.

    Attributes:
        all: each one, sorted by id.
        not_looked: where it was not allowed to look, with the reason.
    """

    all: tuple[Holder, ...]
    not_looked: tuple[str, ...] = ()

    def called(self, instance_id: str) -> str:
        """Give the name of an instance, or of a session that is none."""
        return next((one.called for one in self.all if one.id == instance_id), plain(instance_id, 64))

    def without(self, instance_ids: Iterable[str]) -> tuple[Holder, ...]:
        """Give the others."""
        hit = set(instance_ids)
        return tuple(one for one in self.all if one.id not in hit)

    def gaps(self) -> tuple[Check, ...]:
        """Say where it was not looked; nothing where it was looked everywhere."""
        if not self.not_looked:
            return ()
        return (Check("every instance of the role is known", None, f"not looked: {'; '.join(self.not_looked)}"),)


def holders_of(aws: ReadOnlyAws, target: Target, role: Role) -> Holders:
    """Find the instances that hold a role, in every region that is enabled.

    A region that refuses, as organisations forbid many, is told as not looked; the target's own must answer.

    Raises:
        AwsError: the profiles, or the target's region, could not be read.
    """
    account_id = role.account_id
    client = aws.client("iam", account_id=account_id)
    profiles = [str(row["Arn"]) for row in rows(client, "ListInstanceProfilesForRole", "InstanceProfiles",
                                                {"RoleName": role.name}, account_id=account_id)]  # fmt: skip
    if not profiles:
        return Holders(())
    regions = find_regions(aws, account_id=account_id)
    names = list(dict.fromkeys((target.region, *regions.names)))

    def look(region: str) -> list[Holder] | AwsError:
        try:
            return _in_region(aws, account_id, region, profiles)
        except AwsError as error:
            if region == target.region:
                raise
            return error

    answers = in_parallel(look, names)
    found = [one for answer in answers if isinstance(answer, list) for one in answer]
    missed = [f"{region} ({answer.code or answer.kind})"
              for region, answer in zip(names, answers, strict=True) if isinstance(answer, AwsError)]  # fmt: skip
    return Holders(tuple(sorted(found, key=lambda one: one.id)), (*missed, *regions.warnings))


def listed(names: Sequence[str]) -> str:
    """Give names as a list for a sentence; the first twenty, and how many more."""
    if not names:
        return "none"
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _in_region(aws: ReadOnlyAws, account_id: str, region: str, profiles: list[str]) -> list[Holder]:
    client = aws.client("ec2", region, account_id)
    filters = [{"Name": "iam-instance-profile.arn", "Values": profiles},
               {"Name": "instance-state-name", "Values": list(LIVE)}]  # fmt: skip
    groups = rows(client, "DescribeInstances", "Reservations", {"Filters": filters}, account_id=account_id)
    return [Holder(str(one["InstanceId"]), _name(one), region) for group in groups for one in group["Instances"]]


def _name(instance: Mapping[str, Any]) -> str:
    tags = {tag["Key"]: tag["Value"] for tag in instance.get("Tags", ())}
    return plain(tags.get("Name", ""))
