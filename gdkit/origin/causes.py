"""The benign causes that AWS's guidance names for this alert, each tested by itself.

``passed`` means that the cause explains the address, ``failed`` that it does not; where what is needed was not there,
it could not be tested, and the reason says how to make it testable. A cause that passes explains the way; it proves no
innocence.

Source: GuardDuty User Guide, InstanceCredentialExfiltration.OutsideAWS and .InsideAWS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.analysis.clients import products
from gdkit.origin.evidence_account import remote_accounts
from gdkit.origin.evidence_ownership import times_to_explain
from gdkit.origin.model import CauseTest
from gdkit.origin.ownership import holdings_of, proof_of
from gdkit.origin.route import leaves_by, way_text
from gdkit.origin.team_file import accounts_of, networks_of, tests_of, vendors_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gdkit.origin.about import About
    from gdkit.origin.model import Outcome, Way, Weighed

NO_TEAM_FILE = "no networks.yaml was given"
WRITE_TEAM_FILE = "name the team's networks.yaml (docs/networks.md says how to write one)"
NO_ROUTES = "the routes of the instance's network were not read"
ASK_SITE = "ask who runs the Outpost's site whether it leaves by this address"
READ_AWS = "investigate with read access to the account (gdkit check says what is missing)"

_PREMISES = frozenset({"vpn gateway", "vpn connection", "customer gateway", "direct connect gateway"})
_OUTPOST = frozenset({"local gateway"})
_OTHER_VPC = frozenset({"transit gateway", "peering", "core network"})


def cause_tests(about: About, evidence: Iterable[Weighed]) -> tuple[CauseTest, ...]:
    """Test every benign cause.

    Args:
        about: the address.
        evidence: what was found about it.
    """
    rules = {row.evidence.rule: row.evidence.statement for row in evidence}
    return (
        _on_premises(about),
        _vpn(about),
        _outposts(about),
        _proxy(about, rules),
        _hub(about),
        _public_vpc(about),
        _cloudshell(about),
        _vendor(about),
        _authorised(about),
    )


def _on_premises(about: About) -> CauseTest:
    question = "Does the instance's traffic leave by the company's own network?"
    ways = about.sources.ways
    if about.sources.team is None:
        return _open("on_premises", question, NO_TEAM_FILE, WRITE_TEAM_FILE)
    held = networks_of(about.sources.team, about.address, about.sources.at)[0]
    if not held:
        return CauseTest("on_premises", question, "failed", "networks.yaml lists no network of ours that holds it.")
    if ways is None:
        return _open("on_premises", question, f"it is {held[0].what} of {held[0].owner}, but {NO_ROUTES}", READ_AWS)
    led = _through(ways, _PREMISES | _OTHER_VPC)
    if led:
        reason = f"It is {held[0].what} of {held[0].owner}, and the instance has a way there: {way_text(led[0])}."
        return CauseTest("on_premises", question, "passed", reason, f"ask {held[0].contact}")
    reason = "It is ours, but none of the instance's routes leads out of AWS to the company's network."
    return CauseTest("on_premises", question, "failed", reason, f"ask {held[0].contact}")


def _vpn(about: About) -> CauseTest:
    question = "Is it the far end of a VPN by which the instance leaves?"
    if about.sources.ways is None:
        return _open("vpn", question, NO_ROUTES, READ_AWS)
    led = _through(leaves_by(about.sources.ways, about.address), _PREMISES)
    if led:
        return CauseTest("vpn", question, "passed", f"{way_text(led[0])}.")
    unknown = [way for way in _through(about.sources.ways, _PREMISES) if way.open_end]
    if unknown:
        return _open("vpn", question, f"a way leads to a VPN and cannot be followed: {unknown[0].open_end}", READ_AWS)
    return CauseTest("vpn", question, "failed", "No VPN by which the instance's subnets leave ends at it.")


def _outposts(about: About) -> CauseTest:
    question = "Is the instance on an Outpost, which leaves by the site's network?"
    finding = about.subject.finding
    if finding is not None and finding.instance.outpost_arn:
        named = f"The finding names the Outpost {finding.instance.outpost_arn}."
        return CauseTest("outposts", question, "passed", named, ASK_SITE)
    if about.sources.on_outpost is None:
        return _open("outposts", question, "the instance was not described", READ_AWS)
    led = _through(about.sources.ways or (), _OUTPOST)
    if about.sources.on_outpost or led:
        return CauseTest("outposts", question, "passed", "AWS describes it as on an Outpost.", ASK_SITE)
    return CauseTest(
        "outposts", question, "failed", "AWS describes the instance as in a Region, with no local gateway."
    )


def _proxy(about: About, rules: dict[str, str]) -> CauseTest:
    question = "Is it a proxy or another way out that several instances share?"
    if "shared_by_fleet" in rules:
        return CauseTest("proxy", question, "passed", rules["shared_by_fleet"],
                         "ask the owner of these instances what the address is")  # fmt: skip
    if "not_shared" in rules:
        return CauseTest("proxy", question, "failed", rules["not_shared"])
    reason = "too little of other instances' agents is in what was searched"
    return _open("proxy", question, reason, "search the logs of the whole account")


def _hub(about: About) -> CauseTest:
    question = "Is it the shared egress or endpoint of another account of ours (hub and spoke)?"
    sources = about.sources
    remote = remote_accounts(about)
    ours = [one for one in remote if one in (sources.organisation or {})
            or (sources.team is not None and accounts_of(sources.team, one))]  # fmt: skip
    held = [one for one in holdings_of(sources.holdings or (), about.address)
            if proof_of(one) == "held" and one.account_id != about.session.account_id]  # fmt: skip
    led = _through(sources.ways or (), _OTHER_VPC)
    if (ours or held) and led:
        account = ours[0] if ours else held[0].account_id
        reason = f"Account {account} is ours, and the instance has a way into another network: {way_text(led[0])}."
        return CauseTest("hub", question, "passed", reason, f"ask who runs account {account}")
    if sources.ways is None:
        return _open("hub", question, NO_ROUTES, READ_AWS)
    if not led:
        return CauseTest("hub", question, "failed", "No route of the instance leads into another network.")
    if sources.organisation is None and not held:
        return _open("hub", question, f"a way leads on ({way_text(led[0])}), and the accounts of the organisation were "
                     "not read", READ_AWS)  # fmt: skip
    if sources.organisation_is_whole or not remote:
        return _unowned(question, led[0])
    return _open("hub", question, "the list of the organisation's accounts is not whole", READ_AWS)


def _unowned(question: str, way: Way) -> CauseTest:
    return CauseTest("hub", question, "could not test" if way.open_end else "failed",
                     f"A way leads on ({way_text(way)}), and no account in reach holds the address.",
                     "ask the network's team which address it leaves by" if way.open_end else "")  # fmt: skip


def _public_vpc(about: About) -> CauseTest:
    question = "Is it an address of a VPC that uses public ranges, reached through an endpoint?"
    if about.calls.empty:
        return _open("public_vpc", question, "no call from there is in what was searched", "search where the calls are")
    through = about.calls["vpc_endpoint_id"].notna()
    if not through.any():
        return CauseTest("public_vpc", question, "failed", "No call from there came through a VPC endpoint.")
    own = about.session.account_id
    foreign = about.calls["vpc_endpoint_account_id"].notna() & (about.calls["vpc_endpoint_account_id"] != own)
    ranges = [one for one in holdings_of(about.sources.holdings or (), about.address) if proof_of(one) == "inside"]
    if ranges and not foreign.any():
        return CauseTest("public_vpc", question, "passed", f"{ranges[0].network} is {ranges[0].what} "
                         f"{ranges[0].resource_id}, and the calls carry an endpoint's id.")  # fmt: skip
    if about.sources.holdings is None:
        return _open("public_vpc", question, "the networks of the accounts were not read", READ_AWS)
    return CauseTest("public_vpc", question, "failed", "The calls came through an endpoint, and no VPC in reach has a "
                     "range that holds the address.")  # fmt: skip


def _cloudshell(about: About) -> CauseTest:
    question = "Was it AWS CloudShell?"
    clients = [str(one) for one in about.calls["user_agent"].dropna().unique()]
    if not clients:
        return _open(
            "cloudshell", question, "no client from there is in what was searched", "search where the calls are"
        )
    named = [one for one in clients if "exec-env/cloudshell" in one.lower() or "cloudshell" in products(one)]
    if named:
        return CauseTest("cloudshell", question, "passed", "A client says it ran in CloudShell. Whoever has an AWS "
                         "account can use CloudShell: it explains the place, not the use.",
                         "ask who was in CloudShell at that time (its own sign-in events)")  # fmt: skip
    return CauseTest("cloudshell", question, "failed", "No client from there names CloudShell.")


def _vendor(about: About) -> CauseTest:
    question = "Is it a known vendor's platform?"
    team, at = about.sources.team, about.sources.at
    if team is None:
        return _open("vendor", question, NO_TEAM_FILE, WRITE_TEAM_FILE)
    for whom in (about.address, *remote_accounts(about)):
        for vendor in vendors_of(team, whom, at)[0]:
            return CauseTest("vendor", question, "passed", f"networks.yaml lists it as {vendor.name}'s.",
                             f"ask {vendor.contact} whether they use this role")  # fmt: skip
    return CauseTest("vendor", question, "failed", "networks.yaml lists no vendor with this address or account.")


def _authorised(about: About) -> CauseTest:
    question = "Did a named person test or copy the credentials with leave?"
    team = about.sources.team
    if team is None:
        return _open("authorised_test", question, NO_TEAM_FILE, WRITE_TEAM_FILE)
    times = times_to_explain(about)
    if times.empty:
        return _open("authorised_test", question, "no call from there has a time", "search where the calls are")
    role = about.session.role_name
    for whom in (about.address, *remote_accounts(about)):
        for test, whole in tests_of(team, whom, role, times.min(), times.max()):
            outcome: Outcome = "passed" if whole else "failed"
            words = "for all of these calls" if whole else "for a part only of the time of these calls"
            return CauseTest("authorised_test", question, outcome, f"{test.by} had leave ({test.ticket}), {words}.",
                             f"ask {test.by} whether these calls are theirs")  # fmt: skip
    return CauseTest("authorised_test", question, "failed", "networks.yaml lists no leave for this place and time.",
                     "ask the account's administrators and testers")  # fmt: skip


def _through(ways: Iterable[Way], kinds: frozenset[str]) -> list[Way]:
    return [way for way in ways if any(hop.kind in kinds for hop in way.hops)]


def _open(cause: str, question: str, reason: str, settle: str) -> CauseTest:
    return CauseTest(cause, question, "could not test", f"{reason[:1].upper()}{reason[1:]}.", settle)
