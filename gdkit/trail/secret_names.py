"""Which names are those of secrets, and what stands under such a name without being one."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

WHICH = (
    r"\d{1,2}|value|text|plaintext|b64|base64|hash|old|new|prod|production|staging|stage|dev|test|qa|live|sandbox"
    r"|ro|rw|primary|secondary|current|previous"
)
ENDING = rf"(?:[-_.]?(?:{WHICH}))?"
"""What may follow a secret's name, to say which one it is."""

KINDS_OF_KEYS = (
    r"(?:jwt|jws|jwe|hmac|aes|rsa|tls|ssl|fernet|cipher|crypto|(?:en|de)crypt(?:ion)?|sign(?:ing)?|signature|master"
    r"|shared|auth|access|account|storage[-_.]?account|license|licence|subscription|webhook|cookie|app"
    r"|application|recovery|activation|stream|unseal|symmetric|security|stripe|sendgrid|mailgun|openai|anthropic|datadog|twilio)"
)
"""Keys that open something, unlike ``s3Key``, ``tagKey``, ``publicKey`` or ``kmsKey``, which name something."""

OTHER_WORDS = r"(?<!by)(?<!com)(?<!tres)(?<!sur)(?<!over)(?<!under)"

_SECRET = re.compile(
    r".*(?:pass(?:word|wd|phrase|code)s?|pwd|secretstring|secretbinary|secret|secretkey|secretaccesskey|secretkeybase"
    rf"|privatekey|apikey|sessionkey|presharedkey|(?:sse|encryption)customerkey)(?:{WHICH})?"
    r"|authparameters|(?:proxy)?authorization|passworddata|x(?:amz|goog)signature|privatekeyplaintext|secretcode"
    r"|basicauthcredentials|base32stringseed|qrcodepng|samlassertion|securitydbencryption|secrettoauthenticate\w+"
)
"""Names of secrets, in small letters and digits alone."""

_LIKELY = re.compile(
    rf"(?:.*{OTHER_WORDS}pass|.*auth|.*{KINDS_OF_KEYS.replace('[-_.]?', '')}key)(?:{WHICH})?"
    r"|(?:sharedaccess|request|url|uploadpolicy|hmac|webhook|q)?signature|sig|(?:set)?cookie|auth(?:orization)?code|keymaterial"
)
_LIKELY_AS_A_WORD = re.compile(rf"(?:(?:.*[\W_\d])?(?i:pw)|.*[a-z]P[Ww]){ENDING}")

_TOKENS_THAT_ARE_NO_SECRET = re.compile(
    r"(?:next|client|clientrequest|client[-_]request|continuation|page|pagination|idempotency|starting)[-_]?token"
    r"|(?:http|httpput)[-_]?tokens?|(?:aws:)?tokenissuetime|.*(?:max|input|output|total).*tokens.*|tokencount",
    re.IGNORECASE,
)
_NO_SECRET = re.compile(
    r"arn:\S*|alias/\S*|A[KS]IA[A-Z0-9]{12,}(?:/\S*)?|true|false|yes|no|on|off|null|none|enabled?|disabled?|required?"
    r"|optional|default|anonymous|(?:aws_?)?iam|basic|digest|oauth2?|openid|saml|jwt|m?tls|kerberos|ldap|kms|sigv?[24]?"
    r"|aes256",
    re.IGNORECASE,
)
"""An ARN, an alias, the id of an access key, and words for a setting."""

_KMS_KEY_ID = re.compile(r"(?:mrk-)?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")


def holds_secret(name: str, value: Any) -> bool:
    """Tell whether what stands under a name is a secret.

    Behind some names, such as ``DB_PASS``, ``redisAuth`` and ``SIGNING_KEY``, only a text is one, and not every text.

    >>> holds_secret("jwtKey", "x7"), holds_secret("publicKey", "x7"), holds_secret("basicAuth", "enabled")
    (True, False, False)
    """
    if value in (None, "") or isinstance(value, bool):
        return False
    if _is_secret(name):
        return not (isinstance(value, dict) and plain(name).endswith("secret"))
    return may_name_secret(name) and _is_likely(name, value)


@lru_cache(maxsize=4096)
def may_name_secret(name: str) -> bool:
    """Tell whether a secret can stand under a name at all."""
    return (_is_secret(name) or _LIKELY.fullmatch(plain(name)) is not None
            or _LIKELY_AS_A_WORD.fullmatch(name) is not None)  # fmt: skip


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """Give a name in small letters and digits alone."""
    return "".join(filter(str.isalnum, name.lower()))


@lru_cache(maxsize=4096)
def _is_secret(name: str) -> bool:
    if _SECRET.fullmatch(plain(name)):
        return True
    return "token" in name.lower() and _TOKENS_THAT_ARE_NO_SECRET.fullmatch(name) is None


def _is_likely(name: str, value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(_is_likely(name, item) for item in value)
    if not isinstance(value, str) or not value or _NO_SECRET.fullmatch(value):
        return False
    return not (
        plain(name).endswith(("encryptionkey", "masterkey", "signingkey", "signkey")) and _KMS_KEY_ID.fullmatch(value)
    )
