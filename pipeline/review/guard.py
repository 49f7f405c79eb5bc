"""Who may speak to the server: this machine, with the token, from the server's own pages.

Every request must name the server's own address as its host (no name that somebody points at 127.0.0.1), carry the
token as a cookie, and, where it changes anything, come from a page of the server itself.
"""

from __future__ import annotations

import secrets

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class Guard:
    """Lets through only what may pass; every answer carries the strict headers."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self.app, self.token = app, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        answer = self._answer(scope)

        async def strict(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
            await send(message)

        await (answer or self.app)(scope, receive, strict)

    def _answer(self, scope: Scope) -> Response | None:
        """What is said to who may not pass (or is given his cookie); None for who may."""
        port = (scope.get("server") or ("", 0))[1]
        request = Request(scope)
        headers = request.headers
        if headers.get("host") not in (f"127.0.0.1:{port}", f"localhost:{port}"):
            return PlainTextResponse("只能从本机打开。", 403)
        name = f"zhenggai-{port}"
        if scope["method"] == "GET" and scope["path"] == "/" and self._is_token(request.query_params.get("token", "")):
            answer = RedirectResponse("/", 303)
            answer.set_cookie(name, self.token, httponly=True, samesite="strict", path="/")
            return answer
        if not self._is_token(request.cookies.get(name, "")):
            return PlainTextResponse("请用启动时显示的完整地址打开（其中有口令）。", 403)
        if scope["method"] not in ("GET", "HEAD") and headers.get("origin") != f"http://{headers['host']}":
            return PlainTextResponse("这个请求不是从本页面发出的。", 403)
        return None

    def _is_token(self, given: str) -> bool:
        return secrets.compare_digest(given.encode(), self.token.encode())
