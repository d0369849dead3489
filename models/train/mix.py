"""Mixes models that come from each other: `python mix.py OUT MODEL=SHARE MODEL=SHARE...`.

Each weight of OUT is the mean of theirs, weighted by the shares. A further training forgets a little of what it does not learn
any more; some of the model before it brings that back (Wortsman and others, "Robust fine-tuning of zero-shot models", 2022).
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from reader import FILE


def mixed(files: list[Path], shares: list[float], out: Path) -> None:
    """Writes the weighted mean of files of weights, with what the first says about itself."""
    opened = [safe_open(file, "pt") for file in files]
    first = opened[0]

    def mean(name: str) -> torch.Tensor:
        parts = [share * file.get_tensor(name).float() for file, share in zip(opened, shares)]
        return torch.stack(parts).sum(0).to(first.get_tensor(name).dtype).contiguous()

    save_file({name: mean(name) for name in first.keys()}, out, metadata=first.metadata())


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("models", nargs="+", metavar="MODEL=SHARE")
    options = parser.parse_args()
    folders, shares = zip(*(model.rsplit("=", 1) for model in options.models))
    total = sum(map(float, shares))
    options.out.mkdir(parents=True, exist_ok=True)
    for name in ("config.json", "tokenizer.json"):
        shutil.copy(Path(folders[0]) / name, options.out)
    for name in ("model.safetensors", FILE):
        files = [Path(folder) / name for folder in folders]
        mixed(files, [float(share) / total for share in shares], options.out / name)


if __name__ == "__main__":
    main()
