"""How well a network does on the dev sets, without the program: `python score.py --data DATA MODEL...`.

A quick look, for training to watch and to choose between weights. Names are those of the best label of each word,
heads the best ones of each word, not of a tree. The figures that count are those of `evaluate.py`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from transformers import BertForTokenClassification

from encode import Batch, Encoder, Window, batches
from labels import LABELS, mentions
from networks import MINILM, Teacher, from_folder
from outputs import SYNTAX, arcs, parts
from prepare import dev_sets
from treebank import NONE, PARTS, PUNCTUATION, Tree, TreeBatch, documents, trees

Network = BertForTokenClassification | Teacher
# Tokens of a window, without the special ones, and of a batch.
ROOM = 126
BATCH = 8192


def logits_of(
    network: Network, text: Batch, cases: torch.Tensor | None = None, fp32: bool = False
) -> torch.Tensor:
    """Rows by tokens by outputs; `cases` instead of the text's own letter cases."""
    with torch.autocast(text.ids.device.type, dtype=torch.bfloat16, enabled=not fp32):
        cases = text.cases if cases is None else cases
        return network(text.ids, text.mask, token_type_ids=cases).logits.float()


class Dev:
    """The dev sets."""

    def __init__(self, data: Path, encoder: Encoder, fp32: bool = False) -> None:
        self.fp32 = fp32
        self.names: dict[str, list[Window]] = {}
        self.kinds: dict[str, set[str]] = {}
        for name, read in dev_sets(data).items():
            runs = (run for document in read for run in encoder.packed(document, ROOM))
            self.names[name] = [encoder.window(run, ROOM) for run in runs]
            self.kinds[name] = {m[2] for document in read for s in document for m in mentions(s.allowed)}
        self.trees: dict[str, list[Tree]] = {}
        for name in ("ewt-dev", "gum-dev"):
            read = documents(data / "syntax" / f"{name}.conllu.xz")
            self.trees[name] = [tree for document in read for tree in trees(encoder, document, ROOM)]

    def scores(self, network: Network) -> dict[str, float]:
        """All figures, in percent."""
        was_training = network.training
        network.eval()
        figures = {name: self.entity_f1(network, name) for name in self.names}
        if network.classifier.out_features >= len(SYNTAX):
            for name in self.trees:
                figures |= {f"{name} {what}": value for what, value in self.syntax(network, name).items()}
        network.train(was_training)
        return {name: round(value, 2) for name, value in figures.items()}

    @torch.inference_mode()
    def entity_f1(self, network: Network, name: str) -> float:
        """Exact span and type, in the types that the set has."""
        right = found = true = 0
        device = next(network.parameters()).device
        for batch in batches(self.names[name], BATCH):
            logits = logits_of(network, Batch.of(batch).to(device), fp32=self.fp32)
            best = logits[..., : len(LABELS)].argmax(-1).tolist()
            for window, labels in zip(batch, best):
                gold = [allowed for allowed, first in zip(window.allowed, window.first) if first]
                seen = [1 << label for label, first in zip(labels, window.first) if first]
                a, b = ({m for m in mentions(s) if m[2] in self.kinds[name]} for s in (gold, seen))
                right, found, true = right + len(a & b), found + len(b), true + len(a)
        return 200 * right / max(1, found + true)

    @torch.inference_mode()
    def syntax(self, network: Network, name: str) -> dict[str, float]:
        """Words, but for punctuation, with the right head, head and relation, and part of speech."""
        words = heads = labelled = tags = 0
        device = next(network.parameters()).device
        for batch in batches(self.trees[name], BATCH):
            gold = TreeBatch.of(batch).to(device)
            _, tag, relation, dependent, head = parts(logits_of(network, gold.text, fp32=self.fp32))
            counted = (gold.heads != NONE) & (gold.relations != PARTS) & (gold.relations != PUNCTUATION)
            right = (arcs(dependent, head, gold.sentences).argmax(-1) == gold.heads) & counted
            words += counted.sum().item()
            heads += right.sum().item()
            labelled += (right & (relation.argmax(-1) == gold.relations)).sum().item()
            tags += (counted & (tag.argmax(-1) == gold.tags)).sum().item()
        counts = {"heads": heads, "heads and relations": labelled, "parts of speech": tags}
        return {what: 100 * count / max(1, words) for what, count in counts.items()}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path, nargs="+", help="model folders with model.safetensors")
    parser.add_argument("--data", type=Path, required=True)
    options = parser.parse_args()
    dev = Dev(options.data, Encoder(MINILM), fp32=True)
    columns = [dev.scores(from_folder(folder)) for folder in options.models]
    print("| data | " + " | ".join(folder.name for folder in options.models) + " |")
    print("|---" * (1 + len(columns)) + "|")
    for name in max(columns, key=len):
        print(
            f"| {name} | " + " | ".join(f"{column.get(name, float('nan')):.2f}" for column in columns) + " |"
        )


if __name__ == "__main__":
    main()
