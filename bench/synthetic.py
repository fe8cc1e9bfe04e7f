"""A synthetic trail at scale: one theft among the calls of a company, made by a seed, with its truth.

Records have the fields, order and lengths that CloudTrail writes; callers come in bursts; most files are small, a few
hold thousands of records. The theft: 300 calls of an instance's session with three keys, 120 with a role assumed from
it, and 80 with a role in another account assumed from that.
"""

from __future__ import annotations

import base64
import json
import random
import zlib
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

BEGIN, DAYS = datetime(2026, 11, 1, tzinfo=UTC), 14
HOME, OTHER = "111122223333", "444455556666"
REGIONS = {"us-east-1": 50, "us-west-2": 20, "eu-west-1": 15, "ap-southeast-1": 7, "eu-central-1": 5, "sa-east-1": 3}
EVENTS_A_FILE = 250
THIEF, INSTANCE, AGENT = "203.0.113.66", "i-0a1b2c3d4e5f60718", "aws-sdk-go/1.44.298 (go1.20.6; linux; amd64)"
ROLES = (("leaky", "AROABENCHLEAKY0000001", INSTANCE), ("deploy", "AROABENCHDEPLOY000001", "botocore-session-17947"),
         ("admin", "AROABENCHADMIN0000001", "x1"))  # fmt: skip
KEYS = (("ASIABENCHLEAK0000001", "ASIABENCHLEAK0000002", "ASIABENCHLEAK0000003"), ("ASIABENCHHOPA0000001",),
        ("ASIABENCHHOPB0000001",))  # fmt: skip
COUNTS, STARTS_H, HOURS = (300, 120, 80), (0.0, 7.0, 7.4), (18.0, 0.95, 0.95)
STOLEN_AT = BEGIN + timedelta(days=DAYS * 0.55)
CALLS: dict[tuple[str, str], dict[str, Any]] = {
    ("sts", "AssumeRole"): {"roleArn": "arn:aws:iam::111122223333:role/service-role", "roleSessionName": "run-{n}"},
    ("kms", "Decrypt"): {"encryptionContext": {"aws:s3:arn": "arn:aws:s3:::corp-data-{n}"},
                         "keyId": "arn:aws:kms:us-east-1:111122223333:key/{u}",
                         "encryptionAlgorithm": "SYMMETRIC_DEFAULT"},
    ("ec2", "DescribeInstances"): {"instancesSet": {"items": [{"instanceId": "i-{x}"}, {"instanceId": "i-{x}"}]},
                                   "filterSet": {"items": [{"name": "tag:env",
                                                            "valueSet": {"items": [{"value": "prod"}]}}]}},
    ("ssm", "UpdateInstanceInformation"): {"instanceId": "i-{x}", "agentVersion": "3.2.2222.0", "agentStatus": "Active",
                                           "platformType": "Linux", "platformName": "Amazon Linux",
                                           "computerName": "ip-10-0-{n}.ec2.internal",
                                           "availabilityZone": "us-east-1b"},
    ("s3", "GetObject"): {"bucketName": "corp-data-{n}", "Host": "corp-data-{n}.s3.us-east-1.amazonaws.com",
                          "key": "year=2026/month=11/part-{n}-{x}.parquet"},
    ("s3", "GetBucketAcl"): {"bucketName": "corp-{n}", "Host": "corp-{n}.s3.us-east-1.amazonaws.com", "acl": ""},
    ("iam", "GetRole"): {"roleName": "svc-{n}-lambda-role"},
    ("dynamodb", "DescribeTable"): {"tableName": "orders-{n}"},
    ("secretsmanager", "GetSecretValue"): {"secretId": "prod/db/{n}"},
    ("logs", "CreateLogStream"): {"logGroupName": "/aws/lambda/fn-{n}", "logStreamName": "2026/11/01/[$LATEST]{x}{x}"},
    ("monitoring", "GetMetricStatistics"): {"namespace": "AWS/EC2", "metricName": "CPUUtilization", "period": 60,
                                            "dimensions": [{"name": "InstanceId", "value": "i-{x}"}],
                                            "statistics": ["Average", "Maximum"]},
}  # fmt: skip
WEIGHTS = (12, 14, 14, 8, 12, 5, 4, 5, 4, 5, 5)
AGENTS = (AGENT, "Boto3/1.34.11 md/Botocore#1.34.11 ua/2.0 os/linux#5.10.205-195.804.amzn2.x86_64 md/arch#x86_64 "
          "lang/python#3.11.6 md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.34.11",
          "APN/1.0 HashiCorp/1.0 Terraform/1.6.6 (+https://www.terraform.io) terraform-provider-aws/5.31"
          )  # fmt: skip


class Truth(NamedTuple):
    """What is in a synthetic trail.

    Attributes:
        principal: the leaked session.
        event_ids: ids of its events and of those chained from it.
        text_bytes: bytes of the records before compression.
    """

    principal: str
    event_ids: frozenset[str]
    events: int
    files: int
    file_bytes: int
    text_bytes: int

    def compared(self, found: Collection[str]) -> str:
        """Say how many events of the truth were not found, and how many others were; empty where all is right."""
        lacking, more = len(self.event_ids - set(found)), len(set(found) - self.event_ids)
        said = [f"{lacking} of {len(self.event_ids)} events not found"] if lacking else []
        return ", ".join([*said, f"{more} too many"] if more else said)

    def check(self, way: str, found: Collection[str]) -> None:
        """Stop a benchmark whose way promises the very events of the truth and gives others.

        Raises:
            SystemExit: it does.
        """
        if wrong := self.compared(found):
            raise SystemExit(f"{way}: {wrong}")


class _Job(NamedTuple):
    """One file to write."""

    number: int
    account: str
    region: str
    at: datetime
    others: int
    stolen: list[dict[str, Any]]


def write_synthetic(
    folder: Path, events: int, *, seed: int = 7, workers: int = 2, events_a_file: int = EVENTS_A_FILE
) -> Truth:
    """Write a trail of about so many events as CloudTrail lays it out in a bucket; the same seed writes the same."""
    chance = random.Random(seed)  # noqa: S311 - a benchmark, nothing is kept secret by it
    theft = _theft(chance)
    jobs = _jobs(chance, events - sum(COUNTS), max(8, events // events_a_file), theft)
    with ProcessPoolExecutor(workers) as pool:
        sizes = list(pool.map(_write, [folder] * len(jobs), [seed] * len(jobs), jobs, chunksize=8))
    ids = frozenset(record["eventID"] for _, _, record in theft)
    written = sum(job.others + len(job.stolen) for job in jobs)
    return Truth(
        f"{ROLES[0][1]}:{INSTANCE}", ids, written, len(jobs), *(sum(column) for column in zip(*sizes, strict=True))
    )


def _jobs(chance: random.Random, events: int, count: int, theft: list[tuple[str, str, dict[str, Any]]]) -> list[_Job]:
    """Share the events out to files, from one to thousands in each; a theft's call is delivered within hours."""
    sizes = [min(chance.lognormvariate(3.9, 1.75), 30_000) for _ in range(count)]
    share = events / sum(sizes)
    jobs = []
    for number, size in enumerate(sizes):
        account, region = HOME if chance.random() > 0.12 else OTHER, chance.choices([*REGIONS], [*REGIONS.values()])[0]
        at = BEGIN + timedelta(minutes=5 * chance.randrange(DAYS * 288))
        jobs.append(_Job(number, account, region, at, max(1, round(size * share)), []))
    jobs.sort(key=lambda job: job.at)
    for account, region, record in theft:
        made_at = datetime.fromisoformat(record["eventTime"])
        near = (job for job in jobs if (job.account, job.region) == (account, region)
                and timedelta() <= job.at - made_at <= timedelta(hours=3))  # fmt: skip
        job = next(near, None)
        if job is None:
            at = made_at + timedelta(minutes=10)
            job = _Job(len(jobs), account, region, at - timedelta(minutes=at.minute % 5), 20, [])
            jobs.append(job)
        job.stolen.append(record)
    return jobs


def _theft(chance: random.Random) -> list[tuple[str, str, dict[str, Any]]]:
    """Give the theft's calls with account and region; one call of each session begins the next one."""
    made = []
    for hop, count in enumerate(COUNTS):
        account = OTHER if hop == 2 else HOME
        begun = STOLEN_AT + timedelta(hours=STARTS_H[hop])
        for _ in range(count):
            after_h = chance.uniform(0.01, HOURS[hop])
            key = KEYS[hop][min(int(after_h // 6), len(KEYS[hop]) - 1)]
            issued_at = begun + timedelta(hours=6 * KEYS[hop].index(key))
            who = _session(*ROLES[hop], key, account, issued_at)
            region = chance.choice(("us-east-1", "us-east-1", "us-west-2", "eu-west-1"))
            address, agent = (THIEF, AGENTS[1]) if hop or chance.random() < 0.5 else ("10.0.7.7", AGENT)
            at, call = begun + timedelta(hours=after_h), chance.choice([*CALLS][1:])
            made.append((account, region, _record(chance, at, (who, address, agent), region, account, call)))
        if hop < 2:
            at = STOLEN_AT + timedelta(hours=STARTS_H[hop + 1])
            who = _session(*ROLES[hop], KEYS[hop][min(1, hop ^ 1)], account, begun)
            record = _record(chance, at, (who, THIEF, AGENTS[1]), "us-east-1", HOME, ("sts", "AssumeRole"))
            new, there = ROLES[hop + 1], OTHER if hop else HOME
            record |= _answer(chance, at, new, KEYS[hop + 1][0], there)
            record["requestParameters"] = {"roleArn": f"arn:aws:iam::{there}:role/{new[0]}", "roleSessionName": new[2]}
            made[-1] = (HOME, "us-east-1", record)
    return made


def _session(role: str, role_id: str, name: str, key: str, account: str, at: datetime) -> dict[str, Any]:
    issuer = {"type": "Role", "principalId": role_id, "arn": f"arn:aws:iam::{account}:role/{role}",
              "accountId": account, "userName": role}  # fmt: skip
    attributes = {"creationDate": f"{at:%Y-%m-%dT%H:%M:%SZ}", "mfaAuthenticated": "false"}
    return {"type": "AssumedRole", "principalId": f"{role_id}:{name}", "accountId": account, "accessKeyId": key,
            "arn": f"arn:aws:sts::{account}:assumed-role/{role}/{name}",
            "sessionContext": {"sessionIssuer": issuer, "webIdFederationData": {}, "attributes": attributes}
            }  # fmt: skip


def _caller(chance: random.Random, at: datetime) -> tuple[dict[str, Any], str, str]:
    kind, number = chance.random(), chance.randrange(600)
    if kind < 0.16:
        return {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}, "ec2.amazonaws.com", "ec2.amazonaws.com"
    if kind < 0.36:
        user = {"type": "IAMUser", "principalId": f"AIDABENCHUSER{number:08d}", "accountId": HOME,
                "userName": f"user-{number}", "arn": f"arn:aws:iam::{HOME}:user/user-{number}",
                "accessKeyId": f"AKIABENCH{number:011d}"}  # fmt: skip
        return user, f"198.51.100.{number % 250}", AGENTS[2]
    key = f"ASIA{random.Random(f'{number} {at:%j}{at.hour // 6}').randrange(10**16):016d}"  # noqa: S311
    role = f"app-{number % 12}-InstanceRole" if kind < 0.9 else ROLES[0][0]  # others of the very role that leaked
    role_id = f"AROABENCHAPP{number % 12:09d}" if kind < 0.9 else ROLES[0][1]
    who = _session(role, role_id, f"i-0{number:016x}", key, HOME, at)
    return who, f"10.0.{number % 256}.{number // 256}", AGENTS[number % 2]


def _record(chance: random.Random, at: datetime, caller: tuple[dict[str, Any], str, str], region: str, account: str,
            call: tuple[str, str] | None = None) -> dict[str, Any]:  # fmt: skip
    service, name = call or chance.choices([*CALLS], WEIGHTS)[0]
    wanted = json.dumps(CALLS[service, name])
    for mark, value in (
        ("{n}", chance.randrange(250)),
        ("{x}", f"{chance.getrandbits(68):017x}"),
        ("{u}", _uuid(chance)),
    ):
        wanted = wanted.replace(mark, str(value))
    record = {
        "eventVersion": "1.11", "userIdentity": caller[0], "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": f"{service}.amazonaws.com", "eventName": name, "awsRegion": region, "sourceIPAddress": caller[1],
        "userAgent": caller[2], "requestParameters": json.loads(wanted), "responseElements": None,
        "requestID": _uuid(chance), "eventID": _uuid(chance), "readOnly": True, "eventType": "AwsApiCall",
        "managementEvent": name != "GetObject", "recipientAccountId": account,
        "eventCategory": "Data" if name == "GetObject" else "Management",
        "tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256",
                       "clientProvidedHostHeader": f"{service}.{region}.amazonaws.com"},
    }  # fmt: skip
    if service == "s3":
        record["additionalEventData"] = {"SignatureVersion": "SigV4", "AuthenticationMethod": "AuthHeader",
                                         "x-amz-id-2": base64.b64encode(chance.randbytes(57)).decode(),
                                         "bytesTransferredOut": chance.randrange(10**6)}  # fmt: skip
    if name == "AssumeRole":
        record |= _answer(chance, at, ("service-role", "AROABENCHSERVICE00001", f"run-{chance.randrange(10**9)}"),
                          f"ASIA{chance.randrange(10**16):016d}")  # fmt: skip
    elif chance.random() < 0.03:
        record |= {"errorCode": "AccessDenied", "errorMessage": f"User is not authorized to perform: {service}:{name}"}
    return record


def _answer(chance: random.Random, at: datetime, role: tuple[str, str, str], key: str,
            account: str = HOME) -> dict[str, Any]:  # fmt: skip
    ends = f"{at + timedelta(hours=1):%b %d, %Y, %I:%M:%S %p}"
    token = base64.b64encode(chance.randbytes(600)).decode()
    begun = {"assumedRoleId": f"{role[1]}:{role[2]}", "arn": f"arn:aws:sts::{account}:assumed-role/{role[0]}/{role[2]}"}
    answer = {"credentials": {"accessKeyId": key, "sessionToken": token, "expiration": ends}, "assumedRoleUser": begun}
    return {"responseElements": answer, "sharedEventID": _uuid(chance)}


def _uuid(chance: random.Random) -> str:
    digits = f"{chance.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def _write(folder: Path, seed: int, job: _Job) -> tuple[int, int]:
    """Write one file; give its bytes and those of its text."""
    chance = random.Random(seed * 1_000_003 + job.number)  # noqa: S311
    records, caller, call = list(job.stolen), None, None
    for _ in range(job.others):
        at = job.at - timedelta(seconds=chance.randrange(900))
        if caller is None or chance.random() > 0.85:  # the same caller goes on, often with the same call
            caller, call = _caller(chance, at), None
        if call is None or chance.random() > 0.6:
            call = chance.choices([*CALLS], WEIGHTS)[0]
        records.append(_record(chance, at, caller, job.region, job.account, call))
    records.sort(key=lambda record: (record["eventTime"], record["eventID"]))
    text = json.dumps({"Records": records}, separators=(",", ":")).encode()
    packed = zlib.compress(text, 6, 31)
    place = folder / "AWSLogs" / job.account / "CloudTrail" / job.region / f"{job.at:%Y/%m/%d}"
    place.mkdir(parents=True, exist_ok=True)
    name = f"{job.account}_CloudTrail_{job.region}_{job.at:%Y%m%dT%H%MZ}_{job.number:016d}.json.gz"
    (place / name).write_bytes(packed)
    return len(packed), len(text)
