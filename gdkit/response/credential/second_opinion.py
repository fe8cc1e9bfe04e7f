"""AWS's own opinion on a policy that is planned: the proof's requests put to the policy simulator of IAM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.aws import rows
from gdkit.errors import AwsError
from gdkit.policy import parse_policy
from gdkit.policy.opinion import requests_of, simulations
from gdkit.policy.statements import denying
from gdkit.response.credential.holders import listed
from gdkit.response.credential.role import compact
from gdkit.response.step import Check, Need

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gdkit.aws import ReadOnlyAws
    from gdkit.policy.document import Policy
    from gdkit.policy.opinion import Simulation
    from gdkit.policy.proof import Proof
    from gdkit.response.credential.role import Role

READS = (Need("iam:SimulatePrincipalPolicy", "arn:{partition}:iam::{account_id}:role/{role_name}"),)
"""What asking needs. Without it the plan is made all the same, and says that AWS was not asked."""

_WHAT = "AWS's own policy simulation agrees"


def second_opinion(aws: ReadOnlyAws, role: Role, proof: Proof, policy_name: str, document: Mapping[str, Any]) -> Check:
    """Ask AWS whether the policy denies what the proof says that it denies, and nothing more.

    Nothing here stops a plan: where AWS cannot be asked, the check says so and is open.

    Args:
        aws: the reader.
        role: the role.
        proof: of the change; its requests are asked about.
        policy_name: name of the policy, which is taken out of the simulation as it stands on the role now.
        document: the policy as it will be.

    Source: IAM API Reference, SimulatePrincipalPolicy: PolicyInputList is added to the policies that the role has.
    """
    planned = parse_policy(dict(document), name=policy_name)
    requests = requests_of(proof, role.arn)
    asked = simulations(requests, role_arn=role.arn, added=[compact(document)], after=[planned], replaced=[policy_name])
    try:
        differs = [said for one in asked for said in _differences(aws, role, one, planned)]
    except AwsError as error:
        return Check(_WHAT, None, f"AWS could not be asked: {error.problem}")
    if differs:
        return Check(_WHAT, False, listed(differs))
    return Check(_WHAT, True, f"asked about {len(requests)} requests that show the proof")


def _differences(aws: ReadOnlyAws, role: Role, asked: Simulation, planned: Policy) -> Iterator[str]:
    """Say what AWS denies and the planned policy does not, or the other way round."""
    theirs = _denied(aws, role, asked.parameters)
    mine = {one.action for one in asked.requests if denying([planned], one)}
    if theirs - mine:  # the role's other policies may deny it too, today as then
        theirs -= _denied(aws, role, {**asked.parameters, "PolicyInputList": []}) - mine
    for one in asked.requests:
        if (one.action in theirs) != (one.action in mine):
            says = "denies" if one.action in theirs else "does not deny"
            yield f"AWS {says} {one.action} on {one.resource} to {one.values('aws:userid')}, gdkit says otherwise"


def _denied(aws: ReadOnlyAws, role: Role, parameters: dict[str, Any]) -> set[str]:
    """Give the actions that an explicit Deny stops."""
    given = {name: value for name, value in parameters.items() if value}
    client = aws.client("iam", account_id=role.account_id)
    found = rows(client, "SimulatePrincipalPolicy", "EvaluationResults", given, account_id=role.account_id)
    return {str(row["EvalActionName"]) for row in found if row["EvalDecision"] == "explicitDeny"}
