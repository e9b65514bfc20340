"""`python -m ops` is the command `rewards`, of the tree that it is started in."""

from ops.main import app

app()
