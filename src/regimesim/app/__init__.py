"""The teaching page: one HTML file that needs no server, no network and no Python.

:mod:`regimesim.app.worlds` gives what is in the files of settings as plain data, :mod:`regimesim.app.page`
puts it into a page together with the compiled kernel and the program in ``static/``. The rules are in the
kernel, so the page and the command line give the same numbers.
"""
