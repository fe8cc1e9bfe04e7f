"""One question is bounded in size, time and place, says why it failed, and is not asked while AWS is simulated."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from gdkit.errors import GdkitError
from gdkit.feeds import http
from gdkit.feeds.http import ask
from tests.feeds.outside import Reply, outside

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRET = "TOPSECRETKEY0123456789"  # noqa: S105 - made up


def test_answer() -> None:
    """Status, headers in lower case and the body come back; gdkit names itself and asks for no compression."""
    with outside(Reply(418, b"tea", {"ETag": '"1"'})) as server:
        answer = ask(f"{server.url}/pot", limit_bytes=10)
    assert (answer.host, answer.status, answer.headers["etag"], answer.body) == ("127.0.0.1", 418, '"1"', b"tea")
    assert (server.headers[0]["user-agent"], server.headers[0]["accept-encoding"]) == ("gdkit", "identity")


def test_size() -> None:
    """A body of the allowed size is taken, one byte more is not, and not read to its end either."""
    with outside(Reply(body=b"x" * 1000)) as server:
        assert len(ask(server.url, limit_bytes=1000).body) == 1000
        with pytest.raises(GdkitError, match=r"larger than 0\.000999 MB and was not taken"):
            ask(server.url, limit_bytes=999)


def test_cut_off() -> None:
    """An answer that ends before its promised length is no answer."""
    with outside(Reply(body=b"x" * 1000, cut=1)) as server, pytest.raises(GdkitError, match="the answer was cut off"):
        ask(server.url, limit_bytes=5000)


def test_compression_is_refused() -> None:
    """A compressed answer, which nobody asked for and which could unpack to anything, is refused."""
    packed = Reply(body=gzip.compress(b"x" * 1000), headers={"Content-Encoding": "gzip"})
    with outside(packed) as server, pytest.raises(GdkitError, match="compressed although that was not asked for"):
        ask(server.url, limit_bytes=5000)


def test_nobody_there() -> None:
    """A port where nobody listens, a name that does not exist and an address that is none are told as unreachable."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for url in (f"http://127.0.0.1:{port}/", "http://nobody.invalid/", "http://[::1", "nothing", "http://x:99999/"):
        with pytest.raises(GdkitError, match=r"it cannot be reached \(\w+\).*check the connection"):
            ask(url, limit_bytes=10)


def test_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that accepts and says nothing is given up after the patience for one part."""
    monkeypatch.setattr(http, "READ_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(GdkitError, match="did not answer in time"):
        ask(f"http://127.0.0.1:{silent.getsockname()[1]}/", limit_bytes=10)


def test_drip(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that comes too slowly as a whole is given up, although each part is in time."""
    monkeypatch.setattr(http, "TOTAL_S", -1.0)
    with outside(Reply(body=b"x" * 10)) as server, pytest.raises(GdkitError, match="was not whole after"):
        ask(server.url, limit_bytes=100)


def test_no_http() -> None:
    """A server that speaks something else is told as such."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def speak() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"220 mail ready\r\n\r\n")

        thread = threading.Thread(target=speak)
        thread.start()
        with pytest.raises(GdkitError, match="cut off, or is not HTTP"):
            ask(f"http://127.0.0.1:{server.getsockname()[1]}/", limit_bytes=10)
        thread.join()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(status: int) -> None:
    """A redirect is an error that names where it leads, unless following was asked for."""
    away = Reply(status, headers={"Location": "http://elsewhere.example/list"})
    told = r"127.0.0.1: it redirects to elsewhere.example, which was not followed"
    with outside(away) as server, pytest.raises(GdkitError, match=told):
        ask(server.url, limit_bytes=10)
    assert len(server.paths) == 1


def test_redirects_that_are_asked_for() -> None:
    """Redirects are followed as far as was asked for; a header for one host does not go to another."""
    with outside() as first, outside(Reply(body=b"here")) as second:
        other = second.url.replace("127.0.0.1", "localhost")
        first.replies = {
            "/a": Reply(302, headers={"Location": "/b"}),
            "/b": Reply(302, headers={"Location": f"{other}/c"}),
        }
        answer = ask(f"{first.url}/a", limit_bytes=10, redirects=2, headers={"Key": SECRET})
        with pytest.raises(GdkitError, match="it redirects to localhost"):
            ask(f"{first.url}/a", limit_bytes=10, redirects=1)
    assert (answer.host, answer.body, first.paths[:2], second.paths) == ("localhost", b"here", ["/a", "/b"], ["/c"])
    assert [row.get("key") for row in first.headers[:2]] == [SECRET, SECRET]
    assert "key" not in second.headers[0]


@pytest.mark.parametrize("target", ["ftp://host/x", "file:///etc/passwd", "http://[", ""])
def test_strange_redirects(target: str) -> None:
    """A redirect to another scheme, to no place or in a circle ends, even where following was asked for."""
    with outside(Reply(302, headers={"Location": target})) as server, pytest.raises(GdkitError, match="redirects to"):
        ask(server.url, limit_bytes=10, redirects=3)
    assert len(server.paths) <= 4


def test_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's proxy is used, but not for the hosts that it excepts."""
    with outside(Reply(body=b"by proxy")) as proxy, outside(Reply(body=b"direct")) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        assert ask("http://aws.example/list", limit_bytes=10).body == b"by proxy"
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert ask(server.url, limit_bytes=10).body == b"direct"
    assert proxy.paths == ["http://aws.example/list"]


@pytest.mark.parametrize("proxy", ["http://user:TOPSECRETKEY0123456789@127.0.0.1:1", "socks5://user:TOPSECRETKEY0123456789@h:1",
                                   "TOPSECRETKEY0123456789://h"])  # fmt: skip
def test_proxy_that_does_not_work(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    """A proxy that cannot be used is an error that does not tell its password."""
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(GdkitError) as caught:
        ask("http://aws.example/list", limit_bytes=10)
    assert caught.value.where == "aws.example"
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


def test_headers_are_never_told(caplog: pytest.LogCaptureFixture) -> None:
    """A header reaches neither an error nor a log, not even one that cannot be sent."""
    caplog.set_level("DEBUG")
    with outside(Reply(302, headers={"Location": "http://elsewhere.example/"})) as server:
        for value in (SECRET, f"{SECRET}\r\nX: y", f"{SECRET}\u2014"):
            with pytest.raises(GdkitError) as caught:
                ask(server.url, limit_bytes=10, headers={"Key": value})
            assert SECRET not in str(caught.value)
    assert SECRET not in caplog.text


def test_nothing_is_asked_in_a_simulation(monkeypatch: pytest.MonkeyPatch) -> None:
    """While AWS is simulated no question leaves, not even when the simulation is set up wrongly."""
    with outside() as server:
        for value in ("http://127.0.0.1:1", ""):
            monkeypatch.setenv("GDKIT_SIMULATOR", value)
            with pytest.raises(GdkitError, match="AWS is simulated, so nobody outside this machine is asked"):
                ask(server.url, limit_bytes=10)
    assert server.paths == []


@contextmanager
def self_signed(folder: Path) -> Iterator[str]:
    """Serve HTTPS with a certificate that nobody trusts; give the URL."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    certificate = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=True)
    pem = certificate.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                serialization.NoEncryption())  # fmt: skip
    (folder / "both.pem").write_bytes(private + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            try:
                context.wrap_socket(connection, server_side=True).close()
            except OSError:
                connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"https://localhost:{server.getsockname()[1]}/"
        thread.join()


def test_certificates_are_verified(tmp_path: Path) -> None:
    """A certificate that is not trusted ends the question, and the error says how a company's own is trusted."""
    with self_signed(tmp_path) as url, pytest.raises(GdkitError, match=r"certificate is not trusted.*SSL_CERT_FILE"):
        ask(url, limit_bytes=10)
