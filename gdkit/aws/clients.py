"""The two who reach AWS: the reader, who can change nothing, and the responder."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from gdkit.aws.access import check_region
from gdkit.aws.calls import ask, need
from gdkit.aws.read_only import hold_back
from gdkit.aws.response_only import hold_to
from gdkit.aws.sessions import make_client, own_session, role_session
from gdkit.aws.simulation import Simulation, read_simulation
from gdkit.aws.translate import translating
from gdkit.errors import AwsCall, AwsError
from gdkit.identifiers import is_account_id, parse_arn

if TYPE_CHECKING:
    from collections.abc import Set

    from gdkit.aws.access import AwsAccess
    from gdkit.aws.objects import Bucket


class _Aws:
    """Clients of one actor, made once each; safe to use from several threads.

    Attributes:
        account_id: the account that the credentials belong to.
        caller_arn: who AWS says that gdkit is.
        partition: ``aws``, ``aws-cn`` or ``aws-us-gov``.
        region: the home region.
        simulated: whether AWS is simulated.
    """

    _member_option = "--member-role"
    """What names the member role on the command line."""

    def __init__(self, session: Any, member_role: str, simulation: Simulation | None) -> None:
        self._lock = threading.Lock()  # botocore's sessions serve one thread at a time; its clients serve any number
        self._simulation = simulation
        self._member_role = member_role
        self._own = session
        self._members: dict[str, Any] = {}
        self._clients: dict[tuple[str, str, str], Any] = {}
        self.simulated = simulation is not None
        self.region = str(session.region_name)
        self.account_id, self.caller_arn, self.partition = self._who()

    def __repr__(self) -> str:
        """Show who it is, and no credential."""
        return f"{type(self).__name__}({self.caller_arn!r}, region={self.region!r})"

    def client(self, service: str, region: str | None = None, account_id: str | None = None) -> Any:
        """Give a boto3 client, the same one each time.

        Args:
            service: boto3's name of the service.
            region: the home region if not given.
            account_id: another account is reached through the member role; the own one if not given.

        Raises:
            AwsError: the other account cannot be reached, or there is no such service.
            ParameterError: the region's or the account's form is wrong.
        """
        region, account_id = region or self.region, account_id or self.account_id
        check_region(region)
        with self._lock:
            made = self._clients.get((service, region, account_id))
        if made is not None:
            return made
        session = self._own if account_id == self.account_id else self._member(account_id)
        with self._lock:
            client = self._clients.get((service, region, account_id))
            if client is None:
                client = self._make(session, service, region)
                self._clients[service, region, account_id] = client
            return client

    def _make(self, session: Any, service: str, region: str) -> Any:
        return make_client(session, service, region, self._simulation)

    def _member(self, account_id: str) -> Any:
        """Give the session of another account, its role assumed."""
        call = AwsCall("sts", "AssumeRole", account_id, self.region)
        if not is_account_id(account_id):
            raise AwsError(f"{account_id[:40]!r} is no account id", call=AwsCall(), action="give twelve digits")
        if not self._member_role:
            raise AwsError(
                f"it is another account than gdkit's own ({self.account_id}), and no role to assume there was named",
                call=call,
                kind="credentials",
                action=f"name a role that every account has, with {self._member_option}",
            )
        with self._lock:
            session = self._members.get(account_id)
            if session is None:
                arn = f"arn:{self.partition}:iam::{account_id}:role/{self._member_role}"
                session = self._members[account_id] = role_session(self._own, arn, self._simulation)
            credentials = session.get_credentials()
        with translating(call, permission="sts:AssumeRole"):
            credentials.get_frozen_credentials()  # assumes the role where that is due; it has a lock of its own
        return session

    def _who(self) -> tuple[str, str, str]:
        sts = make_client(self._own, "sts", self.region, self._simulation)
        answer, call = ask(sts, "GetCallerIdentity"), AwsCall("sts", "GetCallerIdentity", region=self.region)
        arn = parse_arn(need(answer, "Arn", call))
        return str(need(answer, "Account", call)), str(answer["Arn"]), arn.partition if arn else "aws"


class ReadOnlyAws(_Aws):
    """AWS as the reader sees it: what would change something, or hand out a secret, is refused before it is sent."""

    def _make(self, session: Any, service: str, region: str) -> Any:
        client = super()._make(session, service, region)
        hold_back(client)
        return client

    def bucket(self, name: str, prefix: str = "", *, requester_pays: bool = False) -> Bucket:
        """Find a bucket, in whatever region and account it is, for reading many objects at once.

        Args:
            name: the bucket's.
            prefix: what may be listed in it.
            requester_pays: whether the reader pays for the requests.

        Raises:
            AwsError: there is no such bucket, or it may not be listed.
        """
        from gdkit.aws.objects import open_bucket  # noqa: PLC0415 - loaded only where buckets are read

        return open_bucket(name, prefix, self.client("s3"), self._own, simulated=self.simulated,
                           requester_pays=requester_pays)  # fmt: skip


class ResponderAws(_Aws):
    """AWS as the responder sees it: for one step of a response, whose IAM actions alone it may use.

    Args:
        actions: the IAM actions by which the step changes something.
    """

    _member_option = "--responder-member-role"

    def __init__(self, session: Any, member_role: str, simulation: Simulation | None, actions: Set[str]) -> None:
        self._actions = frozenset(actions)
        super().__init__(session, member_role, simulation)

    def _make(self, session: Any, service: str, region: str) -> Any:
        client = super()._make(session, service, region)
        hold_to(client, self._actions)
        return client


def open_read_only(access: AwsAccess) -> ReadOnlyAws:
    """Log in as the reader and ask AWS who that is.

    Raises:
        AwsError: no credentials, not valid, or no connection.
        ParameterError: the simulation is set up wrongly.
    """
    simulation = read_simulation(access, "reader")
    session = own_session(access.profile, access.region, simulation)
    if access.role_arn:
        session = role_session(session, access.role_arn, simulation)
    return ReadOnlyAws(session, access.member_role, simulation)


def open_responder(access: AwsAccess, actions: Set[str] = frozenset()) -> ResponderAws:
    """Log in as the responder and ask AWS who that is.

    Args:
        access: who the responder is.
        actions: the IAM actions that the step at hand changes something by; every other call is refused here.

    Raises:
        AwsError: no credentials, not valid, or no connection.
        ParameterError: the simulation is set up wrongly.
    """
    simulation = read_simulation(access, "responder")
    session = own_session(access.responder_profile or access.profile, access.region, simulation)
    if access.responder_role_arn:
        session = role_session(session, access.responder_role_arn, simulation)
    return ResponderAws(session, access.responder_member_role, simulation, actions)
