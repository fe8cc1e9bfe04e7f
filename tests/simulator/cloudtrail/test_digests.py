"""Signed digests: what a check after AWS's description says of whole and of changed buckets."""

from __future__ import annotations

import gzip
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from gdkit.simulator.cloudtrail.delivery import TrailDelivery
from gdkit.simulator.cloudtrail.digests import DigestPlan, SigningKeys, instant, signed_digest
from tests.simulator.cloudtrail.digest_check import Trouble, signature_holds, troubles
from tests.simulator.cloudtrail.samples import (
    BUCKET,
    HOME,
    NOON,
    OTHER,
    Buckets,
    ask,
    at,
    call,
    record,
    refusal,
)
from tests.trail.samples import ACCOUNT

DIGEST = "CloudTrail-Digest"


class Account:
    """An account with a validated trail, and what it wrote."""

    def __init__(self, **settings: Any) -> None:
        self.s3 = Buckets()
        self.trails = TrailDelivery(self.s3.put, **settings)
        self.handlers = self.trails.handlers()

    def do(self, operation: str, when: datetime = NOON, **asked: Any) -> dict[str, Any]:
        """Make a call."""
        return ask(self.handlers, call(operation, when, **asked))

    def begin(self, when: datetime = NOON, **settings: Any) -> None:
        """Make the trail and start it."""
        self.do("CreateTrail", when, Name="main", S3BucketName=BUCKET, **{"EnableLogFileValidation": True} | settings)
        self.do("StartLogging", when, Name="main")

    def events(self, first: int, last: int, **changes: Any) -> None:
        """Take in an event a minute."""
        for minute in range(first, last):
            self.trails.observe(record(minute, at(minute), **changes))

    def keys(self, region: str = HOME, **span: Any) -> list[dict[str, Any]]:
        """Give the public keys."""
        span = {"StartTime": NOON - timedelta(days=1), "EndTime": at(6000)} | span
        return list(self.do("ListPublicKeys", at(6000), region=region, **span)["PublicKeyList"])

    def troubles(self, region: str = HOME) -> list[Trouble]:
        """Check everything of a region."""
        digests = [key for key in self.s3.names(DIGEST) if f"/{region}/" in key]
        return troubles(self.s3, BUCKET, digests, self.keys(region))


@pytest.fixture
def account() -> Account:
    """Give an account whose trail logged for five hours."""
    made = Account()
    made.begin()
    made.events(1, 299)
    made.trails.deliver(at(300))
    return made


def _rewrite(account: Account, key: str, change: Any) -> None:
    body, metadata = account.s3.objects[BUCKET, key]
    document = json.loads(gzip.decompress(body))
    change(document)
    account.s3.objects[BUCKET, key] = (gzip.compress(json.dumps(document).encode()), metadata)


def test_whole_bucket(account: Account) -> None:
    """What was delivered and not touched passes the check: five digests, and every log named by one of them."""
    assert account.troubles() == []
    digests = [account.s3.document(key) for key in account.s3.names(DIGEST)]
    named = [log["s3Object"] for digest in digests for log in digest["logFiles"]]
    assert len(digests) == 5
    assert sorted(named) == account.s3.names()
    assert len(named) == len(set(named)) == 60


def test_starting_digest(account: Account) -> None:
    """The first digest has AWS's fields, names no digest before it, and covers the hour from the start of logging."""
    key, second = account.s3.names(DIGEST)[:2]
    digest = account.s3.document(key)
    logs = digest.pop("logFiles")
    assert digest == {
        "awsAccountId": ACCOUNT,
        "digestStartTime": "2026-11-01T12:00:00Z",
        "digestEndTime": "2026-11-01T13:00:00Z",
        "digestS3Bucket": BUCKET,
        "digestS3Object": f"AWSLogs/{ACCOUNT}/CloudTrail-Digest/{HOME}/2026/11/01/"
        f"{ACCOUNT}_CloudTrail-Digest_{HOME}_main_{HOME}_20261101T130000Z.json.gz",
        "digestPublicKeyFingerprint": account.keys()[0]["Fingerprint"],
        "digestSignatureAlgorithm": "SHA256withRSA",
        "newestEventTime": "2026-11-01T12:59:00Z",
        "oldestEventTime": "2026-11-01T12:01:00Z",
        "previousDigestS3Bucket": None,
        "previousDigestS3Object": None,
        "previousDigestHashValue": None,
        "previousDigestHashAlgorithm": None,
        "previousDigestSignature": None,
    }
    assert key == digest["digestS3Object"]
    assert len(logs) == 12
    assert set(logs[0]) == {
        "s3Bucket", "s3Object", "hashValue", "hashAlgorithm", "newestEventTime", "oldestEventTime",
    }  # fmt: skip
    assert account.s3.document(second)["previousDigestS3Object"] == key


def test_metadata(account: Account) -> None:
    """Signature and algorithm stand in the object's metadata, and the next digest repeats the signature."""
    first, second = account.s3.names(DIGEST)[:2]
    metadata = account.s3.objects[BUCKET, first][1]
    assert set(metadata) == {"signature", "signature-algorithm"}
    assert metadata["signature-algorithm"] == "SHA256withRSA"
    assert account.s3.document(second)["previousDigestSignature"] == metadata["signature"]


def test_log_hash_is_of_the_uncompressed_content(account: Account) -> None:
    """A log's hash is of its content before compression, and its times are those of its events."""
    log = account.s3.document(account.s3.names(DIGEST)[0])["logFiles"][0]
    content = gzip.decompress(account.s3.objects[BUCKET, log["s3Object"]][0])
    assert log["hashValue"] == hashlib.sha256(content).hexdigest()
    times = sorted(row["eventTime"] for row in json.loads(content)["Records"])
    assert (log["oldestEventTime"], log["newestEventTime"]) == (times[0], times[-1])


@pytest.mark.parametrize("which", [0, 17, -1])
def test_changed_log(account: Account, which: int) -> None:
    """A log in which one event was changed is found, and nothing else."""
    key = account.s3.names()[which]
    _rewrite(account, key, lambda document: document["Records"][0].update(sourceIPAddress="203.0.113.1"))
    assert account.troubles() == [Trouble("log changed", key)]


def test_event_removed_from_log(account: Account) -> None:
    """A log from which one event was taken out is found."""
    key = account.s3.names()[3]
    _rewrite(account, key, lambda document: document["Records"].pop())
    assert account.troubles() == [Trouble("log changed", key)]


@pytest.mark.parametrize("which", [0, 30, -1])
def test_missing_log(account: Account, which: int) -> None:
    """A log that was deleted is found."""
    key = account.s3.names()[which]
    del account.s3.objects[BUCKET, key]
    assert account.troubles() == [Trouble("log missing", key)]


@pytest.mark.parametrize("which", [0, 1, 3])
def test_removed_digest(account: Account, which: int) -> None:
    """A digest that was deleted is found by the one after it, and the older ones are checked all the same."""
    key, log = account.s3.names(DIGEST)[which], account.s3.names()[0]
    del account.s3.objects[BUCKET, key]
    del account.s3.objects[BUCKET, log]
    expected = {Trouble("digest missing", key)} | ({Trouble("log missing", log)} if which else set())
    assert set(account.troubles()) == expected


@pytest.mark.parametrize(
    "change",
    [
        lambda digest: digest["logFiles"].pop(),
        lambda digest: digest["logFiles"][0].update(hashValue="0" * 64),
        lambda digest: digest.update(digestStartTime="2026-11-01T12:59:00Z"),
        lambda digest: digest.update(previousDigestSignature="00" * 256),
        lambda digest: digest.update(digestEndTime="2026-11-01T14:00:01Z"),
    ],
)
def test_changed_digest(account: Account, change: Any) -> None:
    """A digest in which anything was changed no longer fits its signature."""
    key = account.s3.names(DIGEST)[1]
    _rewrite(account, key, change)
    assert account.troubles() == [Trouble("digest changed", key)]


def test_moved_digest(account: Account) -> None:
    """A digest that was put in the place of another is found."""
    first, second = account.s3.names(DIGEST)[:2]
    account.s3.objects[BUCKET, second] = account.s3.objects[BUCKET, first]
    assert account.troubles() == [Trouble("digest moved", second)]


def test_digest_of_another_key(account: Account) -> None:
    """A digest that someone signed with a key of their own is found."""
    place = account.s3.names(DIGEST)[-1]
    document = account.s3.document(place)
    plan = DigestPlan(ACCOUNT, HOME, at(240), at(300), BUCKET, place)
    forged = signed_digest(plan, (), None, SigningKeys())
    account.s3.objects[BUCKET, place] = (forged.body, forged.metadata)
    assert document["digestS3Object"] == place
    assert account.troubles() == [Trouble("public key unknown", place)]


def test_replaced_digest(account: Account) -> None:
    """A digest rewritten with CloudTrail's own key, which only AWS holds, would still be found by the chain."""
    place = account.s3.names(DIGEST)[1]
    plan = DigestPlan(ACCOUNT, HOME, at(60), at(120), BUCKET, place)
    forged = signed_digest(plan, (), None, account.trails._keys)
    account.s3.objects[BUCKET, place] = (forged.body, forged.metadata)
    assert Trouble("digest replaced", place) in account.troubles()


def test_other_algorithm(account: Account) -> None:
    """A digest whose metadata names another way of signing is found."""
    key = account.s3.names(DIGEST)[2]
    account.s3.objects[BUCKET, key][1]["signature-algorithm"] = "none"
    assert account.troubles() == [Trouble("signature algorithm unknown", key)]


def test_empty_hour() -> None:
    """An hour without events has a digest that names no log and no event time, chained like any other."""
    account = Account()
    account.begin()
    account.events(1, 10)
    account.trails.deliver(at(200))
    digests = [account.s3.document(key) for key in account.s3.names(DIGEST)]
    assert [len(digest["logFiles"]) for digest in digests] == [2, 0, 0]
    assert (digests[1]["newestEventTime"], digests[1]["oldestEventTime"]) == (None, None)
    assert digests[2]["previousDigestS3Object"] == digests[1]["digestS3Object"]
    assert account.troubles() == []


def test_hours_begin_with_logging() -> None:
    """Digest hours run from the second in which logging began, as AWS's do not fall on full hours either."""
    account = Account()
    account.begin(at(1, 31.5))
    account.trails.deliver(at(61, 30))
    assert account.s3.names(DIGEST) == []
    account.trails.deliver(at(61, 31))
    (key,) = account.s3.names(DIGEST)
    assert key.endswith("_20261101T130131Z.json.gz")


def test_stopped_trail() -> None:
    """The last digest of a stopped trail names the last logs, the stop among their events; none comes after."""
    account = Account()
    account.begin()
    account.events(1, 90)
    account.do("StopLogging", at(90), Name="main")
    account.trails.observe(record(90, at(90), eventSource="cloudtrail.amazonaws.com", eventName="StopLogging"))
    account.events(91, 400)
    account.trails.deliver(at(400))
    digests = [account.s3.document(key) for key in account.s3.names(DIGEST)]
    assert [digest["digestEndTime"] for digest in digests] == ["2026-11-01T13:00:00Z", "2026-11-01T14:00:00Z"]
    assert digests[-1]["newestEventTime"] == "2026-11-01T13:30:00Z"
    last = account.s3.document(digests[-1]["logFiles"][-1]["s3Object"])
    assert [row["eventName"] for row in last["Records"]] == ["StopLogging"]
    assert account.troubles() == []


def test_stop_just_before_the_hour() -> None:
    """Where the last log is delivered after the hour, one more digest names it."""
    account = Account()
    account.begin(at(1))
    account.events(2, 61)
    account.do("StopLogging", at(60, 30), Name="main")
    account.trails.deliver(at(300))
    digests = [account.s3.document(key) for key in account.s3.names(DIGEST)]
    assert [digest["digestEndTime"] for digest in digests] == ["2026-11-01T13:01:00Z", "2026-11-01T14:01:00Z"]
    assert sum(len(digest["logFiles"]) for digest in digests) == len(account.s3.names())


def test_last_delivery_at_the_end_of_the_hour() -> None:
    """Where the last log is delivered as the hour ends, that hour's digest names it and is the last."""
    account = Account()
    account.begin()
    account.events(1, 57)
    account.do("StopLogging", at(57), Name="main")
    account.trails.deliver(at(300))
    (digest,) = (account.s3.document(key) for key in account.s3.names(DIGEST))
    assert digest["newestEventTime"] == "2026-11-01T12:56:00Z"
    assert len(digest["logFiles"]) == len(account.s3.names())


def test_gap_after_restart() -> None:
    """After a stop and a later start a new chain begins, and the check names the gap."""
    account = Account()
    account.begin()
    account.events(1, 30)
    account.do("StopLogging", at(30), Name="main")
    account.events(31, 200)
    account.do("StartLogging", at(200), Name="main")
    account.events(201, 300)
    account.trails.deliver(at(320))
    first, *others = account.s3.names(DIGEST)
    assert account.s3.document(others[0])["previousDigestS3Object"] is None
    assert account.s3.document(others[0])["digestStartTime"] == "2026-11-01T15:20:00Z"
    assert account.troubles() == [Trouble("chain begins anew", others[0])]
    assert account.s3.document(first)["digestEndTime"] == "2026-11-01T13:00:00Z"


def test_short_stop_keeps_the_chain() -> None:
    """A trail that is started again before its last digest goes on with the same chain."""
    account = Account()
    account.begin()
    account.events(1, 10)
    account.do("StopLogging", at(10), Name="main")
    account.events(11, 20)
    account.do("StartLogging", at(20), Name="main")
    account.events(21, 100)
    account.trails.deliver(at(180))
    assert account.troubles() == []
    assert [account.s3.document(key)["previousDigestS3Object"] is None for key in account.s3.names(DIGEST)] == [
        True,
        False,
        False,
    ]


def test_deleted_trail() -> None:
    """A deleted trail still delivers its last logs and its last digest."""
    account = Account()
    account.begin()
    account.events(1, 20)
    account.do("DeleteTrail", at(20), Name="main")
    account.trails.observe(record(20, at(20), eventSource="cloudtrail.amazonaws.com", eventName="DeleteTrail"))
    account.events(21, 90)
    account.trails.deliver(at(23))
    account.trails.deliver(at(300))
    (digest,) = (account.s3.document(key) for key in account.s3.names(DIGEST))
    assert digest["newestEventTime"] == "2026-11-01T12:20:00Z"
    assert account.troubles() == []


def test_validation_switched_off_and_on() -> None:
    """Logs delivered while validation was off are in no digest, and the next chain begins anew."""
    account = Account()
    account.begin()
    account.events(1, 30)
    account.do("UpdateTrail", at(30), Name="main", EnableLogFileValidation=False)
    account.events(30, 200)
    account.do("UpdateTrail", at(200), Name="main", EnableLogFileValidation=True)
    account.events(200, 290)
    account.trails.deliver(at(330))
    digests = [account.s3.document(key) for key in account.s3.names(DIGEST)]
    assert [digest["previousDigestS3Object"] is None for digest in digests] == [True, True, False]
    assert [digest["oldestEventTime"] for digest in digests][1] == "2026-11-01T15:20:00Z"
    named = {log["s3Object"] for digest in digests for log in digest["logFiles"]}
    assert 0 < len(set(account.s3.names()) - named) < len(account.s3.names())


def test_no_validation() -> None:
    """A trail without validation, which is AWS's default, writes logs and no digest."""
    account = Account()
    account.begin(EnableLogFileValidation=False)
    account.events(1, 100)
    account.trails.deliver(at(200))
    assert account.s3.names()
    assert account.s3.names(DIGEST) == []


def test_keys_of_regions() -> None:
    """Each region signs with a key of its own, and a digest is checked with its own region's key only."""
    account = Account()
    account.begin(IsMultiRegionTrail=True)
    account.events(1, 50)
    account.events(1, 50, awsRegion="us-east-1")
    account.trails.deliver(at(60))
    assert account.troubles() == account.troubles("us-east-1") == []
    (here,), (there,) = account.keys(), account.keys("us-east-1")
    assert here["Fingerprint"] != there["Fingerprint"]
    digest = [key for key in account.s3.names(DIGEST) if "/us-east-1/" in key]
    assert f"_us-east-1_main_{HOME}_" in digest[0]
    assert troubles(account.s3, BUCKET, digest, [here]) == [Trouble("public key unknown", digest[0])]


def test_accounts_of_an_organization_have_chains_of_their_own() -> None:
    """What one account's events do to a trail's bucket leaves the digests of the other accounts whole."""
    account = Account(organization_of=lambda account_id: _organization())
    account.begin(IsOrganizationTrail=True)
    account.events(1, 100)
    account.events(1, 100, recipientAccountId=OTHER)
    account.trails.deliver(at(120))
    prefix = f"AWSLogs/o-exampleorg/{OTHER}/CloudTrail-Digest/{HOME}/"
    others = [key for key in account.s3.names(DIGEST) if key.startswith(prefix)]
    assert len(others) == 2
    assert account.s3.document(others[0])["awsAccountId"] == OTHER
    assert troubles(account.s3, BUCKET, others, account.keys()) == []


def _organization() -> Any:
    from gdkit.simulator.cloudtrail.trails import Organization

    return Organization("o-exampleorg", ACCOUNT, frozenset({ACCOUNT, OTHER}))


def test_failed_digest_is_put_later() -> None:
    """A digest that the bucket refused is shown in the status and put with the next delivery; the chain holds."""
    account = Account()
    account.begin()
    account.events(1, 30)
    account.trails.deliver(at(59))
    account.s3.refuses = "AccessDenied"
    account.trails.deliver(at(60))
    assert account.do("GetTrailStatus", Name="main")["LatestDigestDeliveryError"] == "AccessDenied"
    account.s3.refuses = ""
    account.trails.deliver(at(130))
    status = account.do("GetTrailStatus", Name="main")
    assert "LatestDigestDeliveryError" not in status
    assert status["LatestDigestDeliveryTime"] == at(120)
    assert account.troubles() == []
    assert len(account.s3.names(DIGEST)) == 2


def test_public_key_form() -> None:
    """A public key is PKCS#1 in DER, 2,048 bits, with a fingerprint of 32 hex digits."""
    (row,) = Account().keys()
    loaded = load_der_public_key(row["Value"])
    assert isinstance(loaded, rsa.RSAPublicKey)
    assert loaded.key_size == 2048
    assert row["Value"][:2] == b"\x30\x82"
    assert len(row["Fingerprint"]) == 32
    assert int(row["Fingerprint"], 16)
    assert row["ValidityStartTime"] <= NOON <= row["ValidityEndTime"]


def test_checker_agrees_with_a_library() -> None:
    """The hand-made signature check says the same as a library's, of right and of wrong signatures."""
    keys = SigningKeys()
    signature = bytes.fromhex(keys.sign(HOME, NOON, "a text"))
    value = keys.public_keys(HOME, NOON, NOON)[0]["Value"]
    library = load_der_public_key(value)
    assert isinstance(library, rsa.RSAPublicKey)
    library.verify(signature, b"a text", padding.PKCS1v15(), hashes.SHA256())
    assert signature_holds(value, signature, b"a text")
    for wrong, text in ((signature, b"a texT"), (signature[:-1] + bytes([signature[-1] ^ 1]), b"a text")):
        assert not signature_holds(value, wrong, text)
        with pytest.raises(InvalidSignature):
            library.verify(wrong, text, padding.PKCS1v15(), hashes.SHA256())
    assert not signature_holds(value, signature[:-1], b"a text")


def test_keys_of_years() -> None:
    """A new year has a new key; the list holds the keys of the span that signed, and the one in use."""
    keys = SigningKeys()
    first, last = datetime(2026, 12, 31, 23, 59, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    assert keys.fingerprint(HOME, first) != keys.fingerprint(HOME, last)
    assert keys.fingerprint(HOME, first) == keys.fingerprint(HOME, first - timedelta(days=300))
    both = keys.public_keys(HOME, first, last)
    assert [row["Fingerprint"] for row in both] == [keys.fingerprint(HOME, first), keys.fingerprint(HOME, last)]
    assert keys.public_keys(HOME, last, last) == both[1:]
    assert keys.public_keys(HOME, datetime(2001, 1, 1, tzinfo=UTC), first) == both[:1]


def test_list_public_keys_without_a_span() -> None:
    """Without a span the key in use is given; a span that ends before it begins is refused."""
    account = Account()
    (row,) = account.do("ListPublicKeys")["PublicKeyList"]
    assert row["Fingerprint"] == account.keys()[0]["Fingerprint"]
    asked = {"StartTime": at(1), "EndTime": at(0)}
    assert refusal(lambda: account.do("ListPublicKeys", at(5), **asked)) == "InvalidTimeRangeException"


def test_instant() -> None:
    """Times are written in UTC, to the second."""
    assert instant(NOON + timedelta(microseconds=999_999)) == "2026-11-01T12:00:00Z"
