"""Analysis of results: comparison, ablation, collapse, sensitivity, robustness, experiments."""
