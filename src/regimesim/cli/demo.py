"""The command ``demo``: serve the page, say where, open a browser."""

from __future__ import annotations

import errno
import json
import socket
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from regimesim.cli import output
from regimesim.cli.advice import asked
from regimesim.scenario.messages import InputError, quoted

if TYPE_CHECKING:
    from regimesim.app.setting import Trees
    from regimesim.cli.table import Flags, Given
    from regimesim.scenario.scenario import Scenario

PORT = 8808
"""The first port that is tried where none is asked for."""

_TRIED = 20
_AT_ONCE = 100
"""Connections held open together."""


def demo(given: Given, flags: Flags) -> None:
    """Serve the teaching page until it is interrupted."""
    named = [] if given.has("scenario") else ["scenario=concert"]
    scenario = asked(given, flags, [*named, *given.settings]).scenario
    host, port = _host(given.options["host"]), given.options["port"]
    _check_installed()
    from regimesim.app.controls import read_trees
    from regimesim.app.server import application, hosts_for, is_loopback

    listening = listen(host, port)
    with listening:
        trees, left_out = read_trees()
        link = _link(given.settings, scenario, trees)
        with output.working("preparing the model", flags):
            _warm(trees)
        address = f"http://{_address_host(host)}:{listening.getsockname()[1]}/{link}"
        _announce(address, host if not is_loopback(host) else "", left_out, flags)
        if given.options["open"]:
            _open_soon(address)
        _serve(application(trees, hosts_for(host)), listening)


def _host(value: str) -> str:
    if not value.strip():
        raise InputError(f"host must be a name or an address such as 127.0.0.1; got {quoted(value)}")
    return value.strip().strip("[]")


def _check_installed() -> None:
    try:
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
    except ModuleNotFoundError as error:
        raise InputError(
            f'the page needs {error.name}, which is not installed; type: pip install "regimesim[demo]"'
        ) from None


def listen(host: str, port: int | None) -> socket.socket:
    """A socket that listens: on the port asked for, or on the first free one from :data:`PORT` on.

    Raises
    ------
    InputError
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    wanted = [port] if port is not None else [*range(PORT, PORT + _TRIED), 0]
    for number in wanted:
        found = socket.socket(family, socket.SOCK_STREAM)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((host, number))
            found.listen(128)
            return found
        except OSError as error:
            found.close()
            if error.errno != errno.EADDRINUSE:
                raise InputError(
                    f"cannot listen on {host}, port {number}: {error.strerror or error}"
                ) from None
    raise InputError(f"port {port} is taken; leave port= out, or choose another")


def _link(words: Sequence[str], scenario: Scenario, trees: Trees) -> str:
    """Give what follows the address, so that the page begins with what was asked for."""
    name = scenario.name
    if not words:
        return ""
    if name not in trees:
        raise InputError(
            f"{name} cannot be shown: name a scenario of configs/scenario, of a size for the page"
        )
    from regimesim.app.setting import parameter_of

    pairs = [("scenario", name)]
    for word in words:
        key, _, value = word.lstrip("+").partition("=")
        if key != "scenario":
            try:
                parameter_of(key, scenario)
            except InputError:
                raise InputError(f"{word} cannot be set on the page; write it into a scenario file") from None
            pairs.append((key, value))
    return f"#{urlencode(pairs)}"


def _warm(trees: Trees) -> None:
    """Compile and load what the first question would otherwise wait for."""
    import pandas  # noqa: F401

    from regimesim.analysis.pairs import pairs_of
    from regimesim.chronicle import chronicle
    from regimesim.scenario.reading import read_scenario

    name = "concert" if "concert" in trees else next(iter(trees))
    scenario = read_scenario({**trees[name], "years": 2, "epochs": [], "reforms": []}, name)
    pairs_of(scenario)
    chronicle(scenario)


def _announce(address: str, host: str, left_out: dict[str, str], flags: Flags) -> None:
    if flags.json:
        print(json.dumps({"address": address, "host": host or "loopback", "left out": left_out}), flush=True)
        return
    if flags.quiet:
        print(address, flush=True)
    else:
        print(f"The page is at {address}   (Ctrl+C ends it)", flush=True)
        for name, reason in left_out.items():
            print(f"  left out: {name} ({reason})", flush=True)
    if host:
        print(
            f"  It listens on {host}, because host= says so: everybody who can reach this machine over the "
            "network can use it. Without host= it listens to this machine only.",
            flush=True,
        )


def _address_host(host: str) -> str:
    """A host as it stands in an address; one that means *all* is this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{host}]" if ":" in host else host


def _open_soon(address: str) -> None:
    """Open a browser once the server is up."""
    import webbrowser

    later = threading.Timer(0.6, webbrowser.open, [address])
    later.daemon = True
    later.start()


def _serve(page: Any, listening: socket.socket) -> None:
    import uvicorn

    config = uvicorn.Config(
        page,
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        http="h11",
        loop="asyncio",
        proxy_headers=False,
        limit_concurrency=_AT_ONCE,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=1,
        h11_max_incomplete_event_size=16_384,
    )
    try:
        uvicorn.Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        print(flush=True)
