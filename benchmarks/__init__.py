"""What regimesim costs, beside its peers and beside C: run ``python -m benchmarks``."""
