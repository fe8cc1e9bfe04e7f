"""Asking moto for a part of an answer, and refusing as it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from gdkit.simulator.call import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gdkit.simulator.call import Result


def asked_of_moto(operation: Callable[..., Any], parameters: Mapping[str, Any]) -> Result:
    """Give moto's answer.

    Args:
        operation: a method of a client past the gateway.
        parameters: as the caller gave them.

    Raises:
        ApiError: moto refuses.
    """
    try:
        answer: Result = operation(**parameters)
    except ClientError as error:
        raise ApiError(error.response["Error"]["Code"], error.response["Error"]["Message"]) from error
    answer.pop("ResponseMetadata", None)
    return answer
