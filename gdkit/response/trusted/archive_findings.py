"""Archive the findings at hand that are explained: the case's own, or all that a narrow rule matches."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gdkit.findings.api import MOST_IDS
from gdkit.findings.fields import child, flag, plain
from gdkit.response.step import Action, Check, Explanation, Need, Option, SideEffect, State, Step, Target
from gdkit.response.trusted import held, home, narrow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.aws import ReadOnlyAws


def read(aws: ReadOnlyAws, target: Target) -> State:
    """Give whether each of the findings is archived.

    Raises:
        ResponseError: there is no detector, the account is a member, or the case has no finding.
        AwsError: it could not be read.
    """
    place = home.find_home(aws, target)
    chosen = held.chosen_findings(aws, place, target)
    archived = {name: flag(child(dict(finding), "service", "archived")) or False for name, finding in chosen.items()}
    return {"account": place.account_id, "region": place.region, "detector": place.detector_id, "archived": archived}


def want(target: Target, now: State) -> State:
    """Give the state with every one archived."""
    return {**now, "archived": dict.fromkeys(now["archived"], True)}


def change(target: Target, now: State, wanted: State) -> Sequence[Action]:
    """Give the calls that archive and bring back, of 50 findings at most each.

    Source: GuardDuty API Reference, ArchiveFindings and UnarchiveFindings.
    """
    calls: list[Action] = []
    for operation, state, verb in (("ArchiveFindings", True, "Archive"), ("UnarchiveFindings", False, "Bring back")):
        ids = sorted(name for name, archived in wanted["archived"].items()
                     if archived is state and now["archived"].get(name) is (not state))  # fmt: skip
        for start in range(0, len(ids), MOST_IDS):
            some = ids[start : start + MOST_IDS]
            given = {"DetectorId": now["detector"], "FindingIds": some}
            does = f"{verb} {len(some)} of {len(ids)} findings"
            calls.append(Action("guardduty", operation, given, does, now["region"], now["account"]))
    return calls


def effects(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[SideEffect]:
    """Say how many leave the list that people look at."""
    count = sum(1 for archived in now["archived"].values() if not archived)
    return (
        SideEffect(f"{count} findings leave the list of current findings; they can be seen as archived for 90 days"),
        SideEffect("A use after this makes a new finding, unless a suppression rule archives it"),
    )


def prove(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[Check]:
    """Say which findings they are, and whether somebody judged one of them malicious.

    Raises:
        AwsError: they could not be read.
    """
    place = home.Home(now["account"], now["region"], now["detector"])
    found = held.findings_by_id(aws, place, sorted(now["archived"]))
    bad = held.judged_malicious(target, found) & set(now["archived"])
    types = Counter(str(finding.get("type")) for finding in found)
    said = "; ".join(f"{plain(kind, 100)} {count}" for kind, count in sorted(types.items())) or "no finding matches"
    named = f"; judged malicious: {', '.join(sorted(bad)[:5])}" if bad else ""
    return (Check("none of the findings was judged malicious", not bad, said + named, stops=True),)


STEP = Step(
    name="archive-findings",
    title="Archive the findings at hand that are explained",
    phase="trusted address",
    hides=True,
    explanation=Explanation(
        what="Archives the case's finding; with an address or a remote account told, every finding of 90 days of its "
             "type, role and address.",
        why="A suppression rule archives only findings made after it.",
        breaks="Nothing stops working; archived findings leave the list that people look at.",
        leaves_open="A later use makes a new finding unless a suppression rule archives it. A finding that reached "
                    "Security Hub before stays there as it is.",
        undo="Brings back exactly the findings that it archived, and no others.",
        source="GuardDuty API Reference, ArchiveFindings and UnarchiveFindings",
    ),
    needs=(
        *home.NEEDS,
        *held.NEEDS,
        Need("guardduty:ArchiveFindings", home.DETECTORS, writes=True),
        Need("guardduty:UnarchiveFindings", home.DETECTORS, writes=True),
    ),
    options=(
        *narrow.OPTIONS,
        Option("malicious", "Ids of findings that were judged malicious in other cases, joined by commas."),
    ),
    read=read,
    want=want,
    change=change,
    effects=effects,
    prove=prove,
)  # fmt: skip
"""The step."""
