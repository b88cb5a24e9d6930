"""numba, imported without the settings of whatever folder the program is started in.

numba reads a file ``.numba_config.yaml`` of the working folder when it is imported and whenever it compiles:
one that cannot be read would end the program, and others would slow it down. The variables ``NUMBA_...`` of
the environment are heard. Where numba was there before, it is left as it is.
"""

from __future__ import annotations

import os
import sys

_NOWHERE = os.path.join(os.devnull, "numba")
"""A path at which nothing can be."""


def _import_alone() -> None:
    name, is_file = ".numba_config.yaml", os.path.isfile

    def is_other_file(path: str) -> bool:
        return path != name and is_file(path)

    os.path.isfile = is_other_file  # type: ignore[assignment]
    try:
        import numba.core.config
    finally:
        os.path.isfile = is_file
    numba.core.config._config_fname = _NOWHERE


if "numba" not in sys.modules:
    _import_alone()
