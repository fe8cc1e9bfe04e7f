"""The theft: a web server's credential is read through a hole in the site and used from outside AWS.

The thief looks around, reads customers' data, takes a role in a second account, makes a user with a key, launches an
instance, hides from GuardDuty, and is refused at the end; the servers go on with their work all the time.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from gdkit.simulator.scenarios.cast import TERRAFORM, held_by, read_credential, thief, with_key
from gdkit.simulator.scenarios.shop import REPORTING_ROLE, ROLE, Shop, at_work, open_shop
from gdkit.simulator.scenarios.site import allow
from gdkit.simulator.scenarios.stage import Route
from gdkit.simulator.scenarios.staged import Staged
from gdkit.simulator.world import Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from gdkit.simulator.scenarios.stage import Actor, Stage

OUTSIDE_AWS = "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS"
LASTS_MIN = 200
BACKUP_USER = "svc-backup"
_HOSTERS = (
    Place("64500", "EXAMPLE-HOSTING", "Netherlands", "NL", "Amsterdam", 52.37, 4.9),
    Place("64501", "EXAMPLE-VPN", "Romania", "RO", "Bucharest", 44.43, 26.1),
    Place("64502", "EXAMPLE-RESIDENTIAL", "Brazil", "BR", "Recife", -8.05, -34.9),
)


def play(stage: Stage) -> Staged:
    """Play the theft, and say what was staged."""
    shop = open_shop(stage)
    random = stage.random
    at_work(stage, shop, LASTS_MIN, leaked_version=random.choice(("1.0", "2.0")))
    _weaken(stage, shop)
    addresses = thieves_addresses(stage)
    begin = random.uniform(85, 110)
    stage.at(begin, partial(_break_in, stage, shop, addresses, begin))
    stage.play()
    return Staged.of(stage, shop, leaked=shop.instances[0])


def thieves_addresses(stage: Stage) -> list[str]:
    """Draw the addresses that a thief uses, outside AWS."""
    random = stage.random
    networks = ["198.51.100", "203.0.113", "192.0.2"]
    random.shuffle(networks)
    found = []
    for network, place in zip(networks[: random.choice((1, 2, 2))], random.sample(_HOSTERS, 2), strict=False):
        stage.accounts.world.add(f"{network}.0/25", place)
        found.append(f"{network}.{random.randrange(2, 120)}")
    return found


def _weaken(stage: Stage, shop: Shop) -> None:
    """Let a deployment leave the first server's metadata service open to version 1, in the morning."""
    key = shop.site.user("deploy-bot", allow(["ec2:*", "iam:Get*", "iam:List*"]))
    bot = held_by("admin", key, agent=TERRAFORM, address="192.0.2.200", region=shop.site.region)
    leaked = shop.instances[0].id
    for minute, operation, parameters in (
        (2.0, "describe_instances", {}),
        (3.0, "modify_instance_metadata_options", {"InstanceId": leaked, "HttpTokens": "optional"}),
        (3.5, "describe_instances", {"InstanceIds": [leaked]}),
    ):
        stage.at(minute, partial(stage.call, bot, "ec2", operation, **parameters))


def _break_in(stage: Stage, shop: Shop, addresses: list[str], begin: float) -> None:
    """Read the credential through the hole, by version 1, and put the thief's day on the timetable."""
    told = read_credential(stage.simulator.metadata_url(shop.instances[0].id), "1.0")
    first = thief(stage.random, addresses[0], shop.site.region, told)
    last = replace(first, route=Route(addresses[-1]))
    minute = begin
    for act in [*_look_around(stage, shop, first), *_take(stage, shop, first, last), *_hide(stage, shop, last)]:
        minute += stage.random.uniform(0.2, 3.0)
        stage.at(minute, act)


def _look_around(stage: Stage, shop: Shop, who: Actor) -> list[Callable[[], Any]]:
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


def _take(stage: Stage, shop: Shop, first: Actor, last: Actor) -> list[Callable[[], Any]]:
    reads = [partial(stage.call, first, "s3", "get_object", Bucket=shop.customers, Key=f"export-{month:02d}.csv")
             for month in range(1, 4)]  # fmt: skip
    return [
        *reads,
        partial(_chain, stage, shop, last),
        partial(_new_user, stage, last),
        partial(stage.call, last, "ec2", "run_instances", region="us-east-1", ImageId="ami-0fedcba9876543210",
                MinCount=1, MaxCount=1, InstanceType="g5.xlarge"),
    ]  # fmt: skip


def _hide(stage: Stage, shop: Shop, who: Actor) -> list[Callable[[], Any]]:
    """Tamper with GuardDuty where allowed, and be refused in the end."""
    return [
        partial(_silence, stage, who),
        partial(stage.refused, who, "cloudtrail", "stop_logging", Name="all-regions"),
        partial(stage.refused, who, "iam", "create_login_profile", UserName=BACKUP_USER, Password="made-Up-1!"),  # noqa: S106
        partial(stage.refused, who, "secretsmanager", "put_secret_value", SecretId="shop/database", SecretString="x"),
    ]


def _chain(stage: Stage, shop: Shop, who: Actor) -> None:
    """Take the reporting role in the second account, and look at its secrets."""
    arn = f"arn:aws:iam::{shop.second.account_id}:role/{REPORTING_ROLE}"
    told = stage.call(who, "sts", "assume_role", RoleArn=arn, RoleSessionName="nightly")["Credentials"]
    chained = with_key(who, told)
    minute = stage.minute()
    for act in (
        partial(stage.call, chained, "sts", "get_caller_identity"),
        partial(stage.call, chained, "secretsmanager", "list_secrets"),
        partial(stage.call, chained, "secretsmanager", "get_secret_value", SecretId="reporting/warehouse"),
        partial(stage.refused, chained, "iam", "list_users"),
    ):
        minute += stage.random.uniform(0.2, 2.0)
        stage.at(minute, act)


def _new_user(stage: Stage, who: Actor) -> None:
    """Make a user with a key, and use the key."""
    policy = allow(["iam:Get*", "iam:List*", "s3:ListAllMyBuckets"])
    stage.call(who, "iam", "create_user", UserName=BACKUP_USER)
    stage.call(who, "iam", "put_user_policy", UserName=BACKUP_USER, PolicyName="all", PolicyDocument=policy)
    key = stage.call(who, "iam", "create_access_key", UserName=BACKUP_USER)["AccessKey"]
    own = with_key(who, key)
    minute = stage.minute()
    for operation in ("list_users", "get_user"):
        minute += stage.random.uniform(0.5, 4.0)
        stage.at(minute, partial(stage.call, own, "iam", operation))


def _silence(stage: Stage, who: Actor) -> None:
    """Make a rule that archives every later finding of this kind."""
    detector = stage.call(who, "guardduty", "list_detectors")["DetectorIds"][0]
    criteria = {
        "Criterion": {"type": {"Equals": ["UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS"]}}
    }
    stage.call(who, "guardduty", "create_filter", DetectorId=detector, Name="maintenance", Action="ARCHIVE",
               FindingCriteria=criteria)  # fmt: skip
