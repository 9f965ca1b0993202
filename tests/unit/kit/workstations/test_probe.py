"""Looking at a laptop over SSH, on a real SSH server of this process."""

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import paramiko
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED

from kit.errors import HostKeyChanged, WorkstationFailed
from kit.workstations import probe
from kit.workstations.condition import SCRIPT, Condition
from kit.workstations.probe import (
    KeyChanged,
    KeyMatches,
    LoginRefused,
    NoAnswer,
    NotLetIn,
    Spot,
    check_host_key,
    fingerprint,
    probe_all,
)
from kit.workstations.targets import Secret


def new_key(path: Path) -> paramiko.PKey:
    private = ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    path.write_bytes(private)
    return paramiko.Ed25519Key(filename=str(path))


def pinned(key: paramiko.PKey) -> str:
    return f"{key.get_name()} {key.get_base64()}"


class Laptop(paramiko.ServerInterface):
    """Lets "camille" in by password and "provision" by key; runs `whoami`, `false` and the probe's script."""

    def __init__(self, authorized: paramiko.PKey) -> None:
        self.authorized = authorized
        self.logins: list[str] = []
        #: set where it takes a command and then says nothing more
        self.silent = False

    def check_auth_password(self, username: str, password: str) -> int:
        self.logins.append(username)
        good = (username, password) == ("camille", "right")
        return AUTH_SUCCESSFUL if good else AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        self.logins.append(username)
        good = username == "provision" and key == self.authorized
        return AUTH_SUCCESSFUL if good else AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:  # noqa: ARG002  the interface's
        return "password,publickey"

    def check_channel_request(self, kind: str, chanid: int) -> int:  # noqa: ARG002  the interface's
        return OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        def answer() -> None:
            channel.recv(1)  # the client has heard that its request is granted and has nothing more to say
            if self.silent:
                return
            told = b"serial=PF1234\nbattery=81\n" if command == SCRIPT.encode() else b""
            channel.sendall(told or f"{channel.get_transport().get_username()}\n".encode())
            channel.send_exit_status(1 if command == b"false" else 0)
            channel.close()

        threading.Thread(target=answer).start()
        return True


class Server:
    """An SSH server on a loopback port, one connection after the other."""

    def __init__(self, laptop: Laptop, host_key: paramiko.PKey) -> None:
        self.laptop, self.host_key = laptop, host_key
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.transports: list[paramiko.Transport] = []
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                # Who has the key may hang up at once: the next one is served all the same.
                with suppress(paramiko.SSHException, EOFError, OSError):
                    transport = paramiko.Transport(connection)
                    transport.add_server_key(self.host_key)
                    self.transports.append(transport)
                    transport.start_server(server=self.laptop)

    def stop_listening(self) -> None:
        with suppress(OSError):  # a second time
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def close(self) -> None:
        self.stop_listening()
        self.thread.join()
        for transport in self.transports:
            transport.close()


@pytest.fixture
def station_key(tmp_path: Path) -> Path:
    new_key(tmp_path / "station")
    return tmp_path / "station"


@pytest.fixture
def server(tmp_path: Path, station_key: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    running = Server(Laptop(paramiko.Ed25519Key(filename=str(station_key))), new_key(tmp_path / "host"))
    monkeypatch.setattr(probe, "PORT", running.port)
    yield running
    running.close()


def test_the_pinned_key_is_recognised_without_a_login(server: Server) -> None:
    assert check_host_key("127.0.0.1", pinned(server.host_key)) == KeyMatches()
    assert server.laptop.logins == []


def test_another_key_is_told_with_its_fingerprint(server: Server, tmp_path: Path) -> None:
    other = new_key(tmp_path / "other")
    verdict = check_host_key("127.0.0.1", pinned(other))
    assert verdict == KeyChanged(server.host_key.fingerprint)
    assert fingerprint(pinned(server.host_key)) == server.host_key.fingerprint


def test_the_key_of_an_unknown_laptop_is_told_without_a_login(server: Server) -> None:
    assert probe.host_key_of("127.0.0.1", timeout=5) == pinned(server.host_key)
    assert server.laptop.logins == []
    server.stop_listening()
    assert isinstance(probe.host_key_of("127.0.0.1", timeout=2), NoAnswer)


def test_a_host_that_lacks_the_pinned_kind_of_key_has_a_changed_key(server: Server) -> None:
    pinned_rsa = f"ssh-rsa {server.host_key.get_base64()[::-1]}"
    assert isinstance(check_host_key("127.0.0.1", pinned_rsa), KeyChanged)


def test_a_closed_port_is_no_answer(server: Server) -> None:
    server.stop_listening()
    verdict = check_host_key("127.0.0.1", pinned(server.host_key), timeout=2)
    assert isinstance(verdict, NoAnswer)
    assert "refused" in verdict.why


def test_a_server_that_says_nothing_is_no_answer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(probe, "PORT", silent.getsockname()[1])
        verdict = check_host_key("127.0.0.1", pinned(new_key(tmp_path / "host")), timeout=0.3)
    assert isinstance(verdict, NoAnswer)
    # What paramiko logs reaches nobody: pytest sees even what is not passed on.
    assert [record for record in caplog.records if logging.getLogger(record.name).propagate] == []


def test_a_login_by_password_runs_a_command(server: Server) -> None:
    printed = probe.run(
        "127.0.0.1", pinned(server.host_key), "camille", "whoami", password=Secret("right"), timeout=5
    )
    assert printed == "camille\n"


def test_a_login_by_key_runs_a_command(server: Server, station_key: Path) -> None:
    printed = probe.run(
        "127.0.0.1", pinned(server.host_key), "provision", "whoami", private_key=station_key, timeout=5
    )
    assert printed == "provision\n"


def test_a_wrong_password_is_refused(server: Server) -> None:
    with pytest.raises(LoginRefused, match="camille is not let in") as caught:
        probe.run("127.0.0.1", pinned(server.host_key), "camille", "whoami", password=Secret("wrong"))
    assert caught.value.hint


def test_no_password_is_sent_to_another_host_key(server: Server, tmp_path: Path) -> None:
    with pytest.raises(HostKeyChanged, match="SHA256:"):
        probe.run(
            "127.0.0.1", pinned(new_key(tmp_path / "other")), "camille", "whoami", password=Secret("right")
        )
    assert server.laptop.logins == []


def test_a_command_that_fails_is_told_with_its_output(server: Server) -> None:
    with pytest.raises(WorkstationFailed, match="ended with 1: camille"):
        probe.run("127.0.0.1", pinned(server.host_key), "camille", "false", password=Secret("right"))


def spots(server: Server, *addresses: str) -> list[Spot]:
    return [Spot(address, address, pinned(server.host_key)) for address in addresses]


def test_a_laptop_that_is_looked_at_tells_its_condition(server: Server, station_key: Path) -> None:
    (found,) = probe_all(spots(server, "127.0.0.1"), user="provision", private_key=station_key, timeout=5)
    assert found.seen == Condition(serial="PF1234", battery=81)
    assert 0 < found.seconds < 5


def test_nothing_is_sent_to_another_key_when_many_are_looked_at(
    server: Server, station_key: Path, tmp_path: Path
) -> None:
    other = Spot("LT-0001", "127.0.0.1", pinned(new_key(tmp_path / "other")))
    (found,) = probe_all([other], user="provision", private_key=station_key, timeout=5)
    assert found.seen == KeyChanged(server.host_key.fingerprint)
    assert server.laptop.logins == []


@pytest.mark.parametrize("same", [True, False])
def test_no_login_is_tried_where_the_station_must_not_enter(
    server: Server, station_key: Path, tmp_path: Path, same: bool
) -> None:
    key = server.host_key if same else new_key(tmp_path / "other")
    spot = Spot("LAP-01", "127.0.0.1", pinned(key), may_enter=False)
    (found,) = probe_all([spot], user="provision", private_key=station_key, timeout=5)
    assert found.seen == (KeyMatches() if same else KeyChanged(server.host_key.fingerprint))
    assert server.laptop.logins == []


def test_a_station_that_is_not_let_in_is_told_apart(server: Server, tmp_path: Path) -> None:
    new_key(tmp_path / "stranger")
    (found,) = probe_all(
        spots(server, "127.0.0.1"), user="provision", private_key=tmp_path / "stranger", timeout=5
    )
    assert isinstance(found.seen, NotLetIn)
    assert "provision" in found.seen.why


def test_a_laptop_that_hangs_costs_its_own_time_and_the_others_come_first(
    server: Server, station_key: Path
) -> None:
    with socket.create_server(("127.0.0.2", server.port)):
        looked_at = spots(server, "127.0.0.2", "127.0.0.3", "127.0.0.1")
        found = list(probe_all(looked_at, user="provision", private_key=station_key, timeout=1.5))
    assert [finding.spot.address for finding in found][-1] == "127.0.0.2"
    seen = {finding.spot.address: finding.seen for finding in found}
    assert isinstance(seen["127.0.0.1"], Condition)
    assert seen["127.0.0.2"] == NoAnswer("timed out")
    refused = seen["127.0.0.3"]
    assert isinstance(refused, NoAnswer)
    assert "refused" in refused.why
    assert found[-1].seconds < 3


def test_a_laptop_that_falls_silent_after_the_login_is_given_up(server: Server, station_key: Path) -> None:
    server.laptop.silent = True
    (found,) = probe_all(spots(server, "127.0.0.1"), user="provision", private_key=station_key, timeout=1)
    assert found.seen == NoAnswer("timed out")
    assert found.seconds < 3
