"""How one run is retold: replayed round by round, and put into dated sentences."""
