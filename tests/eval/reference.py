"""What seqeval and nervaluate say about tag sequences: the reference of tests/eval.rs.

Reads lines "gold TAB predicted" (tags separated by blanks, sentences by |) and writes each with the
figures: precision, recall and F1 of seqeval (micro; strict IOB2 mode where the tags are well-formed,
else its default mode, which is conlleval's reading), and for well-formed tags the counts of nervaluate
(correct, incorrect, partial, missed, spurious) for strict, exact, ent_type and partial.

    pip install seqeval nervaluate
    cut -f1,2 cases.tsv | python3 reference.py > new.tsv
"""

import sys
import warnings

from nervaluate import Evaluator
from seqeval.metrics import f1_score, precision_score, recall_score
from seqeval.scheme import IOB2

warnings.filterwarnings("ignore")
TYPES = ["PER", "ORG", "LOC"]


def well_formed(sentence):
    before = "O"
    for tag in sentence:
        if tag.startswith("I-") and before[2:] != tag[2:]:
            return False
        before = tag
    return True


for line in sys.stdin:
    gold, predicted = ([s.split() for s in side.split("|")] for side in line.rstrip("\n").split("\t")[:2])
    strict = all(map(well_formed, gold + predicted))
    mode = {"mode": "strict", "scheme": IOB2} if strict else {}
    ratios = [f(gold, predicted, average="micro", zero_division=0, **mode)
              for f in (precision_score, recall_score, f1_score)]
    fields = ["%.6f %.6f %.6f" % tuple(ratios)]
    if strict:
        overall = Evaluator(gold, predicted, tags=TYPES, loader="list").evaluate()["overall"]
        for scheme in ("strict", "exact", "ent_type", "partial"):
            r = overall[scheme]
            fields.append(f"{r.correct} {r.incorrect} {r.partial} {r.missed} {r.spurious}")
    print("|".join(map(" ".join, gold)), "|".join(map(" ".join, predicted)), *fields, sep="\t")
