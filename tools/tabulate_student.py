"""Make the table of Student's quantiles, ``stats/student.npy``: ``python tools/tabulate_student.py``.

An interval of a mean asks for one of them, and importing SciPy for it takes as long as many simulations.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from scipy.special import stdtrit  # type: ignore[import-untyped, unused-ignore]

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from regimesim.stats.estimates import STUDENT, STUDENT_LEVEL  # noqa: E402

MOST = 1_023
"""Degrees of freedom, at most: those of as many runs as are recorded by default, and of fewer."""


def main() -> None:
    """Write the quantiles, the first for one degree of freedom."""
    np.save(STUDENT, stdtrit(np.arange(1, MOST + 1), STUDENT_LEVEL))


if __name__ == "__main__":
    main()
