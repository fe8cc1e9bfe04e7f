"""The sample theft by a thief who writes attacks wherever he may choose a text."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

from gdkit.sample import CHAINED_KEY, SECOND_ACCOUNT, STOLEN_KEY, Sample, sample_finding, write_sample

if TYPE_CHECKING:
    from pathlib import Path

MARK = "gdevil"
"""Stands in every payload, so that a test sees that the payload was shown at all."""

PAYLOADS = (
    f"<script>alert('{MARK}')</script>",
    f"</script><script>alert('{MARK}')</script>",
    f'</iframe></section></table><img src=x onerror="alert(\'{MARK}\')">',
    f'"onload="alert(1)" x="{MARK}',
    f"' onmouseover='alert(1)' {MARK} '",
    f"<svg/onload=alert('{MARK}')>",
    f'<a href="javascript:alert(1)">{MARK}</a>',
    f"[{MARK}](javascript:alert(1)) ![x](https://evil.example/{MARK}.png)",
    f"# {MARK}\n\n<b>bold</b> `code` **strong**\n\n| a |\n|---|\n",
    f"{{{{7*7}}}} ${{7*7}} {{% raw %}} {MARK}",
    f"=cmd|'/C calc'!A0 {MARK}",
    f"@SUM(1+9)*cmd {MARK}",
    f"\x1b[2J\x1b]0;{MARK}\x07\x1b[31m",
    f"\u202e{MARK}\u202c\u200b\u2066\ufeff",
    f"<!-- {MARK} --><![CDATA[",
    f"&lt;img src=x onerror=alert(1)&gt; {MARK} &#60;svg&#62;",
    f"a\u2028{MARK}\u2029b\x00c\rd",
    f"half a pair \ud800 {MARK}",
    f"</noscript></style></textarea></title><iframe srcdoc='<script>1</script>'>{MARK}",
    f"NAME ARGUMENTS CONTENT CSS \"JS\" {MARK}",
    f'<img src="https://evil.example/{MARK}.png" onload="top.pwned=1" onerror="top.pwned=1">',
    f"javascript:top.pwned='{MARK}'",
    f"https://evil.example/{MARK}?<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    f"\"}}); top.pwned = '{MARK}'; ({{\"x\": \"",
    f"{MARK} " + "<x>" * 66_666,
    f"$\\href{{https://evil.example/{MARK}}}{{{MARK}}}$ $$\\sum$$ \\(\\pi\\)",
)  # fmt: skip


def hostile_sample(folder: Path) -> Sample:
    """Write the sample with a payload in each text that the thief, or a log of his making, may choose."""
    sample = write_sample(folder)
    number = 0
    for path in sorted(sample.trail.rglob("*.gz")):
        records = json.loads(gzip.decompress(path.read_bytes()))["Records"]
        for record in records:
            if record["userIdentity"].get("accessKeyId") in (STOLEN_KEY, CHAINED_KEY):
                _poison(record, number)
                number += 1
        records += [_extra(records[0], number + more) for more in range(len(PAYLOADS))]
        path.write_bytes(gzip.compress(json.dumps({"Records": records}).encode()))
    sample.finding.write_text(json.dumps(hostile_finding(), indent=1))
    return sample


def hostile_finding() -> dict[str, Any]:
    """Give the sample finding with a payload in each text that is not a name that gdkit goes by."""
    finding = sample_finding()
    texts = iter(PAYLOADS * 3)
    finding |= {"title": next(texts), "description": next(texts)}
    finding["resource"]["accessKeyDetails"] |= {"userName": next(texts), "userType": next(texts)}
    finding["resource"]["s3BucketDetails"] = [{"name": text, "arn": f"arn:aws:s3:::{text}"} for text in PAYLOADS]
    finding["resource"]["instanceDetails"] |= {"imageId": next(texts), "iamInstanceProfile": {"arn": next(texts)}}
    action = finding["service"]["action"]["awsApiCallAction"]
    action |= {"api": next(texts), "serviceName": next(texts), "userAgent": next(texts), "errorCode": next(texts)}
    action["remoteIpDetails"] |= {
        "country": {"countryName": next(texts), "countryCode": "NL"},
        "city": {"cityName": next(texts)},
        "organization": {"asn": next(texts), "asnOrg": next(texts), "isp": next(texts), "org": next(texts)},
    }
    finding["service"]["additionalInfo"] = {"type": next(texts), "value": next(texts)}
    return finding


def _text(number: int) -> str:
    return PAYLOADS[number % len(PAYLOADS)]


def _poison(record: dict[str, Any], number: int) -> None:
    texts = [_text(number + step) for step in range(8)]
    record["userAgent"] = texts[0]
    record["errorCode"], record["errorMessage"] = texts[1], texts[2]
    record["requestParameters"] = (record["requestParameters"] or {}) | {
        "bucketName": texts[3],
        "key": texts[4],
        texts[5]: [texts[6]],
    }
    record["resources"] = [{"type": texts[5], "ARN": f"arn:aws:s3:::{texts[6]}", "accountId": texts[7]}]
    identity = record["userIdentity"]
    issuer = identity["sessionContext"]["sessionIssuer"]
    issuer |= {"userName": texts[7], "arn": f"arn:aws:iam::{identity['accountId']}:role/{texts[7]}"}
    identity["sessionContext"]["sourceIdentity"] = texts[4]
    if identity["accessKeyId"] == CHAINED_KEY:
        name = texts[0]
        identity["principalId"] = f"AROASAMPLEREPORTING01:{name}"
        identity["arn"] = f"arn:aws:sts::{SECOND_ACCOUNT}:assumed-role/reporting/{name}"
    if record["eventName"] == "AssumeRole":
        record["requestParameters"]["roleSessionName"] = texts[0]
        record["responseElements"]["assumedRoleUser"]["assumedRoleId"] = f"AROASAMPLEREPORTING01:{texts[0]}"
        del record["errorCode"], record["errorMessage"]


def _extra(record: dict[str, Any], number: int) -> dict[str, Any]:
    """Give a call of the stolen session in which even the texts that AWS chooses are attacks."""
    text = _text(number)
    identity = {
        "type": "AssumedRole",
        "principalId": sample_finding()["resource"]["accessKeyDetails"]["principalId"],
        "accessKeyId": STOLEN_KEY,
        "accountId": record["recipientAccountId"],
        "sessionContext": {"sessionIssuer": {"userName": text, "arn": text}, "ec2RoleDelivery": text},
    }
    taken = ("requestParameters", "responseElements", "resources", "errorCode", "errorMessage")
    return {name: value for name, value in record.items() if name not in taken} | {
        "eventID": f"{text} {number}",
        "eventName": text,
        "eventSource": text,
        "awsRegion": text,
        "sourceIPAddress": text,
        "userAgent": text,
        "eventType": text,
        "recipientAccountId": text,
        "vpcEndpointId": text,
        "tlsDetails": {"tlsVersion": text, "cipherSuite": text},
        "userIdentity": identity,
    }
