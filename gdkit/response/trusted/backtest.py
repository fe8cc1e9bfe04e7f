"""What a rule would have hidden: tried over the findings that are held, before it hides one."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from gdkit.findings.criteria import Criteria, parse_criteria
from gdkit.findings.fields import child, flag, plain, text
from gdkit.findings.filter_language import Rule, canonical, judge
from gdkit.response.step import Check
from gdkit.response.trusted.narrow import ADDRESS_PATHS, REMOTE_ACCOUNT_PATH, ROLE_PATH

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Tried:
    """One finding over which a rule was tried.

    Attributes:
        hidden: whether the rule would have hidden it; None where that cannot be known.
        why: what cannot be known, in words.
        network: whether the answer rests on AWS's taking a network for its addresses, which is unverified.
        malicious: whether somebody judged it malicious.
        archived: whether it is archived now; None where the finding does not say.
    """

    id: str
    type: str
    address: str
    instance_id: str
    role_name: str
    created_at: str
    hidden: bool | None
    why: str = ""
    network: bool = False
    malicious: bool = False
    archived: bool | None = None


@dataclass(frozen=True, slots=True)
class BackTest:
    """A rule tried over findings: those that it would have hidden, those nobody can tell, and how many there were.

    Attributes:
        tried: every finding, in the order given.
        days: time that the findings are of.
    """

    tried: tuple[Tried, ...]
    days: int = 90

    @property
    def hidden(self) -> tuple[Tried, ...]:
        """The findings that it would have hidden."""
        return tuple(one for one in self.tried if one.hidden)

    @property
    def unknown(self) -> tuple[Tried, ...]:
        """The findings of which nobody can tell."""
        return tuple(one for one in self.tried if one.hidden is None)

    @property
    def malicious(self) -> tuple[Tried, ...]:
        """The findings judged malicious that it would have hidden, or may have."""
        return tuple(one for one in self.tried if one.malicious and one.hidden is not False)

    def counts(self) -> dict[str, dict[str, int]]:
        """Give how many it would have hidden by ``type``, ``address`` and ``instance``, most first."""
        names = {"type": "type", "address": "address", "instance": "instance_id"}
        return {name: dict(Counter(getattr(one, attribute) for one in self.hidden).most_common())
                for name, attribute in names.items()}  # fmt: skip

    def rows(self) -> list[dict[str, Any]]:
        """Give those that it would have hidden, and those that nobody can tell, as rows for a table."""
        return [asdict(one) for one in self.tried if one.hidden is not False]

    def words(self) -> str:
        """Say in a sentence what it would have hidden."""
        said = f"would have hidden {len(self.hidden)} of {len(self.tried)} findings of {self.days} days"
        if self.hidden:
            parts = (f"by {name}: {_listed(counts)}" for name, counts in self.counts().items())
            bad = sum(1 for one in self.hidden if one.malicious)
            said += f" ({'; '.join(parts)}), {bad} of them judged malicious"
        if self.unknown:
            said += f"; of {len(self.unknown)} it cannot be known: {self.unknown[0].why}"
        if any(one.network for one in self.hidden):
            said += "; a network was taken for its addresses, and that AWS does the same is unverified"
        return said


def backtest(criteria: Mapping[str, Any] | Criteria | Rule, findings: Iterable[Mapping[str, Any]], *,
             judged: Collection[str] = (), days: int = 90) -> BackTest:  # fmt: skip
    """Try a rule over findings.

    Args:
        criteria: ``{"Criterion": …}``, or what ``parse_criteria`` or ``read_rule`` gave.
        findings: archived and current, of any shape.
        judged: ids of findings that somebody judged malicious.
        days: time that the findings are of, for the words.

    Raises:
        UsageError: AWS would refuse the criteria.
        FindingError: one of the findings is none.
    """
    rule = criteria if isinstance(criteria, Criteria | Rule) else parse_criteria(criteria)
    return BackTest(tuple(_tried(rule, canonical(finding), judged) for finding in findings), days)


def backtest_checks(test: BackTest, finding_id: str | None) -> tuple[Check, ...]:
    """Give what a back-test proves, as checks.

    Args:
        test: the back-test.
        finding_id: the case's finding, which the rule is made for; None where there is none.
    """
    sure = False if any(one.hidden for one in test.malicious) else None if test.malicious else True
    bad = f": {', '.join(plain(one.id, 40) for one in test.malicious[:_MOST_NAMED])}" if test.malicious else ""
    checks = [Check("the rule would have hidden no finding that was judged malicious", sure, test.words() + bad,
                    stops=True)]  # fmt: skip
    own = next((one for one in test.tried if one.id == finding_id), None)
    if own is not None:
        found = {True: "it would have hidden it", False: "it would not have hidden it: look at role and address again",
                 None: f"it cannot be known: {own.why}"}[own.hidden]  # fmt: skip
        checks.append(Check("the rule meets the finding of this case", own.hidden, found, stops=True))
    return tuple(checks)


def _tried(rule: Criteria | Rule, finding: Mapping[str, Any], judged: Collection[str]) -> Tried:
    judgement = judge(rule, finding)
    document = dict(finding)
    identifier = text(document.get("id")) or ""
    return Tried(
        id=identifier,
        type=text(document.get("type")) or "",
        address=_first(document, *ADDRESS_PATHS.values(), REMOTE_ACCOUNT_PATH),
        instance_id=_first(document, "resource.instanceDetails.instanceId"),
        role_name=_first(document, ROLE_PATH),
        created_at=text(document.get("createdAt")) or "",
        hidden=judgement.answer,
        why="; ".join(judgement.why[:3]),
        network=bool(judgement.networks),
        malicious=identifier in judged,
        archived=flag(child(document, "service", "archived")),
    )


def _first(document: dict[str, Any], *paths: str) -> str:
    found = (text(child(document, *path.split("."))) for path in paths)
    return next((value for value in found if value), "not named")


def _listed(counts: Mapping[str, int]) -> str:
    named = [f"{plain(name, 80)} {count}" for name, count in list(counts.items())[:_MOST_NAMED]]
    return ", ".join(named) + (f" and {len(counts) - _MOST_NAMED} more" if len(counts) > _MOST_NAMED else "")
