"""What the two roles of a response must be allowed: the responder for each step, on each resource; the reader beside.

A responder's policy is made for one case: this role, this instance. Without a case, names in capital letters stand for
what has to be filled in.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from gdkit.permissions import PERMISSIONS, policy_document

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gdkit.response.step import Need, Step, Target

_PLACE = re.compile(r"\{([a-z_-]+)\}")


def reading_beyond(steps: Iterable[Step]) -> list[str]:
    """Give the actions by which steps read and that the analyst's table does not hold, sorted."""
    known = {permission.action for permission in PERMISSIONS}
    return sorted({need.action for step in steps for need in step.needs if not need.writes} - known)


def analyst_policy(steps: Iterable[Step]) -> dict[str, Any]:
    """Give the policy of a reader who investigates and previews these steps: reading alone."""
    document: dict[str, Any] = policy_document()
    more = reading_beyond(steps)
    own = [{"Sid": "GdkitPreviews", "Effect": "Allow", "Action": more, "Resource": "*"}] if more else []
    return {**document, "Statement": [*document["Statement"], *own]}


def responder_policy(steps: Iterable[Step], target: Target | None = None) -> dict[str, Any]:
    """Give the policy of a responder who applies and undoes these steps, and nothing else.

    Args:
        steps: the steps.
        target: fills in role, instance, account and region; None leaves names in capital letters.
    """
    together: dict[tuple[str, str], list[Need]] = {}
    for need in (need for step in steps for need in step.needs if need.writes and not _untold(need, target)):
        together.setdefault((filled(need.resource, target), json.dumps(dict(need.condition))), []).append(need)
    statements = [_statement(f"Gdkit{number}", resource, needs, target)
                  for number, ((resource, _), needs) in enumerate(together.items(), start=1)]  # fmt: skip
    return {"Version": "2012-10-17", "Statement": statements}


def _untold(need: Need, target: Target | None) -> bool:
    """Tell whether a need is about a resource that is named by an option, which was not told: then there is none."""
    place = _PLACE.fullmatch(need.resource)
    return target is not None and place is not None and not target.options.get(place[1])


def _statement(sid: str, resource: str, needs: list[Need], target: Target | None) -> dict[str, Any]:
    actions = sorted({need.action for need in needs})
    found: dict[str, Any] = {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource}
    if needs[0].condition:
        found["Condition"] = {operator: {key: filled(value, target) for key, value in keys.items()}
                              for operator, keys in needs[0].condition.items()}  # fmt: skip
    return found


def filled(text: str, target: Target | None) -> str:
    """Fill the places of a resource's ARN; what is not known stays as a name in capital letters.

    >>> filled("arn:{partition}:iam::{account_id}:role/{role_name}", None)
    'arn:PARTITION:iam::ACCOUNT-ID:role/ROLE-NAME'
    """
    known = _values(target) if target else {}
    return _PLACE.sub(lambda found: known.get(found[1]) or found[1].upper().replace("_", "-"), text)


def _values(target: Target) -> dict[str, str | None]:
    """Give what fills the places; the role's name with its path, as it stands in the role's ARN.

    The options ``account`` and ``region``, where a step has them and they are told, say where it acts.
    """
    named = (target.role_arn or "").partition(":role/")[2] or target.role_name
    told = {name: value for name, value in target.options.items() if value}
    return {"partition": target.partition, "account_id": told.get("account") or target.account_id,
            "region": target.region, "role_name": named, "role_id": target.role_id, "instance_id": target.instance_id,
            "detector_id": target.detector_id, **told}  # fmt: skip
