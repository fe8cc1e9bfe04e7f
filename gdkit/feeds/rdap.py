"""To whom a registry gave the network of an address: RDAP, asked by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.errors import GdkitError
from gdkit.feeds.answer import MAX_BYTES, OnlineAnswer, Told, answer_for, date_fact, json_object, text_fact
from gdkit.feeds.http import ask, status_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gdkit.feeds.answer import Fact

RDAP_URL = "https://rdap-bootstrap.arin.net/bootstrap"
"""ARIN's service that leads to the registry of an address. Only registries learn what is asked; the library's way by
DNS would tell a third party."""

_HOPS = 5
_DEPTH, _ENTITIES = 5, 100  # how deep and how many parties of an answer are read


def lookup_rdap(address: str, *, base_url: str = RDAP_URL) -> OnlineAnswer:
    """Ask the registry whose network an address is in.

    Args:
        address: as logged; only an address of the internet is sent.
        base_url: where the question begins; redirects to registries are followed.

    Source: RFC 9082 and RFC 9083 (RDAP); the library ipwhois reads the answer.
    """

    def told(spelled: str) -> Told:
        headers = {"Accept": "application/rdap+json"}
        answer = ask(f"{base_url}/ip/{spelled}", headers=headers, limit_bytes=MAX_BYTES, redirects=_HOPS)
        if answer.status == 404:
            return Told("not listed", "No registry knows a network that holds it.", source=_source(answer.host))
        if answer.status != 200:
            raise GdkitError(f"it answered {status_text(answer.status)}", where=answer.host)
        facts = _facts(spelled, json_object(answer.body, where=answer.host))
        return Told("described", _statement(facts), facts, date_fact(facts["changed_at"]), _source(answer.host))

    return answer_for("rdap", "RDAP", address, told)


def _source(host: str) -> str:
    return f"RDAP, {host}"


def _facts(address: str, document: dict[str, Any]) -> dict[str, Fact]:
    read = _read(address, document)
    network, parties = read["network"], [party for party in read["objects"].values() if isinstance(party, dict)]
    name = text_fact(network.get("name"))
    if name is None and not text_fact(network.get("cidr")):
        raise GdkitError("the answer names no network")
    events = {row.get("action"): row.get("timestamp") for row in network.get("events") or () if isinstance(row, dict)}
    return {
        "network_name": name,
        "network": text_fact(network.get("cidr")),
        "organisation": next((_name(party) for party in parties if "registrant" in (party.get("roles") or ())), None),
        "country": text_fact(network.get("country")),
        "abuse_contact": next(filter(None, (_mail(p) for p in parties if "abuse" in (p.get("roles") or ()))), None),
        "registered_at": text_fact(events.get("registration")),
        "changed_at": text_fact(events.get("last changed")),
    }


def _read(address: str, document: dict[str, Any]) -> dict[str, Any]:
    """Let the library read the answer; it is asked for nothing that goes over the network."""
    from ipwhois.net import Net  # noqa: PLC0415 - loaded only when a registry is asked
    from ipwhois.rdap import RDAP  # noqa: PLC0415

    flat = {**document, "entities": list(_parties(document, _DEPTH))[:_ENTITIES]}
    try:
        read: dict[str, Any] = RDAP(Net(address)).lookup(response=flat, bootstrap=True, root_ent_check=False)
    except Exception as error:  # the library raises whatever it stumbles over in a document of another form
        raise GdkitError(f"the answer cannot be read ({type(error).__name__})") from error
    return read


def _parties(document: Mapping[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    """Give the parties of an answer, those inside others too: the contact for abuse is often one of them."""
    entities = document.get("entities")
    for number, entity in enumerate(entities if isinstance(entities, list) and depth else ()):
        if isinstance(entity, dict):
            handle = entity.get("handle")
            named = isinstance(handle, str) and handle
            yield {**entity, "handle": handle if named else f"unnamed {depth}.{number}"}
            yield from _parties(entity, depth - 1)


def _name(party: dict[str, Any]) -> str | None:
    return text_fact((party.get("contact") or {}).get("name"))


def _mail(party: dict[str, Any]) -> str | None:
    mails = (party.get("contact") or {}).get("email") or ()
    return next((text_fact(row.get("value")) for row in mails if isinstance(row, dict)), None)


def _statement(facts: Mapping[str, Fact]) -> str:
    told = [str(facts[name]) for name in ("network_name", "network", "organisation", "country") if facts[name]]
    return f"The registry's entry: {', '.join(told)}."
