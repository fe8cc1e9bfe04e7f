"""The thief's own key in a simulated account: what AWS says of it now is what the clock says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from gdkit import stages, tables
from gdkit.case.evidence import load_table
from gdkit.case.folder import CaseFolder, start_case
from gdkit.case.results import load_result
from gdkit.simulator.faults import FaultRule
from gdkit.simulator.scenarios.thieves import BACKUP_USER
from tests.live.worlds import World, delivered_logs, staged_world
from tests.report.markup import Page

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.xdist_group("credentials of a simulated theft"), pytest.mark.usefixtures("unpaced")]


@dataclass(frozen=True, slots=True)
class Staged:
    """A staged theft whose thief made a user with a key, and a case of it that reads log files and asks AWS."""

    world: World
    case: CaseFolder

    @property
    def iam(self) -> Any:
        """The account's IAM, asked inside the process with no record: the logs tell nothing of what is done here."""
        return self.world.accounts.backend.client("iam", self.world.staged.account_id, "us-east-1")

    def row(self, kind: str) -> dict[str, Any]:
        """Scope the case, and give the clock's one row of a kind."""
        stages.scope(str(self.case.path), [])
        (row,) = (row for row in tables.rows_of(load_table(self.case, "credentials")) if row["kind"] == kind)
        return row


@pytest.fixture(scope="module")
def theft(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    """Stage it once; the tests change what is there one after another."""
    folder = tmp_path_factory.mktemp("credentials")
    with staged_world("theft", 1) as world:
        delivered_logs(world, folder / "logs")
        case = start_case(folder / "case", world.subject(world.staged.region), trail=[str(folder / "logs")],
                          access=world.access())  # fmt: skip
        yield Staged(world, case)


def test_key(theft: Staged) -> None:
    """A key is alive while AWS calls it Active, revoked once it is switched off or deleted, though no event tells."""
    (made,) = theft.iam.list_access_keys(UserName=BACKUP_USER)["AccessKeyMetadata"]
    asked = {"UserName": BACKUP_USER, "AccessKeyId": made["AccessKeyId"]}
    active = theft.row("access_key")
    assert (active["access_key_id"], active["owner"]) == (made["AccessKeyId"], BACKUP_USER)
    assert active["account_id"] == theft.world.staged.account_id
    assert active["state"] == "may be alive"
    assert "; AWS says that it is Active (asked at 20" in active["why"]
    theft.iam.update_access_key(**asked, Status="Inactive")
    inactive = theft.row("access_key")
    assert (inactive["state"], inactive["revocation"]) == ("revoked", None)
    assert "; AWS says that it is Inactive (asked at 20" in inactive["why"]
    theft.iam.delete_access_key(**asked)
    gone = theft.row("access_key")
    assert gone["state"] == "revoked"
    assert "; AWS says that it does not exist (asked at 20" in gone["why"]
    (told,) = (row for row in load_result(theft.case)["credentials"]["rows"] if row["kind"] == "access_key")
    assert (told["state"], told["check"]) == ("revoked", "iam ListAccessKeys does not list it.")
    view = stages.credentials(str(theft.case.path))
    assert "iam ListAccessKeys does not list it." in Page(str(view.picture)).text


def test_user(theft: Staged) -> None:
    """The thief's user is there until it is deleted, and then it and all of it are revoked."""
    there = theft.row("user")
    assert there["state"] == "may be alive"
    assert "; AWS says that it exists (asked at 20" in there["why"]
    for key in theft.iam.list_access_keys(UserName=BACKUP_USER)["AccessKeyMetadata"]:
        theft.iam.delete_access_key(UserName=BACKUP_USER, AccessKeyId=key["AccessKeyId"])
    for policy in theft.iam.list_user_policies(UserName=BACKUP_USER)["PolicyNames"]:
        theft.iam.delete_user_policy(UserName=BACKUP_USER, PolicyName=policy)
    theft.iam.delete_user(UserName=BACKUP_USER)
    assert (theft.row("user")["state"], theft.row("access_key")["state"]) == ("revoked", "revoked")
    (moment,) = (row for row in tables.rows_of(load_table(theft.case, "timeline"))
                 if row["kind"] == "left behind" and row["statement"].startswith("CreateUser"))  # fmt: skip
    assert "; gone, AWS said at 20" in moment["statement"]


def test_cannot_be_asked(theft: Staged) -> None:
    """Where AWS refuses to tell, the state rests on the events alone, and the row says that AWS did not tell."""
    with theft.world.faulty(FaultRule("deny", "iam", "ListAccessKeys"), FaultRule("deny", "iam", "GetUser")):
        row = theft.row("access_key")
    assert row["state"] == "may be alive"
    assert "; AWS does not tell whether it still exists: iam ListAccessKeys failed: " in row["why"]
