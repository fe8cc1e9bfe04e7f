"""Events brought into a case: log files read, and the event history looked up."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gdkit.case.evidence import keep_files
from gdkit.case.folder import case_access, case_not_asked, case_terms
from gdkit.errors import AwsError, TrailError, UsageError
from gdkit.gathering import access
from gdkit.gathering.fetched import gather_fetched
from gdkit.gathering.home import home_of
from gdkit.gathering.tellers import Tellers
from gdkit.gathering.window import looked_since
from gdkit.identifiers import parse_principal_id
from gdkit.ledger_row import LedgerRow
from gdkit.model import NotSearched
from gdkit.trail.categories import without_management
from gdkit.trail.fetched.question import question_of_all_times
from gdkit.trail.kept import load_kept
from gdkit.trail.load import load_trail
from gdkit.trail.named import LOOKUP, file_sources, holds_archive, remote_sources

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gdkit.aws import ReadOnlyAws
    from gdkit.case.folder import CaseFolder
    from gdkit.ledger_row import GapKind
    from gdkit.model import Subject
    from gdkit.trail import Trail
    from gdkit.trail.fetched import Question, Terms
    from gdkit.trail.lookup import LookupPlan, LookupResult

LOOKED_UP = (
    "AssociateIamInstanceProfile", "CreateAssociation", "GetPasswordData", "ModifyInstanceAttribute",
    "ModifyInstanceMetadataOptions", "OpenTunnel", "ReplaceIamInstanceProfileAssociation",
    "SendCommand", "SendSSHPublicKey", "SendSerialConsoleSSHPublicKey", "StartSession", "TerminateInstances",
)  # fmt: skip
"""Calls on the instance that the event history is asked for by name: each name takes half a second in a region.

They are the ones that most often open a way in, and the one after which no call can be the instance's. The others of
``analysis.ways_in`` are seen in log files alone.
"""


@dataclass(frozen=True, slots=True)
class _LeftOut:
    """What a look-up leaves out: in words, and as rows of the ledger."""

    gaps: list[NotSearched] = field(default_factory=list)
    rows: list[LedgerRow] = field(default_factory=list)

    def regions(self, account_id: str, names: Sequence[str], reason: str, kind: GapKind) -> None:
        """Name regions that are not asked; none where there are none."""
        if names:
            self.gaps.append(NotSearched(f"account {account_id}, regions {', '.join(names)}", reason, kind=kind))
        self.rows.extend(LedgerRow(LOOKUP, kind, account_id, name, detail=reason) for name in names)

    def account(self, what: str, reason: str, account_id: str, kind: GapKind) -> None:
        """Name an account of which something could not be asked."""
        self.gaps.append(NotSearched(what, reason, failed=True, kind=kind))
        self.rows.append(LedgerRow(LOOKUP, kind, account_id, detail=f"{what}: {reason}"))


def gather_events(case: CaseFolder, subject: Subject, sources: Sequence[str], tellers: Tellers | None = None) -> Trail:
    """Read every source of events of a case; what AWS gave is kept in it.

    Raises:
        UsageError: AWS is to be asked, and the case names no way to it; or a source cannot be read by this version.
        AwsError: AWS cannot be reached at all.
        CostError: a source would take more than is allowed.
        TrailError: nothing could be read.
        StoppedError: a person wanted it to stop; what was fetched is kept.
    """
    told = tellers or Tellers()
    files, remote = file_sources(sources), remote_sources(sources)
    asked = question_of_all_times(subject) if holds_archive(sources) else None
    if len(files) == len(sources) and asked is None:
        return _with_gaps(load_kept(files, on_progress=told.reading), _not_asked(case))
    result, left_out = _look_up(case, subject, told) if LOOKUP in sources else (None, _LeftOut())

    def read(folders: Sequence[Path]) -> Trail:
        listed = [*files, *map(str, folders)]
        return _read_all(result, listed, told, asked)

    trail = gather_fetched(case, subject, remote, read, told) if remote else read([])
    trail = without_management(trail, sources)
    return _with_gaps(trail, (*_not_asked(case), *left_out.gaps), left_out.rows)


def _read_all(result: LookupResult | None, listed: list[str], told: Tellers, asked: Question | None) -> Trail:
    """Read files and folders, with the pages of a look-up where there are some, and what is asked of archives.

    Raises:
        TrailError: there is nothing to read, or nothing could be read.
    """
    if result is None:
        return load_trail(listed, on_progress=told.reading, asked=asked)
    from gdkit.trail.lookup import load_history  # noqa: PLC0415 - boto3 is loaded only where AWS is asked

    if not result.pages and not listed:
        raise TrailError(
            f"the event history could not be asked anywhere: {result.not_searched[0].reason}",
            where=result.not_searched[0].what,
            action="see which permissions are missing with 'gdkit check', or name log files with --trail",
        )
    return load_history(result, listed, on_progress=told.reading, asked=asked)


def _not_asked(case: CaseFolder) -> tuple[NotSearched, ...]:
    """Give where other findings were not asked for: they can hide no event."""
    return tuple(replace(gap, kind="surroundings") for gap in case_not_asked(case))


def _with_gaps(trail: Trail, gaps: tuple[NotSearched, ...], rows: Sequence[LedgerRow] = ()) -> Trail:
    coverage = trail.coverage
    return replace(trail, coverage=replace(coverage, not_searched=(*gaps, *coverage.not_searched),
                                           places=(*coverage.places, *rows)))  # fmt: skip


def _look_up(case: CaseFolder, subject: Subject, told: Tellers) -> tuple[LookupResult, _LeftOut]:
    """Look the session up; go on in other accounts where keys lead there, and where the instance turns out to be."""
    from gdkit.trail.lookup import Watch, fetch_history  # noqa: PLC0415 - boto3 is loaded only where AWS is asked

    aws = access.open_aws(case)
    way = case_access(case)
    if aws is None or way is None:
        raise UsageError("the event history is to be read, but the case names no way to AWS",
                         action="begin the case with --trail lookup")  # fmt: skip
    left_out, terms = _LeftOut(), case_terms(case)
    plan = _first_plan(aws, subject, way.regions, terms, left_out)
    tried, to_its_end = {plan.account_id}, terms.until is not None
    while True:
        result = fetch_history(plan, lambda account, region: aws.client("cloudtrail", region, account),
                               case.evidence / LOOKUP, refresh=to_its_end,
                               watch=Watch(told.lookup, told.stop))  # fmt: skip
        to_its_end = False
        told.check()
        others = {key.account_id for key in result.keys if key.account_id} - tried
        reached = {one: names for one in sorted(others)
                   if (names := _regions_of_other(aws, way.regions, one, left_out))}  # fmt: skip
        tried |= others
        wider = replace(plan, regions={**plan.regions, **reached}, event_regions=_homes(aws, subject, plan, result),
                        session_names=plan.session_names or _names_by_key(plan, result))  # fmt: skip
        if wider == plan:
            break
        plan = wider
    keep_files(case, result.folder, "CloudTrail LookupEvents")
    return result, left_out


def _first_plan(
    aws: ReadOnlyAws, subject: Subject, wanted: Sequence[str], terms: Terms, left_out: _LeftOut
) -> LookupPlan:
    from gdkit.trail.lookup import LookupPlan  # noqa: PLC0415

    account_id, region = home_of(aws, subject)
    now = datetime.now(UTC)
    if subject.instance_id:
        left_out.gaps.append(NotSearched(f"calls on the instance by other names than {', '.join(LOOKED_UP)}",
                                         "the event history is asked name by name, and not for those"))  # fmt: skip
    names = _regions(aws, wanted, account_id, left_out)
    if not names:
        raise UsageError("none of the regions named is enabled in the account", where=f"account {account_id}",
                         action="name others with --region, or none for every enabled region")  # fmt: skip
    return LookupPlan(
        account_id=account_id,
        session_names=_session_names(subject),
        access_key_ids=(subject.access_key_id,) if subject.access_key_id else (),
        regions={account_id: names},
        start_at=terms.since or looked_since(subject, now),
        asked_at=now,
        until=terms.until,
        event_names=LOOKED_UP if subject.instance_id else (),
        event_regions=(region,) if subject.finding else (),
    )


def _homes(aws: ReadOnlyAws, subject: Subject, plan: LookupPlan, result: LookupResult) -> tuple[str, ...]:
    """Give the regions where calls on the instance are looked for: the plan's, and the one its own events name."""
    from gdkit.trail.lookup import load_history  # noqa: PLC0415

    if not result.rows or subject.instance_id is None:
        return plan.event_regions
    _, region = home_of(aws, subject, load_history(result).events)
    return tuple(dict.fromkeys((*plan.event_regions, region)))


def _names_by_key(plan: LookupPlan, result: LookupResult) -> tuple[str, ...]:
    """Give the session that a key is of, as its calls name it, where nothing else was known: it had other keys, too."""
    from gdkit.trail.lookup import load_history  # noqa: PLC0415
    from gdkit.trail.lookup.keys import principals_of  # noqa: PLC0415

    if not result.rows:
        return ()
    principals = principals_of(load_history(result).events, plan.access_key_ids[:1])
    return tuple(principal.partition(":")[2] for principal in principals)


def _session_names(subject: Subject) -> tuple[str, ...]:
    principal = parse_principal_id(subject.principal_id)
    named = (principal.session_name if principal else None, subject.instance_id)
    return tuple(dict.fromkeys(name for name in named if name))


def _regions(aws: ReadOnlyAws, wanted: Sequence[str], account_id: str, left_out: _LeftOut) -> tuple[str, ...]:
    from gdkit.aws import find_regions  # noqa: PLC0415

    found = find_regions(aws, wanted, account_id=account_id)
    left_out.regions(account_id, found.not_enabled, "the account has not enabled them", "not enabled")
    left_out.regions(account_id, found.left_out, "they were not named", "not searched")
    for warning in found.warnings:
        left_out.account(f"account {account_id}, the list of its regions", warning, account_id, "failed")
    return found.names


def _regions_of_other(aws: ReadOnlyAws, wanted: Sequence[str], account_id: str, left_out: _LeftOut) -> tuple[str, ...]:
    """Give the regions of another account that can be reached; none where it cannot, with the reason in the ledger."""
    from gdkit.trail.lookup.failures import gap_of  # noqa: PLC0415

    try:
        aws.client("cloudtrail", account_id=account_id)
        return _regions(aws, wanted, account_id, left_out)
    except AwsError as error:
        left_out.account(f"account {account_id}", error.problem, account_id, gap_of(error))
        return ()
