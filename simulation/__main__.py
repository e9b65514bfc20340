"""`python -m simulation`."""

from simulation.command import app

app(prog_name="python -m simulation")
