"""The change itself: a text with the stand-ins in place of the values."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

from gdkit.report.redaction.shapes import UUID

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_FIELDS = """
act access access_level address_kind api at attack_version authentication_method callerType cause certainty
decision did ends error_code errorCode event_category event_id event_ids event_name
event_source event_type event_version form hash http_endpoint http_tokens identity_type kind outcome partition party
phase plan_hash plan_short_hash previous proposed proposed_verdict region regions request_ids resourceRole resourceType
rule schemaVersion schema_version serviceName severity sha256 shared_event_id stage standing state status step
tls_cipher_suite tls_version toward type userType verdict weight
"""

OUR_WORDS = frozenset(_FIELDS.split())
"""Fields that hold AWS's or gdkit's own words: identifiers are taken out of them, and names are not looked for."""

_PLAIN_WORDS = re.compile(r"[\w.:/ -]{0,100}(?:\n[\w.:/ -]{0,100})*")
"""How such words look; a text that looks otherwise is a log's own, whatever field it stands in."""

SHAPED = frozenset({"ACCOUNT", "KEY", "ID", "THING"})
"""Kinds that are known by their shape."""


@dataclass(frozen=True)
class Rewriter:
    """Puts stand-ins in the place of values.

    Attributes:
        stand_ins: stand-in by value, of everything that is taken out.
        shaped: those of the values that are known by their shape.
        whole: those that are so common a word that they are taken out only where they are a whole value.
    """

    stand_ins: Mapping[str, str]
    shaped: frozenset[str]
    whole: frozenset[str]

    def __call__(self, text: str, field: str) -> str:
        """Give a text of a field with the stand-ins in it."""
        if field in OUR_WORDS and _PLAIN_WORDS.fullmatch(text):
            return self._shapes.sub(self._replaced, text)
        lines = self._texts.sub(self._replaced, text).split("\n")
        return "\n".join(self.stand_ins[line] if line in self.whole else line for line in lines)

    def _replaced(self, found: re.Match[str]) -> str:
        return found[0] if found.lastgroup == "kept" else self._spellings[found[0]]

    @cached_property
    def _spellings(self) -> dict[str, str]:
        """Give the stand-in by each way in which a value can be spelled."""
        return {spelled: stand_in for value, stand_in in self.stand_ins.items() for spelled in spellings(value)}

    @cached_property
    def _texts(self) -> re.Pattern[str]:
        values = [value for value in self.stand_ins if value not in self.whole]
        return _pattern(spelled for value in values for spelled in spellings(value))

    @cached_property
    def _shapes(self) -> re.Pattern[str]:
        return _pattern(spelled for value in self.shaped for spelled in spellings(value))


def spellings(value: str) -> Iterator[str]:
    """Give a value as texts hold it: itself, in JSON, in a URL; an account in groups, an address in a host's name.

    >>> list(spellings("111122223333")), list(spellings("10.0.1.5"))
    (['111122223333', '1111-2222-3333'], ['10.0.1.5', '10-0-1-5'])
    """
    yield value
    inside = json.dumps(value)[1:-1]
    encoded = quote(value, safe="", errors="surrogatepass")
    yield from {inside, encoded, json.dumps(value, ensure_ascii=False)[1:-1]} - {value}
    if re.fullmatch(r"\d{12}", value):
        yield f"{value[:4]}-{value[4:8]}-{value[8:]}"
    if re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}", value):
        yield value.replace(".", "-")


def _pattern(spelled: Iterable[str]) -> re.Pattern[str]:
    """Give a pattern of all spellings, the longest first; a letter or digit beside one makes it another word."""
    literals = [_bounded(text) for text in sorted(set(spelled), key=lambda text: (-len(text), text))]
    return re.compile("|".join([f"(?P<kept>{UUID})", *literals]))


def _bounded(text: str) -> str:
    """Give a literal; digits are bounded by digits alone, so that an account is found inside of any name."""
    inner = r"\d" if text.replace("-", "").isdigit() else r"\w"
    begin = rf"(?:(?<!{inner})|(?<=%[0-9A-Fa-f]{{2}}))" if re.match(r"\w", text) else ""
    end = rf"(?!{inner})" if re.search(r"\w\Z", text) else ""
    return begin + re.escape(text) + end
