"""The objects of a bucket: listed and read, many at once, and nothing else.

boto3 finds the bucket and follows it to its region; the very place where it was found, with the same credentials, is
then asked by obstore, which reads many small objects fifty times as fast.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from gdkit.aws.calls import ask
from gdkit.aws.object_failures import as_boto3_says, is_of_odd_key
from gdkit.aws.sessions import CONNECT_S, MOST_ATTEMPTS, READ_S
from gdkit.aws.translate import translating
from gdkit.errors import AwsCall, AwsError
from gdkit.own_calls import OWN_AGENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from obstore.store import S3Credential

MOST_AT_ONCE = 64
"""Connections to a bucket that are kept open."""

LONGEST_S = 600
"""Seconds that the reading of one object may take in all."""

_CREDENTIALS_FOR = timedelta(minutes=5)
"""How long credentials are used before the session is asked again, which renews them where that is due."""

_NOWHERE = "http://127.0.0.1:9"
_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/([a-z0-9-]+)/")
_BEFORE_SLASH = ".\U0010ffff"
"""Behind all keys that begin with a dot, and before those that begin with a slash."""


class Stored(NamedTuple):
    """One object of a listing.

    Attributes:
        etag: S3's mark of its content; empty where it gives none.
    """

    key: str
    size_bytes: int
    etag: str


def _is_as_listed(listed: Sequence[Stored], prefix: str, after: str) -> bool:
    """Tell whether objects can be those that S3 listed: in order, below the prefix, and none a mark of a folder."""
    keys = [after, *(one.key for one in listed)]
    in_order = all(one < other for one, other in pairwise(keys))
    return in_order and all(one.size_bytes and one.key.startswith(prefix) for one in listed)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where boto3 found a bucket."""

    endpoint: str
    region: str
    virtual: bool


class Bucket:
    """A bucket as the reader sees it; safe to use from several threads.

    Attributes:
        name: the bucket's.
        region: where it is.
    """

    def __init__(self, name: str, region: str, client: Any, store: Any, parameters: dict[str, str]) -> None:
        self.name = name
        self.region = region
        self._client = client
        self._store = store
        self._parameters = parameters

    def folders(self, prefix: str) -> list[str]:
        """Give the names of the folders right below a prefix, each as a prefix with its slash.

        Raises:
            AwsError: they cannot be listed.
        """
        asked = {"Bucket": self.name, "Prefix": prefix, "Delimiter": "/", **self._parameters}
        found: list[str] = []
        while True:
            answer = ask(self._client, "ListObjectsV2", asked)
            found += [one["Prefix"] for one in answer.get("CommonPrefixes", ())]
            if not answer.get("IsTruncated"):
                return found
            asked["ContinuationToken"] = answer["NextContinuationToken"]

    def objects(self, prefix: str, after: str = "") -> Iterator[list[Stored]]:
        """Give the objects below a prefix, by key, a page of up to 1,000 at a time, and no empty page.

        obstore refuses some keys, and takes a slash off either end of others without a word: boto3 is asked then. What
        is not noticed is a slash behind the key of an object that is not empty; it cannot be read by the key given.

        Args:
            prefix: of the keys; it ends with a slash, or is empty.
            after: a key behind which the listing begins.

        Raises:
            AwsError: they cannot be listed.
        """
        from obstore.exceptions import BaseError  # noqa: PLC0415 - loaded only where buckets are read

        if self._begins_with_slash(prefix):
            yield from self._listed_one_by_one(prefix, after)
            return
        try:  # a prefix that obstore cannot read is refused by the call itself
            for page in self._store.list(prefix or None, offset=after or None, chunk_size=1000):
                listed = [Stored(one["path"], one["size"], (one["e_tag"] or "").strip('"')) for one in page]
                if not _is_as_listed(listed, prefix, after):
                    break
                yield listed
                after = listed[-1].key
            else:
                return
        except (BaseError, ValueError, OSError) as error:
            if not is_of_odd_key(error):
                raise self._translated(error, "ListObjectsV2") from None
        yield from self._listed_one_by_one(prefix, after)

    def _begins_with_slash(self, prefix: str) -> bool:
        """Tell whether any key below a prefix begins with a slash."""
        if prefix:
            return prefix.startswith("/")
        asked = {"Bucket": self.name, "Prefix": "", "StartAfter": _BEFORE_SLASH, "MaxKeys": 1, **self._parameters}
        answer = ask(self._client, "ListObjectsV2", asked)
        return any(one["Key"].startswith("/") for one in answer.get("Contents", ()))

    def _listed_one_by_one(self, prefix: str, after: str) -> Iterator[list[Stored]]:
        asked = {"Bucket": self.name, "Prefix": prefix, "StartAfter": after, **self._parameters}
        while True:
            answer = ask(self._client, "ListObjectsV2", asked)
            if held := answer.get("Contents"):
                yield [Stored(one["Key"], one["Size"], one.get("ETag", "").strip('"')) for one in held]
            if not answer.get("IsTruncated"):
                return
            asked["ContinuationToken"] = answer["NextContinuationToken"]

    def content(self, key: str) -> bytes:
        """Read an object, by boto3 where obstore refuses its key, or would read another one: that without a slash.

        Raises:
            AwsError: it cannot be read.
        """
        from obstore.exceptions import BaseError  # noqa: PLC0415 - loaded only where buckets are read

        if key.startswith("/") or key.endswith("/"):
            return self._read_alone(key)
        try:
            content: bytes = self._store.get(key).bytes().to_bytes()
        except FileNotFoundError as error:
            raise self._with_slash(key) or self._translated(error, "GetObject") from None
        except (BaseError, ValueError, OSError) as error:
            if not is_of_odd_key(error):
                raise self._translated(error, "GetObject") from None
            content = self._read_alone(key)
        return content

    def _with_slash(self, key: str) -> AwsError | None:
        """Give the error of a key that was listed without the slash at its end; None where it has none."""
        try:
            listed = next(self._listed_one_by_one(f"{key}/", ""), [])
        except AwsError:  # what the object itself was refused with is told
            return None
        if not listed or listed[0].key != f"{key}/":
            return None
        call = AwsCall("s3", "GetObject", region=self.region)
        return AwsError("its key ends in a slash", call=call, action="copy it to a key without that, and name the copy")

    def _read_alone(self, key: str) -> bytes:
        call = AwsCall("s3", "GetObject", region=self.region)
        with translating(call):
            answer = self._client.get_object(Bucket=self.name, Key=key, **self._parameters)
            content: bytes = answer["Body"].read()
        return content

    def _translated(self, error: Exception, operation: str) -> AwsError:
        """Give what obstore raised as an ``AwsError``."""
        said = str(error).partition("Debug source")[0]
        try:
            with translating(AwsCall("s3", operation, region=self.region)):
                raise as_boto3_says(said, operation, self.name)
        except AwsError as translated:
            return translated


def open_bucket(
    name: str, prefix: str, client: Any, session: Any, *, simulated: bool, requester_pays: bool = False
) -> Bucket:
    """Find a bucket and give it for reading.

    Args:
        name: the bucket's.
        prefix: what may be listed in it.
        client: an S3 client that only reads; it follows the bucket to another region.
        session: the session that the client was made of.
        simulated: whether AWS is simulated: nothing is sent anywhere but to this machine then.
        requester_pays: whether the reader pays for the requests.

    Raises:
        AwsError: there is no such bucket, it may not be listed, or certificates or a proxy are of no use.

    Source: S3 User Guide, "Virtual hosting of buckets", "Using Requester Pays buckets".
    """
    from obstore.exceptions import BaseError  # noqa: PLC0415 - loaded only where buckets are read
    from obstore.store import S3Store  # noqa: PLC0415

    parameters = {"RequestPayer": "requester"} if requester_pays else {}
    place = _find(client, {"Bucket": name, "Prefix": prefix, "MaxKeys": 1, **parameters})
    try:
        store = S3Store(
            name,
            endpoint=place.endpoint,
            aws_endpoint_url_s3=place.endpoint,  # else an environment variable of that name would count more
            region=place.region,
            virtual_hosted_style_request=place.virtual,
            skip_signature=False,
            request_payer=requester_pays,
            credential_provider=_provider(session),
            client_options=_options(session, place, simulated=simulated),
            retry_config={"max_retries": MOST_ATTEMPTS, "retry_timeout": timedelta(minutes=3), "backoff": BACKOFF},
        )
    except (BaseError, ValueError, OSError) as error:
        raise AwsError(
            f"the connection to the bucket cannot be set up: {str(error).partition('Debug source')[0].strip()}",
            call=AwsCall("s3", "GetObject", region=place.region),
            action="see the certificates (AWS_CA_BUNDLE, or ca_bundle in the AWS settings) and the proxy (HTTPS_PROXY)",
        ) from None
    return Bucket(name, place.region, client, store, parameters)


BACKOFF: Any = {"init_backoff": timedelta(seconds=0.1), "max_backoff": timedelta(seconds=15), "base": 2}
"""How long to wait before a request is made again."""


def _find(client: Any, asked: dict[str, Any]) -> _Place:
    """Ask for one object of a bucket, and give where the answer came from: the last request was sent there."""
    sent: list[Any] = []

    def note(request: Any, **_: Any) -> None:
        sent.append(request)

    client.meta.events.register("before-send.s3.ListObjectsV2", note)
    try:
        ask(client, "ListObjectsV2", asked)
    finally:
        client.meta.events.unregister("before-send.s3.ListObjectsV2", note)
    url, name = urlsplit(sent[-1].url), asked["Bucket"]
    virtual = url.netloc.startswith(f"{name}.")
    scope = _SCOPE.search(str(sent[-1].headers.get("Authorization", "")))
    base = "" if virtual else url.path.partition(f"/{name}")[0]
    return _Place(f"{url.scheme}://{url.netloc}{base}", scope[1] if scope else client.meta.region_name, virtual)


def _provider(session: Any) -> Callable[[], S3Credential]:
    """Give a function that gives a session's credentials, renewed where that is due."""
    credentials = session.get_credentials()

    def provide() -> S3Credential:
        frozen = credentials.get_frozen_credentials()
        return {
            "access_key_id": frozen.access_key,
            "secret_access_key": frozen.secret_key,
            "token": frozen.token,
            "expires_at": datetime.now(UTC) + _CREDENTIALS_FOR,
        }

    return provide


def _options(session: Any, place: _Place, *, simulated: bool) -> Any:
    from gdkit import __version__  # noqa: PLC0415

    options: dict[str, Any] = {
        "user_agent": f"{OWN_AGENT}{__version__}",
        "connect_timeout": timedelta(seconds=CONNECT_S),
        "read_timeout": timedelta(seconds=READ_S),
        "timeout": timedelta(seconds=LONGEST_S),
        "pool_max_idle_per_host": str(MOST_AT_ONCE),
        "allow_http": place.endpoint.startswith("http://"),
    }
    if simulated:  # whatever is not on this machine goes to a proxy that is not there
        return {**options, "proxy_url": _NOWHERE, "proxy_excludes": "127.0.0.1,::1"}
    authorities = session._session.get_config_variable("ca_bundle")  # boto3 itself shows no setting
    if authorities:
        options["root_certificate"] = Path(authorities).read_bytes()
    return options
