"""Prediction of later years from those up to 1870, and scores of it beside simpler forecasts.

A *task* is a number of the record to be told in advance, such as the disputes of 1871 to 1913. A *forecast*
is a probability for each value that it may take. *Forecasters* are the model, fitted to 1816-1870, and rivals
that know nothing of it (:mod:`regimesim.analysis.prediction.rivals`). Forecasts are frozen before they are
scored: only :mod:`regimesim.analysis.prediction.scores` reads what came of them.
"""
