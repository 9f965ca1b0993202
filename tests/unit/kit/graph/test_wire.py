"""Broken connections are told apart: not trusted, not reached, broken on the way."""

import socket
from pathlib import Path

import httpx
import msal
import pytest

from kit.errors import BadInput
from kit.graph.client import Graph
from kit.graph.connection import Connection, endpoints, origin
from kit.graph.errors import CertificateRefused, NoAnswer
from kit.graph.wire import broken
from kit.settings import Cloud
from tests.unit.kit.graph.conftest import LiveTenant
from tests.unit.kit.graph.support import VirtualTime, connection, write_application

Application = tuple[Path, Path]


def test_a_server_that_our_authorities_do_not_vouch_for_is_refused_at_once(
    live: LiveTenant, application: Application, tmp_path: Path, time: VirtualTime
) -> None:
    _key, stranger = write_application(tmp_path / "stranger")
    there = connection(
        application, authority=live.connection.authority, graph=live.connection.graph, ca_file=stranger
    )
    with (
        Graph(there, stop=time, clock=time.now) as graph,
        pytest.raises(CertificateRefused, match="not trusted") as caught,
    ):
        graph.get("/organization")
    assert "ca_file" in caught.value.hint
    assert time.waits == []


def test_a_closed_port_is_asked_until_patience_ends_and_then_said(
    application: Application, time: VirtualTime
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"https://127.0.0.1:{taken.getsockname()[1]}"
        there = connection(application, authority=url, graph=f"{url}/v1.0")
        with (
            Graph(there, stop=time, clock=time.now, patience=30) as graph,
            pytest.raises(NoAnswer, match="cannot be reached") as caught,
        ):
            graph.get("/organization")
    assert not caught.value.sent
    assert time.seconds == pytest.approx(30)


def test_a_file_of_authorities_that_cannot_be_used_is_bad_input(
    application: Application, tmp_path: Path
) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    for file in (tmp_path / "ca.pem", tmp_path / "none.pem"):
        with pytest.raises(BadInput, match=r"\.pem"):
            Graph(connection(application, ca_file=file))


@pytest.mark.parametrize(
    ("exc", "sent", "word"),
    [
        (httpx.ConnectError("x"), False, "reached"),
        (httpx.ConnectTimeout("x"), False, "in time"),
        (httpx.PoolTimeout("x"), False, "in time"),
        (httpx.ReadTimeout("x"), True, "in time"),
        (httpx.ReadError("x"), True, "broke"),
        (httpx.RemoteProtocolError("x"), True, "broke"),
        (httpx.DecodingError("x"), True, "broke"),
    ],
)
def test_only_what_never_left_is_known_not_to_be_carried_out(
    exc: httpx.HTTPError, sent: bool, word: str
) -> None:
    error = broken(exc, "graph.example")
    assert isinstance(error, NoAnswer)
    assert error.sent is sent
    assert word in error.message
    assert "graph.example" in error.message


@pytest.mark.parametrize("address", ["http://graph.example/v1.0", "graph.example", "https://"])
def test_an_address_that_is_not_https_is_refused(application: Application, address: str) -> None:
    with pytest.raises(BadInput, match="https"):
        connection(application, graph=address)


def test_each_cloud_has_its_addresses_over_https() -> None:
    for cloud in Cloud:
        assert all(origin(address).startswith("https://") for address in endpoints(cloud))
    assert endpoints(Cloud.GLOBAL) == (
        "https://login.microsoftonline.com",
        "https://graph.microsoft.com/v1.0",
    )
    assert endpoints(Cloud.BLEU)[0] == f"https://{msal.authority.AZURE_GOV_FR}"


def test_the_scope_is_the_origin_of_graph(application: Application) -> None:
    there: Connection = connection(application, graph="https://Graph.Example:8443/v1.0/")
    assert there.scope == "https://graph.example:8443/.default"
    assert origin(there.graph) == "https://graph.example:8443"
