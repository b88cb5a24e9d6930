"""Mechanisms and states in Python, in one run and in batches.

A *mechanism* is what somebody adds to the rules: it is called before and after the steps of a round
(:data:`regimesim.core.steps.STEPS`) with the arrays of all runs of a block. A *mind* is a state whose
intentions are made in Python, run by run. Both play by the same functions of the core as everything else,
which they interrupt; so they are slower, and what they do not change is the same, bit for bit.
"""
