"""The weights of a bundled network as numbers again. It needs no other file of this folder, so that others can read them, too."""

from __future__ import annotations

from pathlib import Path

import onnx
import torch
from onnx import numpy_helper

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
