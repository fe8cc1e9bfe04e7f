"""What gdkit can reach with the credentials it is given, and which permission is missing for what."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from gdkit.aws.calls import ask, need, rows
from gdkit.aws.clients import open_read_only
from gdkit.aws.parallel import in_parallel
from gdkit.aws.regions import Regions, find_regions
from gdkit.errors import AwsCall, AwsError
from gdkit.model import NotSearched
from gdkit.permissions import PERMISSIONS, Permission

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.aws.access import AwsAccess
    from gdkit.aws.clients import ReadOnlyAws

State = Literal["allowed", "missing", "not known"]

NO_REGIONS = Regions(())
"""Before they are listed."""

FINE, NOTHING, GAPS = 0, 1, 3
"""Exit statuses: all can be reached; nothing can; something cannot."""


_NO_BUCKET = "(NoSuchBucket)"
"""In the reason of a probe that can tell nothing; it stands in the list, and is no gap."""

_ONLY_SOME = frozenset({"organizations:ListAccounts"})
"""Actions that AWS refuses to most accounts, whatever their policies allow."""

_MAY_NOT_ASK = "or this account is not one that may ask"
"""In the reason of such a refusal; it stands in the list, and is no gap."""


@dataclass(frozen=True, slots=True)
class Trail:
    """A trail, as far as it matters here.

    Attributes:
        logging: whether it records now; None where that could not be read.
    """

    arn: str
    home_region: str
    bucket: str
    every_region: bool
    organization: bool
    validated: bool
    logging: bool | None


@dataclass(frozen=True, slots=True)
class Tried:
    """One permission and whether a harmless call showed that it is there.

    Attributes:
        reason: what AWS said; empty where it is allowed.
    """

    permission: Permission
    state: State
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """What can be reached.

    Attributes:
        error: why nothing can; None where AWS knows the caller.
        detectors: detector ids by region; a region without one has none.
        failed: what could not be asked, and why.
    """

    account_id: str = ""
    caller_arn: str = ""
    partition: str = ""
    simulated: bool = False
    error: AwsError | None = None
    regions: Regions = NO_REGIONS
    detectors: tuple[tuple[str, tuple[str, ...]], ...] = ()
    trails: tuple[Trail, ...] = ()
    tried: tuple[Tried, ...] = ()
    accounts: tuple[str, ...] = ()
    failed: tuple[NotSearched, ...] = ()

    @property
    def gaps(self) -> tuple[str, ...]:
        """What limits an investigation, each one sentence."""
        told = list(self.regions.warnings)
        told += [f"{row.what}: {row.reason}." for row in self.failed]
        told += [f"{row.permission.action}: {row.reason}." for row in self.tried if row.state != "allowed"
                 and _NO_BUCKET not in row.reason and _MAY_NOT_ASK not in row.reason]  # fmt: skip
        if self.regions.names and not self.failed and not any(ids for _, ids in self.detectors):
            told.append("No region in reach has a GuardDuty detector.")
        return tuple(told)

    @property
    def exit_status(self) -> int:
        """The exit status that a script can act on."""
        return NOTHING if self.error else GAPS if self.gaps else FINE


def check(access: AwsAccess, *, account_ids: Sequence[str] = ()) -> Reach:
    """Find out what can be reached. Nothing is changed, and a failure is part of the answer.

    Args:
        access: credentials and regions.
        account_ids: other accounts to try, through the member role.

    Raises:
        ParameterError: the access names something that does not exist, or the simulation is set up wrongly.
    """
    try:
        aws = open_read_only(access)
    except AwsError as error:
        return Reach(error=error)
    reach = Reach(aws.account_id, aws.caller_arn, aws.partition, aws.simulated)
    try:
        regions = find_regions(aws, access.regions)
    except AwsError as error:
        return replace(reach, failed=(_failed("the regions", error),))
    detectors, no_detectors = _detectors(aws, regions.names)
    trails, no_trails = _trails(aws)
    accounts, no_accounts = _accounts(aws, account_ids)
    probed_in = regions.names[0] if regions.names and aws.region not in regions.names else aws.region
    return replace(
        reach,
        regions=regions,
        detectors=detectors,
        trails=trails,
        tried=tuple(in_parallel(lambda one: _try(aws, one, probed_in), PERMISSIONS)),
        accounts=accounts,
        failed=(*no_detectors, *no_trails, *no_accounts),
    )


def _failed(what: str, error: AwsError) -> NotSearched:
    return NotSearched(what, error.problem)


def _detectors(
    aws: ReadOnlyAws, regions: Sequence[str]
) -> tuple[tuple[tuple[str, tuple[str, ...]], ...], tuple[NotSearched, ...]]:
    def ids(region: str) -> tuple[str, ...] | NotSearched:
        try:
            listed = rows(aws.client("guardduty", region), "ListDetectors", "DetectorIds", account_id=aws.account_id)
            return tuple(map(str, listed))
        except AwsError as error:
            return _failed(f"GuardDuty in {region}", error)

    answers = list(zip(regions, in_parallel(ids, regions), strict=True))
    found = tuple((region, answer) for region, answer in answers if not isinstance(answer, NotSearched))
    return found, tuple(answer for _, answer in answers if isinstance(answer, NotSearched))


def _trails(aws: ReadOnlyAws) -> tuple[tuple[Trail, ...], tuple[NotSearched, ...]]:
    """Read the trails that record the home region, those made elsewhere among them."""
    try:
        listed = list(rows(aws.client("cloudtrail"), "DescribeTrails", "trailList", account_id=aws.account_id))
    except AwsError as error:
        return (), (_failed("the trails", error),)
    answers = in_parallel(lambda row: _trail(aws, row), listed)
    return tuple(trail for trail, _ in answers), tuple(failed for _, failed in answers if failed)


def _trail(aws: ReadOnlyAws, row: dict[str, Any]) -> tuple[Trail, NotSearched | None]:
    arn, home = str(row["TrailARN"]), str(row.get("HomeRegion") or aws.region)
    logging, failed = None, None
    try:
        answer = ask(aws.client("cloudtrail", home), "GetTrailStatus", {"Name": arn}, account_id=aws.account_id)
        call = AwsCall("cloudtrail", "GetTrailStatus", aws.account_id, home)
        logging = bool(need(answer, "IsLogging", call))
    except AwsError as error:
        failed = _failed(f"the status of trail {arn}", error)
    trail = Trail(
        arn=arn,
        home_region=home,
        bucket=str(row.get("S3BucketName") or ""),
        every_region=bool(row.get("IsMultiRegionTrail")),
        organization=bool(row.get("IsOrganizationTrail")),
        validated=bool(row.get("LogFileValidationEnabled")),
        logging=logging,
    )
    return trail, failed


def _accounts(aws: ReadOnlyAws, wanted: Sequence[str]) -> tuple[tuple[str, ...], tuple[NotSearched, ...]]:
    reached, failed = [], []
    for account_id in dict.fromkeys(wanted):
        try:
            aws.client("sts", account_id=account_id)
            reached.append(account_id)
        except AwsError as error:
            failed.append(_failed(f"account {account_id}", error))
    return tuple(reached), tuple(failed)


def _try(aws: ReadOnlyAws, permission: Permission, region: str) -> Tried:
    """Make the permission's probe; whatever AWS says but that it is not allowed shows that it is."""
    parameters: dict[str, Any] = {**permission.probe, **{name: list(few) for name, few in permission.listed.items()}}
    try:
        client = aws.client(permission.service, region)
        ask(client, permission.operation, parameters, account_id=aws.account_id)
    except AwsError as error:
        if error.kind == "denied" and permission.action in _ONLY_SOME:
            return Tried(permission, "not known", f"{error.problem}, {_MAY_NOT_ASK}")
        if error.kind == "denied":
            return Tried(permission, "missing", error.problem)
        if error.kind != "other" or _says_to_all(error):
            return Tried(permission, "not known", error.problem)
    return Tried(permission, "allowed")


def _says_to_all(error: AwsError) -> bool:
    """Tell whether AWS says this to whoever asks, as S3 of a bucket that is not there."""
    return _NO_BUCKET in error.problem
