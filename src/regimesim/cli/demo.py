"""The command ``demo``: write the page, one HTML file, and open it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from regimesim.cli import output
from regimesim.cli.advice import asked
from regimesim.scenario.messages import InputError, quoted
from regimesim.simulation.folders import check_writable

if TYPE_CHECKING:
    from regimesim.cli.table import Flags, Given
    from regimesim.scenario.scenario import Scenario

PLACE = Path("outputs") / "demo.html"
"""The file that is written where none is named."""
_BEGINNING = "<!doctype html>"


def demo(given: Given, flags: Flags) -> None:
    """Write the page, with a world of the user's if one was named, and open it in a browser."""
    own = asked(given, flags).scenario if given.settings else None
    named = given.options["out"]
    place = PLACE if named is None else _file_named(named)
    check_writable(place.parent)
    with output.working("writing the page", flags):
        text = _page(own)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    _announce(place, flags)
    wanted = given.options["open"]
    if wanted or (wanted is None and named is None):
        _open(place)


def _page(own: Scenario | None) -> str:
    from regimesim.app.page import page

    return page(own)


def _file_named(text: str) -> Path:
    """A file that may be written: a new one, or a page that was written before.

    Raises
    ------
    InputError
    """
    place = Path(os.path.expanduser(text))
    if place.suffix not in (".html", ".htm"):
        raise InputError(f"out must be the name of a file that ends with .html; got {quoted(text)}")
    try:
        is_folder, is_other = place.is_dir(), place.is_file() and not _is_page(place)
    except (OSError, ValueError):  # a null byte
        raise InputError(f"{quoted(text)} cannot be the name of a file") from None
    if is_folder:
        raise InputError(f"out={text} is a folder; name a file in it")
    if is_other:
        raise InputError(f"out={text} exists already and is no page of this program; name another file")
    return place


def _is_page(place: Path) -> bool:
    from regimesim.app.page import TITLE

    with place.open(encoding="utf-8", errors="replace") as file:
        beginning = file.read(4_000)
    return beginning.startswith(_BEGINNING) and f"<title>{TITLE}</title>" in beginning


def _announce(place: Path, flags: Flags) -> None:
    if flags.json:
        print(json.dumps({"file": str(place), "bytes": place.stat().st_size}))
    elif flags.quiet:
        print(place)
    else:
        size = place.stat().st_size / 1_000
        print(f"The page is {place} ({size:.0f} KB): one file that needs no network. Send it to your class.")


def _open(place: Path) -> None:
    import webbrowser

    webbrowser.open(place.resolve().as_uri())
