"""Statistics of durations and shares: estimates with intervals, survival, hazards."""
