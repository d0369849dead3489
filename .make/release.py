"""Builds what a release consists of into `target/dist/`, and tries it out. The workflow `release` does nothing else.

    python3 .make/release.py archive TARGET    the program with its models, as .tar.gz, for Windows as .zip
    python3 .make/release.py wheel TARGET      the wheel, which has the command, the models and the Python module
    python3 .make/release.py check TARGET      unpacks the archive elsewhere and runs it on the seeds
    python3 .make/release.py check-wheel TARGET
                                               installs the wheel without a compiler and compares it with the program
    python3 .make/release.py all TARGET        these four
    python3 .make/release.py parts             what the program is made of (CycloneDX)
    python3 .make/release.py sums              SHA256SUMS, when all targets found the same in the seeds

TARGET is what rustc calls it (`rustc --print target-list`). For Linux everything is linked by Zig against a glibc that is old
enough for every distribution in use. `--profile dev` is quicker. `--runner "qemu-aarch64 -L /usr/aarch64-linux-gnu"` runs a
program that this machine cannot; without one, `check` passes over programs of other systems, as
`check-wheel` always does.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import io
import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).absolute()
DIST = TARGET / "dist"

# That of manylinux2014.
GLIBC = "2.17"

# What an archive has besides the program and the licences of its parts.
FILES = ["LICENSE", "README.md", "CHANGELOG.md", "docs", "seeds", "models/newswire", "models/newswire-fast"]

# Of the approved rows that may be missing: see tests/cli/golden.rs.
TOLERANCE = 0.03


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, does in [
        ("archive", archive),
        ("check", check),
        ("wheel", wheel),
        ("check-wheel", check_wheel),
        ("all", everything),
    ]:
        command = commands.add_parser(name)
        command.set_defaults(does=does)
        command.add_argument("target")
        command.add_argument("--profile", default="release")
        command.add_argument("--runner", type=shlex.split, default=[])
    commands.add_parser("parts").set_defaults(does=parts)
    commands.add_parser("sums").set_defaults(does=sums)
    args = parser.parse_args()
    DIST.mkdir(parents=True, exist_ok=True)
    args.does(args)


def archive(args: argparse.Namespace) -> None:
    """Builds the program and packs it."""
    environment = dict(os.environ)
    command, target = ["build"], args.target
    if is_linux(target):
        command, target = ["zigbuild"], f"{target}.{GLIBC}"
    if target.endswith("-msvc"):
        # Else it needs a library that not every Windows has.
        environment["RUSTFLAGS"] = f"{environment.get('RUSTFLAGS', '')} -C target-feature=+crt-static".strip()
    run(["cargo", *command, "--locked", "--bin", "triplewire", "--target", target, "--profile", args.profile], environment)
    content = {program_name(args.target): built(args).read_bytes(), "THIRD-PARTY.txt": licences(args.target).encode()}
    for name in FILES:
        path = ROOT / name
        files = sorted(it for it in path.rglob("*") if it.is_file()) if path.is_dir() else [path]
        content |= {file.relative_to(ROOT).as_posix(): file.read_bytes() for file in files}
    pack(archive_path(args.target), archive_name(args.target), content)


def pack(path: Path, folder: str, content: dict[str, bytes]) -> None:
    """Writes an archive whose bytes depend on its content and the commit alone."""
    seconds = int(output(["git", "log", "-1", "--format=%ct"]))
    mode = {name: 0o755 if name.startswith("triplewire") else 0o644 for name in content}
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as packed:
            for name in sorted(content):
                entry = zipfile.ZipInfo(f"{folder}/{name}", time.gmtime(seconds)[:6])
                entry.external_attr = (0o100000 | mode[name]) << 16
                packed.writestr(entry, content[name], zipfile.ZIP_DEFLATED)
    else:
        with gzip.GzipFile(path, "wb", mtime=seconds) as zipped, tarfile.open(fileobj=zipped, mode="w") as packed:
            for name in sorted(content):
                entry = tarfile.TarInfo(f"{folder}/{name}")
                entry.size, entry.mtime, entry.mode = len(content[name]), seconds, mode[name]
                packed.addfile(entry, io.BytesIO(content[name]))
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB", flush=True)


def licences(target: str) -> str:
    """The licences of the crates that the program is made of, each text once."""
    told = json.loads(output(["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", target]))
    packages = {package["id"]: package for package in told["packages"]}
    nodes = {node["id"]: node for node in told["resolve"]["nodes"]}
    linked, waiting = set(), [id for id, package in packages.items() if package["name"] == "triplewire"]
    while waiting:
        if (id := waiting.pop()) not in linked:
            linked.add(id)
            linking = [it for it in nodes[id]["deps"] if any(kind["kind"] is None for kind in it["dep_kinds"])]
            waiting += [it["pkg"] for it in linking]
    lines, texts = [], {}
    for package in sorted((packages[id] for id in linked), key=lambda it: (it["name"], it["version"])):
        if package["source"] is None:
            continue
        name = f"{package['name']} {package['version']}"
        lines.append(f"{name}: {package['license'] or 'see below'}, {package['repository'] or 'https://crates.io'}")
        folder = Path(package["manifest_path"]).parent
        for file in sorted(folder.iterdir()):
            if file.is_file() and file.name.upper().startswith(("LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE")):
                text = file.read_text(encoding="utf-8", errors="replace").strip()
                texts.setdefault(text, []).append(name)
    head = "What triplewire is made of besides its own code, and under which licences.\n\n"
    return head + "\n".join(lines) + "".join(f"\n\n{'=' * 80}\n{', '.join(names)}\n\n{text}" for text, names in texts.items()) + "\n"


def wheel(args: argparse.Namespace) -> None:
    """Builds the wheel by maturin."""
    shutil.rmtree(wheels(args.target), ignore_errors=True)
    command = ["maturin", "build", "--manifest-path", ROOT / "src/python/Cargo.toml", "--out", wheels(args.target)]
    command += ["--target", args.target, "--profile", args.profile]
    if is_linux(args.target):
        command += ["--zig", "--compatibility", "manylinux2014"]
    run(command)


def check(args: argparse.Namespace) -> None:
    """Runs the program of an archive as somebody would who has unpacked it, and notes what it finds."""
    if not args.runner and not runs_here(args.target):
        print(f"{args.target}: this machine does not run it; name a program that does with --runner", flush=True)
        return
    with tempfile.TemporaryDirectory() as place:
        place = Path(place)
        shutil.unpack_archive(archive_path(args.target), place)
        folder = place / archive_name(args.target)
        program = [*args.runner, folder / program_name(args.target)]
        # Its models, and no others: the program also looks where it was built.
        info = output([*program, "model", "info", "newswire"], cwd=place).replace("\\", "/")
        found = next(line for line in info.splitlines() if line.startswith("folder"))
        if not found.endswith(f"{folder.name}/models/newswire") or str(ROOT.as_posix()) in found:
            sys.exit(f"the program does not find the models beside it, but this: {found}")
        run([*program, "extract", folder.name + "/seeds", "--out", "result", "--engine", "rten", "--quiet"], cwd=place)
        tables = sorted((place / "result").glob("*.csv"))
        with open(place / "result/triples.csv", encoding="utf-8", newline="") as file:
            triples = {(row["subject"], row["predicate"], row["object"]) for row in csv.DictReader(file)}
        with open(ROOT / "tests/golden/triples.tsv", encoding="utf-8") as file:
            approved = {(line[0], line[2], line[3]) for line in (line.split("\t") for line in file)}
        if len(approved - triples) > TOLERANCE * len(approved):
            sys.exit(f"triples are missing, such as {sorted(approved - triples)[:3]}")
        noted = "".join(f"{sha256(table)}  {table.name}\n" for table in tables)
        (DIST / f"{args.target}.tables").write_text(noted, newline="\n")
        print(f"{args.target}: {len(triples)} triples in the seeds; {len(tables)} tables noted", flush=True)


def check_wheel(args: argparse.Namespace) -> None:
    """Tests the wheel where this Python can load it."""
    if not runs_here(args.target):
        print(f"{args.target}: this Python cannot load the wheel", flush=True)
        return
    built_wheels = list(wheels(args.target).glob("*.whl"))
    if not built_wheels:
        sys.exit(f"{args.target}: there is no wheel; build it with the step `wheel`")
    for built_wheel in built_wheels:
        run([sys.executable, ROOT / "tests/python/run_test.py", built(args), built_wheel, "--release"])


def everything(args: argparse.Namespace) -> None:
    """All that a release has for one target."""
    for step in [archive, check, wheel, check_wheel]:
        step(args)


def parts(_: argparse.Namespace) -> None:
    """Writes the list of parts, which cargo-cyclonedx puts beside each Cargo.toml."""
    run(["cargo", "cyclonedx", "--format", "json", "--override-filename", "parts"])
    for folder in [ROOT, ROOT / "src/kernels", ROOT / "src/python"]:
        written = folder / "parts.json"
        if folder == ROOT:
            shutil.move(written, DIST / f"triplewire-{version()}.cdx.json")
        else:
            written.unlink()


def sums(_: argparse.Namespace) -> None:
    """Writes SHA256SUMS."""
    found = {path.stem: path.read_text() for path in sorted(DIST.rglob("*.tables"))}
    if len(set(found.values())) > 1:
        sys.exit(f"not all targets found the same in the seeds: {json.dumps(found, indent=1)}")
    suffixes = (".gz", ".zip", ".whl", ".json")
    files = sorted((path for path in DIST.rglob("*") if path.suffix in suffixes), key=lambda path: path.name)
    text = "".join(f"{sha256(path)}  {path.name}\n" for path in files)
    (DIST / "SHA256SUMS").write_text(text, newline="\n")
    print(text, end="", flush=True)


def wheels(target: str) -> Path:
    """The folder of a target's wheel."""
    return DIST / "wheels" / target


def archive_name(target: str) -> str:
    return f"triplewire-{version()}-{target}"


def archive_path(target: str) -> Path:
    return DIST / (archive_name(target) + (".zip" if "-windows-" in target else ".tar.gz"))


def program_name(target: str) -> str:
    return "triplewire.exe" if "-windows-" in target else "triplewire"


def built(args: argparse.Namespace) -> Path:
    folder = "debug" if args.profile == "dev" else args.profile
    return TARGET / args.target / folder / program_name(args.target)


def is_linux(target: str) -> bool:
    return "-linux-" in target


def runs_here(target: str) -> bool:
    system = {"Linux": "linux", "Darwin": "apple", "Windows": "windows"}.get(platform.system(), "")
    machine = {"arm64": "aarch64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())
    return target.startswith(machine) and f"-{system}" in target


def version() -> str:
    manifest = (ROOT / "Cargo.toml").read_text(encoding="utf-8")
    return next(line.split('"')[1] for line in manifest.splitlines() if line.startswith("version = "))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def run(command: list, environment: dict[str, str] | None = None, cwd: Path = ROOT) -> None:
    print("+", *command, flush=True)
    subprocess.run([str(word) for word in command], check=True, env=environment, cwd=cwd)


def output(command: list, cwd: Path = ROOT) -> str:
    done = subprocess.run([str(word) for word in command], check=True, cwd=cwd, stdout=subprocess.PIPE)
    return done.stdout.decode("utf-8")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"release: `{shlex.join(map(str, error.cmd))}` ended with {error.returncode}")
