"""Every error that gdkit raises on purpose.

::

    GdkitError                 what went wrong, where, and what to do next
    ├── UsageError             the call itself is wrong (exit status 2)
    │   └── ParameterError     a parameter of a notebook or command: unknown name, wrong type, bad value
    ├── FindingError           the finding cannot be used
    │   ├── FindingReadError   the text is not a finding in any known shape
    │   └── UnsupportedFindingError   a finding of another type: recognised, and refused with what to use instead
    ├── TrailError             no CloudTrail event could be read from the sources given
    ├── CaseError              the case folder cannot be used
    │   ├── CaseConflictError  it already holds another investigation
    │   └── CaseWriteError     it cannot be written (read-only, disk full)
    ├── VerdictError           the decision is not acceptable (unknown value, no reason)
    └── NotebookError          a notebook stopped: which cell, and why

An error names the place (file, field, line), says what is wrong in one sentence, and says what to do. It never carries
a credential, a stack frame or a whole API response.
"""

from __future__ import annotations


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


class CaseError(GdkitError):
    """The case folder cannot be used."""


class CaseConflictError(CaseError):
    """The case folder already holds another investigation."""


class CaseWriteError(CaseError):
    """The case folder cannot be written."""


class VerdictError(GdkitError):
    """The decision is not acceptable as it stands."""


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
