"""Makes a model folder of one run, or of the average of several: `python export.py --run RUN... --out DIR`.

Runs from one start, and the start itself, may be averaged weight by weight. The int8
network is kept only if it loses little against fp32, by `triplewire evaluate`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from safetensors.torch import load_file, save_file
from transformers import BertForTokenClassification

from evaluate import Triplewire
from train import BASE, new_model

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


def weights_of(folder: Path) -> dict[str, torch.Tensor]:
    """The averaged weights of a run, or the weights of a model folder."""
    if (folder / "checkpoint.pt").exists():
        return torch.load(folder / "checkpoint.pt", map_location="cpu", weights_only=True)["average"]
    return load_file(folder / "model.safetensors")


def mean_of(folders: list[Path]) -> BertForTokenClassification:
    """The model with the mean of the weights."""
    states = [weights_of(folder) for folder in folders]
    layers = {name.split(".")[3] for name in states[0] if name.startswith("bert.encoder.layer.")}
    model = new_model(None, list(range(len(layers))))
    names = model.state_dict().keys()
    model.load_state_dict(
        {name: sum(state[name].float() for state in states) / len(states) for name in names}
    )
    return model.eval()


def write_weights(model: BertForTokenClassification, folder: Path) -> None:
    """`model.safetensors` in fp16 and `config.json`."""
    weights = {key: weight.half().contiguous() for key, weight in model.state_dict().items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    config = model.config.to_diff_dict() | {"torch_dtype": "float16"}
    config |= {"architectures": ["BertForTokenClassification"], "attention_probs_dropout_prob": 0.1}
    for key in ("_name_or_path", "_attn_implementation_autoset"):
        config.pop(key, None)
    (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def write_tokenizer(folder: Path) -> None:
    """`tokenizer.json` of the base model, which would cut and pad."""
    tokenizer = json.loads((BASE / "tokenizer.json").read_text(encoding="utf-8"))
    tokenizer |= {"truncation": None, "padding": None}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False), encoding="utf-8")


def write_onnx(model: BertForTokenClassification, file: Path) -> None:
    """The network in fp32, from the weights as they are in fp16."""
    model = model.half().float()
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
    """Weights in int8, one scale for each output channel; activations are quantised when it runs."""
    with tempfile.TemporaryDirectory() as scratch:
        prepared = Path(scratch) / "prepared.onnx"
        quant_pre_process(str(fp32), str(prepared), skip_symbolic_shape=True)
        quantize_dynamic(str(prepared), str(file), weight_type=QuantType.QInt8, per_channel=True)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--run",
        type=Path,
        nargs="+",
        required=True,
        help="folders of runs or models; named twice, counts twice",
    )
    parser.add_argument("--out", type=Path, required=True, help="the model folder to write")
    parser.add_argument("--data", type=Path, required=True, help="for the gate")
    parser.add_argument("--triplewire", type=Path, required=True, help="the program, for the gate")
    parser.add_argument("--temperature", type=float, default=1.0, help="for the scores of mentions")
    parser.add_argument("--name", default="newswire-v2")
    parser.add_argument("--window", type=int, default=128)
    parser.add_argument(
        "--keep-fp32", type=Path, help="also write a folder with the fp32 network as its model.onnx"
    )
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    model = mean_of(options.run)
    write_weights(model, options.out)
    write_tokenizer(options.out)
    (options.out / "model.toml").write_text(
        MODEL_TOML.format(name=options.name, window=options.window)
        + (TEMPERATURE.format(options.temperature) if options.temperature != 1 else "")
    )
    with tempfile.TemporaryDirectory() as scratch:
        reference = options.keep_fp32 or Path(scratch)
        reference.mkdir(parents=True, exist_ok=True)
        for name in ("config.json", "tokenizer.json", "model.toml"):
            shutil.copy(options.out / name, reference)
        write_onnx(model, reference / "model.onnx")
        write_int8(reference / "model.onnx", options.out / "model.onnx")
        gold = options.data / "ner" / "conll2003-dev.conll"
        fp32, int8 = (
            Triplewire(options.triplewire, folder, "rten").entity_f1(gold)
            for folder in (reference, options.out)
        )
    print(f"conll2003-dev: fp32 {fp32:.2f}, int8 {int8:.2f}")
    if int8 < fp32 - GATE:
        (options.out / "model.onnx").unlink()
        sys.exit(f"int8 loses more than {GATE} points: model.onnx was not kept")


if __name__ == "__main__":
    main()
