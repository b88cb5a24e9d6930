"""One HTML file: kernel, worlds, texts and program in it, which asks nothing of any network.

The program is written as modules in ``static/``, which a browser does not load from a file of one's own disk:
here they become one script. Its policy permits that very script and style, by their digests, and nothing
else: no request, no frame, no form.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from importlib.resources import files
from importlib.resources.abc import Traversable

from regimesim.app.worlds import page_data
from regimesim.scenario.scenario import Scenario

MODULES = (
    "dom",
    "kernel",
    "lanes",
    "worlds",
    "durations",
    "engine",
    "futures",
    "collapse",
    "pool",
    "fits",
    "charts",
    "labels",
    "map",
    "history",
    "sources",
    "course",
    "games",
    "faces",
    "stage",
    "film",
    "table_game",
    "first_screens",
    "next_screens",
    "turns",
    "large_screens",
    "accident",
    "screens",
    "link",
    "pair",
    "matrix",
    "sandbox",
    "sight",
    "state",
    "main",
)
"""Modules in an order in which each comes after those it imports."""
TITLE = "When do rivals cooperate?"
MOST_BYTES = 600_000
"""Bytes that the page may weigh, so that it can be mailed."""
_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:class|const|function) ([\w$]+))", re.MULTILINE)


def page(own: Scenario | None = None) -> str:
    """Give the page as the text of one HTML file.

    Parameters
    ----------
    own : Scenario, optional
        A world of the user's, shown first.

    Raises
    ------
    InputError
        If ``own`` is too large for a page.
    """
    script, style = _script(), _static("style.css")
    parts = {
        "title": TITLE,
        "policy": _policy(script, style),
        "style": style,
        "script": script,
        "kernel": _packed(_kernel("kernel.wasm")),
        "description": _packed(json.dumps(json.loads(_kernel("kernel.json"))).encode()),
        "data": _packed(json.dumps(page_data(own), ensure_ascii=False, allow_nan=False).encode()),
    }
    text = _static("page.html")
    for name, part in parts.items():
        text = text.replace(f"{{{{{name}}}}}", part)
    return text


def _policy(script: str, style: str) -> str:
    return (
        f"default-src 'none'; script-src 'sha256-{_policy_digest(script)}' 'wasm-unsafe-eval'; "
        f"style-src 'sha256-{_policy_digest(style)}'; worker-src blob:; base-uri 'none'; form-action 'none'"
    )


def _policy_digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _packed(content: bytes) -> str:
    return base64.b64encode(zlib.compress(content, 9)).decode()


def _kernel(name: str) -> bytes:
    return files("regimesim.core").joinpath("browser", name).read_bytes()


def _static_folder() -> Traversable:
    return files("regimesim.app") / "static"


def _static(name: str) -> str:
    return (_static_folder() / name).read_text(encoding="utf-8")


def _script() -> str:
    """All modules as one script, each in a function of its own that gives what it exports."""
    return "\n" + "\n".join(["const modules = {};", *map(_module, MODULES)]) + "\n"


def _module(name: str) -> str:
    text = _kernel("kernel.js").decode() if name == "kernel" else _static(f"{name}.js")
    exported = ", ".join(_EXPORT.findall(text))
    inside = _EXPORT.sub("", _IMPORT.sub(r"const {\1} = modules.\2;", text)).strip()
    return f"modules.{name} = await (async () => {{\n{inside}\nreturn {{ {exported} }};\n}})();"
