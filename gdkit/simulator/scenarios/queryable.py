"""What a trail delivered, made open to queries: a table for Athena, Security Lake, and an event data store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from gdkit.simulator.securitylake.tables import SecurityLake, database_of, table_name
from gdkit.trail.query.ddl import TrailPlace, create_statement, table_over

if TYPE_CHECKING:
    from gdkit.simulator.accounts import Accounts
    from gdkit.simulator.scenarios.staged import Staged
    from gdkit.simulator.securitylake.ocsf import Version

DATABASE, TABLE, GROUP = "logs", "cloudtrail", "responders"
_SELECTORS = [
    {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
    {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]},
                        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]}]},
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Queryable:
    """Names of sources, as ``--trail`` takes them.

    Attributes:
        athena: the table over the trail's log files.
        security_lake: the tables of Security Lake: management events, and data events of S3.
        lake: the event data store.
    """

    athena: str
    security_lake: tuple[str, ...]
    lake: str

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return (self.athena, *self.security_lake, self.lake)


def open_to_queries(accounts: Accounts, staged: Staged, *, version: Version = 2) -> Queryable:
    """Make the tables and the store over what was delivered so far; the table shows what comes later, too.

    Args:
        accounts: the simulated world.
        staged: what was staged in it.
        version: of Security Lake's sources.
    """
    return Queryable(_table(accounts, staged), _security_lake(accounts, staged, version), _store(accounts, staged))


def _table(accounts: Accounts, staged: Staged) -> str:
    """Run the statement of ``gdkit athena-table``."""
    account_id, region = staged.account_id, staged.region
    glue, athena = (accounts.backend.client(one, account_id, region) for one in ("glue", "athena"))
    glue.create_database(DatabaseInput={"Name": DATABASE})
    athena.create_work_group(
        Name=GROUP,
        Configuration={"ManagedQueryResultsConfiguration": {"Enabled": True}, "EnforceWorkGroupConfiguration": True},
    )
    enabled = accounts.perform(account_id, region, "ec2", "DescribeRegions")["Regions"]
    regions = tuple(sorted(one["RegionName"] for one in enabled))
    since = (accounts.clock.now() - timedelta(days=90)).date()
    place = TrailPlace(staged.trail_bucket, "", "", (account_id, staged.second_account_id), regions, since)
    statement = create_statement(table_over(place, DATABASE, TABLE))
    accounts.perform(account_id, region, "athena", "StartQueryExecution", QueryString=statement, WorkGroup=GROUP)
    return f"athena:{GROUP}/{DATABASE}.{TABLE}@{region}"


def _security_lake(accounts: Accounts, staged: Staged, version: Version) -> tuple[str, ...]:
    region = staged.region
    SecurityLake(accounts.backend, staged.account_id, region, version).take_from(staged.trail_bucket)
    names = (table_name(region, source, version) for source in ("cloud_trail_mgmt", "s3_data"))
    return tuple(f"securitylake:{GROUP}/{database_of(region)}.{name}" for name in names)


def _store(accounts: Accounts, staged: Staged) -> str:
    account_id, region = staged.account_id, staged.region
    made = accounts.perform(account_id, region, "cloudtrail", "CreateEventDataStore", Name="events",
                            AdvancedEventSelectors=_SELECTORS)  # fmt: skip
    place = {"S3LocationUri": f"s3://{staged.trail_bucket}/", "S3BucketRegion": region,
             "S3BucketAccessRoleArn": f"arn:aws:iam::{account_id}:role/copy"}  # fmt: skip
    accounts.perform(account_id, region, "cloudtrail", "StartImport", Destinations=[made["EventDataStoreArn"]],
                     ImportSource={"S3": place})  # fmt: skip
    return f"lake:{made['EventDataStoreArn']}"
