"""Names in what a call was made with and what it was answered: values of fields that name things, and parts of ARNs."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from gdkit.identifiers import parse_ip

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

_NAMING = re.compile(
    r"(?P<what>[A-Za-z]*?)(?:[Nn]ames?|[Ii]ds?|[Kk]eys?|[Vv]alues?|[Pp]refix|[Pp]ath|[Aa]lias|[Hh]ost|[Tt]itle)"
    r"|(?P<thing>[A-Za-z]*?(?:[Bb]ucket|[Uu]ser|[Rr]ole|[Gg]roup|[Ss]ecret|[Tt]opic|[Qq]ueue|[Tt]able|[Cc]luster|"
    r"[Dd]omain|[Ff]unction|[Ss]tack|[Tt]rail|[Dd]atabase))"
)
"""Fields whose value is a name or an id. Source: the members of AWS's API shapes, as CloudTrail records them."""

_OWN_ADDRESS = re.compile(r"(?:public|private)(?:Ip|Ipv[46])(?:Address)?|ipv6Address")
"""Fields whose value is the address of a thing of the account. Source: EC2 API, ``Instance``, ``NetworkInterface``."""

_KINDS = frozenset({"BUCKET", "USER", "ROLE", "GROUP", "SECRET", "FUNCTION", "TABLE", "QUEUE", "TOPIC", "POLICY"})
"""Words of a field that are a stand-in's word too."""

_ARN = re.compile(r"arn:aws[a-z-]*:([a-z0-9-]*):([a-z0-9-]*):([0-9A-Za-z-]*):([^\s\"'\\,;<>()\[\]{}]+)")
_TYPE_WORD = re.compile(r"[a-z][a-z-]*")


def named_in_parameters(texts: pd.Series) -> Iterator[tuple[str, str]]:
    """Give each name in the parameters or answers of calls, which are JSON text, with its kind."""
    for text in texts.dropna().unique():
        try:
            document = json.loads(text)
        except ValueError:
            continue  # what is no JSON has no fields; what has a shape or an ARN in it is found all the same
        yield from _named(document, "")


def named_in_arns(text: str) -> Iterator[tuple[str, str]]:
    """Give each name in the ARNs of a text, with its kind; AWS's own policies and roles, and findings, have none.

    >>> list(named_in_arns("by arn:aws:sts::111122223333:assumed-role/shop-web/kim"))
    [('ROLE', 'shop-web'), ('SESSION', 'kim')]
    >>> list(named_in_arns("arn:aws:s3:::shop-customers/2026/a.csv"))
    [('BUCKET', 'shop-customers'), ('OBJECT', '2026/a.csv')]
    """
    for service, _region, account, named in _ARN.findall(text):
        if account == "aws" or service == "guardduty" or "aws-service-role/" in named:
            continue
        resource = named.rstrip(".:")  # the end of a sentence
        if service == "s3":
            bucket, _, key = resource.partition("/")
            yield "BUCKET", bucket
            yield "OBJECT", key
        else:
            yield from _of_resource(resource)


def _of_resource(resource: str) -> Iterator[tuple[str, str]]:
    parts = [part for part in re.split(r"[/:]", resource) if part]
    kind = parts.pop(0) if len(parts) > 1 and _TYPE_WORD.fullmatch(parts[0]) else "name"
    if kind == "assumed-role":
        yield from zip(("ROLE", "SESSION"), parts, strict=False)
    else:
        yield from ((kind.upper(), part) for part in parts)
        yield kind.upper(), "/".join(parts)


def _named(value: Any, field: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, held in value.items():
            yield from _named(held, str(name))
    elif isinstance(value, list):
        for held in value:
            yield from _named(held, field)
    elif isinstance(value, str) and _OWN_ADDRESS.fullmatch(field) and parse_ip(value):
        yield "ADDRESS", value
    elif isinstance(value, str) and (found := _NAMING.fullmatch(field)):
        word = (found["what"] or found["thing"] or "").upper()
        yield ("OBJECT" if field == "key" else word if word in _KINDS else "NAME"), value
