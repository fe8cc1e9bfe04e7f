"""What reading a trail's objects costs, at list price."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.trail.fetched import Cost

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gdkit.trail.s3.listing import LogObject

GET_DOLLARS, LIST_DOLLARS = 0.0004 / 1000, 0.005 / 1000
"""Dollars for a request. Source: Amazon S3 pricing, S3 Standard, US East (N. Virginia), November 2026."""

PRICED = (
    "requests alone, at $0.0004 for 1,000 GETs and $0.005 for 1,000 LISTs, us-east-1, November 2026; transfer out of "
    "AWS and KMS are not in it"
)


def cost(gets: int, lists: int, size_bytes: int, seconds: float = 0.0) -> Cost:
    """Give what requests and bytes cost.

    Args:
        gets: objects read.
        lists: pages listed.
        size_bytes: bytes read.
        seconds: time it took; 0 for an estimate.
    """
    dollars = round(gets * GET_DOLLARS + lists * LIST_DOLLARS, 6)
    return Cost(gets, gets + lists, size_bytes, seconds, dollars, PRICED)


def estimate(objects: Iterable[LogObject], lists: int) -> Cost:
    """Give what reading objects will cost, with what listing them did."""
    sizes = [one.size_bytes for one in objects]
    return cost(len(sizes), lists, sum(sizes))
