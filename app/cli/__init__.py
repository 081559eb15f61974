"""The command `rolewise`: parses, calls one function, prints, returns an exit code.

Results go to stdout, progress and errors to stderr; `--json` prints JSON alone. Nothing heavy is imported before a
command needs it, so that `rolewise --help` answers at once.
"""

from app.cli.main import main

__all__ = ["main"]
