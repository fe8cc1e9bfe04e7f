"""The site that most scenarios play on: a shop's web servers on one role, a second account, and its people."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from gdkit.permissions import PERMISSIONS
from gdkit.response.catalogue import STEPS
from gdkit.simulator.scenarios.cast import APPLICATIONS, Software, live, software
from gdkit.simulator.scenarios.site import ANALYST_ROLE, REGIONS, RESPONDER_ROLE, Site, allow, draw_accounts

if TYPE_CHECKING:
    from gdkit.simulator.scenarios.site import Instance, Network
    from gdkit.simulator.scenarios.stage import Stage

ROLE, PROFILE = "shop-web", "shop-web-profile"
REPORTING_ROLE = "reporting"
SECRET, REPORTING_SECRET = "shop/database", "reporting/warehouse"
INSTANCES = 3

ROLE_ACTIONS = (
    "ec2:Describe*", "ec2:RunInstances", "guardduty:CreateFilter", "guardduty:Get*", "guardduty:List*",
    "iam:CreateAccessKey", "iam:CreateUser", "iam:Get*", "iam:List*", "iam:PutUserPolicy", "s3:*",
    "secretsmanager:GetSecretValue", "secretsmanager:ListSecrets", "ssm:UpdateInstanceInformation", "sts:AssumeRole",
)  # fmt: skip
"""What the role may do: far more than a web server needs, as it often is."""


@dataclass(frozen=True, slots=True)
class Shop:
    """The shop.

    Attributes:
        site: the account that the web servers run in.
        second: another account of the same organisation.
        assets: bucket that the application reads.
        customers: bucket that a thief wants.
        trail_bucket: where CloudTrail delivers both accounts' logs.
    """

    site: Site
    second: Site
    network: Network
    instances: list[Instance]
    application: str
    assets: str
    customers: str
    trail_bucket: str


def open_shop(stage: Stage, *, nat: bool | None = None, watched: bool = True) -> Shop:
    """Build the shop.

    Args:
        stage: where it plays.
        nat: whether the servers leave by a NAT gateway, or each by its own public address; None to draw it.
        watched: whether GuardDuty is on from the beginning.
    """
    random = stage.random
    region, accounts = random.choice(REGIONS), draw_accounts(random, 2)
    site, second = (Site(stage.accounts, account_id, region) for account_id in accounts)
    stage.accounts.world.organization_account_ids.update(accounts)
    stage.accounts.world.management_account_id = site.account_id
    behind_nat = random.random() < 0.5 if nat is None else nat
    site.instance_role(ROLE, PROFILE, allow(ROLE_ACTIONS))
    trusted = {"AWS": f"arn:aws:iam::{site.account_id}:role/{ROLE}"}
    second.role(REPORTING_ROLE, trusted, allow(["secretsmanager:ListSecrets", "secretsmanager:GetSecretValue"]))
    network = site.network(f"10.{random.randrange(1, 200)}.0.0/24", nat=behind_nat)
    instances = [site.instance(network, profile=PROFILE, name="shop-web", public=not behind_nat)
                 for _ in range(INSTANCES)]  # fmt: skip
    assets, customers = (_bucket(site, f"shop-{name}-{site.account_id}") for name in ("assets", "customers"))
    site.api("s3").put_object(Bucket=assets, Key="catalogue.json", Body=b'{"items": []}')
    for month in range(1, 4):
        site.api("s3").put_object(Bucket=customers, Key=f"export-{month:02d}.csv", Body=b"name,street\n" * 40)
    site.api("secretsmanager").create_secret(Name=SECRET, SecretString="made up")
    second.api("secretsmanager").create_secret(Name=REPORTING_SECRET, SecretString="made up")
    trail_bucket = _trails(stage, site, second)
    for one in (site, second) if watched else ():
        one.watch()
    make_people(site, second)
    return Shop(site, second, network, instances, random.choice(APPLICATIONS), assets, customers, trail_bucket)


def at_work(stage: Stage, shop: Shop, until: float, *, leaked_version: str = "2.0") -> list[Software]:
    """Put the work of all servers on the timetable; the first of them is the one whose credential leaks.

    Args:
        stage: where it plays.
        shop: the shop.
        until: the minute at which the scenario ends.
        leaked_version: metadata version that the first server's application uses.
    """
    playing = []
    for number, instance in enumerate(shop.instances):
        version = leaked_version if number == 0 else "2.0"
        playing.append(software(stage, instance, application=shop.application, version=version))
        live(stage, playing[-1], until=until, bucket=shop.assets, secret=SECRET, every=5.0 if number == 0 else 15.0)
    return playing


def _bucket(site: Site, name: str) -> str:
    site.api("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": site.region})
    return name


def _trails(stage: Stage, site: Site, second: Site) -> str:
    """Make a trail of all regions in each account, with S3 data events, into one bucket."""
    bucket = _bucket(site, f"trail-logs-{site.account_id}")
    objects = [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]
    selectors = [{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": objects}]
    for one in (site, second):
        perform = partial(stage.accounts.perform, one.account_id, one.region, "cloudtrail")
        perform("CreateTrail", Name="all-regions", S3BucketName=bucket, IsMultiRegionTrail=True,
                IncludeGlobalServiceEvents=True, EnableLogFileValidation=True)  # fmt: skip
        perform("PutEventSelectors", TrailName="all-regions", EventSelectors=selectors)
        perform("StartLogging", Name="all-regions")
    return bucket


def make_people(*sites: Site) -> None:
    """Make the analyst's and the responder's role in every account; the first account is where they come from."""
    for site in sites:
        let_people_in(site, sites[0].account_id)


def let_people_in(site: Site, home: str) -> None:
    """Make the analyst's and the responder's role in an account, for those who come from their home account."""
    root = {"AWS": f"arn:aws:iam::{home}:root"}
    reads = {permission.action for permission in PERMISSIONS} | {"s3:GetObject", "s3:ListBucket", "sts:AssumeRole"}
    reads |= {need.action for step in STEPS.values() for need in step.needs if not need.writes}
    site.role(ANALYST_ROLE, root, allow(sorted(reads)))
    site.role(RESPONDER_ROLE, root, allow(["*"]))
