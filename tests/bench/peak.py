"""`peak.py THREADS`: how fast this machine multiplies matrices, as JSON, in 10⁹ operations a second.

`peak.py tokens MODEL ARTICLES`: the number of tokens of the articles.
"""

import json
import sys
import time
from pathlib import Path

SIZE = 1536
SECONDS = 1.5


def rate(multiply):
    """Of the best of several products: what the machine can do when it is let."""
    multiply()
    best, end = 0.0, time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        start = time.perf_counter()
        multiply()
        best = max(best, 2 * SIZE**3 / (time.perf_counter() - start) / 1e9)
    return best


def bf16(threads):
    import torch

    torch.set_num_threads(threads)
    a, b = torch.randn(2, SIZE, SIZE).bfloat16()
    return rate(lambda: a @ b)


def int8(threads):
    """ONNX Runtime's product of unsigned and signed bytes, as in the int8 graph."""
    import numpy as np
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    weights = np.random.default_rng(0).integers(-127, 127, (SIZE, SIZE), dtype=np.int8)
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["a", "b"], ["c"])],
        "product",
        [helper.make_tensor_value_info("a", TensorProto.UINT8, [SIZE, SIZE])],
        [helper.make_tensor_value_info("c", TensorProto.INT32, [SIZE, SIZE])],
        [numpy_helper.from_array(weights, "b")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    a = np.random.default_rng(1).integers(0, 255, (SIZE, SIZE), dtype=np.uint8)
    return rate(lambda: session.run(None, {"a": a}))


def tokens(model, articles):
    from windows import Windows

    cut = Windows(Path(model))
    lines = Path(articles).read_text(encoding="utf-8").splitlines()
    return sum(len(ids) for line in lines for _, ids, _, _ in cut.of(0, json.loads(line)["text"]))


if __name__ == "__main__":
    if sys.argv[1] == "tokens":
        print(tokens(*sys.argv[2:]))
    else:
        print(json.dumps({"bf16": bf16(int(sys.argv[1])), "int8": int8(int(sys.argv[1]))}))
