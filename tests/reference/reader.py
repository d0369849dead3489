"""Makes `reader/`: a small second reader with random weights, a sentence, and what `models/train` makes of it.

    python tests/reference/reader.py
"""

import json
import sys
from pathlib import Path

import torch

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "models" / "train"))

import outputs

outputs.READ = 4

import reader
from pairs import Name, Text, Word, _pairs
from reader import PairBatch, Reader

reader.READ, reader.HIDDEN = 4, 6
OUT = Path(__file__).parent / "reader"

# Word, head (from 1; 0 is the root), relation; names are written as one line.
TREE = """
Ana 9 nsubj
Ruiz 1 flat
, 4 punct
head 1 appos
of 6 case
Acme 4 nmod
in 8 case
Lima 6 nmod
met 0 root
Bo 9 obj
Lee 10 flat
, 13 punct
who 14 nsubj
left 10 acl:relcl
Spain 14 obj
. 9 punct
"""
NAMES = [("Ana Ruiz", "PER"), ("Acme", "ORG"), ("Lima", "LOC"), ("Bo Lee", "PER"), ("Spain", "LOC")]


def main() -> None:
    """Writes the weights and the case."""
    torch.manual_seed(3)
    rows = [line.split() for line in TREE.split("\n") if line]
    text, words = "", []
    for form, head, relation in rows:
        words.append(Word(len(text), len(text) + len(form), int(head) - 1, relation))
        text += form + " "
    names = [Name(text.index(name), text.index(name) + len(name), kind, name) for name, kind in NAMES]
    # Every word is one token.
    tokens = ([7] * len(words), [1] * len(words), [word.start for word in words])
    (window,) = _pairs(Text(text, [words], names), [0], [tokens])
    module = Reader().eval()
    for weight in module.parameters():
        weight.data = torch.randn_like(weight).mul(0.5).to(torch.bfloat16).float()
    vectors = torch.randn(len(words), 12)
    logits = torch.zeros(1, len(words) + 2, len(outputs.SYNTAX) + 12)
    logits[0, 1:-1, len(outputs.SYNTAX) :] = vectors
    with torch.no_grad():
        odds = module(logits, PairBatch.of([window]))
    OUT.mkdir(exist_ok=True)
    module.write(OUT / "relations.safetensors")
    case = {
        "text": text,
        "words": [[word.start, word.end, word.head, word.relation] for word in words],
        "names": [[name.start, name.end, name.type] for name in names],
        "vectors": [round(float(x), 6) for x in vectors.flatten()],
        "pairs": [[*pair, [round(float(x), 4) for x in row]] for pair, row in zip(window.pairs, odds)],
    }
    (OUT / "case.json").write_text(json.dumps(case) + "\n")


if __name__ == "__main__":
    main()
