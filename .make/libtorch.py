"""Find libtorch 2.4, or bring it to `.libtorch/`, for the cargo feature `rust-bert`.

Looked for in this order:

1. the folder that the environment variable LIBTORCH names;
2. a PyTorch 2.4 installed for this Python;
3. the wheels of `libtorch-requirements.txt`, through pip (about 800 MB on Linux x86-64, less elsewhere), of
   which only the headers and the CPU libraries are kept, in `.libtorch/pypi`;
4. where PyPI has no such wheel, the cargo feature `download-libtorch`.

The answer goes into `.libtorch/env`, for a shell to source. It is written last, and the folder `pypi` is
renamed into place whole, so that an interrupted run leaves nothing that the next one takes for finished.
"""

import fcntl
import importlib.util
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from fnmatch import fnmatch
from pathlib import Path

VERSION = "2.4"
ATTEMPTS, PAUSE_S = 4, 20  # at fetching the wheels, and the seconds between two

HERE = Path(__file__).resolve().parent
STORE = HERE.parent / ".libtorch"
ENV = STORE / "env"
PYPI = STORE / "pypi"

# What pip calls the platforms for which PyPI has the wheel.
PLATFORMS = {
    ("Linux", "x86_64"): "manylinux1_x86_64",
    ("Linux", "aarch64"): "manylinux2014_aarch64",
    ("Darwin", "arm64"): "macosx_11_0_arm64",
}

# What is kept of the wheels. They keep their layout, because the libraries find each other through it.
KEEP = [
    "torch/include/*",
    "torch/lib/libtorch_cpu.*",
    "torch/lib/libc10.*",
    "torch/lib/lib*omp*",
    "torch/lib/libtorch.dylib",
    "torch.libs/*",
    "nvidia/cuda_runtime/lib/libcudart.so*",
    "nvidia/cuda_cupti/lib/libcupti.so*",
]


def main():
    if is_ready():
        return
    STORE.mkdir(exist_ok=True)
    with open(STORE / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second make waits here for the first; released even by a kill
        if not is_ready():
            write_env(find())


def is_ready():
    """Whether an earlier run's answer still holds."""
    if not ENV.exists():
        return False
    known = re.search(r"^export LIBTORCH=(.*)$", ENV.read_text(), re.M)
    folder = shlex.split(known[1])[0] if known else ""
    given = os.path.abspath(os.environ["LIBTORCH"]) if os.environ.get("LIBTORCH") else folder
    return folder == given and (not folder or fault(Path(folder)) is None)


def find():
    """The folder with libtorch, or None where cargo has to download it."""
    given = os.environ.get("LIBTORCH")
    if given:
        if fault(Path(given)):
            fail(f"LIBTORCH={given} {fault(Path(given))}.", f"Point it at a libtorch {VERSION}, or unset it.")
        return Path(given)

    installed = importlib.util.find_spec("torch")
    if installed and installed.origin:
        folder = Path(installed.origin).parent
        if fault(folder) is None:
            return folder
        print(f"libtorch: passing over the PyTorch in {folder}, which {fault(folder)}", flush=True)

    if (platform.system(), platform.machine()) not in PLATFORMS:
        return None
    if not PYPI.exists():
        download(PLATFORMS[platform.system(), platform.machine()])
    return PYPI / "torch"


def fault(folder):
    """Why `folder` cannot serve as LIBTORCH, or None if it can."""
    if not list(folder.glob("lib/libtorch_cpu.*")):
        return "has no lib/libtorch_cpu"
    header = folder / "include/torch/csrc/api/include/torch/version.h"
    if not header.exists():
        return f"has no {header.relative_to(folder)}"
    found = ".".join(re.findall(r"define TORCH_VERSION_M\w+OR (\d+)", header.read_text()))
    return None if found == VERSION else f"is version {found}, not {VERSION}"


def download(tag):
    """Fill `.libtorch/pypi` from PyPI."""
    for stale in STORE.glob("part-*"):
        shutil.rmtree(stale)
    with tempfile.TemporaryDirectory(prefix="part-", dir=STORE) as part:
        part = Path(part)
        wheels = pip_download(tag, part / "wheels")
        for wheel in wheels:
            print(f"libtorch: unpacking {wheel.name}", flush=True)
            with zipfile.ZipFile(wheel) as archive:
                names = [name for name in archive.namelist() if any(fnmatch(name, kept) for kept in KEEP)]
                archive.extractall(part / "pypi", names)
            wheel.unlink()
        if platform.system() == "Linux":
            # The wheel's own libtorch.so asks for the CUDA half, which was left out.
            (part / "pypi/torch/lib/libtorch.so").write_text("INPUT(libtorch_cpu.so)\n")
        (part / "pypi").rename(PYPI)


def pip_download(tag, into):
    """The wheels, checked by pip against the hashes of the requirements file."""
    if not importlib.util.find_spec("pip"):
        fail(
            f"{sys.executable} has no pip, which fetches libtorch from PyPI.",
            f"Install it (Debian: apt install python3-pip), or set LIBTORCH to a libtorch {VERSION}.",
        )
    print("libtorch: fetching it from PyPI, once", flush=True)
    into.mkdir()
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-cache-dir"]
    pip += ["--require-hashes", "--requirement", HERE / "libtorch-requirements.txt"]
    # The Python named here is the wheel's, of which nothing is run: any Python can fetch it.
    pip += ["--platform", tag, "--python-version", "3.11", "--implementation", "cp", "--dest", into]
    pip += ["--retries", "10", "--timeout", "120"]
    for attempt in range(1, ATTEMPTS + 1):
        if subprocess.run(pip, env={**os.environ, "TMPDIR": str(into)}).returncode == 0:
            return sorted(into.glob("*.whl"))
        if attempt < ATTEMPTS:
            # pip's own retries end where the body of an answer begins, and 800 MB are long enough to break off.
            print(f"libtorch: that failed; attempt {attempt + 1} of {ATTEMPTS} in {PAUSE_S} s", flush=True)
            time.sleep(PAUSE_S)
    free = shutil.disk_usage(into).free / 1e9
    fail(
        "pip could not fetch it (its reason is above; 'from versions: none' means that PyPI was out of reach; "
        f"{free:.1f} GB are free here).",
        f"Mend the connection and run make again, or set LIBTORCH to a libtorch {VERSION}.",
    )


def write_env(folder):
    """Write `.libtorch/env`: what cargo and the linker need to know."""
    if folder is None:
        text = "FEATURES=rust-bert,download-libtorch\n"
    else:
        folder = folder.absolute()
        text = (
            "FEATURES=rust-bert\n"
            f"export LIBTORCH={shlex.quote(str(folder))}\n"
            f"export LIBTORCH_CXX11_ABI={cxx11_abi(folder)}\n"
            "export LIBTORCH_BYPASS_VERSION_CHECK=1\n"  # torch-sys takes 2.4.0 alone; any 2.4 will do
            "unset LIBTORCH_USE_PYTORCH LIBTORCH_INCLUDE LIBTORCH_LIB\n"
        )
    fresh = STORE / "env.new"
    fresh.write_text(text)
    fresh.replace(ENV)
    print(f"libtorch: using {folder or 'the cargo feature download-libtorch'}", flush=True)


def cxx11_abi(folder):
    """1 if the libraries spell `std::string` the C++11 way, else 0 (which is how PyPI's are built)."""
    core = folder / "lib/libc10.so"
    old_spelling = b"c105ErrorC2ENS_14SourceLocationESs"  # c10::Error::Error(SourceLocation, std::string)
    return int(not (core.exists() and old_spelling in core.read_bytes()))


def fail(problem, remedy):
    sys.exit(f"libtorch: {problem}\nlibtorch: {remedy}")


if __name__ == "__main__":
    try:
        main()
    except (OSError, zipfile.BadZipFile) as error:
        fail(f"{error}.", "Nothing half done was kept: run make again (Linux x86-64 needs 2.5 GB while it unpacks).")
    except KeyboardInterrupt:
        fail("interrupted.", "Nothing half done was kept: run make again.")
