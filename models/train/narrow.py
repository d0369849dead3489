"""Weights in int8 whose products processors without VNNI can add up in 16 bits.

An instruction of AVX2 multiplies 32 pairs of a number from 0 to 255 and an int8 at once, and adds them up by twos in 16 bits,
where the sum may overflow. The kernels (`src/kernels/products.rs`) use it, and add up by fours before they go on in 32 bits, if
that cannot happen: if the magnitudes of four weights that meet there add up to 128 at most.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

# What four weights may add up to: 255 * 128 is the highest multiple of 255 in 16 bits.
MOST = 128
# Scales that are tried for an output: smaller by so much each, from the one with which nothing is cut off.
TRIALS, STEP = 24, 0.03


def quantise(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Int8 for a matrix of inputs by outputs, and a scale for each output: that with the least squared error."""
    fours = _fours(weights)
    widest = np.maximum(np.abs(fours).sum(1).max(0) / MOST, 1e-12)
    best = np.zeros(fours.shape, np.int8)
    scales, least = widest, np.full(len(widest), np.inf)
    for trial in range(TRIALS):
        scale = widest * (1 - STEP * trial)
        steps = np.rint(fours / scale)
        sums = np.abs(steps).sum(1, keepdims=True)
        steps = np.where(sums > MOST, np.trunc(steps * MOST / np.maximum(sums, 1)), steps).clip(-127, 127)
        error = ((steps * scale - fours) ** 2).sum((0, 1))
        better = error < least
        best[..., better] = steps[..., better]
        scales, least = np.where(better, scale, scales), np.where(better, error, least)
    return _matrix(best, weights.shape), scales.astype(np.float32)


def _fours(weights: np.ndarray) -> np.ndarray:
    """Of rows 8k + i those with i of 0, 1, 4 and 5, and of 2, 3, 6 and 7: groups by four by outputs."""
    return weights.reshape(-1, 2, 2, 2, weights.shape[1]).transpose(0, 2, 1, 3, 4).reshape(-1, 4, weights.shape[1])


def _matrix(fours: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    return fours.reshape(-1, 2, 2, 2, shape[1]).transpose(0, 2, 1, 3, 4).reshape(shape)


def rewrite(int8: Path, fp32: Path) -> None:
    """Quantises the matrices of an int8 network anew, from the network in fp32 that it was made of."""
    model, source = onnx.load(str(int8)), onnx.load(str(fp32))
    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    sources = {tensor.name: tensor for tensor in source.graph.initializer}
    for node in model.graph.node:
        if node.op_type != "MatMulInteger" or node.input[1] not in tensors:
            continue
        name = node.input[1].removesuffix("_quantized")
        weights, scales = quantise(numpy_helper.to_array(sources[name]))
        for suffix, values in (("_quantized", weights), ("_scale", scales)):
            tensor = tensors[name + suffix]
            tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
    onnx.save(model, str(int8))
