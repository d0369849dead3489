"""Make the reference logits that the engines are tested against, with Hugging Face transformers 4.46 and PyTorch 2.4.

    python make.py tiny                   one small random checkpoint per architecture, with its logits
    python make.py onnx                   these checkpoints as ONNX graphs (needs the package onnx)
    python make.py newswire MODEL_FOLDER  logits of the bundled model (needs the package onnx)
    python make.py product                a graph of one int8 matrix product (needs the package onnx)

The files it wrote are committed; it is kept to show how they were made and to add an architecture.
"""

import json
import sys
from pathlib import Path

import torch
from transformers import AutoConfig, AutoModelForTokenClassification, AutoTokenizer

HERE = Path(__file__).resolve().parent
# Few and short: each token has hundreds of logits.
SENTENCES = ["Ana Ruiz resigned.", "Norway's NORDBANK left São Paulo.", "PERU SHUTS McALLISTER PITS"]

SMALL = {"vocab_size": 60, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2,
         "num_attention_heads": 2, "max_position_embeddings": 40}
DEBERTA = {**SMALL, "relative_attention": True, "max_relative_positions": -1, "position_biased_input": False,
           "pos_att_type": ["p2c", "c2p"], "norm_rel_ebd": "layer_norm", "share_att_key": True, "position_buckets": 8}
ARCHITECTURES = {
    "bert": ("bert", {**SMALL, "type_vocab_size": 5}),
    "distilbert": ("distilbert", {"vocab_size": 60, "dim": 16, "hidden_dim": 24, "n_layers": 2, "n_heads": 2,
                                  "max_position_embeddings": 40}),
    "roberta": ("roberta", {**SMALL, "type_vocab_size": 1, "layer_norm_eps": 1e-5}),
    "xlm-roberta": ("xlm-roberta", {**SMALL, "type_vocab_size": 1, "layer_norm_eps": 1e-5, "hidden_act": "gelu_new"}),
    "electra": ("electra", {**SMALL, "embedding_size": 8, "layer_norm_eps": 1e-6}),
    "deberta-v3": ("deberta-v2", {**DEBERTA, "type_vocab_size": 0}),
    "deberta-v2": ("deberta-v2", {**DEBERTA, "type_vocab_size": 2, "conv_kernel_size": 3, "conv_act": "gelu",
                                  "share_att_key": False, "position_buckets": -1, "embedding_size": 8}),
}


def tiny():
    """Random checkpoints of a few KB; every parameter is random, so that each of them shows in the logits."""
    labels = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
    for number, (name, (model_type, options)) in enumerate(ARCHITECTURES.items()):
        torch.manual_seed(number)
        names = {"id2label": dict(enumerate(labels)), "label2id": {label: i for i, label in enumerate(labels)}}
        model = AutoModelForTokenClassification.from_config(AutoConfig.for_model(model_type, **options, **names)).eval()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.normal_(1.0 if parameter.ndim == 1 else 0.0, 0.3)
            # So low a variance that the constant of the layer norms matters.
            for path, parameter in model.named_parameters():
                if "_embeddings.weight" in path:
                    parameter.mul_(0.03)
        model.save_pretrained(HERE / name)
        pad = model.config.pad_token_id
        lengths, width = [3, 33, 12], 33
        ids = torch.randint(5, model.config.vocab_size, (3, width))
        types = torch.randint(0, max(getattr(model.config, "type_vocab_size", 1), 1), (3, width))
        mask = (torch.arange(width) < torch.tensor(lengths).unsqueeze(1)).long()
        write(HERE / name / "reference.json", model, ids * mask + pad * (1 - mask), mask, types * mask)


def onnx():
    """The tiny checkpoints exported by PyTorch, as people export theirs: sizes of batch and window left open."""
    for name in ARCHITECTURES:
        model = AutoModelForTokenClassification.from_pretrained(HERE / name, attn_implementation="eager").eval()
        # Another shape than the reference's: a size that the export froze shows.
        inputs = {"input_ids": torch.randint(5, 60, (2, 7)), "attention_mask": torch.ones(2, 7, dtype=torch.long)}
        if model.config.model_type != "distilbert":
            inputs["token_type_ids"] = torch.zeros(2, 7, dtype=torch.long)
        sizes = {0: "batch", 1: "sequence"}
        model.config.return_dict = False
        torch.onnx.export(model, (inputs,), HERE / name / "model.onnx", input_names=list(inputs),
                          output_names=["logits"], dynamic_axes={key: sizes for key in [*inputs, "logits"]},
                          opset_version=17)


def newswire(folder):
    """The bundled model on SENTENCES in fp32, with the weights as its int8 graph holds them."""
    sys.path.insert(0, str(HERE.parents[1] / "models" / "train"))
    from int8 import weights_of

    config = AutoConfig.from_pretrained(folder)
    model = AutoModelForTokenClassification.from_config(config).eval()
    model.load_state_dict(weights_of(Path(folder) / "model.onnx"))
    coded = AutoTokenizer.from_pretrained(folder)(SENTENCES, padding=True, return_offsets_mapping=True, return_tensors="pt")
    types = torch.zeros_like(coded.input_ids)
    for row, sentence in enumerate(SENTENCES):
        for column, (start, end) in enumerate(coded.offset_mapping[row].tolist()):
            types[row, column] = case_class(sentence, start, end)
    write(HERE / "newswire.json", model, coded.input_ids, coded.attention_mask, types, SENTENCES)


def case_class(sentence, start, end):
    """The letter case of the run of letters and digits that a piece lies in, as the model was trained with it."""
    if start == end or not sentence[start:end].isalnum():
        return 0
    while start and sentence[start - 1].isalnum():
        start -= 1
    while end < len(sentence) and sentence[end].isalnum():
        end += 1
    letters = [c for c in sentence[start:end] if c.isalpha()]
    upper = [c.isupper() for c in letters]
    if not letters:
        return 0
    if not any(upper):
        return 1
    if upper[0] and not any(upper[1:]):
        return 2
    return 3 if all(upper) else 4


def write(path, model, ids, mask, types, texts=None):
    takes_types = model.config.model_type != "distilbert"
    with torch.no_grad():
        logits = model(ids, attention_mask=mask, **({"token_type_ids": types} if takes_types else {})).logits
    reference = {
        "texts": texts,
        "rows": ids.shape[0],
        "width": ids.shape[1],
        "labels": logits.shape[2],
        "input_ids": ids.flatten().tolist(),
        "attention_mask": mask.flatten().tolist(),
        "token_type_ids": types.flatten().tolist(),
        # Of the tokens only, without the padding.
        "logits": [round(value, 5) for value in logits[mask.bool()].flatten().tolist()],
    }
    path.write_text(json.dumps({key: value for key, value in reference.items() if value is not None}) + "\n")


def product():
    """What the throughput of the int8 engine is held against: see `tests/throughput.rs`."""
    from onnx import TensorProto, helper, save

    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["a", "b"], ["c"])],
        "product",
        [helper.make_tensor_value_info("a", TensorProto.UINT8, ["m", "k"]),
         helper.make_tensor_value_info("b", TensorProto.INT8, ["k", "n"])],
        [helper.make_tensor_value_info("c", TensorProto.INT32, ["m", "n"])],
    )
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), HERE / "product.onnx")


if __name__ == "__main__":
    {"tiny": tiny, "onnx": onnx, "newswire": newswire, "product": product}[sys.argv[1]](*sys.argv[2:])
