"""The addresses of the review server, and how it is started: Starlette on uvicorn, on 127.0.0.1 only."""

from __future__ import annotations

import json
import secrets
import webbrowser
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from pipeline.core.errors import UserError
from pipeline.publish.page.pages import FILE
from pipeline.review.decide import StaleError, Wish
from pipeline.review.direct import SelectedPiece, piece_said
from pipeline.review.guard import Guard
from pipeline.review.intake import Intake

HOST = "127.0.0.1"
BODY_BYTES = 1_000_000  # of one request that is no upload


def application(intake: Intake, token: str) -> Guard:
    """The server's application behind its guard."""
    pages = _Pages(intake)
    routes = [
        Route("/", pages.home),
        Route(f"/{FILE}", pages.batch),
        Route(f"/{{folder}}/{FILE}", pages.unit),
        Route("/api/state", pages.state),
        Route("/api/decide", pages.decide, methods=["POST"]),
        Route("/api/reading", pages.reading, methods=["POST"]),
        Route("/api/match", pages.match, methods=["POST"]),
        Route("/api/role", pages.role, methods=["POST"]),
        Route("/api/withdraw", pages.withdraw, methods=["POST"]),
        Route("/api/undo", pages.undo, methods=["POST"]),
        Route("/api/remake", pages.remake, methods=["POST"]),
        Route("/api/upload", pages.upload, methods=["PUT"]),
        Route("/api/start", pages.start, methods=["POST"]),
    ]
    return Guard(Starlette(routes=routes), token)


class _Pages:
    """One method an address."""

    def __init__(self, intake: Intake) -> None:
        self.intake = intake

    async def home(self, _: Request) -> Response:
        """The results, or the start page where there are none yet."""
        if self.intake.session is None:
            return HTMLResponse(self.intake.page())
        return RedirectResponse(f"/{FILE}", 303)

    async def batch(self, _: Request) -> Response:
        """The page of all units."""
        session = self.intake.session
        return HTMLResponse(await run_in_threadpool(session.batch_page)) if session else RedirectResponse("/", 303)

    async def unit(self, request: Request) -> Response:
        """The page of one unit."""
        session = self.intake.session
        html = await run_in_threadpool(session.unit_page, request.path_params["folder"]) if session else None
        return HTMLResponse(html) if html is not None else PlainTextResponse("没有这个单位。", 404)

    async def state(self, _: Request) -> Response:
        """What pages ask again and again."""
        return JSONResponse(await run_in_threadpool(self.intake.state))

    async def decide(self, request: Request) -> Response:
        """One or several cells at once: all or none."""
        body = await _json(request)
        wishes = [Wish(**{name: str(one[name]) for name in Wish.__slots__}) for one in body["wishes"]]
        return await self._done(lambda: self.intake.reviewed().decide(wishes))

    async def reading(self, request: Request) -> Response:
        """Another reading of a paper chosen."""
        body = await _json(request)
        doc, name = str(body["doc"]), str(body["reading"])
        return await self._done(lambda: self.intake.reviewed().choose_reading(doc, name))

    async def match(self, request: Request) -> Response:
        """Which problem of another paper a problem is."""
        body = await _json(request)
        source, paper, answer = (str(body[name]) for name in ("source", "paper", "answer"))
        return await self._done(lambda: self.intake.reviewed().match(source, paper, answer))

    async def role(self, request: Request) -> Response:
        """What a piece of a paper is."""
        body = await _json(request)
        said = SelectedPiece(int(body["paragraph"]), str(body["before"]), str(body["text"]), str(body["role"]))
        return await self._done(lambda: self.intake.reviewed().direct(str(body["doc"]), piece_said(said)))

    async def withdraw(self, request: Request) -> Response:
        """One decision out of the store."""
        table, row, field = map(str, (await _json(request))["key"])
        return await self._done(lambda: self.intake.reviewed().withdraw((table, row, field)))

    async def undo(self, _: Request) -> Response:
        """The last change made here taken back."""
        return await self._done(lambda: self.intake.reviewed().undo())

    async def remake(self, _: Request) -> Response:
        """All results made again."""
        return await self._done(lambda: self.intake.reviewed().remake())

    async def upload(self, request: Request) -> Response:
        """One file for the folder of inputs."""
        try:
            with self.intake.receiving(request.query_params.get("name", "")) as write:
                async for piece in request.stream():
                    write(piece)
        except UserError as error:
            return _refused(error)
        return JSONResponse({})

    async def start(self, _: Request) -> Response:
        """Begin to process what was uploaded."""
        return await self._done(self.intake.start)

    async def _done(self, work: Callable[[], None]) -> Response:
        try:
            await run_in_threadpool(work)
        except UserError as error:
            return _refused(error)
        return JSONResponse(await run_in_threadpool(self.intake.state))


def _refused(error: UserError) -> Response:
    return JSONResponse({"message": str(error)}, 409 if isinstance(error, StaleError) else 422)


async def _json(request: Request) -> Any:
    """The body as JSON.  One that is too long or of another form is the page's fault, and ends the request."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_BYTES:
            raise ValueError("the body is too long")
    return json.loads(body)


def build_server(intake: Intake, port: int, open_page: bool, told: Callable[[str], None]) -> uvicorn.Server:
    """The server, ready to run; `told` is given the address with its token once it listens."""
    token = secrets.token_urlsafe(24)
    config = uvicorn.Config(
        application(intake, token),
        host=HOST,
        port=port,
        lifespan="off",
        access_log=False,
        log_level="critical",
        server_header=False,
        proxy_headers=False,
        limit_concurrency=64,
        timeout_graceful_shutdown=2,
    )
    return _Announced(config, token, open_page, told)


class _Announced(uvicorn.Server):
    """The server that says where it is as soon as it listens."""

    def __init__(self, config: uvicorn.Config, token: str, open_page: bool, told: Callable[[str], None]) -> None:
        super().__init__(config)
        self.token, self.open_page, self.told = token, open_page, told

    async def startup(self, sockets: Any = None) -> None:
        """Listen, then tell."""
        await super().startup(sockets)
        if self.servers:
            port = self.servers[0].sockets[0].getsockname()[1]
            address = f"http://{HOST}:{port}/?token={self.token}"
            self.told(address)
            if self.open_page:
                webbrowser.open(address)
