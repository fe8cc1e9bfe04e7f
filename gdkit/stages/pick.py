"""The finding that a case is begun for: picked by a person in a panel, or named beforehand; never guessed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gdkit.aws.access import AwsAccess
from gdkit.case.folder import CaseFolder, case_about
from gdkit.errors import CaseConflictError
from gdkit.gathering.offered import begin_case, offered_in_account, offered_in_files
from gdkit.stages.common import is_begun
from gdkit.ui import words
from gdkit.ui.pick_panel import PickPanel, offered_view
from gdkit.ui.view import View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.gathering.offered import Offered


def pick_finding(case: str, findings: str = "", finding: str = "", trail: Sequence[str] = (), member_role: str = "", *,
                 interactive: bool) -> PickPanel | View:  # fmt: skip
    """Pick the finding to investigate, and begin the case for it; a case that is begun already is left as it is.

    Args:
        case: the case folder, begun or to be begun; empty for the sample theft, or for one that the panel names.
        findings: file or folder of findings to pick from; empty for the open findings of the accounts in reach.
        finding: id or ARN of the finding; empty to choose in the panel.
        trail: logs for the new case; empty for CloudTrail's event history where the finding is AWS's own.
        member_role: role to assume in other accounts, for the new case.
        interactive: whether a person sits before the notebook; then a panel lets choose.

    Raises:
        CaseConflictError: the case is about another finding than the one that is named.
        FindingError: there is no such finding.
        AwsError: AWS cannot be asked.
    """
    if case and is_begun(case):
        return _begun(CaseFolder(Path(case).expanduser()), finding)
    if finding:
        return _begin(_offered(findings, member_role), case, finding, trail)
    if interactive:
        return PickPanel(_offered(findings, member_role), case, trail)
    if findings:
        return offered_view(_offered(findings, member_role), loads_tables=True, table=True)
    how = "Set interactive to True to choose one of the account's open findings, or name one in finding."
    return View("Finding", "No finding was named, so none was picked.", notes=[how])


def _offered(findings: str, member_role: str) -> Offered:
    access = AwsAccess(member_role=member_role)
    return offered_in_files(findings, access) if findings else offered_in_account(access)


def _begin(offered: Offered, case: str, finding: str, trail: Sequence[str]) -> View:
    begun = begin_case(offered, finding, case, trail)
    return View("Finding", f"The case {begun.path} is begun about finding {finding}.", notes=offered.notes,
                stamp=words.stamp(case_about(begun)))  # fmt: skip


def _begun(folder: CaseFolder, finding: str) -> View:
    held = case_about(folder)["subject"]["finding_id"]
    if finding and finding.rpartition("/")[2] != held:
        raise CaseConflictError(f"the case is about {held or 'no finding'}, not about the one that is named",
                                where=str(folder.path), action="name another folder in case")  # fmt: skip
    what = f"finding {held}" if held else "no finding"
    return View("Finding", f"The case is begun already, about {what}.")
