"""Scenarios: their parameters and strategies, how they are read, composed and checked."""
