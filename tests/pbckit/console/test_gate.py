"""Who gets through to the console, and who does not."""

from typing import Any

import pytest

from pbckit.console.gate import Gate
from tests.pbckit.console.event_loops import run

PORT, KEY = 8321, "the-key"
HOST = f"127.0.0.1:{PORT}"
COOKIE = {"cookie": f"pbc-console-{PORT}={KEY}"}
OWN = {"host": HOST, "origin": f"http://{HOST}", **COOKIE}


async def _application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"the page"})


def answer(
    headers: dict[str, str], *, kind: str = "http", method: str = "GET", query: str = ""
) -> list[dict[str, Any]]:
    """What the gate and the application behind it send."""
    sent: list[dict[str, Any]] = []
    scope = {
        "type": kind,
        "method": method,
        "path": "/units/orders",
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    if kind == "websocket":
        del scope["method"]

    async def receive() -> dict[str, str]:
        return {"type": f"{kind}.connect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    run(Gate(_application, PORT, KEY)(scope, receive, send))  # pyright: ignore[reportArgumentType]
    return sent


def status(*arguments: Any, **options: Any) -> int:
    return answer(*arguments, **options)[0]["status"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_page_itself_gets_through(method: str):
    sent = answer(OWN, method=method)
    assert (sent[0]["status"], sent[1]["body"]) == (200, b"the page")
    headers = dict(sent[0]["headers"])
    assert headers[b"x-frame-options"] == b"DENY"
    assert b"default-src 'self'" in headers[b"content-security-policy"]


def test_the_page_may_open_a_websocket():
    assert answer(OWN, kind="websocket") == [{"type": "websocket.accept"}]


def test_a_name_that_points_here_is_no_host_of_the_console():
    """DNS rebinding: the browser takes evil.example for the origin, and it resolves to 127.0.0.1."""
    rebound = {"host": f"evil.example:{PORT}", "origin": f"http://evil.example:{PORT}", **COOKIE}
    assert status(rebound) == 421
    assert answer(rebound, kind="websocket")[0]["type"] == "websocket.close"


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:9999", f"https://{HOST}"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_origin_is_refused(origin: str, method: str):
    assert status({**OWN, "origin": origin}, method=method) == 403


@pytest.mark.parametrize("origin", [{"origin": "http://evil.example"}, {}])
def test_a_websocket_of_another_origin_or_of_none_is_refused(origin: dict[str, str]):
    sent = answer({"host": HOST, **COOKIE, **origin}, kind="websocket")
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_a_command_without_an_origin_is_refused():
    assert status({"host": HOST, **COOKIE}, method="POST") == 403


@pytest.mark.parametrize("cookie", [{}, {"cookie": f"pbc-console-{PORT}=guessed"}, {"cookie": "pbc-console-1=the-key"}])
def test_without_the_key_nobody_gets_through(cookie: dict[str, str]):
    assert status({"host": HOST, **cookie}) == 403
    assert status({"host": HOST, **cookie}, query="key=guessed") == 403
    there = {"host": HOST, "origin": f"http://{HOST}", **cookie}
    assert answer(there, kind="websocket")[0]["type"] == "websocket.close"


def test_the_key_is_taken_once_and_leaves_the_address():
    (start, *_) = answer({"host": HOST}, query="key=the-key&since=1d")
    headers = dict(start["headers"])
    assert (start["status"], headers[b"location"]) == (303, b"/units/orders?since=1d")
    cookie = headers[b"set-cookie"].decode()
    assert cookie.startswith(f"pbc-console-{PORT}=the-key;")
    assert {"HttpOnly", "SameSite=strict"} <= set(cookie.split("; "))


def test_a_redirect_stays_here_whatever_the_path():
    """`//evil.example/` as the target of a redirect would be another host."""
    gate_path = "//evil.example/"
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope: Any = {
        "type": "http",
        "method": "GET",
        "path": gate_path,
        "query_string": b"key=the-key",
        "headers": [(b"host", HOST.encode())],
    }
    nothing: Any = None
    run(Gate(_application, PORT, KEY)(scope, nothing, send))  # pyright: ignore[reportArgumentType]
    assert dict(sent[0]["headers"])[b"location"] == b"/evil.example/"
