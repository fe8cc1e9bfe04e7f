"""Asking a client: one call or all its pages, with every failure as an ``AwsError`` and no part silently missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.aws.translate import iam_action, translating
from gdkit.errors import AwsCall, AwsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def ask(
    client: Any, operation: str, parameters: Mapping[str, Any] | None = None, *, account_id: str = ""
) -> dict[str, Any]:
    """Make one call and give its answer, without what only describes the transport.

    Args:
        client: from ``ReadOnlyAws.client`` or ``ResponderAws.client``.
        operation: the API's name, such as ``DescribeInstances``.
        parameters: as boto3 takes them.
        account_id: the account that the client was made for, for the error.

    Raises:
        AwsError: it failed.
    """
    return perform(client, operation, parameters, account_id=account_id)[0]


def perform(
    client: Any, operation: str, parameters: Mapping[str, Any] | None = None, *, account_id: str = ""
) -> tuple[dict[str, Any], str]:
    """Make one call, and give its answer and AWS's id of the request, by which AWS and CloudTrail know it again.

    Args:
        client: from ``ReadOnlyAws.client`` or ``ResponderAws.client``.
        operation: the API's name.
        parameters: as boto3 takes them.
        account_id: the account that the client was made for, for the error.

    Returns:
        The answer without what only describes the transport, and the request id; empty where AWS gave none.

    Raises:
        AwsError: it failed.
    """
    from botocore import xform_name  # noqa: PLC0415

    call = _call(client, operation, account_id)
    with translating(call, permission=_permission(client, operation)):
        answer: dict[str, Any] = getattr(client, xform_name(operation))(**(parameters or {}))
    about = answer.pop("ResponseMetadata", {})
    return answer, str(about.get("RequestId") or "")


def need(answer: Mapping[str, Any], key: str, call: AwsCall) -> Any:
    """Give a member that a whole answer always has.

    botocore reads a JSON answer that was cut off as one without members, so a missing one is never an empty one.

    Raises:
        AwsError: it is missing.
    """
    if key not in answer:
        raise AwsError(
            f"the answer lacks {key}, so it was cut off",
            call=call,
            kind="incomplete",
            action="try again; nothing of it was used",
        )
    return answer[key]


def rows(
    client: Any, operation: str, key: str, parameters: Mapping[str, Any] | None = None, *, account_id: str = ""
) -> Iterator[Any]:
    """Give the members of a list in an answer, of all its pages.

    Args:
        client: from ``ReadOnlyAws.client`` or ``ResponderAws.client``.
        operation: the API's name.
        key: name of the list in the answer.
        parameters: as boto3 takes them.
        account_id: the account that the client was made for, for the error.

    Raises:
        AwsError: a page failed, or lacks the list; rows that were given before are not all there are.
    """
    from botocore import xform_name  # noqa: PLC0415

    call = _call(client, operation, account_id)
    if not client.can_paginate(xform_name(operation)):
        yield from need(ask(client, operation, parameters, account_id=account_id), key, call)
        return
    with translating(call, permission=_permission(client, operation)):
        for page in client.get_paginator(xform_name(operation)).paginate(**(parameters or {})):
            yield from need(page, key, call)


def _call(client: Any, operation: str, account_id: str) -> AwsCall:
    return AwsCall(client.meta.service_model.service_name, operation, account_id, client.meta.region_name or "")


def _permission(client: Any, operation: str) -> str:
    return iam_action(client.meta.service_model.signing_name, operation)
