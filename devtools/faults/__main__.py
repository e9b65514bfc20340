"""`python -m devtools.faults`: the fault campaign."""

from pbckit.cli.command import Entry, command

app = command(
    "Faults on the embedded AWS, and what becomes of purchases under them.",
    {"run": Entry("devtools.faults.command", "faults", "Thousands of purchases on a failing system.")},
)

if __name__ == "__main__":
    app(prog_name="python -m devtools.faults")
