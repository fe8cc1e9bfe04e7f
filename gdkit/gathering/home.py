"""Where the instance lives: the account and region that its own surroundings are asked in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.identifiers import parse_arn

if TYPE_CHECKING:
    import pandas as pd

    from gdkit.aws import ReadOnlyAws
    from gdkit.model import Subject


def home_of(aws: ReadOnlyAws, subject: Subject, events: pd.DataFrame | None = None) -> tuple[str, str]:
    """Give the account and the region of the instance: from its own events, else the finding's, else the reader's.

    The finding's region may be another one: calls to global services are reported in us-east-1.

    Source: CloudTrail User Guide, "CloudTrail userIdentity element", inScopeOf.
    """
    if events is not None and subject.instance_id is not None:
        named = events.loc[events["issued_to_arn"].str.endswith(f"instance/{subject.instance_id}", na=False)]
        arn = parse_arn(named["issued_to_arn"].iloc[0]) if len(named) else None
        if arn is not None and arn.account_id and arn.region:
            return arn.account_id, arn.region
    finding = subject.finding
    account_id = (finding.account_id if finding else None) or aws.account_id
    return account_id, (finding.region if finding else None) or aws.region
