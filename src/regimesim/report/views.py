"""The views that results and comparisons ask for by name (:mod:`regimesim.simulation.views`)."""

from __future__ import annotations

from regimesim.report import comparison_page, matrix_page, run_page
from regimesim.report.figures import comparisons, matrix, remedies, runs, turning
from regimesim.simulation.views import register

register("run.plot", runs.draw_run)
register("run.inline", runs.inline_svg)
register("run.report", run_page.write_run)
register("comparison.plot", comparisons.draw_comparison)
register("comparison.report", comparison_page.write_comparison)
register("comparison.save", comparison_page.save_comparison)
register("matrix.plot", matrix.matrix_figure)
register("matrix.report", matrix_page.write_matrix)
register("matrix.save", matrix_page.save_matrix)
register("turning_points.plot", turning.draw_turning_points)
register("remedies.plot", remedies.draw_remedies)
register("cheapest.plot", remedies.cheapest_figure)
