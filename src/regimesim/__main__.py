"""``python -m regimesim``."""

import os
import signal


def program() -> int:
    """Carry out what was typed; before a command begins, and when it is done, an interrupt just ends it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from regimesim.cli.main import INTERRUPTED, main

    code = main()
    if code == INTERRUPTED:
        os._exit(code)  # without waiting for threads
    return code


if __name__ == "__main__":
    raise SystemExit(program())
