"""``python -m regimesim``."""

import signal


def program() -> int:
    """Carry out what was typed; before a command begins, and when it is done, an interrupt just ends it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from regimesim.cli import main

    return main()


if __name__ == "__main__":
    raise SystemExit(program())
