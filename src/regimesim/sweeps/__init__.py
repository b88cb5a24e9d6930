"""Sweeps: many settings, many runs of each, in pieces that can be interrupted and gone on with."""
