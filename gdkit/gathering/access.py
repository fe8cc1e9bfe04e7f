"""The way to AWS of a case, and that a simulated case stays in its own world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.aws.simulation import in_simulation
from gdkit.case.folder import case_access, is_simulated
from gdkit.errors import CaseError

if TYPE_CHECKING:
    from gdkit.aws import ReadOnlyAws
    from gdkit.case.folder import CaseFolder


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
