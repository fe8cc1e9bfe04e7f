"""Incidents drawn at random: records of a session, of what was chained from it, and of others, in log files."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tests.trail import samples
from tests.trail.search import calls

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

REGIONS = ("eu-west-1", "us-east-1")
DATA = {"eventSource": "s3.amazonaws.com", "eventName": "GetObject", "eventCategory": "Data", "managementEvent": False,
        "resources": [{"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::b/k"},
                      {"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::b", "accountId": samples.ACCOUNT}]}  # fmt: skip
CONSOLE_KEY, CONSOLE_MADE_KEY = "ASIAEXAMPLECONSO0001", "AKIAEXAMPLESPARE0001"
USERS_KEY = "AKIAEXAMPLEUSERS0001"
SWITCHED_KEYS = ("ASIAEXAMPLESWITC0001", "ASIAEXAMPLESWITC0002")
SWITCHED = "AROAEXAMPLESWITC00001"
_LETTERS = st.characters(exclude_categories=["Cs"])
_TEXT = st.text(_LETTERS, max_size=12) | st.sampled_from(
    ["a\u2028b", "\x1b[31m", "a\"b\\c'd;--", "\\u0026&<>=", "é\U0001f600"]
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(-1e9, 1e9) | _TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_TEXT, inner, max_size=2),
    max_leaves=4,
)
_OBJECTS = st.none() | st.dictionaries(_TEXT, _VALUES, max_size=3)
_FAILURES = st.sampled_from([{}, {}, {"errorCode": "AccessDenied", "errorMessage": "not authorized\nto do it\t"},
                             {"errorCode": "Client.UnauthorizedOperation"}])  # fmt: skip
_CALLS = st.fixed_dictionaries(
    {
        "requestParameters": _OBJECTS,
        "userAgent": _TEXT,
        "sourceIPAddress": st.sampled_from(["198.51.100.7", "2001:db8::1", "ec2.amazonaws.com", "AWS Internal"]),
        "awsRegion": st.sampled_from(REGIONS),
        "readOnly": st.booleans(),
    },
    optional={
        "responseElements": _OBJECTS,
        "eventSource": st.sampled_from(["iam.amazonaws.com", "signin.amazonaws.com"]),
        "eventName": st.sampled_from(["CreateUser", "ConsoleLogin", "GetCallerIdentity"]),
        "resources": st.just([{"ARN": "arn:aws:s3:::x", "accountId": samples.ACCOUNT, "type": "AWS::S3::Bucket"}]),
        "additionalEventData": st.fixed_dictionaries({"LoginTo": _TEXT, "x": _TEXT}),
        "apiVersion": st.just("2016-11-15"),
        "vpcEndpointId": st.just("vpce-0123456789abcdef0"),
    },
)
_OWN = st.builds(lambda hop, kind, more, failed: (hop, {**more, **kind, **failed}), st.integers(-1, 2),
                 st.sampled_from([{}, {}, DATA]), _CALLS, _FAILURES)  # fmt: skip
_OTHERS = st.sampled_from([calls.told_of, calls.with_forged_calls, calls.other_half])


@dataclass(frozen=True, slots=True)
class Drawn:
    """An incident.

    Attributes:
        number: tells it from others; it stands in all its identifiers.
        key: the session's own.
        files: records by the key of the log file that they are in.
    """

    number: int
    principal: str
    key: str
    files: Mapping[str, list[dict[str, Any]]]

    @property
    def records(self) -> list[dict[str, Any]]:
        """All of them."""
        return [record for records in self.files.values() for record in records]

    def bodies(self) -> dict[str, bytes]:
        """Give the log files by their keys."""
        return {key: gzip.compress(json.dumps({"Records": records}).encode()) for key, records in self.files.items()}

    def write(self, folder: Path) -> None:
        """Write the log files into a folder."""
        for key, body in self.bodies().items():
            path = folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)


@st.composite
def incidents(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw the records of an incident: the session's first call and the roles chained from it are always there."""
    records = [calls.call(0, 0), calls.assume_role(1, 0), calls.assume_role(2, 1)]
    for hop, changes in draw(st.lists(_OWN, min_size=3, max_size=8)):
        records.append(calls.call(len(records), hop, **changes))
    for make in draw(st.lists(_OTHERS, max_size=3)):
        records.append(make(len(records), draw(st.integers(0, 2))))
    if draw(st.booleans()):
        records += [calls.create_access_key(len(records), 1), calls.by_made_key(len(records) + 1)]
    if draw(st.booleans()):
        records += _grown_by_user(len(records), draw(st.integers(0, 2)))
    return [*records, *_grown_in_console(len(records), draw(st.integers(1, 2)))]


def _grown_by_user(number: int, hop: int) -> list[dict[str, Any]]:
    """Give the making of a user, a key that the user made with credentials of its own, and a call with that."""
    answer = {"accessKey": {"userName": "made", "accessKeyId": USERS_KEY}}
    made = calls.by_made_user(number + 1, eventSource="iam.amazonaws.com", eventName="CreateAccessKey",
                              requestParameters={"userName": "made"}, responseElements=answer)  # fmt: skip
    used = calls.by_made_user(number + 2, userIdentity=calls.MADE_USER | {"accessKeyId": USERS_KEY})
    return [calls.create_user(number, hop), made, used]


def _grown_in_console(number: int, hop: int) -> list[dict[str, Any]]:
    """Give a sign-in to the console by a chained session, a key that was made there, and a call with that.

    And a role that was switched to there, whose calls are signed with another key than the one that was issued.
    """
    token = calls.call(number, hop, eventSource="signin.amazonaws.com", eventName="GetSigninToken")
    who = calls.identity(hop) | {"accessKeyId": CONSOLE_KEY}
    made = calls.create_access_key(number + 1, hop) | {"userIdentity": who, "sessionCredentialFromConsole": "true"}
    made["responseElements"] = {"accessKey": {"userName": "spare", "accessKeyId": CONSOLE_MADE_KEY}}
    user = {"type": "IAMUser", "principalId": "AIDAEXAMPLESPARE0001", "userName": "spare",
            "accessKeyId": CONSOLE_MADE_KEY, "accountId": samples.ACCOUNT}  # fmt: skip
    taken = calls.assume_role(number + 3, 0) | {"userIdentity": who, "sessionCredentialFromConsole": "true"}
    taken["requestParameters"] = taken["requestParameters"] | {"roleSessionName": "switched"}
    taken["responseElements"]["credentials"]["accessKeyId"] = SWITCHED_KEYS[0]
    taken["responseElements"]["assumedRoleUser"]["assumedRoleId"] = f"{SWITCHED}:switched"
    there = samples.event(number + 4, userIdentity=calls.role(f"{SWITCHED}:switched", SWITCHED_KEYS[1]),
                          sessionCredentialFromConsole="true")  # fmt: skip
    return [token, made, samples.event(number + 2, userIdentity=user), taken, there]


def told_apart(records: list[dict[str, Any]], number: int, day: date) -> Drawn:
    """Give an incident of its own identifiers, on a day, as the files that CloudTrail delivers."""
    names = [samples.INSTANCE, samples.ROLE_ID, samples.KEY, *calls.HOP_KEYS, "AKIAEXAMPLEMADE00001",
             "AIDAEXAMPLEHELPER001", *(calls.MADE_USER[name] for name in ("principalId", "accessKeyId")),
             CONSOLE_KEY, USERS_KEY, CONSOLE_MADE_KEY, "AIDAEXAMPLESPARE0001",
             SWITCHED, *SWITCHED_KEYS,
             *(one.partition(":")[0] for one in calls.HOP_PRINCIPALS)]  # fmt: skip
    text = json.dumps(records).replace("2026-11-01T", f"{day}T")
    text = text.replace("Nov 1, 2026,", f"{day:%b} {day.day}, {day.year},")
    text = text.replace("00000000-0000-4000-8000", f"00000000-0000-4000-{number:04d}")
    principal, key = calls.PRINCIPAL, samples.KEY
    for name in names:
        own = f"{name[:-5]}{number:02d}{name[-3:]}"
        text, principal, key = (one.replace(name, own) for one in (text, principal, key))
    files: dict[str, list[dict[str, Any]]] = {}
    for record in json.loads(text):
        account, region = record["recipientAccountId"], record["awsRegion"]
        name = f"{account}_CloudTrail_{region}_{day:%Y%m%d}T0400Z_drawn.json.gz"
        files.setdefault(f"AWSLogs/{account}/CloudTrail/{region}/{day:%Y/%m/%d}/{name}", []).append(record)
    return Drawn(number, principal, key, files)


def yesterday() -> date:
    """Give the day on which incidents are: in the event history, and delivered by now."""
    return (datetime.now(UTC) - timedelta(days=1)).date()
