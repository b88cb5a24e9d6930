"""Simulation: from a scenario to results, in batches or as a Mesa model."""
