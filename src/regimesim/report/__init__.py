"""A page about a run or a comparison: one file that opens anywhere, without a network.

``write_run`` and ``write_comparison`` put everything into the file: the answer, the tables, the chronicle,
the settings, the pictures drawn by matplotlib and, where ``vl-convert-python`` is installed, charts that
answer to a pointer. The tables are those of :meth:`Results.table` and :meth:`Comparison.table`, so that page,
terminal and Parquet say the same. A *still* is a picture of matplotlib's, as SVG; a *live* chart is a
specification of Vega-Lite, drawn by the browser, that takes the still's place on a screen.
"""
