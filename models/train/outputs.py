"""The columns of the model's last layer: labels of names, parts of speech, relations, two vectors for arcs, three for
the second reader of relations between names.

All are one linear layer, so that to any program the model is an ordinary token classification model with more labels,
whose names in `config.json` say what they are: `B-PER`, `pos:VERB`, `rel:nsubj`, `dep:0`, `head:0`. How well token j
does as the head of token i is the product of the `dep` columns of i and the `head` columns of j, by the root of
their number. `subj:0`, `obj:0` and `link:0` begin the vectors of a word as subject, as object, and as what links two.
"""

from __future__ import annotations

import torch

from labels import LABELS

TAGS = "ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X".split()

# Those that the training treebanks have at least 150 times, besides `dep`, which any other becomes that has no main
# relation here. `part`, which no treebank has, holds the tokens of a word together that the product cuts ("U.S.").
PART = "part"
RELATIONS = """
acl acl:relcl advcl advcl:relcl advmod amod appos aux aux:pass case cc ccomp compound compound:prt conj cop csubj dep
det det:predet discourse expl fixed flat iobj list mark nmod nmod:desc nmod:poss nmod:unmarked nsubj nsubj:outer
nsubj:pass nummod obj obl obl:agent obl:unmarked parataxis part punct root vocative xcomp
""".split()

ARC = 128

# The vectors for the second reader.
READ = 128

SYNTAX = [
    *LABELS,
    *(f"pos:{tag}" for tag in TAGS),
    *(f"rel:{relation}" for relation in RELATIONS),
    *(f"dep:{i}" for i in range(ARC)),
    *(f"head:{i}" for i in range(ARC)),
]
NAMES = [*SYNTAX, *(f"{part}:{i}" for part in ("subj", "obj", "link") for i in range(READ))]

# Scores that stand for "impossible" and leave softmax and bf16 finite.
IMPOSSIBLE = -1e4


def parts(logits: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Scores of labels, of tags and of relations, and the vectors as dependent and as head."""
    return logits[..., : len(SYNTAX)].split([len(LABELS), len(TAGS), len(RELATIONS), ARC, ARC], -1)


def arcs(dependent: torch.Tensor, head: torch.Tensor, sentences: torch.Tensor) -> torch.Tensor:
    """Of each token (rows) the score of each other one as its head: nodes of its own sentence only.

    `sentences` numbers the sentence of each token, and is negative for what is no node: special tokens, and all
    pieces of a word but the first.
    """
    scores = torch.einsum("bid,bjd->bij", dependent, head) / ARC**0.5
    together = (sentences[:, :, None] == sentences[:, None, :]) & (sentences >= 0)[:, None, :]
    return scores.masked_fill(~together, IMPOSSIBLE)


def relation_of(name: str) -> int:
    """The column, among the relations, for a relation of a treebank."""
    main = name.split(":")[0]
    return RELATIONS.index(name if name in RELATIONS else main if main in RELATIONS else "dep")
