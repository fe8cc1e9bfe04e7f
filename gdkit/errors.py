"""Every error that gdkit raises on purpose.

::

    GdkitError                 what went wrong, where, and what to do next
    ├── UsageError             the call itself is wrong (exit status 2)
    │   └── ParameterError     a parameter of a notebook or command: unknown name, wrong type, bad value
    ├── FindingError           the finding cannot be used
    │   ├── FindingReadError   the text is not a finding in any known shape
    │   └── UnsupportedFindingError   a finding of another type: recognised, and refused with what to use instead
    ├── TrailError             no CloudTrail event could be read from the sources given
    │   └── ArchiveError       an archive of log files cannot be used: none, of a newer version, damaged, being written
    ├── CostError              reading a source would take more than is allowed; nothing of it was read
    ├── AwsError               AWS refused, could not be reached, or answered in part
    ├── CaseError              the case folder cannot be used
    │   ├── CaseConflictError  it already holds another investigation
    │   ├── CaseBusyError      another process is applying a step of it now
    │   └── CaseWriteError     it cannot be written (read-only, disk full)
    ├── VerdictError           the decision is not acceptable (unknown value, no reason)
    ├── ResponseError          a step of the response cannot be taken, or not so
    │   └── GroundChangedError what a reviewed plan rests on has changed since; nothing was done
    ├── PolicyError            an IAM policy document cannot be understood: policy, statement and field
    ├── TeamFileError          the team's networks.yaml has faults: all of them, each with its line
    ├── StoppedError           a person stopped the work; what was gathered is kept
    ├── NotebookError          a notebook stopped: which cell, and why
    ├── ReportError            a form of the report cannot be made; the others were
    └── LabError               JupyterLab does not start

An error names the place (file, field, line), says what is wrong in one sentence, and says what to do. It never carries
a credential, a stack frame or a whole API response.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


class GdkitError(Exception):
    """An error that a responder can act on.

    Args:
        problem: what is wrong, one sentence, no trailing period needed.
        where: file, field or line that it is about; empty when there is none.
        action: what to do next; empty when there is nothing to add.
    """

    exit_status = 1

    def __init__(self, problem: str, *, where: str = "", action: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.where = where
        self.action = action

    def __str__(self) -> str:
        """Give one line: place, problem, what to do."""
        place = f"{self.where}: " if self.where else ""
        todo = f" What to do: {self.action}" if self.action else ""
        return f"{place}{self.problem.rstrip('.')}.{todo}"

    def _render_traceback_(self) -> list[str]:
        """Give what a notebook shows below a cell: the message, without the lines of code that it passed."""
        return [f"{type(self).__name__}: {self}"]


class UsageError(GdkitError):
    """The command or call is wrong in itself."""

    exit_status = 2


class ParameterError(UsageError):
    """A parameter has an unknown name, a wrong type or a bad value."""


class FindingError(GdkitError):
    """The finding cannot be used."""


class FindingReadError(FindingError):
    """The text holds no finding in any shape that gdkit knows."""


class UnsupportedFindingError(FindingError):
    """The finding is of another type; the message says what to use for it."""


class TrailError(GdkitError):
    """No CloudTrail event could be read from the sources given."""


class ArchiveError(TrailError):
    """An archive of log files cannot be read, or cannot be written; what is in it already stays."""


class CostError(GdkitError):
    """Reading a source would take more than is allowed; nothing of it was read."""


AwsErrorKind = Literal[
    "denied",  # no permission for this call
    "expired",  # the credentials were good once
    "credentials",  # none, or not valid
    "clock",  # this machine's clock is wrong
    "throttled",  # too many calls, after all retries
    "unreachable",  # no connection
    "incomplete",  # an answer that was cut off or cannot be read
    "refused_here",  # gdkit itself did not send the call
    "other",  # whatever else AWS says: not found, bad request
]


@dataclass(frozen=True, slots=True)
class AwsCall:
    """The call that an error is about; a part that is not known is empty."""

    service: str = ""
    operation: str = ""
    account_id: str = ""
    region: str = ""

    def __str__(self) -> str:
        """Name the call for a reader."""
        name = " ".join(part for part in (self.service, self.operation) if part)
        place = f" in {self.region}" if self.region else ""
        return f"{name}{place}{f' of account {self.account_id}' if self.account_id else ''}".strip()


class AwsError(GdkitError):
    """AWS refused a call, could not be reached, or answered in part.

    Args:
        problem: what is wrong, without anything secret.
        call: the call that it is about.
        kind: what sort of failure it is, for programs.
        code: AWS's own error code; empty where AWS did not answer.
        permission: the IAM action that is missing; empty unless the call was denied.
        action: what to do next.
    """

    def __init__(
        self,
        problem: str,
        *,
        call: AwsCall,
        kind: AwsErrorKind = "other",
        code: str = "",
        permission: str = "",
        action: str = "",
    ) -> None:
        super().__init__(problem, where=str(call), action=action)
        self.call = call
        self.kind = kind
        self.code = code
        self.permission = permission

    @property
    def service(self) -> str:
        """The service, by botocore's name."""
        return self.call.service

    @property
    def operation(self) -> str:
        """The operation, by the API's name."""
        return self.call.operation

    @property
    def account_id(self) -> str:
        """The account that the call was made in; empty where not known."""
        return self.call.account_id

    @property
    def region(self) -> str:
        """The region that the call was made in; empty where not known."""
        return self.call.region


class CaseError(GdkitError):
    """The case folder cannot be used."""


class CaseConflictError(CaseError):
    """The case folder already holds another investigation."""


class CaseBusyError(CaseError):
    """Another process is applying a step of the case now."""


class CaseWriteError(CaseError):
    """The case folder cannot be written."""


class VerdictError(GdkitError):
    """The decision is not acceptable as it stands."""


class ResponseError(GdkitError):
    """A step of the response cannot be taken, or not in the way it was asked for."""


class GroundChangedError(ResponseError):
    """What a reviewed plan rests on has changed since; nothing was done."""


class PolicyError(GdkitError):
    """An IAM policy document is malformed or uses what gdkit does not know; the place names statement and field."""


@dataclass(frozen=True, slots=True)
class TeamFileFault:
    """One fault of a team's file.

    Attributes:
        line: counted from 1; 0 where it is about the whole file.
        entry: section and number of the entry, such as ``networks entry 2``; empty where it is about none.
        field: name of the field; empty where it is about none.
        problem: what is wrong; a bad value in it is shortened, and nothing in it is unprintable.
        action: what to do.
    """

    line: int
    entry: str = ""
    field: str = ""
    problem: str = ""
    action: str = ""

    def __str__(self) -> str:
        """Give one line: place, problem, what to do."""
        line = f"line {self.line}" if self.line else ""
        place = ", ".join(part for part in (line, self.entry, self.field) if part)
        todo = f" What to do: {self.action}" if self.action else ""
        return f"{f'{place}: ' if place else ''}{self.problem}.{todo}"


class TeamFileError(GdkitError):
    """The team's file of its own networks cannot be used.

    Args:
        faults: everything that is wrong with it, in the order of the lines; at least one.
        where: path of the file.
    """

    most_shown = 50

    def __init__(self, *faults: TeamFileFault, where: str) -> None:
        super().__init__(f"{len(faults)} faults" if len(faults) > 1 else faults[0].problem, where=where)
        self.faults = faults

    def __str__(self) -> str:
        """Give every fault on a line of its own; of very many, the first."""
        if len(self.faults) == 1:
            return f"{self.where}: {self.faults[0]}"
        shown = "".join(f"\n({number}) {fault}" for number, fault in enumerate(self.faults[: self.most_shown], start=1))
        more = len(self.faults) - self.most_shown
        return f"{self.where}: {self.problem}:{shown}" + (f"\nand {more:,} more" if more > 0 else "")


class StoppedError(GdkitError):
    """A person stopped the work; what was gathered until then is kept."""


class NotebookError(GdkitError):
    """A notebook stopped in one of its cells.

    Args:
        problem: the cause in plain words.
        where: notebook and cell.
        action: what to do next.
        notebook: path of the half-made notebook that was kept.
    """

    def __init__(self, problem: str, *, where: str, action: str = "", notebook: str) -> None:
        super().__init__(problem, where=where, action=action)
        self.notebook = notebook

    def __str__(self) -> str:
        """Give one line, with the path of the notebook as far as it came."""
        return f"{super().__str__()} The notebook, as far as it came: {self.notebook}"


class ReportError(GdkitError):
    """A form of the report cannot be made; what was made before it stays."""


class LabError(GdkitError):
    """JupyterLab does not start."""
