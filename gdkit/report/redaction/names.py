"""The names in a case: of roles, users, buckets, people and whatever else its owner gave a name."""

from __future__ import annotations

from dataclasses import asdict, is_dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.identifiers import parse_ip, parse_principal_id
from gdkit.origin.rules import RULES_BY_NAME
from gdkit.origin.team_file import load_team_file
from gdkit.report.redaction.parameters import named_in_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gdkit.case.folder import CaseFolder
    from gdkit.report.redaction.held import Held

Named = tuple[str, str | None]
"""A kind, which becomes the stand-in's word, and the name; None where the case holds none."""

_OF_COLUMNS = {
    "role_name": "ROLE", "session_name": "SESSION", "requested_session_name": "SESSION", "source_identity": "PERSON",
    "user_name": "USER",
}  # fmt: skip
_KINDS_OF_ID = {"access_key", "service_credential", "security_group_rule"}
"""Kinds of things whose id is no name; those that have a shape are found by it."""

_OF_FINDING = {
    ("", "userName"): "ROLE",
    ("s3BucketDetails", "name"): "BUCKET",
    ("tags", "value"): "NAME",
}
"""Fields of a finding that hold a name, each behind the field around it; behind nothing where that is all the same."""

_GDKIT = "gdkit"
"""What the journal calls gdkit itself."""


def names_in(case: CaseFolder, held: Held) -> Iterator[Named]:
    """Give every name that the case's documents and tables hold in a field of its own.

    Raises:
        TeamFileError: the team's file in the evidence is damaged.
    """
    yield from _people(held)
    yield from _folders(case, held)
    yield from _of_session(held)
    yield from _of_events(held)
    yield from _of_things(held)
    yield from _of_the_finding(held.finding)
    yield from _of_the_team(case, held)
    for name in ("request_parameters", "response_elements"):
        yield from named_in_parameters(held.tables["session_events"][name])


def _people(held: Held) -> Iterator[Named]:
    result = held.result.get("response", {})
    actors = (row["actor"] for row in chain(held.journal, result.get("applied", ()), result.get("checklists", ())))
    deciders = (row.get("decided_by") for row in (*held.verdicts, held.result["verdict"]))
    for name in chain([held.about["analyst"]], actors, deciders):
        if name and name != _GDKIT:
            yield "PERSON", name


def _folders(case: CaseFolder, held: Held) -> Iterator[Named]:
    """Give paths of this machine: of the case, of the logs, and of each other folder that a file was read from."""
    known = [str(case.path.resolve()), str(case.path), *(path for path in held.about["trail"] if _is_path(path))]
    files = held.tables["session_events"]["source_file"].dropna().unique()
    others = {str(file).partition("/evidence/")[0] if "/evidence/" in file else str(file).rpartition("/")[0]
              for file in files if not file.startswith(tuple(known))}  # fmt: skip
    named = (row["source"].rpartition("/")[0] for row in held.manifest if row["source"].startswith("/"))
    for path in (*known, *sorted({*others, *named})):
        yield "FOLDER", path.rstrip("/\\")


def _is_path(text: str) -> bool:
    return "/" in text or "\\" in text


def _of_session(held: Held) -> Iterator[Named]:
    session, aws = held.result["session"], held.about.get("aws") or {}
    yield "ROLE", session["role_name"]
    yield "SESSION", session["session_name"]
    for name in ("profile", "responder_profile"):
        yield "PROFILE", aws.get(name)
    for name in ("member_role", "responder_member_role"):
        yield "ROLE", aws.get(name)
    for row in held.result["credentials"]["rows"]:
        yield ("USER" if row["kind"] in ("access_key", "user", "login_profile") else "ROLE"), row["owner"]


def _of_events(held: Held) -> Iterator[Named]:
    events = held.tables["session_events"]
    for column, kind in _OF_COLUMNS.items():
        for name in events[column].dropna().unique():
            yield kind, name
    for column in ("principal_id", "new_principal_id"):
        for text in events[column].dropna().unique():
            principal = parse_principal_id(text)
            yield "SESSION", principal.session_name if principal else None
    for text in events["resources"].dropna().unique():
        for line in text.splitlines():
            if not line.startswith("arn:"):
                yield "NAME", line.rpartition(":")[2]


def _of_things(held: Held) -> Iterator[Named]:
    """Give the names of what was reached, made, changed or run: each by its kind."""
    for name in ("data_reached", "persistence", "persistence_calls", "still_exists"):
        for row in tables.rows_of(held.tables[name]):
            kind = str(row["kind"] or "name").upper().replace("_", "-")
            if row["kind"] not in _KINDS_OF_ID:
                yield kind, row["id"]
            yield "NAME", row.get("parent_id") or row.get("within")
            if row["kind"] == "bucket":
                yield from (("OBJECT", line) for line in (row["detail"] or "").splitlines())
    for row in tables.rows_of(held.tables["tamper"]):
        yield from (("NAME", line) for line in (row["target"] or "").splitlines())
    for row in tables.rows_of(held.tables["lineage_nodes"]):
        kind = row["kind"].upper().replace("_", "-")
        yield from ((kind, part) for part in row["label"].split("/"))
        yield kind, row["id"].rpartition(":")[2]
    for row in tables.rows_of(held.tables["fleet"]):
        yield "NAME", row["name"]
    for row in tables.rows_of(held.tables["capabilities"]):
        yield "POLICY", row["policy"]


def _of_the_finding(value: Any, around: str = "") -> Iterator[Named]:
    """Give the names in a finding: of its role, its buckets, and what its tags say."""
    if isinstance(value, dict):
        for name, held in value.items():
            field = name[:1].lower() + name[1:]
            kind = _OF_FINDING.get((around, field)) or _OF_FINDING.get(("", field))
            if isinstance(held, str) and kind:
                yield kind, held
            yield from _of_the_finding(held, field)
    elif isinstance(value, list):
        for held in value:
            yield from _of_the_finding(held, around)


def _of_the_team(case: CaseFolder, held: Held) -> Iterator[Named]:
    """Give what the team's own file says of itself and others, and the accounts' names."""
    path = case.evidence / "networks.yaml"
    if path.exists():
        team = load_team_file(path, RULES_BY_NAME)
        for section in (team.networks, team.vendors, team.accounts, team.tests):
            yield from _said(section)
    if "organization" in held.tables:
        yield from (("ACCOUNT-NAME", name) for name in held.tables["organization"]["name"].dropna().unique())


def _said(value: Any) -> Iterator[Named]:
    """Give every text that the team wrote, and the address that each of its networks begins with."""
    if is_dataclass(value) and not isinstance(value, type):
        value = list(asdict(value).values())
    if isinstance(value, list | tuple):
        for held in value:
            yield from _said(held)
    elif isinstance(value, str):
        network = value.partition("/")[0]
        yield ("ADDRESS", network) if parse_ip(network) else ("NAME", value)
