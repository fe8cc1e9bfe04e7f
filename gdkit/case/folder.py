"""The case folder itself: begun for one finding or session, and taken up again later."""

from __future__ import annotations

import getpass
import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdkit.analysis.subject import subject_of_finding
from gdkit.aws.access import AwsAccess
from gdkit.aws.simulation import in_simulation
from gdkit.case.files import read_json, write_bytes, write_error, write_json
from gdkit.case.journal import append_entry
from gdkit.errors import CaseConflictError, CaseError
from gdkit.findings import load_findings, select_finding
from gdkit.model import Finding, NotSearched, Subject, utc_text
from gdkit.trail.fetched.values import Terms, terms_document, terms_of

if TYPE_CHECKING:
    from collections.abc import Sequence

RECORDED_VERSIONS = ("gdkit", "pandas", "pyarrow", "papermill", "itables", "vl-convert-python")


@dataclass(frozen=True, slots=True)
class CaseFolder:
    """Where each thing of a case lies."""

    path: Path

    @property
    def about(self) -> Path:
        """Parameters, versions, who and when."""
        return self.path / "case.json"

    @property
    def finding(self) -> Path:
        """The finding, byte for byte as received."""
        return self.path / "finding.json"

    @property
    def evidence(self) -> Path:
        """Events, raw records and the manifest of their hashes."""
        return self.path / "evidence"

    @property
    def coverage(self) -> Path:
        """What was and was not searched."""
        return self.path / "coverage.json"

    @property
    def result(self) -> Path:
        """The machine-readable answer."""
        return self.path / "result.json"

    @property
    def verdict(self) -> Path:
        """Every verdict that was recorded, the last one in force."""
        return self.path / "verdict.json"

    @property
    def journal(self) -> Path:
        """Every decision and every step."""
        return self.path / "journal.jsonl"

    @property
    def reports(self) -> Path:
        """Executed notebooks and the report."""
        return self.path / "reports"

    @property
    def notebooks(self) -> Path:
        """The analyst's own copies of the notebooks, to work in."""
        return self.path / "notebooks"

    @property
    def exercise(self) -> Path:
        """What belongs to an exercise on a simulated account; only the case of an exercise has it."""
        return self.path / "exercise"


def start_case(
    path: Path,
    subject: Subject,
    *,
    trail: list[str],
    analyst: str | None = None,
    access: AwsAccess | None = None,
    not_asked: Sequence[NotSearched] = (),
) -> CaseFolder:
    """Begin a case for a subject, or take it up again if the folder already holds the same one.

    Args:
        path: the folder; it is made if it does not exist.
        subject: what the case is about.
        trail: the sources of events; a case that is taken up again goes on with these.
        analyst: who works on it; None for the name of the operating system's user.
        access: how AWS is reached for it; None where log files alone are read. It holds no credential.
        not_asked: where other findings of the session could not be asked for.

    Raises:
        CaseConflictError: the folder holds another case, or other files; nothing was changed in it.
        CaseWriteError: the folder cannot be written.
    """
    case = CaseFolder(path)
    identity = _identity(subject)
    try:
        if case.about.exists():
            _refuse_other(case, identity)
            _take_up(case, subject, trail, _actor(analyst), access)
            write_json(case.about, {**case_about(case), "not_asked": [asdict(gap) for gap in not_asked]})
            return case
        refuse_strangers(case)
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise write_error(path, error) from error
    if subject.finding is not None:
        write_bytes(case.finding, subject.finding.raw)
    about = _about(identity, subject, trail, _actor(analyst))
    write_json(case.about, {**about, "aws": _access_values(access), "simulated": in_simulation(),
                            "not_asked": [asdict(gap) for gap in not_asked]})  # fmt: skip
    append_entry(case.journal, actor=_actor(analyst), act="begin", detail={"subject": identity, "trail": trail})
    return case


def refuse_strangers(case: CaseFolder) -> None:
    """See that a case can be begun in a folder: it is not there yet, or holds nothing that is not a case's.

    Raises:
        CaseConflictError: something else stands there.
    """
    path = case.path
    if path.exists() and not path.is_dir():
        raise CaseConflictError("a file stands where the case folder should be", where=str(path),
                                action="choose another folder: --case DIR")  # fmt: skip
    own = (case.exercise, case.notebooks)  # which can be there before the case is
    if path.is_dir() and any(one not in own for one in path.iterdir()):
        raise CaseConflictError(
            "the folder is not empty and holds no case",
            where=str(path),
            action="choose an empty or a new folder: --case DIR",
        )


def _take_up(case: CaseFolder, subject: Subject, trail: list[str], analyst: str, access: AwsAccess | None) -> None:
    """Go on with a case: with the sources given now, and with the finding as it is now; its older form is kept."""
    about = case_about(case)
    detail: dict[str, Any] = {"trail": trail}
    if subject.finding is not None and subject.finding.raw_sha256 != about["finding_sha256"]:
        detail["finding_sha256"] = subject.finding.raw_sha256
    append_entry(case.journal, actor=analyst, act="resume", detail=detail)
    if subject.finding is not None and "finding_sha256" in detail:
        write_bytes(case.evidence / f"finding-{about['finding_sha256'][:12]}.json", case.finding.read_bytes())
        write_bytes(case.finding, subject.finding.raw)
    write_json(case.about, {**about, **detail, "aws": _access_values(access)})


def open_case(path: str | Path) -> CaseFolder:
    """Open a case that was begun before.

    Raises:
        CaseError: the folder holds no case.
    """
    case = CaseFolder(Path(path))
    if not case.about.exists():
        raise CaseError(
            "this folder holds no case (there is no case.json in it)",
            where=str(path),
            action="begin one: gdkit investigate FINDING --trail SOURCE --case DIR, or pick a finding in 1_triage",
        )
    return case


def case_about(case: CaseFolder) -> dict[str, Any]:
    """Give the content of ``case.json``."""
    about: dict[str, Any] = read_json(case.about)
    return about


def case_subject(case: CaseFolder) -> Subject:
    """Give what the case is about, with its finding read anew from the case folder."""
    identity = case_about(case)["subject"]
    if identity["finding_id"] is not None:
        return subject_of_finding(case_finding(case), load_findings(case.finding))
    return Subject(None, identity["principal_id"], identity["instance_id"], identity["access_key_id"],
                   session_arn=identity.get("session_arn"))  # fmt: skip


def case_finding(case: CaseFolder) -> Finding:
    """Give the case's finding, read anew from the bytes as received."""
    return select_finding(load_findings(case.finding), case_about(case)["subject"]["finding_id"])


def case_trail(case: CaseFolder) -> list[str]:
    """Give the sources of events that the case was last run with."""
    return list(case_about(case)["trail"])


def case_access(case: CaseFolder) -> AwsAccess | None:
    """Give how AWS is reached for the case; None where it rests on log files alone."""
    values = case_about(case).get("aws")
    return AwsAccess(**{**values, "regions": tuple(values["regions"])}) if values else None


def case_not_asked(case: CaseFolder) -> tuple[NotSearched, ...]:
    """Give where other findings of the session could not be asked for when the case was begun."""
    return tuple(NotSearched(**gap) for gap in case_about(case).get("not_asked", ()))


def set_terms(case: CaseFolder, terms: Terms) -> None:
    """Keep on what terms sources in AWS are fetched for the case from now on.

    Raises:
        CaseWriteError: the folder cannot be written.
    """
    write_json(case.about, {**case_about(case), "terms": terms_document(terms)})


def case_terms(case: CaseFolder) -> Terms:
    """Give on what terms sources in AWS are fetched for the case."""
    return terms_of(case_about(case).get("terms"))


def is_simulated(case: CaseFolder) -> bool:
    """Tell whether the case was begun on a simulated account."""
    return bool(case_about(case).get("simulated"))


def case_analyst(case: CaseFolder) -> str:
    """Give the name of who began the case."""
    return str(case_about(case)["analyst"])


def _identity(subject: Subject) -> dict[str, str | None]:
    named = {"session_arn": subject.session_arn} if subject.session_arn else {}
    return {
        **named,
        "finding_id": subject.finding.id if subject.finding else None,
        "principal_id": subject.principal_id,
        "instance_id": subject.instance_id,
        "access_key_id": subject.access_key_id,
    }


def _about(identity: dict[str, str | None], subject: Subject, trail: list[str], analyst: str) -> dict[str, Any]:
    return {
        "subject": identity,
        "finding_sha256": subject.finding.raw_sha256 if subject.finding else None,
        "sample": subject.finding.sample if subject.finding else False,
        "trail": trail,
        "analyst": analyst,
        "begun_at": utc_text(datetime.now(UTC).replace(microsecond=0)),
        "versions": {"python": platform.python_version(), **_versions()},
    }


def _access_values(access: AwsAccess | None) -> dict[str, Any] | None:
    return None if access is None else {**asdict(access), "regions": list(access.regions)}


def _versions() -> dict[str, str]:
    return {name: metadata.version(name) for name in RECORDED_VERSIONS}


def _actor(analyst: str | None) -> str:
    if analyst:
        return analyst
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no such user and no name in the environment, as in some containers
        return "unknown"


def _refuse_other(case: CaseFolder, identity: dict[str, str | None]) -> None:
    held = case_about(case).get("subject")
    if held != identity:
        raise CaseConflictError(
            f"the folder already holds another case: {_words(held)}; this one is {_words(identity)}",
            where=str(case.path),
            action="give this case a folder of its own: --case DIR",
        )


def _words(identity: Any) -> str:
    if not isinstance(identity, dict):
        return "one that this version cannot read"
    named = (
        ("finding", identity.get("finding_id")),
        ("principal", identity.get("principal_id")),
        ("instance", identity.get("instance_id")),
        ("key", identity.get("access_key_id")),
    )
    return next((f"{kind} {text}" for kind, text in named if text), "unnamed")
