"""Costs of regimesim, beside its peers and beside C: run ``python -m benchmarks``."""
