"""What it can mean that GuardDuty holds no finding: silence proves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MOST_NAMED = 8


def likely_causes(places: Mapping[str, Sequence[str]], *, archived: bool, gaps: int) -> tuple[str, ...]:
    """List why there may be no finding although credentials are in somebody's hands, the likeliest first.

    Args:
        places: by ``none`` and ``disabled``, where no detector watches, in words; by ``watching``, where one does.
        archived: whether archived findings were asked for too.
        gaps: places that could not be asked.

    Source: GuardDuty User Guide, "GuardDuty IAM finding types" (learning, same account) and "Suppression rules".
    """
    causes = []
    if gaps:
        causes.append(f"{gaps} places could not be asked: they are listed above." if gaps > 1 else
                      "One place could not be asked: it is listed above.")  # fmt: skip
    if places.get("none"):
        causes.append(f"No detector watches in {_named(places['none'])}.")
    if places.get("disabled"):
        causes.append(f"The detector is switched off in {_named(places['disabled'])}.")
    if not archived:
        causes.append("The finding is archived, or a suppression rule archived it: ask for archived ones too.")
    return (
        *causes,
        "It is in another account, which is no member of a detector that was asked.",
        "GuardDuty keeps findings for 90 days; an older one is in its S3 export or in Security Hub at best.",
        "A new theft is reported some minutes after the calls, an update of a finding up to hours after.",
        "The credentials are used inside the same account, which GuardDuty does not report at all.",
        "The detector has learned the place as usual for this instance, or a trusted IP list holds it.",
    )


def _named(places: Sequence[str]) -> str:
    more = len(places) - _MOST_NAMED
    return ", ".join(places[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
