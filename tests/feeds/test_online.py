"""Look-ups are made by name alone, of addresses of the internet alone, and each answer can be kept as evidence."""

from __future__ import annotations

import ipaddress
import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.errors import GdkitError, ParameterError
from gdkit.feeds import online
from gdkit.feeds.answer import OnlineAnswer, Told, answer_for
from gdkit.feeds.online import LOOKUPS, look_up_online
from gdkit.feeds.rdap import lookup_rdap
from gdkit.feeds.threats import lookup_abuseipdb, lookup_greynoise
from tests.feeds.outside import outside

if TYPE_CHECKING:
    from collections.abc import Callable

ALL = [lookup_rdap, lookup_abuseipdb, lookup_greynoise]
NOT_OF_THE_INTERNET = [
    "10.0.0.1", "172.16.0.1", "192.168.1.1", "127.0.0.1", "169.254.169.254", "100.64.0.1", "192.0.2.1", "198.51.100.7",
    "203.0.113.9", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "0.0.0.0", "::", "::1", "fe80::1",  # noqa: S104
    "fe80::1%eth0", "2600::1%eth0", "fd00::1", "ff02::1", "2001:db8::1", "3fff::1", "::ffff:10.0.0.1", "64:ff9b::a00:1",
    "2002:a00:1::", "2001:0:a00:1::", "ec2.amazonaws.com", "AWS Internal", "HIDDEN", "", " ", "035.2.3.4", "8.8.8.8/32",
    "8.8.8.8, 9.9.9.9", "example.com", "8.8.8.8@evil.example", "\x00",
]  # fmt: skip


@pytest.mark.parametrize("lookup", ALL)
@pytest.mark.parametrize("text", NOT_OF_THE_INTERNET)
def test_only_addresses_of_the_internet_are_sent(lookup: Any, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Private, documentation and other reserved addresses, names and junk are refused without asking anybody."""
    asked: list[str] = []
    for module in ("gdkit.feeds.rdap.ask", "gdkit.feeds.threats.ask"):
        monkeypatch.setattr(module, lambda url, **_: asked.append(url))
    keyed = {} if lookup is lookup_rdap else {"api_key": "x"}
    answer = lookup(text, **keyed)
    assert (answer.outcome, asked) == ("refused", [])
    assert "was not asked: it is" in answer.statement


@given(st.ip_addresses())
def test_no_reserved_address_leaves(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    """Of any address, only one that the standard library calls global is asked about, in its normal spelling."""
    sent: list[str] = []

    def ask(text: str) -> Told:
        sent.append(text)
        return Told("described", "seen")

    answer_for("x", "X", address.exploded, ask)
    special = ipaddress.ip_network("2001::/23"), ipaddress.ip_network("192.0.0.0/24")
    for text in sent:
        read = ipaddress.ip_address(text)
        assert text == str(read)
        assert (read.is_global and not read.is_multicast) or any(
            read in network for network in special if network.version == read.version
        )


@pytest.mark.parametrize("lookup", ALL)
def test_nobody_is_asked_in_a_simulation(lookup: Callable[..., OnlineAnswer], monkeypatch: pytest.MonkeyPatch) -> None:
    """While AWS is simulated a look-up fails with that reason, and nothing leaves."""
    for name in ("ABUSEIPDB_API_KEY", "GREYNOISE_API_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("GDKIT_SIMULATOR", "http://127.0.0.1:1")
    with outside() as server:
        answer = lookup("8.8.8.8", base_url=server.url)
    assert (answer.outcome, server.paths) == ("failed", [])
    assert "AWS is simulated" in answer.statement


def test_names() -> None:
    """The look-ups have these names, and cannot be changed by accident."""
    assert dict(LOOKUPS) == {"rdap": lookup_rdap, "abuseipdb": lookup_abuseipdb, "greynoise": lookup_greynoise}
    with pytest.raises(TypeError):
        LOOKUPS["other"] = lookup_rdap  # type: ignore[index]


def test_each_address_is_asked_once_by_each_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Repeated names and addresses are asked once, and what fails for one does not lose the rest."""
    asked: list[tuple[str, str]] = []

    def named(name: str) -> Callable[[str], OnlineAnswer]:
        def told(address: str) -> Told:
            asked.append((name, address))
            if name == "rdap":
                raise GdkitError("it did not answer in time")
            return Told("described", "seen")

        return lambda address: answer_for(name, name, address, told)

    monkeypatch.setattr(online, "LOOKUPS", {name: named(name) for name in LOOKUPS})
    found = look_up_online(["rdap", "greynoise", "rdap"], ["8.8.8.8", "9.9.9.9", "8.8.8.8", "10.0.0.1"])
    assert asked == [("rdap", "8.8.8.8"), ("greynoise", "8.8.8.8"), ("rdap", "9.9.9.9"), ("greynoise", "9.9.9.9")]
    outcomes = {address: [answer.outcome for answer in answers] for address, answers in found.items()}
    assert outcomes == {
        "8.8.8.8": ["failed", "described"], "9.9.9.9": ["failed", "described"], "10.0.0.1": ["refused", "refused"],
    }  # fmt: skip


def test_unknown_names_ask_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is none is an error before anybody is asked."""
    monkeypatch.setattr(online, "LOOKUPS", {"rdap": lambda _: pytest.fail("asked")})
    with pytest.raises(ParameterError, match="there is no look-up 'virustotal'"):
        look_up_online(["rdap", "virustotal"], ["8.8.8.8"])


ANSWERS = st.builds(
    OnlineAnswer,
    lookup=st.sampled_from(list(LOOKUPS)), address=st.ip_addresses().map(str), source=st.text(),
    asked_at=st.datetimes(timezones=st.just(UTC)),
    outcome=st.sampled_from(["listed", "described", "not listed", "refused", "failed"]), statement=st.text(),
    facts=st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text()),
    as_of=st.none() | st.datetimes(timezones=st.just(UTC)),
)  # fmt: skip


@given(ANSWERS)
def test_kept_as_evidence(answer: OnlineAnswer) -> None:
    """An answer that was written down as JSON is read again as it was."""
    assert OnlineAnswer.from_json(json.loads(json.dumps(answer.as_json()))) == answer


@pytest.mark.parametrize("document", [{}, {"as_of": None, "asked_at": "x"}, {"as_of": None, "asked_at": "2026-01-01"}])
def test_other_documents_are_no_answers(document: dict[str, Any]) -> None:
    """A document of another form is not taken for an answer."""
    with pytest.raises((KeyError, TypeError, ValueError)):
        OnlineAnswer.from_json(document)


def test_spelling_and_time() -> None:
    """An answer holds the address in its normal spelling and the aware time when it was asked."""
    answer = answer_for("x", "X", " 2600:0000::0001 ", lambda text: Told("described", text, source="Y"))
    assert (answer.address, answer.statement, answer.source) == ("2600::1", "2600::1", "Y")
    assert abs((datetime.now(UTC) - answer.asked_at).total_seconds()) < 60


def test_importing_asks_nobody_and_loads_little() -> None:
    """Importing the look-ups loads neither the HTTP library nor that for registries: nothing is asked by itself."""
    code = "import sys, gdkit.feeds.online, gdkit.feeds.cache; print({'httpx', 'ipwhois', 'dns'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert run.stdout.strip() == "set()"
