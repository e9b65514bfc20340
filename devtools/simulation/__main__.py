"""`python -m simulation`."""

from devtools.simulation.command import app

app(prog_name="python -m simulation")
