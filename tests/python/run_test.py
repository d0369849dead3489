"""Installs a wheel as somebody would who has no compiler, runs the first job, and tests the module.

    python3 tests/python/run_test.py target/debug/triplewire target/wheels/triplewire-*.whl [--release]

With `--release` the wheel is one for people, and what it takes on disk is limited.
The environment is made anew below `target/`. What reads tables is fetched for the tests only; what pip cannot fetch is skipped.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
VENV = ROOT / "target" / "wheel-test"

# Bytes on disk that an installation of a release may take; a program that is not optimised is larger.
MOST = 100_000_000


def without_cargo() -> dict[str, str]:
    """The environment of somebody who has no Rust, no compiler and no checkout."""
    path = [part for part in os.environ["PATH"].split(os.pathsep) if not shutil.which("cargo", path=part)]
    return {name: value for name, value in os.environ.items() if name != "LIBTORCH"} | {"PATH": os.pathsep.join(path)}


def tables(folder: Path) -> dict[str, bytes]:
    """The tables of a result."""
    return {path.name: path.read_bytes() for path in folder.glob("*.csv")}


def size() -> int:
    """Bytes in the environment."""
    return sum(path.stat().st_size for path in VENV.rglob("*") if path.is_file() and not path.is_symlink())


def first_job(program: Path, wheel: Path, release: bool) -> Path:
    """From nothing to the first table; the same bytes as those of the binary. Returns the Python that has the package."""
    shutil.rmtree(VENV, ignore_errors=True)
    environment = without_cargo()
    start = time.monotonic()
    subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    scripts = VENV / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / "python"
    bare = size()
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", wheel]
    subprocess.run(pip, check=True, env=environment)
    installed = size() - bare
    shutil.copytree(ROOT / "seeds", VENV / "seeds")
    command = [scripts / "triplewire", "extract", "seeds", "--out", "result", "--engine", "rten"]
    subprocess.run(command, check=True, env=environment, cwd=VENV, stdout=subprocess.DEVNULL)
    took = time.monotonic() - start
    print(f"from an empty folder to the first table: {took:.1f} s; installed: {installed / 1e6:.0f} MB", flush=True)
    if release and installed > MOST:
        sys.exit(f"error: that is more than {MOST / 1e6:.0f} MB")
    command = [program, "extract", "seeds", "--out", "expected", "--engine", "rten", "--quiet"]
    subprocess.run(command, check=True, cwd=VENV)
    result, expected = tables(VENV / "result"), tables(VENV / "expected")
    if not result or result != expected:
        sys.exit("error: the tables of the wheel are not those of the binary")
    return python


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Tests a wheel of triplewire.")
    parser.add_argument("program", type=Path, help="the binary whose tables the wheel must give")
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--release", action="store_true", help="limit what the wheel takes on disk")
    args = parser.parse_args()
    program, wheel = args.program.resolve(), args.wheel.resolve()
    python = first_job(program, wheel, args.release)
    environment = without_cargo() | {"TRIPLEWIRE": str(program)}
    # Before anything else is there: the module needs nothing.
    tests = [python, "-m", "unittest", "discover", "--start-directory", HERE]
    subprocess.run([*tests, "-k", "Alone"], check=True, env=environment, cwd=VENV)
    subprocess.run([sys.executable, ROOT / "tests/environment.py", VENV, HERE / "requirements.txt"], check=True)
    others = [*tests, "-k", "Readers", "-k", "types"]
    sys.exit(subprocess.run(others, check=False, env=environment, cwd=VENV).returncode)


if __name__ == "__main__":
    main()
