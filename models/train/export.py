"""Makes the folder that is bundled from a trained one: `python export.py --model MODEL --out DIR --name NAME --data DATA --triplewire PROGRAM`.

The weights go in once, as an int8 network, which is kept only if it loses little against fp32 by `triplewire
evaluate`. The engine rust-bert takes its weights from there, too.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from transformers import BertForTokenClassification

import narrow
from evaluate import Triplewire
from networks import write_config, write_tokenizer
from reader import FILE as READER

# F1 points on conll2003-dev that int8 may lose.
GATE = 0.3
INPUTS = ["input_ids", "attention_mask", "token_type_ids"]

MODEL_TOML = """\
# What the Hugging Face files cannot say.
name = "{name}"
licence = "Apache-2.0"
# The length of most training windows, with [CLS] and [SEP].
window = {window}
# The vocabulary is uncased; token_type_ids carry the letter case of each word.
token_types = "letter-case"
# Training labelled every piece of a word.
labelled_pieces = "every"
"""

TEMPERATURE = """\
# So that mentions of score 0.9 are right nine times out of ten.
temperature = {}
"""


def write_onnx(model: BertForTokenClassification, file: Path) -> None:
    """The network in fp32."""
    ids = torch.randint(1000, 20000, (2, 12))
    torch.onnx.export(
        model,
        (ids, torch.ones_like(ids), torch.zeros_like(ids)),
        str(file),
        input_names=INPUTS,
        output_names=["logits"],
        dynamic_axes={name: {0: "batch", 1: "sequence"} for name in [*INPUTS, "logits"]},
        opset_version=17,
    )
    onnx.checker.check_model(str(file))


def write_int8(fp32: Path, file: Path) -> None:
    """Weights in int8 (`narrow.py`), one scale for each output; activations are quantised when it runs."""
    with tempfile.TemporaryDirectory() as scratch:
        prepared = Path(scratch) / "prepared.onnx"
        quant_pre_process(str(fp32), str(prepared), skip_symbolic_shape=True)
        quantize_dynamic(str(prepared), str(file), weight_type=QuantType.QInt8, per_channel=True)
        narrow.rewrite(file, prepared)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="a folder with model.safetensors in fp32")
    parser.add_argument("--out", type=Path, required=True, help="the model folder to write")
    parser.add_argument("--data", type=Path, required=True, help="for the gate")
    parser.add_argument("--triplewire", type=Path, required=True, help="the program, for the gate")
    parser.add_argument("--name", required=True, help="of the model, with its version")
    parser.add_argument("--temperature", type=float, default=1.0, help="for the scores of mentions")
    parser.add_argument("--window", type=int, default=128)
    parser.add_argument(
        "--keep-fp32", type=Path, help="also write a folder with the fp32 network as its model.onnx"
    )
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    # The fused attention would leave another graph, which the product's kernels do not know.
    model = BertForTokenClassification.from_pretrained(
        options.model, torch_dtype=torch.float32, attn_implementation="eager"
    ).eval()
    write_config(model.config, options.out)
    write_tokenizer(options.out)
    if (options.model / READER).exists():
        shutil.copy(options.model / READER, options.out)
    (options.out / "model.toml").write_text(
        MODEL_TOML.format(name=options.name, window=options.window)
        + (TEMPERATURE.format(options.temperature) if options.temperature != 1 else "")
    )
    with tempfile.TemporaryDirectory() as scratch:
        reference = options.keep_fp32 or Path(scratch)
        reference.mkdir(parents=True, exist_ok=True)
        tried = Path(scratch) / "int8"
        shutil.copytree(options.out, tried)
        shutil.copytree(options.out, reference, dirs_exist_ok=True)
        write_onnx(model, reference / "model.onnx")
        write_int8(reference / "model.onnx", tried / "model.onnx")
        gold = options.data / "ner" / "conll2003-dev.conll"
        fp32, int8 = (
            Triplewire(options.triplewire, folder, "rten").entities(gold)["f1"] for folder in (reference, tried)
        )
        print(f"conll2003-dev: fp32 {fp32:.2f}, int8 {int8:.2f}")
        if int8 < fp32 - GATE:
            sys.exit(f"int8 loses more than {GATE} points: model.onnx was not kept")
        shutil.copy(tried / "model.onnx", options.out)


if __name__ == "__main__":
    main()
