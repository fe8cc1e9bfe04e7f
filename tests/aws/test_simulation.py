"""The simulated account: nothing of the real world is read, and nothing leaves for it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from gdkit.aws import AwsAccess, ask, open_read_only, open_responder
from gdkit.aws.simulation import Simulation, ask_simulator, enter_simulation, isolated_session
from gdkit.errors import AwsError, ParameterError
from tests.aws.fakes import READER_KEY, RESPONDER_KEY, SECRET, simulate
from tests.aws.loopback import Loopback, loopback

if TYPE_CHECKING:
    from pathlib import Path

REAL_KEY = "AKIAREALKEYOFSOMEONE"


@pytest.fixture
def poisoned(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Set every variable and file by which a real credential or another endpoint could be found."""
    files = tmp_path / "config", tmp_path / "credentials"
    for path in files:
        path.write_text(
            f"[default]\naws_access_key_id={REAL_KEY}\naws_secret_access_key=real\nregion=ap-south-1\n"
            f"[profile other]\ncredential_process=touch {tmp_path / 'ran'}\n"
        )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(files[0]))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(files[1]))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", REAL_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
    monkeypatch.setenv("AWS_PROFILE", "other")
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "real")
    monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", "true")
    return tmp_path


def _poison_places(monkeypatch: pytest.MonkeyPatch, elsewhere: Loopback) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_S3", "HTTP_PROXY", "http_proxy",
                 "AWS_EC2_METADATA_SERVICE_ENDPOINT", "AWS_CONTAINER_CREDENTIALS_FULL_URI"):  # fmt: skip
        monkeypatch.setenv(name, elsewhere.url)


def test_only_simulated_key_and_place(monkeypatch: pytest.MonkeyPatch, poisoned: Path) -> None:
    """With real keys, profiles, endpoints and proxies all around, every call goes to the simulator with its key."""
    with loopback() as simulator, loopback() as elsewhere:
        _poison_places(monkeypatch, elsewhere)
        simulate(monkeypatch, simulator.url)
        aws, responder = open_read_only(AwsAccess()), open_responder(AwsAccess(), {"sts:GetCallerIdentity"})
        ask(aws.client("sts", "eu-west-1"), "GetCallerIdentity")
        ask(responder.client("sts", "eu-west-1"), "GetCallerIdentity")
    assert elsewhere.keys == []
    assert simulator.keys == [READER_KEY, RESPONDER_KEY, READER_KEY, RESPONDER_KEY]
    assert aws.simulated
    assert aws.region == "us-east-1", "the real settings name another region"
    assert not (poisoned / "ran").exists()


def test_poison_works(monkeypatch: pytest.MonkeyPatch, poisoned: Path) -> None:
    """The same poison does lead a session astray that is not simulated: the test above can fail."""
    with loopback() as elsewhere:
        for name in ("AWS_PROFILE", "AWS_USE_FIPS_ENDPOINT"):
            monkeypatch.delenv(name)
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", elsewhere.url)
        aws = open_read_only(AwsAccess())
    assert elsewhere.keys == [REAL_KEY]
    assert aws.region == "ap-south-1"
    assert not aws.simulated


def test_damaged_settings_are_not_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Settings at home that would stop botocore do not: they are not opened at all."""
    (tmp_path / ".aws").mkdir()
    for name in ("config", "credentials"):
        (tmp_path / ".aws" / name).write_text("[profile x\nnonsense")
        monkeypatch.delenv(f"AWS_{'CONFIG' if name == 'config' else 'SHARED_CREDENTIALS'}_FILE", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    with loopback() as simulator:
        simulate(monkeypatch, simulator.url)
        aws = open_read_only(AwsAccess())
        ask(aws.client("sts", "eu-west-1"), "GetCallerIdentity")
    assert len(simulator.keys) == 2


def test_no_key_is_found_elsewhere(monkeypatch: pytest.MonkeyPatch, poisoned: Path) -> None:
    """A simulated session that was given no key has none, whatever lies around."""
    with loopback() as elsewhere:
        _poison_places(monkeypatch, elsewhere)
        session = isolated_session(Simulation("http://127.0.0.1:9", "a", "b", None), "eu-west-1", with_key=False)
        assert session.get_credentials() is None
        assert session.get_auth_token(signing_name="bedrock") is None
    assert elsewhere.paths == []
    assert not (poisoned / "ran").exists()


def test_s3_by_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the simulation a bucket stands in the path, never in the host's name."""
    with loopback() as simulator:
        simulate(monkeypatch, simulator.url)
        ask(open_read_only(AwsAccess()).client("s3", "eu-west-1"), "ListObjectsV2", {"Bucket": "some-bucket"})
    assert simulator.paths[-1].startswith("/some-bucket?")


def test_other_host_is_not_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service whose rules put something before the host's name is refused before anything is sent."""
    with loopback() as simulator:
        simulate(monkeypatch, simulator.url)
        client = open_read_only(AwsAccess()).client("s3control")
        with pytest.raises(AwsError, match=r"the call would go to 111122223333\.127\.0\.0\.1") as refused:
            ask(client, "ListAccessPoints", {"AccountId": "111122223333"})
    assert refused.value.kind == "refused_here"
    assert len(simulator.keys) == 1


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        " ",
        "https://sts.amazonaws.com",
        "http://localhost:5000",
        "http://127.0.0.1:5000@evil.example",
        "http://127.0.0.1.evil.example:5000",
        "http://127.0.0.1:5000/path",
        "http://127.0.0.1:5000\\@evil.example",
        "http://127.0.0.300:5000",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:0",
        "http://127.0.0.1",
        "http://[::1%25eth0]:5000",
        "http://10.0.0.1:5000",
        "https://127.0.0.1:5000",
        "ftp://127.0.0.1:5000",
        "http://127.0.0.1:5000\nhttp://evil.example",
    ],
)
def test_endpoint_refused(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    """Whatever is no plain loopback URL stops everything, an empty value too: the real AWS is not taken instead."""
    simulate(monkeypatch, endpoint)
    for opens in (open_read_only, open_responder):
        with pytest.raises(ParameterError, match="GDKIT_SIMULATOR"):
            opens(AwsAccess())


@pytest.mark.parametrize("missing", ["ACCESS_KEY_ID", "SECRET_ACCESS_KEY"])
def test_responder_key_is_its_own(monkeypatch: pytest.MonkeyPatch, poisoned: Path, missing: str) -> None:
    """Without the responder's key there is no responder; neither the reader's key nor a real one is taken."""
    with loopback() as simulator:
        simulate(monkeypatch, simulator.url)
        monkeypatch.delenv(f"GDKIT_SIMULATOR_RESPONDER_{missing}")
        with pytest.raises(AwsError, match="the responder's key for it is not set"):
            open_responder(AwsAccess())
    assert simulator.keys == []


def test_profile_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile named in a simulation is an error: the caller thinks of a real account."""
    simulate(monkeypatch)
    with pytest.raises(ParameterError, match="no real credential is read"):
        open_read_only(AwsAccess(profile="prod"))


def test_secret_is_not_shown() -> None:
    """The simulation's own description holds no secret."""
    shown = repr(Simulation("http://127.0.0.1:1", READER_KEY, SECRET, "token-value"))
    assert SECRET not in shown
    assert "token-value" not in shown


def test_only_own_variables_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who tells variables of another name, such as AWS's own, is not heard."""
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setenv("GDKIT_SIMULATOR", "http://127.0.0.1:9")
    enter_simulation({"GDKIT_SIMULATOR": "http://127.0.0.1:8", "AWS_PROFILE": "theirs", "PATH": "/nowhere"})
    assert os.environ["GDKIT_SIMULATOR"] == "http://127.0.0.1:8"
    assert "AWS_PROFILE" not in os.environ
    assert os.environ["PATH"] != "/nowhere"


@pytest.mark.parametrize(
    "endpoint", ["http://127.0.0.1:9", "http://192.0.2.1:80", "file:///etc/passwd", "http://localhost:80"]
)
def test_nobody_to_ask(endpoint: str) -> None:
    """Where nobody answers, and of another place than this machine's loopback addresses, nothing is told."""
    assert ask_simulator(endpoint, "variables", timeout_s=1) is None
