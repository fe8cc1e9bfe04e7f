"""Gathering: what AWS and the log files hold about a session, brought into the case folder."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from gdkit import tables
from gdkit.analysis.initial_access import WAYS_IN
from gdkit.aws.simulation import in_simulation
from gdkit.case.evidence import keep_files, load_table, manifest, save_records, save_table
from gdkit.case.folder import case_access, case_not_asked, is_simulated
from gdkit.case.journal import append_entry
from gdkit.errors import AwsError, CaseError, TrailError, UsageError
from gdkit.identifiers import parse_arn, parse_principal_id
from gdkit.model import Coverage, NotSearched
from gdkit.trail import load_trail
from gdkit.trail.sources import LOOKUP

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from gdkit.analysis.scope import Scope
    from gdkit.aws import ReadOnlyAws
    from gdkit.case.folder import CaseFolder
    from gdkit.environment import Environment
    from gdkit.model import Subject
    from gdkit.trail import Progress, Trail
    from gdkit.trail.lookup import LookupPlan, LookupProgress, LookupResult

BEFORE_FINDING = timedelta(hours=24)
"""How long before the first reported use the look-up begins: the stolen key was issued within hours of its use, and the
instance's own habits must be seen from before."""

WITHOUT_FINDING = timedelta(days=7)
"""How far back the look-up reaches where no finding says when the use began."""

_MOST_ROUNDS = 5
_ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class Tellers:
    """Who is told of progress: of a look-up, and of the reading of files."""

    lookup: Callable[[LookupProgress], None] | None = None
    files: Callable[[Progress], None] | None = None


def open_aws(case: CaseFolder) -> ReadOnlyAws | None:
    """Open AWS as the case was begun with; None for a case that rests on log files alone.

    Raises:
        CaseError: the case is about a simulated account and this is the real AWS, or the other way round.
        AwsError: there is no way in.
    """
    from gdkit.aws import open_read_only  # noqa: PLC0415 - boto3 is loaded only where AWS is asked

    access = case_access(case)
    if access is None:
        return None
    refuse_other_world(case)
    return open_read_only(access)


def refuse_other_world(case: CaseFolder) -> None:
    """See that a case of a simulated account is not gone on with on the real AWS, nor the other way round.

    Raises:
        CaseError: it would be.
    """
    if is_simulated(case) != in_simulation():
        here, there = ("the real AWS", "a simulated account") if is_simulated(case) else ("a simulated account", "AWS")
        raise CaseError(
            f"the case is about {there}, and this process reaches {here}",
            where=str(case.path),
            action="start the simulator that the case was begun on" if is_simulated(case) else "unset GDKIT_SIMULATOR",
        )


def gather_events(case: CaseFolder, subject: Subject, sources: Sequence[str], tellers: Tellers | None = None) -> Trail:
    """Read every source of events of a case; pages of the event history are kept in it.

    Raises:
        UsageError: the event history is wanted, and the case names no way to AWS.
        AwsError: AWS cannot be reached at all.
        TrailError: nothing could be read.
    """
    told = tellers or Tellers()
    files = [source for source in sources if source != LOOKUP]
    if len(files) == len(sources):
        return _with_gaps(load_trail(files, on_progress=told.files), case_not_asked(case))
    from gdkit.trail.lookup import load_history  # noqa: PLC0415 - boto3 is loaded only where AWS is asked

    result, left_out = _look_up(case, subject, told)
    keep_files(case, result.folder, "CloudTrail LookupEvents")
    if not result.pages and not files:
        raise TrailError(
            f"the event history could not be asked anywhere: {result.not_searched[0].reason}",
            where=result.not_searched[0].what,
            action="see which permissions are missing with 'gdkit check', or name log files with --trail",
        )
    return _with_gaps(load_history(result, files, on_progress=told.files), (*case_not_asked(case), *left_out))


def _with_gaps(trail: Trail, gaps: tuple[NotSearched, ...]) -> Trail:
    return replace(trail, coverage=replace(trail.coverage, not_searched=(*gaps, *trail.coverage.not_searched)))


def gather_environment(case: CaseFolder, subject: Subject, events: pd.DataFrame) -> Environment | None:
    """Collect what AWS says of the instance, its role and its network, and keep it; None without a way to AWS.

    Args:
        case: the case.
        subject: what it is about.
        events: ``tables.EVENTS``, which may name the instance's account and region.

    Raises:
        AwsError: AWS cannot be reached at all.
    """
    aws = open_aws(case)
    if aws is None:
        return None
    from gdkit.environment import collect_environment, evidence_records  # noqa: PLC0415

    account_id, region = home_of(aws, subject, events)
    found = collect_environment(aws, subject, account_id=account_id, region=region)
    save_records(case, _ENVIRONMENT, evidence_records(found), "AWS API, read-only calls")
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
    gaps = tuple(NotSearched(f"environment: {gap.what}", gap.reason, gap.failed) for gap in around.not_searched)
    return replace(coverage, not_searched=(*coverage.not_searched, *gaps),
                   warnings=(*coverage.warnings, *around.warnings))  # fmt: skip


def keep_scope(case: CaseFolder, scoped: Scope, trail: Trail, sources: Sequence[str]) -> None:
    """Keep the session's events, the events that issued its keys, and the leads, with their raw records.

    In what is kept, ``record_number`` is the line of the record in ``records.jsonl.gz``, from 0.
    """
    source = ", ".join(sources)
    wanted = {*scoped.hops["event_id"].dropna(), *(lead.event_id for lead in scoped.leads)}
    also = trail.events.loc[trail.events["event_id"].isin(wanted), "record_number"]
    line_of = {number: line for line, number in enumerate(sorted({*scoped.events["record_number"], *also}))}
    kept = scoped.events.assign(record_number=scoped.events["record_number"].map(line_of).astype("Int64"))
    save_records(case, "records", [trail.records[number] for number in line_of], source)
    save_table(case, "session_events", kept, source)
    for name, table in (("keys", scoped.keys), ("hops", scoped.hops), ("addresses", scoped.addresses)):
        save_table(case, name, table, "session_events")


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


def _look_up(case: CaseFolder, subject: Subject, told: Tellers) -> tuple[LookupResult, list[NotSearched]]:
    """Look the session up; go on in other accounts where keys lead there, and where the instance turns out to be."""
    from gdkit.trail.lookup import Watch, fetch_history  # noqa: PLC0415 - boto3 is loaded only where AWS is asked

    aws = open_aws(case)
    access = case_access(case)
    if aws is None or access is None:
        raise UsageError("the event history is to be read, but the case names no way to AWS",
                         action="begin the case with --trail lookup")  # fmt: skip
    left_out: list[NotSearched] = []
    plan = _first_plan(aws, subject, access.regions, left_out)
    tried = {plan.account_id}
    for _ in range(_MOST_ROUNDS):
        result = fetch_history(plan, lambda account, region: aws.client("cloudtrail", region, account),
                               case.evidence / LOOKUP, watch=Watch(on_progress=told.lookup))  # fmt: skip
        others = {key.account_id for key in result.keys if key.account_id} - tried
        reached = {one: names for one in sorted(others)
                   if (names := _regions_of_other(aws, access.regions, one, left_out))}  # fmt: skip
        tried |= others
        wider = replace(plan, regions={**plan.regions, **reached}, event_regions=_homes(aws, subject, plan, result))
        if wider == plan:
            break
        plan = wider
    return result, left_out


def _first_plan(aws: ReadOnlyAws, subject: Subject, wanted: Sequence[str], left_out: list[NotSearched]) -> LookupPlan:
    from gdkit.trail.lookup import LookupPlan  # noqa: PLC0415

    account_id, region = home_of(aws, subject)
    now = datetime.now(UTC)
    names = _regions(aws, wanted, account_id, left_out)
    if not names:
        raise UsageError("none of the regions named is enabled in the account", where=f"account {account_id}",
                         action="name others with --region, or none for every enabled region")  # fmt: skip
    return LookupPlan(
        account_id=account_id,
        session_names=_session_names(subject),
        access_key_ids=(subject.access_key_id,) if subject.access_key_id else (),
        regions={account_id: names},
        start_at=_since(subject, now),
        asked_at=now,
        event_names=tuple(sorted({name for _, name in WAYS_IN})) if subject.instance_id else (),
        event_regions=(region,) if subject.finding else (),
    )


def _homes(aws: ReadOnlyAws, subject: Subject, plan: LookupPlan, result: LookupResult) -> tuple[str, ...]:
    """Give the regions where calls on the instance are looked for: the plan's, and the one its own events name."""
    from gdkit.trail.lookup import load_history  # noqa: PLC0415

    if not result.rows or subject.instance_id is None:
        return plan.event_regions
    _, region = home_of(aws, subject, load_history(result).events)
    return tuple(dict.fromkeys((*plan.event_regions, region)))


def _session_names(subject: Subject) -> tuple[str, ...]:
    principal = parse_principal_id(subject.principal_id)
    named = (principal.session_name if principal else None, subject.instance_id)
    return tuple(dict.fromkeys(name for name in named if name))


def _since(subject: Subject, now: datetime) -> datetime:
    first = subject.finding.first_seen_at if subject.finding else None
    return first - BEFORE_FINDING if first else now - WITHOUT_FINDING


def _regions(aws: ReadOnlyAws, wanted: Sequence[str], account_id: str, left_out: list[NotSearched]) -> tuple[str, ...]:
    from gdkit.aws import find_regions  # noqa: PLC0415

    found = find_regions(aws, wanted, account_id=account_id)
    if found.not_enabled:
        names = ", ".join(found.not_enabled)
        left_out.append(NotSearched(f"account {account_id}, regions {names}", "the account has not enabled them"))
    if found.left_out:
        names = ", ".join(found.left_out)
        left_out.append(NotSearched(f"account {account_id}, regions {names}", "they were not named"))
    left_out += [NotSearched(f"account {account_id}, the list of its regions", warning, failed=True)
                 for warning in found.warnings]  # fmt: skip
    return found.names


def _regions_of_other(
    aws: ReadOnlyAws, wanted: Sequence[str], account_id: str, left_out: list[NotSearched]
) -> tuple[str, ...]:
    """Give the regions of another account that can be reached; none where it cannot, with the reason in the ledger."""
    try:
        aws.client("cloudtrail", account_id=account_id)
        return _regions(aws, wanted, account_id, left_out)
    except AwsError as error:
        left_out.append(NotSearched(f"account {account_id}", error.problem, failed=True))
        return ()
