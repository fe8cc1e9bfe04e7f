"""What thieves do with a stolen credential: acts for the timetable."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from gdkit.simulator.scenarios.cast import with_key
from gdkit.simulator.scenarios.shop import REPORTING_ROLE, REPORTING_SECRET, ROLE, SECRET
from gdkit.simulator.scenarios.site import allow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gdkit.simulator.scenarios.shop import Shop
    from gdkit.simulator.scenarios.stage import Actor, Stage

BACKUP_USER = "svc-backup"
OUTSIDE_AWS = "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS"


def in_turn(stage: Stage, begin: float, acts: Iterable[Callable[[], Any]], longest: float = 3.0) -> None:
    """Put acts on the timetable one after another, some time apart.

    Args:
        stage: where they are played.
        begin: the minute after which the first comes.
        acts: what is done.
        longest: most minutes between two.
    """
    minute = begin
    for act in acts:
        minute += stage.random.uniform(0.2, longest)
        stage.at(minute, act)


def look_around(stage: Stage, shop: Shop, who: Actor) -> list[Callable[[], Any]]:
    """See what the credential is good for."""
    call, refused = partial(stage.call, who), partial(stage.refused, who)
    return [
        partial(call, "sts", "get_caller_identity"),
        partial(call, "s3", "list_buckets"),
        partial(call, "iam", "list_attached_role_policies", RoleName=ROLE),
        partial(call, "iam", "list_roles"),
        partial(call, "ec2", "describe_instances"),
        partial(refused, "kms", "list_keys"),
        partial(call, "secretsmanager", "list_secrets"),
        partial(call, "s3", "list_objects_v2", Bucket=shop.customers),
    ]


def take(stage: Stage, shop: Shop, first: Actor, last: Actor) -> list[Callable[[], Any]]:
    """Read the customers' data, reach into the second account, and stay: a user with a key, an instance."""
    reads = [partial(stage.call, first, "s3", "get_object", Bucket=shop.customers, Key=f"export-{month:02d}.csv")
             for month in range(1, 4)]  # fmt: skip
    return [
        *reads,
        partial(chain, stage, shop, last),
        partial(new_user, stage, last),
        partial(stage.call, last, "ec2", "run_instances", region="us-east-1", ImageId="ami-0fedcba9876543210",
                MinCount=1, MaxCount=1, InstanceType="g5.xlarge"),
    ]  # fmt: skip


def hide(stage: Stage, who: Actor) -> list[Callable[[], Any]]:
    """Tamper with GuardDuty where allowed, and be refused in the end."""
    return [
        partial(silence, stage, who),
        partial(stage.refused, who, "cloudtrail", "stop_logging", Name="all-regions"),
        partial(stage.refused, who, "iam", "create_login_profile", UserName=BACKUP_USER, Password="made-Up-1!"),  # noqa: S106
        partial(stage.refused, who, "secretsmanager", "put_secret_value", SecretId=SECRET, SecretString="x"),
    ]


def chain(stage: Stage, shop: Shop, who: Actor) -> None:
    """Take the reporting role in the second account, and look at its secrets."""
    arn = f"arn:aws:iam::{shop.second.account_id}:role/{REPORTING_ROLE}"
    told = stage.call(who, "sts", "assume_role", RoleArn=arn, RoleSessionName="nightly")["Credentials"]
    chained = with_key(who, told)
    acts = [
        partial(stage.call, chained, "sts", "get_caller_identity"),
        partial(stage.call, chained, "secretsmanager", "list_secrets"),
        partial(stage.call, chained, "secretsmanager", "get_secret_value", SecretId=REPORTING_SECRET),
        partial(stage.refused, chained, "iam", "list_users"),
    ]
    in_turn(stage, stage.minute(), acts)


def new_user(stage: Stage, who: Actor) -> None:
    """Make a user with a key, and use the key."""
    policy = allow(["iam:Get*", "iam:List*", "s3:ListAllMyBuckets"])
    stage.call(who, "iam", "create_user", UserName=BACKUP_USER)
    stage.call(who, "iam", "put_user_policy", UserName=BACKUP_USER, PolicyName="all", PolicyDocument=policy)
    key = stage.call(who, "iam", "create_access_key", UserName=BACKUP_USER)["AccessKey"]
    own = with_key(who, key)
    in_turn(stage, stage.minute(), [partial(stage.call, own, "iam", name) for name in ("list_users", "get_user")])


def silence(stage: Stage, who: Actor) -> None:
    """Make a rule that archives every later finding of this kind."""
    detector = stage.call(who, "guardduty", "list_detectors")["DetectorIds"][0]
    criteria = {
        "Criterion": {"type": {"Equals": ["UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS"]}}
    }
    stage.call(who, "guardduty", "create_filter", DetectorId=detector, Name="maintenance", Action="ARCHIVE",
               FindingCriteria=criteria)  # fmt: skip
