"""The command ``triplewire``, as a console script and as ``python -m triplewire``."""

from __future__ import annotations

import signal
import sys

from triplewire import _triplewire


def main() -> None:
    """Runs the command line and ends the program with its exit code."""
    # Python only notes Ctrl-C, and looks at its note between its own instructions: there are none.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(_triplewire.run(["triplewire", *sys.argv[1:]]))
