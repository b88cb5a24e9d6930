"""Figures: functions that take results and an axes, and return the axes."""

from regimesim.report import matplotlib_alone  # noqa: F401  (before any picture imports matplotlib)
