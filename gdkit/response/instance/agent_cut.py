"""What gdkit itself put in place that cuts the Systems Manager agent of the leaked instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.errors import ResponseError
from gdkit.response.credential import role as roles
from gdkit.response.credential.agent import CUT
from gdkit.response.credential.inline import ROLE, SESSIONS
from gdkit.response.credential.session_policy import read_sessions
from gdkit.response.instance.host import interfaces_of
from gdkit.response.instance.isolation import ISOLATION, names
from gdkit.response.step import Check, Need

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gdkit.aws import ReadOnlyAws
    from gdkit.response.step import Target

READS = (*roles.READS[:2], Need("ec2:DescribeNetworkInterfaces"))
"""What looking needs."""


def agent_cut(aws: ReadOnlyAws, target: Target) -> Check:
    """Tell whether the agent can still work: Systems Manager calls it online for a while after it was cut.

    Raises:
        AwsError: the role, or the instance's interfaces, could not be read.
    """
    question = "nothing that gdkit put in place cuts the agent"
    found = list(_isolated(aws, target))
    try:
        found += _denied(aws, target) if target.role_name else []
    except ResponseError as error:
        return Check(question, None, f"the role could not be looked at: {error.problem}")
    if not found:
        return Check(question, True, "the session's Deny, if there is one, leaves the agent open; the instance is not "
                     "isolated by gdkit")  # fmt: skip
    return Check(question, False, f"{'; '.join(found)}. {CUT}, though it may be called online for some minutes more")


def _denied(aws: ReadOnlyAws, target: Target) -> Iterator[str]:
    role = roles.role_of_case(aws, target)
    how = read_sessions(aws, role)["sessions"].get(f"{target.role_id}:{target.session_name}")
    if how is not None and not how["leave_open"] and how["issued_before"] is None:
        yield f"the policy {SESSIONS} denies everything to the session"
    if roles.inline_policy(aws, role, ROLE) is not None:
        yield f"the policy {ROLE} denies everything to the role"


def _isolated(aws: ReadOnlyAws, target: Target) -> Iterator[str]:
    name = names(target)[ISOLATION]
    groups = [group for one in interfaces_of(aws, target) for group in one.get("Groups", ())]
    if any(group.get("GroupName") == name for group in groups):
        yield f"the instance is in the isolation group {name}"
