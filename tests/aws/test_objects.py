"""Buckets as the reader sees them: found by boto3, read by obstore; every failure is one error that says what to do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import CredentialRetrievalError

from gdkit.aws import AwsAccess, ReadOnlyAws, ResponderAws, objects, open_read_only
from gdkit.errors import AwsError
from tests.aws.buckets import NAME, Answered, LocalBucket, local_bucket
from tests.aws.fakes import READER_KEY, simulate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gdkit.aws.objects import Bucket

KMS = (
    "User: arn:aws:sts::111122223333:assumed-role/r/s is not authorized to perform: kms:Decrypt on resource: "
    "arn:aws:kms:eu-west-1:111122223333:key/x because no identity-based policy allows the kms:Decrypt action"
)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let requests be made again without waiting."""
    waits = {"init_backoff": timedelta(milliseconds=1), "max_backoff": timedelta(milliseconds=2), "base": 2}
    monkeypatch.setattr("gdkit.aws.objects.BACKOFF", waits)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalBucket]:
    """Serve a bucket of five objects in a simulated account, with other places named all around."""
    held = {f"AWSLogs/{name}": name.encode() for name in ("1/a.gz", "1/b.gz", "2/c.gz", "2/d'é &+%41.gz")}
    with local_bucket(objects={**held, "x.gz": b"x"}) as bucket, local_bucket() as elsewhere:
        for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "HTTP_PROXY", "http_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(name, elsewhere.url)
        monkeypatch.setenv("AWS_SKIP_SIGNATURE", "true")
        monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
        simulate(monkeypatch, bucket.url)
        yield bucket
        assert elsewhere.asked == []


def opened(prefix: str = "", *, requester_pays: bool = False) -> Bucket:
    """Open the bucket as a command does."""
    return open_read_only(AwsAccess()).bucket(NAME, prefix, requester_pays=requester_pays)


def test_read_in_a_simulated_account(served: LocalBucket) -> None:
    """Folders, objects and contents are read from the simulator alone, with its key, whatever the environment says."""
    bucket = opened()
    assert bucket.folders("") == ["AWSLogs/"]
    assert bucket.folders("AWSLogs/") == ["AWSLogs/1/", "AWSLogs/2/"]
    listed = [one for page in bucket.objects("AWSLogs/") for one in page]
    assert [one.key for one in listed] == [key for key in sorted(served.objects) if key.startswith("AWSLogs/")]
    assert [bucket.content(one.key) for one in listed] == [served.objects[one.key] for one in listed]
    assert [one.size_bytes for one in listed] == [len(served.objects[one.key]) for one in listed]
    assert served.keys == {READER_KEY}
    assert served.headers["user-agent"].startswith("gdkit/")
    assert "x-amz-request-payer" not in served.headers


def test_pages(served: LocalBucket) -> None:
    """A listing of many pages gives each object once, and can begin behind a key; an empty one gives nothing."""
    served.page = 2
    bucket = opened()
    served.asked.clear()
    assert [one.key for page in bucket.objects("") for one in page] == sorted(served.objects)
    assert len(served.asked) == 1 + 3, "and one that asks for keys that begin with a slash"
    assert [one.key for page in bucket.objects("AWSLogs/", "AWSLogs/1/b.gz") for one in page] == [
        "AWSLogs/2/c.gz", "AWSLogs/2/d'é &+%41.gz"]  # fmt: skip
    assert list(bucket.objects("nothing/")) == []


def test_requester_pays(served: LocalBucket) -> None:
    """Where the reader agrees to pay, every request says so."""
    bucket = opened(requester_pays=True)
    bucket.folders("")
    assert served.headers["x-amz-request-payer"] == "requester"
    bucket.content("x.gz")
    assert served.headers["x-amz-request-payer"] == "requester"


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (Answered(403, "AccessDenied", KMS), "denied", "no permission for kms:Decrypt: no policy of your role"),
        (Answered(403, "AccessDenied", "Access Denied"), "denied", "no permission for s3:GetObject"),
        (Answered(400, "ExpiredToken", "x"), "expired", "have expired"),
        (Answered(400, "KMS.DisabledException", "key x is disabled &"), "other", "KMS.DisabledException.*disabled &"),
        (Answered(403, "InvalidObjectState", "archived"), "other", "InvalidObjectState"),
        (Answered(404, "NoSuchKey", ""), "other", "NoSuchKey"),
        (Answered(503, "SlowDown", "x"), "throttled", "too many calls"),
        (Answered(500, "InternalError", "x"), "unreachable", "the service itself failed"),
        (Answered(403), "denied", "no permission for s3:GetObject"),
        (Answered(short_by=7), "incomplete", "cut off"),
    ],
)
def test_failures(served: LocalBucket, answer: Answered, kind: str, said: str) -> None:
    """What AWS answers in the place of an object is one error, of its kind, with the permission that is missing."""
    bucket = opened()
    served.answers["x.gz"] = answer
    with pytest.raises(AwsError, match=said) as caught:
        bucket.content("x.gz")
    assert caught.value.kind == kind
    assert caught.value.permission == (said.split()[3].rstrip(":") if kind == "denied" else "")
    assert "Debug source" not in str(caught.value)


def test_what_passes_is_tried_again(served: LocalBucket) -> None:
    """A service that fails or slows down for a moment is asked again."""
    bucket = opened()
    served.answers["x.gz"] = Answered(503, "SlowDown", times=2)
    assert bucket.content("x.gz") == b"x"
    assert served.got == ["x.gz"] * 3


@pytest.mark.parametrize("code", ["AccessDenied", "NoSuchBucket", "PermanentRedirect"])
def test_bucket_that_cannot_be_listed(served: LocalBucket, code: str) -> None:
    """A bucket that does not exist or may not be listed is told when it is opened."""
    served.answers[""] = Answered(403 if code == "AccessDenied" else 404, code, "x")
    with pytest.raises(AwsError, match=code if code != "AccessDenied" else "s3:ListBucket"):
        opened("AWSLogs/")


def test_listing_that_fails_later(served: LocalBucket) -> None:
    """A listing that fails under way is an error, never a shorter listing."""
    bucket = opened()
    served.answers[""] = Answered(403, "AccessDenied", "x")
    with pytest.raises(AwsError, match="s3:ListBucket"):
        list(bucket.objects(""))


def test_odd_keys(served: LocalBucket) -> None:
    """A key with an empty part, or a dot, is listed and read as any other, and costs its neighbours nothing."""
    served.page = 2
    odd = {"AWSLogs/1//0.json.gz": b"x", "AWSLogs/2/./c.gz": b"y", "a//b/c.gz": b"z"}
    served.objects |= odd
    bucket = opened()
    assert [one.key for page in bucket.objects("") for one in page] == sorted(served.objects)
    assert [one.key for page in bucket.objects("a//") for one in page] == ["a//b/c.gz"]
    assert [one.key for page in bucket.objects("AWSLogs/", "AWSLogs/1//0.json.gz") for one in page] == [
        key for key in sorted(served.objects) if "AWSLogs/1//0.json.gz" < key < "a"]  # fmt: skip
    assert {key: bucket.content(key) for key in odd} == odd


ODD_PARTS = (
    "", ".", "..", " ", " a b ", "%41", "%2F", "%2e%2e", "%", "+", "\t", "\x7f", "\x85", "\u2028", "\ufeff", "é",
    "e\u0301", "日本", "😀", "\\", "?x=1&y", "#h", "*s*", "~t", "a:b", "'\"<>&", "{}[]|^`", "...", "a.", ".a", "&amp;",
)  # fmt: skip


def by_boto3(bucket: Bucket, prefix: str, after: str = "") -> list[objects.Stored]:
    """Give what boto3 lists."""
    return [one for page in bucket._listed_one_by_one(prefix, after) for one in page]


@pytest.mark.parametrize("top", ["", "/"])
@pytest.mark.parametrize("part", ODD_PARTS)
def test_keys_are_those_that_boto3_gives(served: LocalBucket, part: str, top: str) -> None:
    """Whatever stands in a key, at its beginning, its end or between: it is listed and read as boto3 does it."""
    odd = (f"{top}{part}/a.gz", f"{top}p/{part}/a.gz", f"{top}p/{part}a.gz", f"{top}p/a.gz{part}")
    served.objects = {key: key.encode() for key in (*odd, "a.gz", f"{top}p/a.gz", "p/a.gz", "p/z.gz")}
    bucket = opened()
    asked = [("", ""), ("", "a.gz"), ("p/", ""), ("p/", "p/a.gz"), (f"{top}{part}/", ""), (f"{top}p/{part}/", "")]

    def compared(one: tuple[str, str]) -> bool:
        return [stored for page in bucket.objects(*one) for stored in page] == by_boto3(bucket, *one)

    with ThreadPoolExecutor(16) as pool:
        assert dict(zip(asked, pool.map(compared, asked), strict=True)) == dict.fromkeys(asked, True)
        assert dict(zip(served.objects, pool.map(bucket.content, served.objects), strict=True)) == served.objects


@pytest.mark.parametrize("marks", [("m/",), ("p/", "p/m/"), ("/",), ("/m/", "p/a.gz/"), ("p/a.gz/", "p/a.gz-1")])
def test_marks_of_folders(served: LocalBucket, marks: tuple[str, ...]) -> None:
    """Empty objects that stand for folders keep the slash at the end of their keys, and change no other object."""
    served.objects |= dict.fromkeys(("m", "p/a.gz", "p/m", "p/n/a.gz"), b"x") | dict.fromkeys(marks, b"")
    bucket = opened()
    for prefix in ("", "p/"):
        assert [one for page in bucket.objects(prefix) for one in page] == by_boto3(bucket, prefix)
    assert {key: bucket.content(key) for key in marks} == dict.fromkeys(marks, b"")


def test_slash_at_the_end_of_a_key_with_content(served: LocalBucket) -> None:
    """Such an object is read by its own key; by the one without the slash it is refused."""
    served.objects["p/a.gz/"] = b"x"
    bucket = opened()
    assert bucket.content("p/a.gz/") == b"x"
    with pytest.raises(AwsError, match="its key ends in a slash"):
        bucket.content("p/a.gz")
    served.objects["p/a.gz"] = b"another"
    assert [one for page in bucket.objects("p/") for one in page] == by_boto3(bucket, "p/")


@pytest.mark.parametrize("prefix", ["a//b/", "a/./b/", "a/../b/", "a\tb/", "/a/"])
def test_nothing_behind_the_last_key(served: LocalBucket, prefix: str) -> None:
    """Behind the last object of a prefix that obstore cannot list there is no page, not an empty one."""
    served.objects[f"{prefix}2026.gz"] = b"x"
    bucket = opened()
    assert list(bucket.objects(prefix, f"{prefix}2027")) == []
    assert [[one.key for one in page] for page in bucket.objects(prefix, f"{prefix}2025")] == [[f"{prefix}2026.gz"]]


@pytest.mark.parametrize(("answer", "said"), [(Answered(403, "AccessDenied", "x"), "no permission for s3:GetObject"),
                                              (Answered(404, "NoSuchKey", ""), "NoSuchKey")])  # fmt: skip
def test_odd_keys_that_cannot_be_read(served: LocalBucket, answer: Answered, said: str) -> None:
    """What AWS answers in the place of such an object is the same error as for any other."""
    served.objects["a//b.gz"] = b"x"
    bucket = opened()
    served.answers["a//b.gz"] = answer
    with pytest.raises(AwsError, match=said):
        bucket.content("a//b.gz")


def test_settings_of_no_use(served: LocalBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """Certificates that are none, or a proxy without a host, are told with the settings that name them."""
    for wrong in ({"root_certificate": b"certificates"}, {"proxy_url": "::"}):
        monkeypatch.setattr(objects, "_options", lambda *_, wrong=wrong, **_named: wrong)
        with pytest.raises(AwsError, match=r"cannot be set up: .*AWS_CA_BUNDLE"):
            opened()
    assert served.got == []


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is gone is told as one that cannot be reached."""
    with local_bucket(objects={"x.gz": b"x"}) as served:
        simulate(monkeypatch, served.url)
        bucket = opened()
    with pytest.raises(AwsError) as caught:
        bucket.content("x.gz")
    assert caught.value.kind == "unreachable"


def test_own_endpoint_of_the_real_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside a simulation the place is the one that boto3's settings name, with the session's own credentials."""
    with local_bucket(objects={"x.gz": b"x"}) as served:
        monkeypatch.setenv("AWS_ENDPOINT_URL", served.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREALKEYOFSOMEONE")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
        monkeypatch.setenv("AWS_REGION", "eu-central-1")
        bucket = open_read_only(AwsAccess(region="eu-north-1")).bucket(NAME)
        assert bucket.content("x.gz") == b"x"
    assert served.keys == {"AKIAREALKEYOFSOMEONE"}
    assert bucket.region == "eu-north-1"
    assert "/eu-north-1/s3/" in served.headers["authorization"]


def test_responder_reads_no_bucket() -> None:
    """Only the reader reads many objects."""
    assert hasattr(ReadOnlyAws, "bucket")
    assert not hasattr(ResponderAws, "bucket")


def test_credentials_are_asked_again(served: LocalBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """The session is asked for its credentials again, so that those that it renewed are used."""
    monkeypatch.setattr("gdkit.aws.objects._CREDENTIALS_FOR", timedelta(0))
    aws = open_read_only(AwsAccess())
    bucket = aws.bucket(NAME)
    bucket.content("x.gz")
    credentials = aws._own.get_credentials()
    credentials.access_key = "ASIARENEWEDKEY000001"
    bucket.content("x.gz")
    assert served.keys == {READER_KEY, "ASIARENEWEDKEY000001"}


def test_credentials_that_cannot_be_renewed(served: LocalBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that end under way and cannot be renewed are told as such, and not as objects that were cut off."""
    monkeypatch.setattr("gdkit.aws.objects._CREDENTIALS_FOR", timedelta(0))
    aws = open_read_only(AwsAccess())
    bucket = aws.bucket(NAME)

    def refuse() -> Any:
        raise CredentialRetrievalError(provider="sso", error_msg="the login has ended")

    monkeypatch.setattr(aws._own.get_credentials(), "get_frozen_credentials", refuse)
    for read in (lambda: bucket.content("x.gz"), lambda: list(bucket.objects(""))):
        with pytest.raises(AwsError) as caught:
            read()
        assert caught.value.kind == "credentials"


class Answering:
    """Answers an S3 client's requests in the place of AWS: the bucket is in one region, and elsewhere it is moved."""

    def __init__(self, client: Any, region: str) -> None:
        self.urls: list[str] = []
        self._region = region
        client.meta.events.register_last("before-send.s3", self._answer)

    def _answer(self, request: Any, **_: Any) -> Any:
        self.urls.append(request.url)
        body, status = b"<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>", 200
        if f".{self._region}." not in request.url:
            body, status = b"<Error><Code>PermanentRedirect</Code></Error>", 301
        raw = SimpleNamespace(stream=lambda **_: iter([body]))
        return AWSResponse(request.url, status, {"x-amz-bucket-region": self._region}, raw)


def s3_session(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give a session of the real settings, with a key that is good for nothing."""
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    return boto3.Session("AKIAEXAMPLEKEY000001", "secret", region_name="us-east-1")


@pytest.mark.parametrize(
    ("name", "endpoint", "virtual"),
    [
        (NAME, f"https://{NAME}.s3.eu-west-1.amazonaws.com", True),
        ("audit.logs", "https://s3.eu-west-1.amazonaws.com", False),
    ],
)
def test_bucket_of_another_region(monkeypatch: pytest.MonkeyPatch, name: str, endpoint: str, *, virtual: bool) -> None:
    """A bucket is followed to its region; objects are then asked for where boto3's last request went."""
    client = s3_session(monkeypatch).client("s3")
    answering = Answering(client, "eu-west-1")
    place = objects._find(client, {"Bucket": name, "Prefix": "", "MaxKeys": 1})
    assert "eu-west-1" not in answering.urls[0]
    assert (place.endpoint, place.region, place.virtual) == (endpoint, "eu-west-1", virtual)


def test_objects_at_a_host_of_the_buckets_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the bucket has a host of its own, objects are asked for there, signed for its region, through the proxy."""
    session = s3_session(monkeypatch)
    client = session.client("s3")
    Answering(client, "eu-west-1")
    found = objects._find(client, {"Bucket": NAME, "Prefix": ""})
    plain = replace(found, endpoint=found.endpoint.replace("https://", "http://"))  # so that the proxy sees it
    monkeypatch.setattr(objects, "_find", lambda *_: plain)
    with local_bucket(objects={"x.gz": b"x"}) as proxy:
        for name in ("HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(name, proxy.url)
        bucket = objects.open_bucket(NAME, "", client, session, simulated=False)
        assert bucket.content("x.gz") == b"x"
    assert proxy.asked == [f"http://{NAME}.s3.eu-west-1.amazonaws.com/x.gz"]
    assert "/eu-west-1/s3/" in proxy.headers["authorization"]


def test_own_authorities(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Certificates that the AWS settings name are trusted for objects, too; in a simulation no setting is read."""
    (tmp_path / "ca.pem").write_bytes(b"certificates")
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    place = objects._Place("https://s3.amazonaws.com", "us-east-1", virtual=False)
    options = objects._options(s3_session(monkeypatch), place, simulated=False)
    assert options["root_certificate"] == b"certificates"
    assert not options["allow_http"]
    assert "root_certificate" not in objects._options(s3_session(monkeypatch), place, simulated=True)
