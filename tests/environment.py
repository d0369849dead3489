"""Makes a virtual environment with packages that tests need: `python3 tests/environment.py FOLDER REQUIREMENTS`.

REQUIREMENTS is a file with a package a line. A package that pip cannot fetch within five minutes is left out and named: the tests
skip what needs it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

# Seconds for each package.
LIMIT = 300


def main() -> None:
    """The command line."""
    folder, requirements = map(Path, sys.argv[1:])
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    # Tests import little of these packages: to compile all of each takes longer than to fetch it.
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--prefer-binary", "--no-compile"]
    for package in requirements.read_text(encoding="utf-8").splitlines():
        try:
            fetched = subprocess.run([*pip, package], check=False, timeout=LIMIT).returncode == 0
        except subprocess.TimeoutExpired:
            fetched = False
        if not fetched:
            print(f"{package} cannot be fetched (see above): what needs it is skipped.", flush=True)


if __name__ == "__main__":
    main()
