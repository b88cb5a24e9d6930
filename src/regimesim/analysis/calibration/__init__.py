"""Calibration: which settings of a scenario could have given a record of disputes."""
