"""Findings of many files, put together by the session that each is about: one theft, one case."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gdkit.analysis.subject import subject_of_finding
from gdkit.errors import FindingError, UnsupportedFindingError
from gdkit.findings import load_findings, select_finding
from gdkit.findings.read import read_source
from gdkit.identifiers import parse_principal_id
from gdkit.model import Subject, utc_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from gdkit.model import Finding

_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")
_LONGEST_PART = 40


@dataclass(frozen=True, slots=True)
class Unusable:
    """A file, or a finding in it, that no case was begun for.

    Attributes:
        failed: it was to be used and cannot be; otherwise it is a finding of another type.
    """

    where: str
    problem: str
    failed: bool = True


@dataclass(frozen=True, slots=True)
class Theft:
    """One leaked session, and every finding that is about it, oldest first.

    Attributes:
        name: a short name of it, the same in every run, for its folder.
        files: the files that its findings stand in.
    """

    name: str
    findings: tuple[Finding, ...]
    files: tuple[str, ...]

    def subject(self, finding_id: str | None = None) -> Subject:
        """Give what its case is about: the finding of this id, else the oldest, with what the others say.

        The findings of one file keep its bytes. Those of several are put together, the JSON of each file on lines of
        its own.
        """
        chosen = next((one for one in self.findings if one.id == finding_id), self.findings[0])
        raws = list(dict.fromkeys(one.raw for one in self.findings))
        together = load_findings(raws[0] if len(raws) == 1 else _as_lines(raws))
        return subject_of_finding(select_finding(together, chosen.id), together)


def thefts_in(paths: Iterable[Path]) -> tuple[tuple[Theft, ...], tuple[Unusable, ...]]:
    """Read findings from files and put them together by session; nothing that cannot be used stops the rest.

    Returns:
        The thefts, by the time of their oldest finding; and what cannot be used, in the order of the files.
    """
    by_session: dict[str, list[tuple[Finding, str]]] = {}
    unusable: list[Unusable] = []
    for path in paths:
        try:
            found = load_findings(path)
        except FindingError as error:
            other_type = isinstance(error, UnsupportedFindingError)
            unusable.append(Unusable(str(path), _without_place(error), failed=not other_type))
            continue
        unusable += [Unusable(f"{path}, finding {one.id}", f"{one.type}: {one.reason}. Use {one.use_instead}.",
                              failed=False) for one in found.refused]  # fmt: skip
        for finding in found:
            try:
                subject = subject_of_finding(finding)
            except FindingError as error:
                unusable.append(Unusable(f"{path}, finding {finding.id}", _without_place(error)))
            else:
                by_session.setdefault(_session(subject), []).append((finding, str(path)))
    thefts = (_theft(session, members) for session, members in by_session.items())
    return tuple(sorted(thefts, key=lambda one: (_first_seen(one.findings[0]), one.name))), tuple(unusable)


def _session(subject: Subject) -> str:
    """Give what tells one session from all others: the principal id, else the key."""
    return subject.principal_id or str(subject.access_key_id)


def _theft(session: str, members: Sequence[tuple[Finding, str]]) -> Theft:
    latest = {finding.id: finding for finding, _ in sorted(members, key=lambda one: _last_updated(one[0]))}
    findings = sorted(latest.values(), key=lambda one: (_first_seen(one), one.id))
    return Theft(_name(session, findings[0]), tuple(findings), tuple(sorted({path for _, path in members})))


def _name(session: str, finding: Finding) -> str:
    principal = parse_principal_id(finding.principal_id)
    parts = (finding.account_id, finding.role_name, principal.session_name if principal else finding.access_key_id)
    mark = hashlib.sha256(session.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return "-".join([*filter(None, (_plain(part) for part in parts)), mark])


def _plain(text: str | None) -> str:
    return _NOT_IN_A_NAME.sub("-", (text or "").lower()).strip("-")[:_LONGEST_PART]


def _first_seen(finding: Finding) -> str:
    return utc_text(finding.first_seen_at or finding.created_at) or ""


def _last_updated(finding: Finding) -> str:
    return utc_text(finding.updated_at) or ""


def _as_lines(raws: Iterable[bytes]) -> bytes:
    documents = (document for raw in raws for document in read_source(raw).documents)
    return b"\n".join(json.dumps(document).encode() for document in documents) + b"\n"


def _without_place(error: FindingError) -> str:
    """Say what is wrong and what to do; the place stands beside it."""
    todo = f" What to do: {error.action}" if error.action else ""
    return f"{error.problem.rstrip('.')}.{todo}"
