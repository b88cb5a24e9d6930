"""The server: fixed files from memory, and questions in JSON that are answered in bounded time.

What a request brings is a body of JSON and nothing else: no part of it, and no part of its address, becomes
the name of a file. Only a few questions are worked at together; others wait for a moment or are sent away.
"""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import json
import re
import socket
from collections.abc import Awaitable, Callable, Collection
from importlib.resources import files
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from regimesim.app import answers, play
from regimesim.app import play as play_module
from regimesim.app.controls import catalogue
from regimesim.app.setting import (
    MOST_BODY,
    SECONDS,
    Deadline,
    PageSetting,
    Trees,
    read_json,
    read_setting,
    whole,
)
from regimesim.scenario.limits import MOST_REPLICATE
from regimesim.scenario.messages import InputError

REQUESTS_AT_ONCE = 2
"""Questions worked at together: the kernel uses all cores for each."""

MOST_WAITING = 40
BODY_SECONDS = 10.0
"""Time in which the body of a request must have arrived."""

MEDIA_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}

Handler = Callable[[dict[str, Any], Deadline], Any]


class Busy(Exception):
    """Too many questions wait already."""


class Desk:
    """Answers questions, a few at a time."""

    def __init__(self, trees: Trees, seconds: float = SECONDS) -> None:
        self.trees, self.seconds = trees, seconds
        self.published = answers.Published()
        self._places = asyncio.Semaphore(REQUESTS_AT_ONCE)
        self._waiting = 0

    async def ask(self, task: Handler, body: dict[str, Any]) -> Any:
        """The answer, or a refusal.

        Raises
        ------
        InputError
            If the question cannot be answered as asked.
        Busy
            If too many are waiting.
        """
        if self._waiting >= MOST_WAITING:
            raise Busy
        self._waiting += 1
        try:
            async with self._places:
                return await run_in_threadpool(task, body, Deadline(self.seconds))
        finally:
            self._waiting -= 1

    def setting(self, body: dict[str, Any], *also: str) -> PageSetting:
        """Read the setting that a question is about."""
        return read_setting(body, self.trees, *also)

    def about(self, body: dict[str, Any], deadline: Deadline) -> Any:
        """A scenario's texts and controls."""
        return answers.about(self.setting(body))

    def look(self, body: dict[str, Any], deadline: Deadline) -> Any:
        """Answer how long it lasts, and what pairs play."""
        return answers.appearance(self.setting(body), self.published, deadline)

    def film(self, body: dict[str, Any], deadline: Deadline) -> Any:
        """One run, year by year."""
        setting = self.setting(body, "replicate")
        return play_module.film(setting, whole(body, "replicate", 0, 0, MOST_REPLICATE))

    def without(self, body: dict[str, Any], deadline: Deadline) -> Any:
        """Answer what hangs on each arrangement."""
        return answers.what_hangs(self.setting(body), deadline)

    def sweep(self, body: dict[str, Any], deadline: Deadline) -> Any:
        """One parameter over its range."""
        return answers.sweep_over(body, self.setting(body, "parameter"), self.trees, deadline)

    def play(self, body: dict[str, Any], deadline: Deadline) -> Any:
        """A game as far as it has gone."""
        setting = self.setting(body, *play.GAME_KEYS)
        return play.view_of(play.read_game(body, setting), deadline)

    def csv(self, body: dict[str, Any], deadline: Deadline) -> Any:
        """A row per run."""
        return {"text": answers.table_of_runs(self.setting(body), deadline)}

    def yaml(self, body: dict[str, Any], deadline: Deadline) -> Any:
        """The setting as a scenario file."""
        return {"text": answers.present_yaml(self.setting(body))}


QUESTIONS = ("about", "look", "film", "without", "sweep", "play", "csv", "yaml")


def application(trees: Trees, hosts: Collection[str], seconds: float = SECONDS) -> Starlette:
    """The page as an ASGI application.

    Parameters
    ----------
    trees : mapping of name to tree
        The scenarios to choose from.
    hosts : collection of str
        Names under which the page may be asked for; see :func:`host_allowed`.
    seconds : float
        Longest time for which a question is worked at.
    """
    desk = Desk(trees, seconds)
    routes = [*(_file_route(name, *content) for name, content in static_files().items())]
    first = JSONResponse(catalogue(trees)).body
    routes.append(Route("/api/catalogue", _fixed(bytes(first), "application/json"), methods=["GET"]))
    for name in QUESTIONS:
        routes.append(Route(f"/api/{name}", _question(desk, getattr(desk, name)), methods=["POST"]))
    return Starlette(routes=routes, middleware=[Middleware(Guard, hosts=hosts)])


def static_files() -> dict[str, tuple[bytes, str]]:
    """The page's files by address, with their kind; all of them, read once."""
    found = {}
    for entry in files("regimesim.app").joinpath("static").iterdir():
        kind = MEDIA_TYPES.get(entry.name.rpartition(".")[2])
        if kind is not None and entry.is_file():
            found["/" if entry.name == "index.html" else f"/{entry.name}"] = (entry.read_bytes(), kind)
    found["/palette.css"] = (_palette().encode(), MEDIA_TYPES["css"])
    return found


def _palette() -> str:
    """The colours of all pictures, for the page."""
    from regimesim.report.figures import style

    names = ("BLACK", "GREY", "PALE", "BLUE", "SKY", "GREEN", "ORANGE", "RED", "PURPLE", "OCHRE")
    lines = [f"  --{name.lower()}: {getattr(style, name)};" for name in names]
    return "\n".join([":root {", *lines, "}", ""])


def _file_route(address: str, content: bytes, kind: str) -> Route:
    return Route(address, _fixed(content, kind), methods=["GET"])


def _fixed(content: bytes, kind: str) -> Callable[[Request], Awaitable[Response]]:
    tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    headers = {"etag": tag, "cache-control": "no-cache"}

    async def answer(request: Request) -> Response:
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(content, media_type=kind, headers=headers)

    return answer


def _question(desk: Desk, task: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            return _refusal(415, "a question is sent as application/json")
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _body(request)
            if body is None:
                return _refusal(413, f"a question has at most {MOST_BODY:,} bytes")
            found = await desk.ask(task, read_json(body))
            # escaped: a letter that is no letter, half of a pair, must not break the answer
            text = await run_in_threadpool(_json, found)
            return Response(text, media_type="application/json")
        except InputError as error:
            return _refusal(400, str(error))
        except TimeoutError:
            return _refusal(408, "the question did not arrive in time")
        except ClientDisconnect:
            return _refusal(400, "the question was withdrawn")
        except Busy:
            return _refusal(503, "the page has too much to do at the moment; try again in a few seconds")

    return answer


def _json(value: Any) -> bytes:
    return json.dumps(value, allow_nan=False, separators=(",", ":")).encode("ascii")


async def _body(request: Request) -> bytes | None:
    """The body of a request, or None if it is too large; never more of it in memory than that."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_BODY:
            return None
        parts.append(part)
    return b"".join(parts)


def _refusal(status: int, sentence: str) -> Response:
    return Response(_json({"error": sentence}), status, media_type="application/json")


class Guard:
    """Refuses requests under a foreign name (DNS rebinding), and says what a browser may do with answers."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self.app, self.hosts = app, frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, "headers": [*message["headers"], *extra]}
            await send(message)

        named = [value.decode("latin-1") for key, value in scope["headers"] if key == b"host"]
        if len(named) == 1 and host_allowed(named[0], self.hosts):
            await self.app(scope, receive, guarded)
        else:
            refusal = _refusal(400, "this page is not served under that name; use the address it printed")
            await refusal(scope, receive, guarded)


_HOST = re.compile(r"(?:\[([0-9a-f:.%]+)\]|([^\[\]:/\s]+))(?::\d{1,5})?")
ANY_ADDRESS = "*"
"""Among the hosts: any number address will do (a foreign page cannot pass itself off as one)."""


def host_allowed(header: str, hosts: Collection[str]) -> bool:
    """Tell whether a request's Host names this server.

    >>> host_allowed("127.0.0.1:8808", LOOPBACK), host_allowed("evil.example:8808", LOOPBACK)
    (True, False)
    """
    found = _HOST.fullmatch(header.strip().lower())
    if found is None:
        return False
    name = found[1] or found[2]
    if name in hosts:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return ANY_ADDRESS in hosts


LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def hosts_for(host: str) -> frozenset[str]:
    """The names under which a server that listens on ``host`` may be asked for."""
    if is_loopback(host):
        return LOOPBACK | {host.lower()}
    own = {socket.gethostname().lower(), socket.getfqdn().lower(), host.lower()}
    return LOOPBACK | own | {ANY_ADDRESS}


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach what listens there."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
