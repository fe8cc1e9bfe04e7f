"""What is taken out of one case: every value with its stand-in, gathered from all that its report is made of."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from gdkit.case.results import result_schema
from gdkit.identifiers import normal_address, parse_ip
from gdkit.report.forms.signs import OURS
from gdkit.report.redaction.book import stand_ins
from gdkit.report.redaction.held import with_texts
from gdkit.report.redaction.names import names_in
from gdkit.report.redaction.parameters import named_in_arns
from gdkit.report.redaction.rewriter import SHAPED, Rewriter
from gdkit.report.redaction.shapes import ACCOUNT, KEY, THING, UNIQUE_ID, UUID, shaped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gdkit.case.folder import CaseFolder
    from gdkit.report.redaction.held import Held

_KNOWN_BY_SHAPE = re.compile("|".join((UUID, ACCOUNT, KEY, UNIQUE_ID, THING)))
_NO_NAME = re.compile(
    r"[\d\s.,:/+*-]*|[a-z]{2}(?:-[a-z]+)+-\d|[\w.-]*\.amazonaws\.com(?:\.cn)?|AWS Internal|AWSServiceRole.*|arn:aws.*"
    r"|\d{4}-\d\d-\d\d[T ].*|(?i:true|false|null|none)|\*+|[0-9a-f]{32}|A[A-Z]{3}[A-Z0-9]{8,}:.*|account \d{12}",
    re.DOTALL,
)
"""Numbers, times, regions, hosts of services, AWS's own roles, ids of findings: no name that somebody gave."""

_FOLDER = re.compile(
    r"(?<![\w:/.])/(?:home|root|tmp|var|mnt|opt|srv|data|work|workspace|private|media|Users|Volumes)"
    r"(?:/[^/\s\"':;,<>()]+)*(?=/)|[A-Za-z]:\\(?:[^\\\s\"':;,<>()]+\\)*[^\\\s\"':;,<>()]+(?=\\)"
)
"""A folder of somebody's machine, wherever a path stands: it can hold names of people."""

_ADDRESS = re.compile(
    r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])|(?<![0-9A-Za-z:])[0-9A-Fa-f:]{2,39}:[0-9A-Fa-f:]{1,4}"
)
_PLAIN = re.compile(r"[A-Za-z]?[a-z]*|..?", re.DOTALL)
"""A word of letters alone, or two characters: it can be part of any sentence."""

_WORDS = """
a access account accounts address addresses after all and any are as at benign bucket but by call called calls case
checked command copied credential credentials data days decided end ends event events evidence exists failed first for
from had has have he held him his how in instance is issued it its key keys known last left listed log logs made
malicious may new no none not of on once open or other out own person policy proposed read reached refused report role
roles rule same searched secret seen service session shared since so software some somebody still table that the them
then there these they thief this those to undetermined unknown until use used user users verdict was were what when
where which who whose why with without workload works
"""

_IN_OUR_SENTENCES = frozenset(_WORDS.split())
"""Words of gdkit's own sentences: who names a thing so must not change what the report says. Such a name, as of a
policy that is named all, is taken out only where it is the whole value."""


def rewriter_for(case: CaseFolder, held: Held, sorts: frozenset[str]) -> Rewriter:
    """Gather what is to be taken out of a case, and give what puts the stand-ins in its place.

    Args:
        case: the case; its code book is brought up to what is found.
        held: what it holds.
        sorts: as ``sorts.parse_sorts`` gives them.

    Raises:
        CaseError: the code book is damaged.
        CaseWriteError: the code book cannot be written.
    """
    found: dict[str, str] = {}
    for kind, value in _values(case, held, sorts):
        found.setdefault(value, kind)
    whole = frozenset(value for value, kind in found.items() if _is_common(kind, value))
    by_shape = frozenset(value for value, kind in found.items() if kind in SHAPED)
    return Rewriter(stand_ins(case, found), by_shape, whole)


def _values(case: CaseFolder, held: Held, sorts: frozenset[str]) -> Iterator[tuple[str, str]]:
    texts = list(_texts(held))
    for text in texts:
        yield from shaped(text, sorts)
    if "names" in sorts:
        yield from (("ADDRESS", address) for address in _own_addresses(held))
        for kind, name in names_in(case, held):
            yield from _as_name(kind, name)
        for text in texts:
            yield from (("FOLDER", path) for path in _FOLDER.findall(text))
            for kind, name in named_in_arns(text):
                yield from _as_name(kind, name)
    if "addresses" in sorts:
        yield from (("ADDRESS", address) for text in texts for address in _addresses_in(text))


def _texts(held: Held) -> Iterator[str]:
    """Give every different text of a case, those in the parameters of calls too."""
    seen: set[str] = set()

    def note(text: str, _field: str) -> str:
        seen.add(text)
        return text

    with_texts(held, note)
    yield from sorted(seen)


def _as_name(kind: str, name: str | None) -> Iterator[tuple[str, str]]:
    """Give a text as a name, unless it is none or is known by its shape already."""
    text = (name or "").strip()
    if kind == "ADDRESS":
        yield kind, text
        return
    known = _NO_NAME.fullmatch(text) or _KNOWN_BY_SHAPE.fullmatch(text) or parse_ip(text)
    if len(text) > 1 and not known and text not in _words_of_results():
        yield kind, text


@cache
def _words_of_results() -> frozenset[str]:
    """Give the words that a result takes from a closed list, such as malicious: a name like that tells of nobody."""
    return frozenset(_enumerated(result_schema()))


def _enumerated(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from (word for word in schema.get("enum", ()) if isinstance(word, str))
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            yield from _enumerated(part)


def _is_common(kind: str, value: str) -> bool:
    """Tell whether a name is a word that gdkit's own sentences use."""
    if kind in SHAPED or kind == "ADDRESS" or not _PLAIN.fullmatch(value):
        return False
    return value.lower() in _IN_OUR_SENTENCES or len(value) < 3


def _own_addresses(held: Held) -> set[str]:
    """Give the addresses of the instance, its ways out and its owner, in every spelling that the case holds."""
    own = {row["address"] for row in held.result["origin"]["addresses"]
           if {one["rule"] for one in row["evidence"]} & OURS}  # fmt: skip
    if "own_addresses" in held.tables:
        own |= set(held.tables["own_addresses"]["address"].dropna())
    places = held.tables["addresses"]
    own |= set(places.loc[(places["workload_events"] > 0) & (places["thief_events"] == 0), "source_address"].dropna())
    own |= set(_of_interfaces(held.finding)) | _of_colleagues(held)
    logged = held.tables["session_events"]["source_address"].dropna().unique()
    normal = {normal_address(address) for address in own}
    return {address for address in (*own, *logged) if parse_ip(address) and normal_address(address) in normal}


def _of_colleagues(held: Held) -> set[str]:
    """Give the addresses in leads that are not the thief's: somebody of the own account called from there."""
    suspect = {row["address"] for row in held.result["origin"]["addresses"]
               if row["thief_events"] or row["unknown_events"]}  # fmt: skip
    named = {address for lead in held.result["initial_access"] for address in _addresses_in(lead["statement"])}
    return named - suspect


def _of_interfaces(value: Any, inside: bool = False) -> Iterator[str]:
    """Give each address below the network interfaces that a finding describes."""
    if isinstance(value, dict):
        for name, held in value.items():
            yield from _of_interfaces(held, inside or name.lower() == "networkinterfaces")
    elif isinstance(value, list):
        for held in value:
            yield from _of_interfaces(held, inside)
    elif inside and isinstance(value, str) and parse_ip(value):
        yield value


def _addresses_in(text: str) -> Iterator[str]:
    for found in _ADDRESS.findall(text):
        if ("." in found or found.count(":") > 1) and parse_ip(found):
            yield found
