"""Dyad-rounds a second of EGTtools, once for every line read; runs in an environment of its own."""

import sys
import time

import numpy as np
from egttools.behaviors.NormalForm.TwoActions import ImperfectTFT
from egttools.games import NormalFormGame

ROUNDS, NOISE, LEAST = 200, 0.05, 0.3
PAYOFFS = np.array([[1.0, 5.0], [0.0, 3.0]])

players = [ImperfectTFT(NOISE), ImperfectTFT(NOISE)]
game = NormalFormGame(ROUNDS, PAYOFFS, players)
payoffs = [0.0, 0.0]
for _ in sys.stdin:
    begin, matches = time.process_time(), 0
    while (spent := time.process_time() - begin) < LEAST:
        game.play([1, 1], payoffs)
        matches += 1
    print(ROUNDS * matches / spent, flush=True)
