"""The teaching page: a small server on this machine, one page, and the questions the page may ask.

A *setting* is what the page asks about: a scenario, what was changed in it, which arrangements were taken
away, how many runs on which seed. It comes with every question, so the server remembers nothing of anybody
and tabs cannot get in each other's way. All rules stay in Python; the page only draws.
"""
