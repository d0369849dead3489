"""Runs the test of exports, with their readers in a virtual environment below `target/`.

    python3 tests/export/run_test.py target/debug/triplewire

A reader that pip cannot fetch within five minutes is left out, and what needs it is skipped.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE.parents[1] / "target" / "export"

# Seconds for each of them.
LIMIT = 300


def install() -> Path | None:
    """A Python with the readers that can be had; None if there is not even an environment."""
    python = VENV / "bin" / "python"
    if not python.exists():
        made = subprocess.run([sys.executable, "-m", "venv", VENV], check=False)
        if made.returncode:
            return None
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for reader in (HERE / "requirements.txt").read_text(encoding="utf-8").split():
        try:
            installed = subprocess.run([*pip, reader], check=False, timeout=LIMIT).returncode == 0
        except subprocess.TimeoutExpired:
            installed = False
        if not installed:
            print(f"{reader} cannot be fetched (see above): what needs it is skipped.")
    return python


def main() -> None:
    """The command line."""
    environment = os.environ | {"TRIPLEWIRE": str(Path(sys.argv[1]).resolve())}
    python = install() or sys.executable
    sys.exit(subprocess.run([python, HERE / "test_readers.py"], env=environment, check=False).returncode)


if __name__ == "__main__":
    main()
