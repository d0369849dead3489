"""Makes a folder to train on from a bundled one: `python unpack.py MODEL OUT`.

The int8 weights become fp32 numbers again; `export.py` finds the same scales and the same int8 numbers in them.
"""

from __future__ import annotations

import argparse
import shutil
from collections import defaultdict
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from transformers import BertConfig, BertForTokenClassification

from networks import write_folder
from reader import FILE as READER

QUANTISED, SCALE, ZERO = "_quantized", "_scale", "_zero_point"


def weights_of(file: Path) -> dict[str, torch.Tensor]:
    """The weights of a quantised network, by their names in the model."""
    graph = onnx.load(file).graph
    known = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    readers = defaultdict(list)
    for node in graph.node:
        for name in node.input:
            readers[name].append(node)

    def plain(name: str) -> np.ndarray:
        name = name.removesuffix(QUANTISED)
        return (known[name + QUANTISED].astype(np.float32) - known[name + ZERO]) * known[name + SCALE]

    def bias_behind(node: onnx.NodeProto) -> str:
        """The export renames what it transposes; the bias that is added to the product keeps its name."""
        while node.op_type != "Add":
            (node,) = readers[node.output[0]][:1]
        return next(name for name in node.input if name in known)

    found = {name: array for name, array in known.items() if name.startswith(("bert.", "classifier."))}
    found = {name: array for name, array in found.items() if not name.endswith((QUANTISED, SCALE, ZERO))}
    found |= {
        name.removesuffix(QUANTISED): plain(name)
        for name in known
        if name.startswith("bert.embeddings.") and name.endswith(QUANTISED)
    }
    for node in graph.node:
        if node.op_type == "MatMulInteger" and node.input[1] in known:
            found[bias_behind(node).removesuffix("bias") + "weight"] = plain(node.input[1]).T
    return {name: torch.tensor(np.ascontiguousarray(array)) for name, array in found.items()}


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
