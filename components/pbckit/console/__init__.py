"""The console: a web page on loopback that shows a running program and takes the operator's commands.

It asks what the command asks, by the same functions and under the same role. A program adds pages of its own as it adds
subcommands: by a table.
"""
