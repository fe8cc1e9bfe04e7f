"""Who holds the addresses: what it is judged by is collected and kept in the case, and judged anew from there."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platformdirs import user_config_path

from gdkit import tables
from gdkit.case.evidence import keep_bytes, load_records, load_table, manifest, save_records, save_table
from gdkit.case.folder import case_subject, is_simulated
from gdkit.case.journal import append_entry, read_entries
from gdkit.gathering.environment import with_own_addresses
from gdkit.model import LeakedSession
from gdkit.origin.about import Sources
from gdkit.origin.assess import Origin, Seen, assess_places
from gdkit.origin.document import causes_table, evidence_table
from gdkit.origin.log_evidence import log_evidence
from gdkit.origin.rules import RULES_BY_NAME
from gdkit.origin.team_file import load_team_file
from gdkit.trail.named import ARCHIVED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gdkit.analysis.scope import Scope
    from gdkit.case.folder import CaseFolder
    from gdkit.environment import Document
    from gdkit.feeds.answer import OnlineAnswer
    from gdkit.model import Subject
    from gdkit.origin.maxmind import Mmdb
    from gdkit.origin.team_file import TeamFile
    from gdkit.trail import Trail

TEAM_FILE, ONLINE = "networks.yaml", "online"
NETWORKS_VARIABLE = "GDKIT_NETWORKS"
MMDB_VARIABLE = "GDKIT_MMDB"


@dataclass(frozen=True, slots=True)
class OriginInputs:
    """What a person names to judge addresses by.

    Attributes:
        networks: path of the team's file; empty for the case's own copy, else the variable ``GDKIT_NETWORKS``, else
            ``networks.yaml`` in gdkit's folder of the user's settings.
        mmdb: paths of MaxMind files; none for those that the variable ``GDKIT_MMDB`` lists, as PATH lists folders.
        ask: look-ups to make with outsiders, by name; none without being named.
    """

    networks: str = ""
    mmdb: tuple[str, ...] = ()
    ask: tuple[str, ...] = field(default=())


def check_inputs(networks: str, mmdb: Iterable[str], ask: Iterable[str]) -> None:
    """See that what a person named can be used, before any work is done on it.

    Raises:
        TeamFileError: the team's file has faults.
        GdkitError: a MaxMind file cannot be read.
        ParameterError: a look-up's name is unknown.
    """
    if networks:
        load_team_file(Path(networks).expanduser(), RULES_BY_NAME)
    opened = _mmdb(mmdb)
    if opened is not None:
        opened.close()
    if ask:
        from gdkit.feeds.online import check_names  # noqa: PLC0415 - only where outsiders are asked

        check_names(ask)


def keep_log_evidence(case: CaseFolder, trail: Trail, scope: Scope, subject: Subject) -> None:
    """Keep what the logs say of each place, while everything that was searched is at hand."""
    found = log_evidence(trail.events, scope, subject, _searched_from(trail))
    save_table(case, "address_evidence", found.evidence, "session_events, and the other events that were searched")
    save_table(case, "address_history", found.history, "all events that were searched")
    save_table(case, "address_seen", found.seen, "all events that were searched")


def _searched_from(trail: Trail) -> datetime | None:
    """Say where what was searched begins: an archive gives what was asked of it, and was searched whole."""
    archives = [row.source for row in trail.coverage.searched if row.kind == ARCHIVED]
    first = [row.first_event_at for row in trail.coverage.searched if row.kind != ARCHIVED]
    first += [row.start_at for row in trail.coverage.places if row.source in archives and row.state == "searched"]
    return min((at for at in first if at is not None), default=None)


def judge_origin(case: CaseFolder, session: Mapping[str, Any], inputs: OriginInputs) -> Origin:
    """Judge every place that the session was used from, and keep evidence and tests in the case.

    Args:
        case: the case, with what ``keep_log_evidence`` and ``keep_scope`` kept.
        session: the part ``session`` of ``result.json``.
        inputs: what a person named.

    Raises:
        TeamFileError: the team's file has faults.
        GdkitError: a file cannot be read, or a look-up's name is unknown. In each case nothing was changed.
    """
    check_inputs("", (), inputs.ask)
    mmdb = _mmdb(inputs.mmdb)
    team = _team_file(case, inputs.networks)
    events = load_table(case, "session_events")
    seen = Seen(
        LeakedSession(**{**session, "keys": ()}), events, load_table(case, "addresses"),
        load_table(case, "address_evidence"),
    )  # fmt: skip
    subject = with_own_addresses(case, case_subject(case), events)
    sources = _sources(case, team, mmdb, _asked(case, inputs.ask, seen))
    found = assess_places(seen, subject, sources)
    save_table(case, "weighed_evidence", evidence_table(found), "address_evidence and what was named beside the logs")
    save_table(case, "benign_causes", causes_table(found), "weighed_evidence")
    _note(case, _detail(found, team, sources, inputs))
    return found


def _note(case: CaseFolder, detail: dict[str, Any]) -> None:
    """Write the judgement in the journal, unless it is the one that stands there last."""
    before = [entry["detail"] for entry in read_entries(case.journal) if entry["act"] == "origin"]
    if not before or before[-1] != detail:
        append_entry(case.journal, actor="gdkit", act="origin", detail=detail)


def _sources(
    case: CaseFolder, team: TeamFile | None, mmdb: Mmdb | None, online: Mapping[str, tuple[OnlineAnswer, ...]]
) -> Sources:
    from gdkit.feeds.cache import cached_aws_ranges  # noqa: PLC0415 - only where addresses are judged
    from gdkit.origin.ownership import holdings_from  # noqa: PLC0415
    from gdkit.origin.route import ways_of  # noqa: PLC0415

    environment, held = _documents(case, "environment"), _documents(case, "holdings")
    organisation = _organisation(case)
    return Sources(
        at=datetime.now(UTC).replace(microsecond=0),
        team=team,
        holdings=None if held is None else holdings_from(held),
        organisation=None
        if organisation is None
        else {row["account_id"]: row["name"] or "" for row in organisation if row["source"] == "organizations"},
        members=frozenset(row["account_id"] for row in organisation or () if row["source"] == "guardduty"),
        organisation_is_whole=bool(organisation) and all(row["whole"] for row in organisation or ()),
        ways=None if environment is None else ways_of(environment),
        on_outpost=None if environment is None else _on_outpost(environment),
        aws_ranges=None if is_simulated(case) else cached_aws_ranges(),
        mmdb=mmdb,
        online=online,
    )


def _team_file(case: CaseFolder, path: str) -> TeamFile | None:
    """Read the team's file and keep a copy in the case, because the verdict rests on it.

    A simulated case takes nothing from this machine's settings: it is the same everywhere.
    """
    kept = case.evidence / TEAM_FILE
    named = path or ("" if kept.exists() or is_simulated(case) else _usual_team_file())
    if named:
        load_team_file(Path(named).expanduser(), RULES_BY_NAME)
        keep_bytes(case, TEAM_FILE, Path(named).expanduser().read_bytes(), str(Path(named).expanduser().absolute()))
    return load_team_file(kept, RULES_BY_NAME) if kept.exists() else None


def _usual_team_file() -> str:
    usual = user_config_path("gdkit", appauthor=False) / TEAM_FILE
    return os.environ.get(NETWORKS_VARIABLE, "").strip() or (str(usual) if usual.exists() else "")


def _mmdb(paths: Iterable[str]) -> Mmdb | None:
    listed = [*paths] or [one for one in os.environ.get(MMDB_VARIABLE, "").split(os.pathsep) if one.strip()]
    if not listed:
        return None
    from gdkit.origin.maxmind import open_mmdb  # noqa: PLC0415 - only where a file is named

    return open_mmdb(listed)


def _asked(case: CaseFolder, names: tuple[str, ...], seen: Seen) -> dict[str, tuple[OnlineAnswer, ...]]:
    """Give the answers that are kept, with those of the look-ups named now; a later answer follows an earlier one."""
    from gdkit.feeds.answer import OnlineAnswer  # noqa: PLC0415 - only where addresses are judged

    kept = [OnlineAnswer.from_json(json.loads(line)) for line in load_records(case, ONLINE)]
    if names:
        from gdkit.feeds.online import look_up_online  # noqa: PLC0415

        who = {"names": list(names), "addresses": len(seen.addresses)}
        append_entry(case.journal, actor="gdkit", act="asking_outsiders", detail=who)
        suspects = seen.addresses[seen.addresses["in_finding"].astype(bool) | (seen.addresses["thief_events"] > 0)]
        public = suspects.loc[suspects["address_kind"] == "public", "source_address"]
        kept += [one for answers in look_up_online(names, [str(text) for text in public]).values() for one in answers]
        save_records(case, ONLINE, [json.dumps(one.as_json(), sort_keys=True) for one in kept], "look-ups by name")
    found: dict[str, tuple[OnlineAnswer, ...]] = {}
    for one in kept:
        found[one.address] = (*found.get(one.address, ()), one)
    return found


def _documents(case: CaseFolder, name: str) -> dict[str, Document] | None:
    if not any(row["file"] == f"{name}.jsonl.gz" for row in manifest(case)):
        return None
    from gdkit.environment import documents_of  # noqa: PLC0415 - only where AWS was asked

    return documents_of(load_records(case, name))


def _organisation(case: CaseFolder) -> list[dict[str, Any]] | None:
    if not any(row["file"] == "organization.parquet" for row in manifest(case)):
        return None
    return list(tables.rows_of(load_table(case, "organization")))


def _on_outpost(documents: Mapping[str, Document]) -> bool | None:
    from gdkit.environment.routing import instance_of  # noqa: PLC0415 - only where AWS was asked

    instance = instance_of(documents)
    return None if instance is None else bool(instance.get("OutpostArn"))


def _detail(found: Origin, team: TeamFile | None, sources: Sources, inputs: OriginInputs) -> dict[str, Any]:
    """Say what the judgement rests on, so that it can be made again."""
    ranges = sources.aws_ranges
    return {
        "proposed": found.proposed,
        "networks_sha256": team.sha256 if team else None,
        "aws_ranges": ranges.sync_token if ranges else None,
        "mmdb": [one.name for one in sources.mmdb.databases] if sources.mmdb else [],
        "asked": list(inputs.ask),
    }
