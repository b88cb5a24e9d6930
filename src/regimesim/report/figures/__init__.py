"""Figures: functions that take results and an axes, and return the axes."""
