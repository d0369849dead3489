"""Averages models of one start, weight by weight: `python mean.py --out DIR MODEL=SHARE...`.

Outputs that the first model alone has, as those of the syntax, stay as they are.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from networks import from_folder, write_folder


def mean(weights: list[tuple[torch.Tensor, float]]) -> torch.Tensor:
    """The mean of the rows that all have, by shares; the first one's other rows."""
    result = weights[0][0].clone()
    rows = min(len(weight) for weight, _ in weights)
    total = sum(share for _, share in weights)
    result[:rows] = sum(weight[:rows] * (share / total) for weight, share in weights)
    return result


def model_and_share(text: str) -> tuple[Path, float]:
    """Reads `MODEL=SHARE`."""
    folder, _, share = text.rpartition("=")
    return Path(folder), float(share)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=model_and_share, nargs="+", help="a model folder and its share")
    parser.add_argument("--out", type=Path, required=True, help="the model folder to write")
    options = parser.parse_args()
    models = [(from_folder(folder), share) for folder, share in options.models]
    result = models[0][0]
    states = [(model.state_dict(), share) for model, share in models]
    averaged = {name: mean([(state[name], share) for state, share in states]) for name in states[0][0]}
    result.load_state_dict(averaged)
    write_folder(result, options.out)


if __name__ == "__main__":
    main()
