"""What training makes small."""

from __future__ import annotations

import torch
from torch.nn import functional

from labels import LABELS
from outputs import ARC, IMPOSSIBLE, arcs, parts
from treebank import NONE, TreeBatch

# The temperature at which a student's answers are compared with its teacher's.
SOFTNESS = 2.0
# Parts of speech count less than relations and arcs: they are learnt sooner.
TAGS_COUNT = 0.5
# Log losses of relations are summed over the pairs and predicates of a window; by this they are divided.
SUMMED = 2.0


def of_labels(
    logits: torch.Tensor, allowed: torch.Tensor, mask: torch.Tensor, weight: torch.Tensor
) -> torch.Tensor:
    """Mean over tokens of minus the log-probability of the labels that may be right."""
    logs = functional.log_softmax(logits, -1)
    bits = torch.arange(len(LABELS), device=logits.device)
    may_be = (allowed[..., None] >> bits & 1).bool()
    losses = -torch.logsumexp(logs.masked_fill(~may_be, IMPOSSIBLE), -1)
    weights = mask * weight[:, None]
    return (losses * weights).sum() / weights.sum()


def softened(logits: torch.Tensor) -> torch.Tensor:
    """Log-probabilities that show what comes second and third, too."""
    return functional.log_softmax(logits / SOFTNESS, -1)


def of_answers(logits: torch.Tensor, taught: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """How far the answers are from the teacher's softened ones, over all tokens.

    Hinton et al. 2015, "Distilling the knowledge in a neural network".
    """
    apart = functional.kl_div(softened(logits), taught, reduction="none", log_target=True).sum(-1)
    return SOFTNESS**2 * (apart * mask).sum() / mask.sum()


def of_keeping(logits: torch.Tensor, known: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """How far names and syntax are from what they were: labels, tags, relations, and the heads of all tokens."""
    names, tags, relations, dependent, head = parts(logits)
    was_names, was_tags, was_relations, was_dependent, was_head = parts(known)
    loss = sum(
        of_answers(now, softened(was), mask)
        for now, was in ((names, was_names), (tags, was_tags), (relations, was_relations))
    )
    return loss + of_answers(
        _all_arcs(dependent, head, mask), softened(_all_arcs(was_dependent, was_head, mask)), mask
    )


def _all_arcs(dependent: torch.Tensor, head: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    scores = torch.einsum("bid,bjd->bij", dependent, head) / ARC**0.5
    return scores.masked_fill(~mask.bool()[:, None, :], IMPOSSIBLE)


def of_sight(seen: torch.Tensor, taught: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """How far a layer points away from one of the teacher's."""
    apart = 1 - functional.cosine_similarity(seen.float(), taught.float(), dim=-1)
    return (apart * mask).sum() / mask.sum()


def of_relations(odds: torch.Tensor, right: torch.Tensor, weight: torch.Tensor, windows: int) -> torch.Tensor:
    """Mean over windows of the weighted log losses of their pairs and predicates."""
    apart = functional.binary_cross_entropy_with_logits(odds, right, reduction="none")
    return (apart * weight).sum() / windows / SUMMED


def of_syntax(logits: torch.Tensor, gold: TreeBatch) -> torch.Tensor:
    """Cross entropy of the heads, of their relations, and of the parts of speech."""
    _, tag, relation, dependent, head = parts(logits)
    nodes = gold.heads != NONE
    scores = arcs(dependent, head, gold.sentences)
    pairs = ((scores, gold.heads), (relation, gold.relations), (tag, gold.tags))
    of_heads, of_relations, of_tags = (functional.cross_entropy(a[nodes], b[nodes]) for a, b in pairs)
    return of_heads + of_relations + TAGS_COUNT * of_tags
