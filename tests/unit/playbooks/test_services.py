"""Microsoft's list of services becomes the firewall's default, from the form that Microsoft publishes."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.unit.playbooks.support import PLAYBOOKS, yaml_file

#: The shape of https://endpoints.office.com/endpoints/worldwide.
PUBLISHED = [
    {
        "id": 1,
        "serviceArea": "Exchange",
        "urls": ["outlook.office.com"],
        "ips": ["192.0.2.0/24", "2001:db8::/32"],
        "tcpPorts": "80,443",
        "udpPorts": "443",
        "required": True,
    },
    {"id": 2, "serviceArea": "Exchange", "ips": ["192.0.2.0/24"], "tcpPorts": "587, 993", "required": False},
    {"id": 8, "serviceArea": "Exchange", "urls": ["autodiscover.*.onmicrosoft.com"], "required": True},
    {"id": 10, "serviceArea": "Exchange", "ips": ["198.51.100.0/24"], "tcpPorts": "25", "required": True},
    {"id": 51, "serviceArea": "Common", "urls": ["*cdn.onenote.net", "*.office.net"], "required": True},
    {"id": 93, "serviceArea": "Common", "urls": ["www.bing.com"], "required": False},
]


class Quiet(SimpleHTTPRequestHandler):
    """Says nothing of each request."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the library's
        """Nothing."""


@pytest.fixture
def page(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "worldwide").write_text(json.dumps(PUBLISHED))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    # What is JSON is told by its type, as Microsoft does.
    Quiet.extensions_map = {**SimpleHTTPRequestHandler.extensions_map, "": "application/json"}
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}/worldwide"
    server.shutdown()
    serving.join()
    server.server_close()


def test_networks_and_names_that_are_needed_are_taken(page: str, tmp_path: Path) -> None:
    made = tmp_path / "microsoft365.yml"
    told = {"services_page": page, "services_file": str(made)}
    subprocess.run(
        [
            *(Path(sys.executable).with_name("ansible-playbook"), "--inventory", "localhost,"),
            *("services.yml", "--extra-vars", json.dumps(told)),
        ],
        check=True,
        capture_output=True,
        cwd=PLAYBOOKS,
    )
    assert yaml_file(made) == {
        "firewall_services": [
            {
                "name": "exchange_1",
                "tcp": [80, 443],
                "udp": [443],
                "networks": ["192.0.2.0/24", "2001:db8::/32"],
            },
            {"name": "exchange_2", "tcp": [587, 993], "udp": [], "networks": ["192.0.2.0/24"]},
        ],
        "firewall_service_names": ["office.net", "onenote.net", "onmicrosoft.com", "outlook.office.com"],
    }
    assert page in made.read_text(encoding="utf-8")
