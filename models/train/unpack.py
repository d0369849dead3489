"""Makes a folder to train on from a bundled one: `python unpack.py MODEL OUT`.

The int8 weights become fp32 numbers again; `export.py` finds the same scales and the same int8 numbers in them.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from transformers import BertConfig, BertForTokenClassification

from int8 import weights_of
from networks import write_folder
from reader import FILE as READER


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="a folder with model.onnx, made by export.py")
    parser.add_argument("out", type=Path, help="the folder to write")
    options = parser.parse_args()
    model = BertForTokenClassification(BertConfig.from_pretrained(options.model))
    model.load_state_dict(weights_of(options.model / "model.onnx"))
    write_folder(model, options.out)
    if (options.model / READER).exists():
        shutil.copy(options.model / READER, options.out)


if __name__ == "__main__":
    main()
