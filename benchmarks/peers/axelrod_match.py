"""Dyad-rounds a second of the Axelrod library, once for every line read, in an environment of its own."""

import sys
import time

import axelrod

TURNS, NOISE, LEAST = 200, 0.05, 0.3

for _ in sys.stdin:
    begin, matches = time.process_time(), 0
    while (spent := time.process_time() - begin) < LEAST:
        pair = (axelrod.TitForTat(), axelrod.TitForTat())
        axelrod.Match(pair, turns=TURNS, noise=NOISE, seed=matches).play()
        matches += 1
    print(TURNS * matches / spent, flush=True)
