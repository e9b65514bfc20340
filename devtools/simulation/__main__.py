"""`python -m devtools.simulation`."""

from devtools.simulation.command import app

app(prog_name="python -m devtools.simulation")
