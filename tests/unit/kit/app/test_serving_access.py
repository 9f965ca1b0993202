"""Who gets the screens in a browser, asked of a real `kit serve`."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from aiohttp import ClientSession, WSServerHandshakeError

from tests.tui import feeding
from tests.unit.kit.app.served import Served, connect, read_until, serving

EVERYTHING = ("/", "/ws", "/page.js", "/static/js/textual.js", "/static/css/xterm.css", "/download/1", "/no")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served")
    feeding.station(folder).dispose()
    return folder


@pytest.fixture(scope="module")
def served(home: Path) -> Iterator[Served]:
    with serving(home) as running:
        yield running


@pytest.fixture(scope="module")
def cookie(served: Served) -> str:
    return served.sign_in()


def get(served: Served, path: str, **headers: str) -> httpx.Response:
    return httpx.get(served.base + path, headers=headers, trust_env=False)


@pytest.mark.parametrize("path", EVERYTHING)
def test_nothing_is_answered_without_a_token(served: Served, path: str) -> None:
    answer = get(served, path)
    assert answer.status_code == 401
    assert "kit serve" in answer.text
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("token", ["", "wrong", "é", "%ff", "a" * 4000])
def test_a_wrong_token_opens_nothing(served: Served, cookie: str, token: str) -> None:
    # Who is in already is no exception: an address is looked at for itself.
    assert get(served, f"/?token={token}").status_code == 401
    assert get(served, f"/?token={token}", Cookie=cookie).status_code == 401


def test_a_wrong_cookie_opens_nothing(served: Served, cookie: str) -> None:
    name, _, value = cookie.partition("=")
    for wrong in (f"{name}={value[:-1]}", f"{name}=", f"other={value}"):
        assert get(served, "/", Cookie=wrong).status_code == 401


def test_an_address_becomes_a_cookie_that_scripts_and_other_sites_do_not_get(served: Served) -> None:
    first = served.address
    answer = httpx.get(first, trust_env=False)
    served.address = served.next_address()
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    kept, *rules = answer.headers["Set-Cookie"].split("; ")
    assert set(rules) == {"HttpOnly", "Path=/", "SameSite=Strict"}
    assert first.partition("token=")[2] not in kept
    page = get(served, "/", Cookie=kept)
    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")


def test_an_address_works_once_and_another_one_is_told_then(served: Served) -> None:
    used = served.address
    served.sign_in()
    assert httpx.get(used, trust_env=False).status_code == 401
    assert served.address != used
    served.sign_in()


def test_only_a_browser_that_opens_an_address_uses_it_up(served: Served) -> None:
    assert httpx.head(served.address, trust_env=False).status_code == 401
    assert httpx.post(served.address, trust_env=False).status_code == 401
    served.sign_in()


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "127.0.0.1.evil.example", "evil.example:8450", "localhost.evil.example"),
        *("127.0.0.2", "[::]", "[::1]", "127.0.0.1:x", "user@127.0.0.1", "", "127.0.0.1, evil.example"),
    ],
)
def test_another_host_name_is_refused_with_cookie_and_token(served: Served, cookie: str, host: str) -> None:
    token = served.address.partition("?")[2]
    for path in ("/", f"/?{token}", "/static/js/textual.js"):
        assert get(served, path, Host=host, Cookie=cookie).status_code in {400, 421}
    served.sign_in()


@pytest.mark.parametrize("host", ["127.0.0.1:9000", "localhost:9000", "localhost"])
def test_a_tunnel_may_have_another_port(served: Served, cookie: str, host: str) -> None:
    page = get(served, "/", Host=host, Cookie=cookie)
    assert page.status_code == 200
    assert f'"ws://{host}/ws"' in page.text


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:1", "null", "https://127.0.0.1"])
def test_a_page_from_elsewhere_is_refused(served: Served, cookie: str, origin: str) -> None:
    assert get(served, "/", Cookie=cookie, Origin=origin).status_code == 403


def test_every_answer_keeps_itself_to_itself(served: Served, cookie: str) -> None:
    answers = [get(served, path, Cookie=cookie) for path in ("/", "/page.js", "/static/js/textual.js", "/no")]
    answers += [get(served, "/"), get(served, "/", Host="evil.example"), httpx.get(served.address)]
    served.address = served.next_address()
    assert [answer.status_code for answer in answers] == [200, 200, 200, 404, 401, 421, 303]
    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        policy = dict(rule.split(" ", 1) for rule in answer.headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
        assert policy["script-src"] == "'self'"
        assert not re.search(r"https?:|\*", answer.headers["Content-Security-Policy"])


def test_the_page_names_nothing_of_another_machine(served: Served, cookie: str) -> None:
    page = get(served, "/", Cookie=cookie).text
    assert re.findall(r"[\"'(]\w*:?//[^\"']+", page) == [f'"{served.base.replace("http", "ws")}/ws']
    for path in re.findall(r'(?:src|href)="(/[^"]+)"', page):
        assert get(served, path, Cookie=cookie).status_code == 200, path


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"Cookie": ""}, 401),
        ({"Origin": ""}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Host": "evil.example", "Origin": "http://evil.example"}, 421),
    ],
)
def test_a_websocket_from_elsewhere_gets_no_window(
    served: Served, cookie: str, changed: dict[str, str], code: int
) -> None:
    async def ask() -> int:
        async with ClientSession() as session:
            with pytest.raises(WSServerHandshakeError) as refused:
                await connect(session, served, cookie, **changed)
            return refused.value.status

    before = served.windows()
    assert asyncio.run(ask()) == code
    assert served.windows() == before


def test_a_websocket_without_origin_gets_no_window(served: Served, cookie: str) -> None:
    asked = {
        "Cookie": cookie,
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    assert get(served, "/ws", **asked).status_code == 403


def test_token_and_cookie_are_in_no_argument_environment_or_file(
    served: Served, cookie: str, home: Path
) -> None:
    secrets = [value.encode() for value in (served.address.partition("token=")[2], cookie.partition("=")[2])]

    async def look() -> bytes:
        async with ClientSession() as session, connect(session, served, cookie) as websocket:
            await read_until(websocket, "Situation")
            places = [Path(f"/proc/{pid}") for pid in (served.process.pid, *served.windows())]
            assert len(places) == 2
            found = [(place / name).read_bytes() for place in places for name in ("cmdline", "environ")]
            return b"".join(found)

    seen = asyncio.run(look()) + b"".join(file.read_bytes() for file in home.rglob("*") if file.is_file())
    assert b"setpriv" not in seen.split(b"\0")[0]
    assert str(home).encode() in seen
    assert not [secret for secret in secrets if secret in seen]
