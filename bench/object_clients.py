"""Ways to read many small objects of a bucket: bare clients, which give their bytes alone, and gdkit's whole fetch.

Run as ``python bench/object_clients.py NAME PORT AT_ONCE FOLDER PRINCIPAL``, in an environment that has the client;
prints JSON. The keys are those of the files below the folder; a bare client is told them, gdkit lists them. A way gives
what is to be measured: libraries are loaded and clients made before.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import sys
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from gdkit.aws.objects import Bucket

    Way = Callable[["Asked"], Callable[[], int]]

BUCKET, REGION, KEY, SECRET = "bench-trail", "us-east-1", "AKIAIOSFODNN7EXAMPLE", "secret"


class Asked:
    """What is asked of a client."""

    def __init__(self, port: str, at_once: str, folder: str, principal: str) -> None:
        self.endpoint, self.at_once, self.principal = f"http://127.0.0.1:{port}", int(at_once), principal
        self.folder = Path(folder)
        self.keys = sorted(path.relative_to(folder).as_posix() for path in self.folder.rglob("*.gz"))


def by_threads(asked: Asked, read: Callable[[str], int]) -> int:
    """Read all objects by so many threads."""
    keys, totals = iter(asked.keys), list[int]()
    threads = [threading.Thread(target=lambda: totals.append(sum(map(read, keys)))) for _ in range(asked.at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(totals)


async def by_tasks(asked: Asked, read: Callable[[str], Awaitable[int]]) -> int:
    """Read all objects by so many tasks of one event loop."""
    keys = iter(asked.keys)

    async def work() -> int:
        total = 0
        for key in keys:
            total += await read(key)
        return total

    return sum(await asyncio.gather(*(work() for _ in range(asked.at_once))))


def _boto3(asked: Asked) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(max_pool_connections=asked.at_once, s3={"addressing_style": "path"})
    return boto3.client("s3", REGION, endpoint_url=asked.endpoint, config=config)


def boto3_threads(asked: Asked) -> Callable[[], int]:
    """Boto3's get_object by threads."""
    client = _boto3(asked)
    return lambda: by_threads(asked, lambda key: len(client.get_object(Bucket=BUCKET, Key=key)["Body"].read()))


def s3transfer(asked: Asked) -> Callable[[], int]:
    """Boto3's download_fileobj by threads, which is what its guide shows."""
    from boto3.s3.transfer import TransferConfig

    client, config = _boto3(asked), TransferConfig(use_threads=False)

    def read(key: str) -> int:
        into = io.BytesIO()
        client.download_fileobj(BUCKET, key, into, Config=config)
        return into.tell()

    return lambda: by_threads(asked, read)


def _store(asked: Asked) -> Any:
    from obstore.store import S3Store

    return S3Store(
        BUCKET, endpoint=asked.endpoint, region=REGION, access_key_id=KEY, secret_access_key=SECRET,
        virtual_hosted_style_request=False,
        client_options={"allow_http": True, "pool_max_idle_per_host": str(asked.at_once)},
    )  # fmt: skip


def obstore_threads(asked: Asked) -> Callable[[], int]:
    """Obstore's get by threads."""
    store = _store(asked)
    return lambda: by_threads(asked, lambda key: len(store.get(key).bytes().to_bytes()))


def obstore_unpacked(asked: Asked) -> Callable[[], int]:
    """The same, and what came is unpacked by libdeflate: what no search of the objects can do without."""
    import deflate

    store = _store(asked)
    return lambda: by_threads(asked, lambda key: len(deflate.gzip_decompress(store.get(key).bytes().to_bytes())))


def obstore_asyncio(asked: Asked) -> Callable[[], int]:
    """Obstore's get_async by tasks."""
    store = _store(asked)

    async def read(key: str) -> int:
        return len(await (await store.get_async(key)).bytes_async())

    return lambda: asyncio.run(by_tasks(asked, read))


def aiobotocore(asked: Asked) -> Callable[[], int]:
    """Aiobotocore's get_object by tasks, which is what aioboto3 is made of."""
    from aiobotocore.config import AioConfig
    from aiobotocore.session import get_session

    async def main() -> int:
        config = AioConfig(max_pool_connections=asked.at_once, s3={"addressing_style": "path"})
        client = get_session().create_client("s3", endpoint_url=asked.endpoint, region_name=REGION, config=config)
        async with client as s3:

            async def read(key: str) -> int:
                answer = await s3.get_object(Bucket=BUCKET, Key=key)
                async with answer["Body"] as body:
                    return len(await body.read())

            return await by_tasks(asked, read)

    return lambda: asyncio.run(main())


def s3fs(asked: Asked) -> Callable[[], int]:
    """The cat of s3fs, in batches."""
    import s3fs as library

    config = {"max_pool_connections": asked.at_once, "s3": {"addressing_style": "path"}}
    files = library.S3FileSystem(endpoint_url=asked.endpoint, config_kwargs=config, use_listings_cache=False)
    paths = [f"{BUCKET}/{key}" for key in asked.keys]
    return lambda: sum(map(len, files.cat(paths, batch_size=asked.at_once).values()))


def _bucket(asked: Asked) -> Any:
    """Give the bucket as gdkit reads it."""
    import boto3

    from gdkit.aws.objects import open_bucket

    return open_bucket(BUCKET, "", _boto3(asked), boto3.Session(region_name=REGION), simulated=True)


def gdkit_bare(asked: Asked) -> Callable[[], int]:
    """What gdkit reads objects with, alone, by threads."""
    bucket = _bucket(asked)
    return lambda: by_threads(asked, lambda key: len(bucket.content(key)))


def gdkit(asked: Asked) -> Callable[[], int]:
    """The whole fetch: listed, estimated, read, unpacked, searched with the chain followed, kept, with its ledger."""
    from datetime import timedelta

    from bench.synthetic import BEGIN, DAYS
    from gdkit.model import Subject
    from gdkit.trail.fetched import Terms, Watch, question_of
    from gdkit.trail.named import S3Trail
    from gdkit.trail.s3 import fetch

    bucket: Bucket = _bucket(asked)

    class Aws:
        def bucket(self, name: str, prefix: str = "", *, requester_pays: bool = False) -> Bucket:
            return bucket

    fetch.AT_ONCE = asked.at_once
    since, until = BEGIN - timedelta(days=1), BEGIN + timedelta(days=DAYS)
    question = question_of(Subject(principal_id=asked.principal), since, until)
    source, aws = S3Trail(f"s3://{BUCKET}", BUCKET, ""), Aws()

    def fetched() -> int:
        with TemporaryDirectory() as name:
            given = fetch.fetch_trail(source, question, Path(name), aws=aws, terms=Terms(), watch=Watch())  # type: ignore[arg-type]
            assert given.complete
            print(given.records, "records", file=sys.stderr)
            return given.cost.bytes

    return fetched


WAYS: dict[str, Way] = {
    "gdkit, whole fetch": gdkit,
    "gdkit, bytes alone": gdkit_bare,
    "obstore, threads": obstore_threads,
    "obstore, threads, unpacked": obstore_unpacked,
    "obstore, asyncio": obstore_asyncio,
    "boto3, threads": boto3_threads,
    "s3transfer, threads": s3transfer,
    "aiobotocore": aiobotocore,
    "s3fs": s3fs,
}


def main() -> None:
    """Read by one way, and print what came of it."""
    os.environ |= {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_EC2_METADATA_DISABLED": "true"}
    way = WAYS[sys.argv[1]](Asked(*sys.argv[2:]))
    begun = time.perf_counter()
    got = way()
    print(json.dumps({"bytes": got, "seconds": time.perf_counter() - begun}))


if __name__ == "__main__":
    main()
