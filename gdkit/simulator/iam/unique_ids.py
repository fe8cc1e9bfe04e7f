"""IAM's unique ids as AWS writes them: moto gives users, groups, profiles and policies ids without their prefix."""

from __future__ import annotations

import re

_PREFIXES = {b"UserId": b"AIDA", b"GroupId": b"AGPA", b"InstanceProfileId": b"AIPA", b"PolicyId": b"ANPA"}
"""What begins the unique id of each kind. Source: IAM User Guide, "IAM identifiers", unique ID prefixes."""

_IAM_ANSWER = b"://iam.amazonaws.com/doc/"
_DRAWN = re.compile(rb"<(UserId|GroupId|InstanceProfileId|PolicyId)>([A-Za-z0-9]{20,21})</\1>")
_LENGTH = 21
_NEVER_IN_IDS = bytes.maketrans(b"0189", b"2345")


def with_unique_ids(body: bytes) -> bytes:
    """Give an answer of moto's IAM with ids as AWS has them; what is no answer of IAM stays as it is.

    The same id of moto gives the same id each time, so nothing has to be kept; no call of IAM takes such an id.

    >>> with_unique_ids(b'<A xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><UserId>e41jrqx2db4p1aqzi86b</UserId></A>')
    b'<A xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><UserId>AIDAE43JRQX2DB4P3AQZI</UserId></A>'
    """
    return _DRAWN.sub(_written, body) if _IAM_ANSWER in body else body


def _written(found: re.Match[bytes]) -> bytes:
    name, drawn = found[1], found[2].upper().translate(_NEVER_IN_IDS)
    prefix = _PREFIXES[name]
    own = drawn if drawn.startswith(prefix) and len(drawn) == _LENGTH else (prefix + drawn)[:_LENGTH]
    return b"<%s>%s</%s>" % (name, own, name)
