"""What the responder may call: what the step that is being taken declares, and nothing else.

Like ``read_only`` it is a second lock; the first is the responder's IAM policy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.aws.translate import iam_action
from gdkit.errors import AwsCall, AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Set


def hold_to(client: Any, actions: Set[str]) -> None:
    """Make a client refuse every call but those that these IAM actions stand for, before it is built or sent.

    Args:
        client: the responder's.
        actions: as an IAM policy writes them, without wildcards.
    """
    service, prefix = client.meta.service_model.service_name, client.meta.service_model.signing_name

    def guard(params: Mapping[str, Any], model: Any, context: Mapping[str, Any], **_: Any) -> None:
        if context.get("is_presign_request") or iam_action(prefix, model.name) not in actions:
            raise AwsError(
                "the step that is being taken does not declare this call, so it is not made",
                call=AwsCall(service, model.name, region=client.meta.region_name),
                kind="refused_here",
                action="report this: a step must declare every call it makes",
            )

    client.meta.events.register_last("before-parameter-build", guard)
