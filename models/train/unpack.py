"""Makes a folder to train on from a bundled one: `python unpack.py MODEL OUT`.

The int8 weights become fp32 numbers again; `export.py` finds the same scales and the same int8 numbers in them.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

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
    known = {tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy()) for tensor in graph.initializer}
    found = {name: values for name, values in known.items() if name.endswith((".bias", "LayerNorm.weight"))}
    # The export renames what it transposes; the product is named after its module.
    products = {
        node.input[1]: node.name.removeprefix("/").removesuffix("/MatMul_quant").replace("/", ".")
        for node in graph.node
        if node.op_type == "MatMulInteger"
    }
    tables = {name: name.removesuffix(".weight" + QUANTISED) for name in known if name.endswith(".weight" + QUANTISED)}
    for name, module in (tables | products).items():
        scale, zero = (known[name.removesuffix(QUANTISED) + part] for part in (SCALE, ZERO))
        values = (known[name].float() - zero.float()) * scale
        found[f"{module}.weight"] = values.T.contiguous() if name in products else values
    return found


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
