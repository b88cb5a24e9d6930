"""``python -m regimesim``."""

import gc
import os
import signal

_SELDOM = 20_000, 20, 20
"""New objects until Python looks for circles among them: importing makes many, and none that can go."""


def program() -> int:
    """Carry out what was typed; before a command begins, and when it is done, an interrupt just ends it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.set_threshold(*_SELDOM)
    from regimesim.cli.main import INTERRUPTED, main

    code = main()
    if code == INTERRUPTED:
        os._exit(code)  # without waiting for threads
    return code


if __name__ == "__main__":
    raise SystemExit(program())
