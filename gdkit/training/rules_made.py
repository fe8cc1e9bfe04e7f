"""Suppression rules that were made in a simulated account, and what each of them hides."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from gdkit.findings.filter_language import canonical
from gdkit.response.trusted.backtest import backtest
from gdkit.training.model import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gdkit.simulator.accounts import Accounts
    from gdkit.simulator.scenarios.staged import Staged

_STRANGER = "198.18.0.77"
"""An address that no scenario uses. Source: RFC 2544, reserved for measurements of devices."""


class RulesMade:
    """The rules of a simulated account that are new or changed since it was staged.

    Args:
        accounts: the simulated world.
        staged: what was staged in it.
    """

    def __init__(self, accounts: Accounts, staged: Staged) -> None:
        self._accounts, self._staged = accounts, staged
        self._before = dict(self._rules())

    def reported(self) -> list[dict[str, Any]]:
        """Give the findings about the session, archived ones too."""
        detector = self._detector()
        ids = self._ask("ListFindings", DetectorId=detector)["FindingIds"] if detector else []
        found = self._ask("GetFindings", DetectorId=detector, FindingIds=ids)["Findings"] if ids else []
        documents = [dict(canonical(one)) for one in found]
        return [one for one in documents
                if one["resource"]["accessKeyDetails"]["principalId"] == self._staged.principal_id]  # fmt: skip

    def standing(self) -> tuple[Rule, ...]:
        """Say what each new or changed rule hides."""
        reported = self.reported()
        others = [copy_ for one in reported for copy_ in (_from_a_stranger(one), _of_another_role(one))]
        made = ((name, criteria) for name, criteria in self._rules() if self._before.get(name) != criteria)
        return tuple(Rule(name, bool(backtest(criteria, reported).hidden), bool(backtest(criteria, others).hidden))
                     for name, criteria in made)  # fmt: skip

    def _rules(self) -> Iterator[tuple[str, Any]]:
        detector = self._detector()
        for name in self._ask("ListFilters", DetectorId=detector)["FilterNames"] if detector else ():
            yield name, self._ask("GetFilter", DetectorId=detector, FilterName=name)["FindingCriteria"]

    def _detector(self) -> str:
        found = self._ask("ListDetectors")["DetectorIds"]
        return str(found[0]) if found else ""

    def _ask(self, operation: str, **parameters: Any) -> Any:
        staged = self._staged
        return self._accounts.perform(staged.account_id, staged.region, "guardduty", operation, **parameters)


def _from_a_stranger(finding: dict[str, Any]) -> dict[str, Any]:
    """Give the same finding as if somebody unknown had called, from elsewhere."""
    other = copy.deepcopy(finding)
    call = other["service"]["action"]["awsApiCallAction"]
    remote = call.setdefault("remoteIpDetails", {})
    remote |= {"ipAddressV4": _STRANGER, "organization": {"asn": "64511", "org": "EXAMPLE-STRANGER"}}
    remote["country"] = {"countryName": "Iceland", "countryCode": "IS"}
    if "remoteAccountDetails" in call:
        call["remoteAccountDetails"] = {"accountId": "999999999999", "affiliated": False}
    return other


def _of_another_role(finding: dict[str, Any]) -> dict[str, Any]:
    """Give the same finding as if another role's credentials had been used."""
    other = copy.deepcopy(finding)
    other["resource"]["accessKeyDetails"] |= {"userName": "another-role",
                                              "principalId": "AROAANOTHERANOTHER001:i-0aaaaaaaaaaaaaaaa"}  # fmt: skip
    return other
