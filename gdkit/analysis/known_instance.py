"""What the events themselves show of an instance: its launch, groups, shell sessions, associations and agents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.analysis.metadata_options import launch_options
from gdkit.analysis.reached import KnownInstance
from gdkit.analysis.request_text import fields_of, items_of, member, mentions, names, text_member, texts_in
from gdkit.identifiers import parse_arn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    import pandas as pd

    from gdkit.analysis.metadata_options import OptionChange

_ECS_AGENT = (
    "RegisterContainerInstance",
    "DiscoverPollEndpoint",
    "SubmitContainerStateChange",
    "SubmitTaskStateChange",
)
_CODEDEPLOY = ("codedeploy.amazonaws.com", "codedeploy-commands-secure.amazonaws.com")


def instance_of_events(
    events: pd.DataFrame,
    instance_id: str,
    session_events: pd.DataFrame,
    *,
    tags: Mapping[str, str] | None,
    security_group_ids: frozenset[str],
    options: tuple[OptionChange, ...],
) -> KnownInstance:
    """Put together what is known of an instance.

    Args:
        events: ``tables.EVENTS``, the whole trail.
        instance_id: the instance.
        session_events: ``tables.SESSION_EVENTS``: the agents on the instance call with its credentials.
        tags: as AWS lists them; None where nobody asked.
        security_group_ids: as AWS lists them; those of the launch are added.
        options: ``metadata_options.option_changes`` of it.

    Source: EC2 API Reference, RunInstances; Systems Manager API Reference, StartSession, CreateAssociation; the ECS
    and CodeDeploy agents' own calls as their guides list them.
    """
    launched_at, groups = _launch(events, instance_id)
    own = session_events[(session_events["party"] != "thief") & (session_events["hop"] == 0)]
    return KnownInstance(
        instance_id=instance_id,
        region=_region(session_events, instance_id),
        tags=tags,
        security_group_ids=security_group_ids | groups,
        launched_at=launched_at,
        session_ids=frozenset(_answered(events, "StartSession", instance_id, "sessionId")),
        association_ids=frozenset(
            _answered(events, "CreateAssociation", instance_id, "associationDescription", "associationId")
        ),
        clusters=_clusters(own),
        takes_deployments=bool(own["event_source"].isin(_CODEDEPLOY).any()),
        options=options,
    )


def _launch(events: pd.DataFrame, instance_id: str) -> tuple[datetime | None, frozenset[str]]:
    rows = events[(events["event_name"] == "RunInstances") & (events["event_source"] == "ec2.amazonaws.com")]
    for row in tables.rows_of(rows[mentions(rows, instance_id) & rows["error_code"].isna()]):
        answer = fields_of(row["response_elements"])
        if launch_options(None, answer, instance_id) is None:
            continue
        mine = [item for item in items_of(answer, "instancesSet") if text_member(item, "instanceId") == instance_id]
        groups = [group for item in mine for group in _groups(item)]
        return row["event_at"], frozenset(groups)
    return None, frozenset()


def _groups(instance: Any) -> Iterator[str]:
    holders = [instance, *items_of(instance, "networkInterfaceSet")]
    for group in (group for holder in holders for group in items_of(holder, "groupSet")):
        if (group_id := text_member(group, "groupId")) is not None:
            yield group_id


def _answered(events: pd.DataFrame, operation: str, instance_id: str, *path: str) -> Iterator[str]:
    """Give the ids that AWS answered with to calls of one operation about the instance."""
    rows = events[(events["event_name"] == operation) & (events["event_source"] == "ssm.amazonaws.com")]
    for row in tables.rows_of(rows[mentions(rows, instance_id)]):
        request, answer = fields_of(row["request_parameters"]), fields_of(row["response_elements"])
        found = text_member(answer, *path)
        if found is not None and (
            names(request, row["request_parameters"], instance_id) or names(answer, None, instance_id)
        ):
            yield found


def _clusters(own: pd.DataFrame) -> frozenset[str]:
    rows = own[(own["event_source"] == "ecs.amazonaws.com") & own["event_name"].isin(_ECS_AGENT)]
    asked = rows["request_parameters"].drop_duplicates()
    found = {text for written in asked for text in texts_in(member(fields_of(written), "cluster"))}
    return frozenset(found or ({""} if len(rows) else ()))


def _region(session_events: pd.DataFrame, instance_id: str) -> str | None:
    for written in session_events["issued_to_arn"].dropna().unique():
        arn = parse_arn(written)
        if arn is not None and arn.service == "ec2" and arn.resource == f"instance/{instance_id}" and arn.region:
            return arn.region
    return None
