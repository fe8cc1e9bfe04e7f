"""What AWS says around a session: collected, kept in the case, and given to the analysis as plain values."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gdkit import tables
from gdkit.analysis.credential_existence import things_to_ask, with_existence
from gdkit.analysis.surroundings import Surroundings
from gdkit.case.evidence import load_table, manifest, save_records, save_table
from gdkit.case.folder import case_access
from gdkit.case.journal import append_entry
from gdkit.gathering import access
from gdkit.gathering.home import home_of
from gdkit.gathering.window import looked_since
from gdkit.model import NotSearched

if TYPE_CHECKING:
    import pandas as pd

    from gdkit.analysis.scope import Scope
    from gdkit.case.folder import CaseFolder
    from gdkit.environment import Environment
    from gdkit.model import Coverage, Subject

_ENVIRONMENT = "environment"


def gather_environment(case: CaseFolder, subject: Subject, events: pd.DataFrame) -> Environment | None:
    """Collect what AWS says of the instance, its role and its network, and keep it; None without a way to AWS.

    Args:
        case: the case.
        subject: what it is about.
        events: ``tables.EVENTS``, which may name the instance's account and region.

    Raises:
        AwsError: AWS cannot be reached at all.
    """
    aws = access.open_aws(case)
    if aws is None:
        return None
    from gdkit.environment import collect_environment, evidence_records  # noqa: PLC0415

    account_id, region = home_of(aws, subject, events)
    way, since = case_access(case), looked_since(subject, datetime.now(UTC))
    found = collect_environment(aws, subject, account_id=account_id, region=region,
                                regions=way.regions if way else (), since=since)  # fmt: skip
    save_records(case, _ENVIRONMENT, evidence_records(found.documents), "AWS API, read-only calls")
    rows = [asdict(own) for own in found.own_addresses]
    save_table(case, "own_addresses", tables.frame_of_rows(tables.OWN_ADDRESSES, rows), _ENVIRONMENT)
    gaps = [f"{gap.what}: {gap.reason}" for gap in found.not_searched]
    detail = {"documents": len(found.documents), "not_read": gaps}
    append_entry(case.journal, actor="gdkit", act="environment", detail=detail)
    return found


def with_own_addresses(case: CaseFolder, subject: Subject, events: pd.DataFrame) -> Subject:
    """Give the subject with the addresses that were surely the instance's alone, and those by which its network leaves.

    An address that it got later proves nothing about calls from before: another host may have held it. A way out that
    other hosts share proves the network alone; attribution asks for more.

    Args:
        case: the case, with what was collected of the environment.
        subject: what it is about.
        events: ``tables.EVENTS``.
    """
    if not any(row["file"] == "own_addresses.parquet" for row in manifest(case)):
        return subject
    table = load_table(case, "own_addresses")
    of_instance = events[events["session_name"] == subject.instance_id]
    proven = ~table["shared"].astype(bool) & (table["proven_from"] <= of_instance["event_at"].min())
    shared = table["shared"].astype(bool) & (table["kind"] == "public")
    return replace(subject, own_addresses=tuple(table.loc[proven, "address"]),
                   own_egress=tuple(table.loc[shared, "address"]))  # fmt: skip


def with_gaps(coverage: Coverage, around: Environment) -> Coverage:
    """Give the coverage with what of the environment could not be read."""
    gaps = tuple(NotSearched(f"environment: {gap.what}", gap.reason, gap.failed, "surroundings")
                 for gap in around.not_searched)  # fmt: skip
    return replace(coverage, not_searched=(*coverage.not_searched, *gaps),
                   warnings=(*coverage.warnings, *around.warnings))  # fmt: skip


def surroundings_of(around: Environment | None) -> Surroundings:
    """Give what the analysis may know of an environment, as plain values; without one, only the instant of now."""
    now = datetime.now(UTC).replace(microsecond=0)
    if around is None:
        return Surroundings(at=now)
    from gdkit.environment.addresses import instance_of  # noqa: PLC0415 - only where AWS was asked
    from gdkit.environment.fleet import fleet_rows  # noqa: PLC0415
    from gdkit.environment.metadata import metadata_options, metadata_use  # noqa: PLC0415
    from gdkit.environment.policies import role_boundary, role_policies, unread_policies  # noqa: PLC0415

    instance, documents = instance_of(around.documents), around.documents
    options, boundary = metadata_options(documents), role_boundary(documents)
    role_read = "role" in documents or "role.inline" in documents or "role.attached" in documents
    return Surroundings(
        at=now,
        tags=None if instance is None else {str(tag["Key"]): str(tag["Value"]) for tag in instance.get("Tags", [])},
        security_group_ids=tuple(str(group["GroupId"]) for group in (instance or {}).get("SecurityGroups", [])),
        http_tokens=options.http_tokens if options else None,
        tokenless_calls=metadata_use(documents),
        fleet=fleet_rows(documents),
        policies=role_policies(documents) if role_read else None,
        boundary=boundary[1] if boundary else None,
        unread_policies=unread_policies(documents) if role_read else (),
    )


def with_existence_checked(case: CaseFolder, scoped: Scope) -> Scope:
    """Give the scope with what is left behind, and what the clock holds alive, held against what AWS has now.

    Each thing is asked for once for both. Without a way to AWS the scope stays as it is.

    Raises:
        AwsError: AWS cannot be reached at all.
    """
    left, behind = scoped.impact.persistence, things_to_ask(scoped.credentials)
    aws = access.open_aws(case) if len(left) or len(behind) else None
    if aws is None:
        return scoped
    from gdkit.environment.persistence import check_existence  # noqa: PLC0415 - only where AWS is asked

    wanted = tables.frame_of_rows(tables.PERSISTENCE, [*tables.rows_of(left), *tables.rows_of(behind)])
    answered = check_existence(aws, wanted, now=datetime.now(UTC).replace(microsecond=0))
    impact = replace(scoped.impact, persistence=answered.head(len(left)))
    states = impact.still_exists["state"]
    detail = {"things": len(states), "exist": int(states.eq("exists").sum()), "gone": int(states.eq("gone").sum()),
              "not_checked": int(states.eq("not checked").sum()), "behind_credentials": len(behind)}  # fmt: skip
    append_entry(case.journal, actor="gdkit", act="existence", detail=detail)
    return replace(scoped, impact=impact, credentials=with_existence(scoped.credentials, answered))
