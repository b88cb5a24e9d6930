"""Turns, by the day (UTC), of what takes too long to be tried every time.

``REGIMESIM_DAY`` (``2026-11-28``) is the day to be taken for today: to try again what failed on another one.
"""

import os
from datetime import UTC, date, datetime

TODAY = date.fromisoformat(os.environ.get("REGIMESIM_DAY") or datetime.now(UTC).date().isoformat())


def of_the_day(names, many=1, day=TODAY):
    """Those whose turn it is: so many of them a day, in their order, all in as few days as that takes."""
    names = sorted(names)
    first = day.toordinal() * many
    return [names[(first + k) % len(names)] for k in range(many)]
