"""Who may talk to the console: the page that it served itself, to whoever has its key, and nobody else.

Loopback alone is not enough. Another site's script in the same browser can send requests to 127.0.0.1 and open
WebSockets to it; a name that the site lets point to 127.0.0.1 makes that look like its own origin (DNS rebinding); and
every user of the machine can connect.
"""

import hmac
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlencode

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pbckit.console.listening import KEY

_POLICY = (
    "default-src 'self'; img-src 'self' data:; font-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' 'unsafe-inline' 'unsafe-eval'; "  # Vue compiles its templates in the browser.
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    b"content-security-policy": _POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-resource-policy": b"same-origin",
}
_POLICY_VIOLATION = 1008


class Gate:
    """Lets requests and WebSockets through to an application that are the console's own."""

    def __init__(self, app: ASGIApp, port: int, key: str) -> None:
        """A gate in front of an application.

        Args:
            app: what is behind it.
            port: where the console listens.
            key: what a browser must bring once; it is kept in a cookie.
        """
        self.app = app
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self._key = key
        self._cookie = f"pbc-console-{port}"  # Cookies do not know ports: each console has a name of its own.

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it through, or refuse it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        refusal = self._refusal(Headers(scope=scope), scope)
        if refusal is None:
            await self.app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        else:
            await refusal(scope, receive, _with_headers(send))

    def _refusal(self, headers: Headers, scope: Scope) -> Response | None:
        host, origin = headers.get("host", ""), headers.get("origin")
        if host not in self._hosts:
            return PlainTextResponse(f"host {host!r} is not this console's\n", status_code=421)
        # A browser names the origin with every WebSocket and with every request that is not a plain GET.
        needs_origin = scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD")
        if origin != f"http://{host}" and (needs_origin or origin is not None):
            return PlainTextResponse(f"origin {origin!r} is not this console's\n", status_code=403)
        if self._is_key(_cookies(headers).get(self._cookie)):
            return None
        query = parse_qs(scope["query_string"].decode("latin-1"))
        if scope["type"] == "http" and self._is_key(query.pop(KEY, [""])[0]):
            return self._welcome(scope["path"], query)
        return PlainTextResponse("open the address that the command has printed: it has the key\n", status_code=403)

    def _is_key(self, given: str | None) -> bool:
        return given is not None and hmac.compare_digest(given.encode(), self._key.encode())

    def _welcome(self, path: str, query: dict[str, list[str]]) -> Response:
        """The same page without the key in its address."""
        to = "/" + path.lstrip("/")
        answer = RedirectResponse(f"{to}?{urlencode(query, doseq=True)}" if query else to, status_code=303)
        answer.set_cookie(self._cookie, self._key, httponly=True, samesite="strict")
        return answer


def _cookies(headers: Headers) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(headers.get("cookie", "")).items()}
    except CookieError:
        return {}


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *_HEADERS.items()]
        await send(message)

    return sending
