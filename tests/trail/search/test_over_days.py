"""A search gives what a load gives where sessions last for days, roles are taken again, and files come late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gdkit.analysis.subject import subject_of_text
from gdkit.trail import load_trail
from gdkit.trail.search import session_events
from gdkit.trail.search.keep import session_rows
from tests.trail import samples
from tests.trail.search import calls

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
ROTATED = timedelta(hours=6)
"""How long each of the instance's keys is good for."""

OWN_KEYS = 12
CONSOLE = timedelta(hours=12)
WHO = (calls.PRINCIPAL, calls.INSTANCE, "ASIAEXAMPLEOWN000003")


class Step(NamedTuple):
    """What the thief does with one of the credentials that he has.

    Attributes:
        by: which credential, counted from the newest.
        at: when, in hundredths of the time for which that is good.
        role: which role he assumes; they are few, so that he takes one again.
        minutes: for how long.
        uses: what is done with the new credential, each at a hundredth of its time.
    """

    by: int
    at: int
    role: int
    minutes: int
    uses: list[tuple[str, int]]


class Credential(NamedTuple):
    """A credential, and when it is good."""

    principal: str
    key: str
    since: datetime
    until: datetime
    of_console: bool = False

    def moment(self, hundredths: int) -> datetime:
        """Give a time at which it is good."""
        return (self.since + (self.until - self.since) * hundredths / 100).replace(microsecond=0)


class Story:
    """Records of what the session and the thief did, and of what others do meanwhile.

    Attributes:
        records: all of them.
        of_others: ids of those that somebody else made.
    """

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []
        self.of_others: set[str] = set()
        since = [BEGIN + ROTATED * number for number in range(OWN_KEYS)]
        self.good = [Credential(calls.PRINCIPAL, f"ASIAEXAMPLEOWN{number:06d}", at, at + ROTATED)
                     for number, at in enumerate(since)]  # fmt: skip
        for one in self.good:
            self.add(one.moment(50), one)
            self.add(one.moment(60), one._replace(principal="AROAEXAMPLEOTHER0001:x", key="ASIAEXAMPLEOTHER0001"))
            self.of_others.add(self.records[-1]["eventID"])

    def add(self, at: datetime, by: Credential, **changes: Any) -> None:
        """Add a call."""
        who = calls.role(by.principal, by.key)
        who["sessionContext"]["attributes"] = {"creationDate": _iso(by.since)}
        told = {"eventTime": _iso(at), "userIdentity": who}
        if by.of_console:
            told["sessionCredentialFromConsole"] = "true"
        self.records.append(samples.event(len(self.records), **told | changes))

    def take(self, step: Step) -> None:
        """Take one step further."""
        by = self.good[-1 - step.by % len(self.good)]
        at = by.moment(step.at)
        new = self.assume(f"AROAEXAMPLEROLE{step.role:05d}:s=1", by, at, timedelta(minutes=step.minutes))
        self.good.append(new)
        for use, hundredths in step.uses:
            USES[use](self, new, new.moment(hundredths))

    def assume(self, principal: str, by: Credential, at: datetime, lasting: timedelta) -> Credential:
        """Add the call that takes a role."""
        number = len(self.records)
        new = Credential(principal, f"ASIAEXAMPLEHOP{number:06d}", at, at + lasting)
        made = calls.assume_role(number, 0, eventTime=_iso(at))
        answer = made["responseElements"]
        answer["credentials"] |= {"accessKeyId": new.key, "expiration": f"{new.until:%b %d, %Y, %I:%M:%S %p}"}
        answer["assumedRoleUser"]["assumedRoleId"] = new.principal
        asked = made["requestParameters"] | {"roleSessionName": "s=1"}
        self.add(at, by, eventName="AssumeRole", eventSource="sts.amazonaws.com", requestParameters=asked,
                 responseElements=answer)  # fmt: skip
        return new

    def call(self, by: Credential, at: datetime) -> None:
        """Add a plain call."""
        self.add(at, by)

    def half(self, by: Credential, at: datetime) -> None:
        """Add a call as another account recorded it."""
        account = samples.ACCOUNT
        self.add(at, by, recipientAccountId=calls.OTHER_ACCOUNT,
                 userIdentity={"type": "AWSAccount", "principalId": by.principal, "accountId": account})  # fmt: skip

    def console(self, by: Credential, at: datetime) -> None:
        """Add a sign-in to the console, and a call in it."""
        self.add(at, by, eventName="GetSigninToken", eventSource="signin.amazonaws.com")
        signed_in = Credential(by.principal, f"ASIAEXAMPLECON{len(self.records):06d}", at, at + CONSOLE,
                               of_console=True)  # fmt: skip
        self.add(signed_in.moment(70), signed_in)
        self.good.append(signed_in)

    def switched(self, by: Credential, at: datetime) -> None:
        """Add a sign-in to the console, another role taken there, and what is done as that, with more keys than one."""
        self.console(by, at)
        signed_in = self.good.pop()
        at = signed_in.moment(20)
        to = self.assume(f"AROAEXAMPLESWITCH{len(self.records):03d}:s=1", signed_in, at, timedelta(hours=1))
        later = to._replace(key=f"ASIAEXAMPLESWI{len(self.records):06d}", until=at + CONSOLE, of_console=True)
        self.lasting(later, later.moment(90))

    def lasting(self, by: Credential, at: datetime) -> None:
        """Add a key that never expires, and a call with it ten days later."""
        key = f"AKIAEXAMPLELAST{len(self.records):05d}"
        user = {"type": "IAMUser", "principalId": "AIDAEXAMPLEHELPER001", "userName": "helper", "accessKeyId": key}
        self.add(at, by, eventName="CreateAccessKey", eventSource="iam.amazonaws.com",
                 responseElements={"accessKey": {"userName": "helper", "accessKeyId": key}})  # fmt: skip
        self.add(at + timedelta(days=10), by, userIdentity=user)

    def federated(self, by: Credential, at: datetime) -> None:
        """Add a credential whose issue does not name who it is for, a sign-in with it, and what grew in the console."""
        new = Credential(f"{samples.ACCOUNT}:bob", f"ASIAEXAMPLEFED{len(self.records):06d}", at, at + ROTATED)
        given = {"accessKeyId": new.key, "expiration": f"{new.until:%b %d, %Y, %I:%M:%S %p}"}
        self.add(at, by, eventName="GetFederationToken", eventSource="sts.amazonaws.com",
                 responseElements={"credentials": given})  # fmt: skip
        self.console(new, new.moment(20))
        signed_in = self.good.pop()
        self.lasting(signed_in, signed_in.moment(90))


USES = {"call": Story.call, "half": Story.half, "console": Story.console, "lasting key": Story.lasting,
        "federated": Story.federated, "switched": Story.switched}  # fmt: skip
DELAYS = [timedelta(minutes=minutes) for minutes in (0, 4, 15, 100)] + [timedelta(hours=30), timedelta(days=20)]

one_use = st.tuples(st.sampled_from(sorted(USES)), st.integers(0, 100))
one_step = st.builds(Step, st.integers(0, 15), st.integers(0, 100), st.integers(0, 2), st.sampled_from([15, 60, 720]),
                     st.lists(one_use, max_size=3))  # fmt: skip
TWO_STAYS = [Step(0, 10, 1, 60, [("half", 50)]), Step(7, 10, 1, 60, [("half", 50)])]


def _iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


NAMES = {
    "stamp": "{account}_CloudTrail_us-east-1_{stamp}_{number:016d}",
    "none": "{odd:03d}",
    "folder": "{account}/CloudTrail/us-east-1/2026/10/31/{number}",  # of another day than its events
}
"""How files are named: as CloudTrail does, as anybody does, and so in a folder of CloudTrail's."""

namings = st.lists(st.sampled_from(sorted(NAMES)), min_size=1, max_size=4)


def write(folder: Path, records: list[dict[str, Any]], delays: list[int], naming: list[str]) -> None:
    """Write records into files by account and time of delivery, whose names tell these or do not."""
    files: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for number, record in enumerate(records):
        sent = datetime.fromisoformat(record["eventTime"]) + DELAYS[delays[number % len(delays)]]
        stamp = f"{sent:%Y%m%dT%H}{sent.minute // 5 * 5:02d}Z"
        files.setdefault((record["recipientAccountId"], stamp), []).append(record)
    for number, ((account, stamp), held) in enumerate(sorted(files.items())):
        form = NAMES[naming[number % len(naming)]]
        name = form.format(account=account, stamp=stamp, number=number, odd=number * 7919 % 1000)
        samples.write(folder / f"{name}.json.gz", samples.compact({"Records": held}))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(one_step, min_size=1, max_size=12), who=st.sampled_from(WHO), naming=namings,
       delays=st.lists(st.integers(0, len(DELAYS) - 1), min_size=1, max_size=20))  # fmt: skip
@example(steps=TWO_STAYS, who=calls.PRINCIPAL, naming=["stamp"], delays=[0])
def test_same_as_load(steps: list[Step], who: str, naming: list[str], delays: list[int]) -> None:
    """Both give all events of the truth and no other, whatever was assumed when, however late it was delivered."""
    story = Story()
    for step in steps:
        story.take(step)
    subject = subject_of_text(who)
    assert subject is not None
    with TemporaryDirectory() as name:
        write(Path(name), story.records, delays, naming)
        trail = load_trail(Path(name))
        found = session_events(who, Path(name), workers=2)
    truth = {record["eventID"] for record in story.records} - story.of_others
    assert set(trail.events["event_id"][session_rows(trail.events, subject)]) == truth
    assert set(found.events["event_id"]) == truth
    assert [row.what for row in found.coverage.not_searched if "stopped" in str(row.reason)] == []
