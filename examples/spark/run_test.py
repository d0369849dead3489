"""Runs the test of the Spark job, with PySpark in a virtual environment below `target/`.

    python3 examples/spark/run_test.py target/debug/triplewire
    python3 examples/spark/run_test.py target/debug/triplewire target/wheels/triplewire-*.whl

The first runs the program, a process a shard; the second the Python package of the same source in the workers.
Where there is no Java, or PySpark cannot be fetched, it says so and succeeds.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE.parents[1] / "target" / "spark"


def install(requirements: str, *modules: str) -> str | None:
    """The Python that has these packages; None if one of their modules cannot be had."""
    subprocess.run([sys.executable, HERE.parents[1] / "tests" / "environment.py", VENV, HERE / requirements], check=False)
    python = VENV / "bin" / "python"
    if not python.exists():
        return None
    imports = subprocess.run([python, "-c", f"import {', '.join(modules)}"], capture_output=True, check=False)
    return str(python) if imports.returncode == 0 else None


def main() -> None:
    """The command line."""
    if not shutil.which("java") or subprocess.run(["java", "-version"], capture_output=True, check=False).returncode:
        print("The test of the Spark job was skipped: there is no Java on this machine.")
        return
    python = install("requirements.txt", "pyspark")
    if not python:
        print("The test of the Spark job was skipped: pip cannot fetch PySpark (see above).")
        return
    environment = os.environ | {"TRIPLEWIRE": str(Path(sys.argv[1]).resolve())}
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    tests = [python, HERE / "test_extract.py"]
    if len(sys.argv) > 2:
        if not install("requirements-package.txt", "pandas", "pyarrow"):
            print("The test of the Spark job was skipped: pip cannot fetch pandas and pyarrow (see above).")
            return
        subprocess.run([*pip, "install", "--force-reinstall", "--no-deps", sys.argv[2]], check=True)
        tests += ["-k", "package"]
    else:
        # One of an earlier test may be of another source.
        subprocess.run([*pip, "uninstall", "--yes", "triplewire"], check=True)
    sys.exit(subprocess.run(tests, env=environment, check=False).returncode)


if __name__ == "__main__":
    main()
