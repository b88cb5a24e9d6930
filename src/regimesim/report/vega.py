"""Vega, Vega-Lite and Vega-Embed as one script to be put into a page.

They come with the package ``vl-convert-python`` (the extra ``report``). Binding them together takes longer
than all the rest of a page, so the script is kept in the cache folder, under the package's version.
"""

from __future__ import annotations

import contextlib
import hashlib
from importlib.metadata import PackageNotFoundError, version

from regimesim.core.keeping import cache_folder
from regimesim.storage import write_whole

PACKAGE = "vl-convert-python"
MISSING = (
    'The charts of this page are still pictures; with the extra "report" (pip install "regimesim[report]") '
    "they would show their numbers under the pointer."
)


def script() -> str | None:
    """The script, which defines ``vegaEmbed``; None where the package is not installed."""
    try:
        kept = cache_folder().parent / f"vega-{version(PACKAGE)}.js"
        import vl_convert
    except (PackageNotFoundError, ImportError):
        return None
    with contextlib.suppress(OSError):
        checksum, _, content = kept.read_bytes().partition(b"\n")
        if checksum == _checksum(content):
            return content.decode()
    made = str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")).replace(
        "</script", r"<\/script"
    )
    with contextlib.suppress(OSError):  # without a cache it is made again next time
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_whole(kept, _checksum(made.encode()) + b"\n" + made.encode())
    return made


def _checksum(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()
