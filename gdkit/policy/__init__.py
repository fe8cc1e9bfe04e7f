"""IAM policy documents and a decision function for them.

>>> allow = parse_policy({"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}, name="base")
>>> decide(Request("s3:GetObject", "arn:aws:s3:::data/key"), identity=[allow]).decision
'Allow'

Nothing here calls AWS or reads a clock: the same policies and the same request always give the same decision.
"""

from gdkit.policy.decide import Decision, decide
from gdkit.policy.document import Condition, Policy, Statement, parse_policy, parse_policy_closed
from gdkit.policy.request import Principal, Request

__all__ = [
    "Condition",
    "Decision",
    "Policy",
    "Principal",
    "Request",
    "Statement",
    "decide",
    "parse_policy",
    "parse_policy_closed",
]
