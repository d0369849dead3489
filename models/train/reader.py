"""The second reader: from the vectors of words to the odds of each predicate for two names.

`src/relation/reader` does the same. Its weights go into `relations.safetensors` beside the network.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import safetensors.torch
import torch
from torch import nn
from torch.nn import functional

from encode import Batch
from outputs import READ, RELATIONS, SYNTAX
from pairs import FEATURES, PREDICATES, TYPES, Pairs

# The file in a model folder.
FILE = "relations.safetensors"
HIDDEN = 256
DROPOUT = 0.3
# How strongly the constants set on texts kept back are held where they are.
STIFFNESS = 3.0
# The log odds of a predicate that nothing is known of.
RARE = -3.0


class PairBatch(NamedTuple):
    """Windows with their pairs, as tensors; tokens are counted through all rows of the batch."""

    text: Batch
    # For each token of a name: its place, and the number of the name.
    name_tokens: torch.Tensor
    name_of: torch.Tensor
    types: torch.Tensor
    subjects: torch.Tensor
    objects: torch.Tensor
    # Likewise for the words between.
    path_tokens: torch.Tensor
    pair_of: torch.Tensor
    features: torch.Tensor
    right: torch.Tensor
    weight: torch.Tensor

    @staticmethod
    def of(rows: list[Pairs]) -> PairBatch:
        """Pads the windows to the longest."""
        width = max(len(row.ids) for row in rows)
        lists: list[list[int]] = [[] for _ in range(7)]
        name_tokens, name_of, types, subjects, objects, path_tokens, pair_of = lists
        for number, row in enumerate(rows):
            base, start = len(types), number * width
            subjects += [base + i for i, _ in row.pairs]
            objects += [base + j for _, j in row.pairs]
            for pair, path in enumerate(row.paths, len(subjects) - len(row.pairs)):
                path_tokens += [start + token for token in path]
                pair_of += [pair] * len(path)
            for name, (tokens, kind) in enumerate(zip(row.names, row.types), base):
                name_tokens += [start + token for token in tokens]
                name_of += [name] * len(tokens)
                types.append(kind)
        return PairBatch(
            Batch.of([row.window for row in rows]),
            *(torch.tensor(numbers, dtype=torch.long) for numbers in lists),
            *(torch.cat([getattr(row, part) for row in rows]) for part in ("features", "right", "weight")),
        )

    def to(self, device: torch.device) -> PairBatch:
        """On a device."""
        return PairBatch(*(tensors.to(device) for tensors in self))


class Reader(nn.Module):
    """Two layers over what is known of a pair."""

    def __init__(self) -> None:
        super().__init__()
        self.subject_type = nn.Embedding(len(TYPES), READ)
        self.object_type = nn.Embedding(len(TYPES), READ)
        self.hidden = nn.Linear(4 * READ + FEATURES, HIDDEN)
        self.out = nn.Linear(HIDDEN, len(PREDICATES))
        self.dropout = nn.Dropout(DROPOUT)
        nn.init.normal_(self.subject_type.weight, std=0.1)
        nn.init.normal_(self.object_type.weight, std=0.1)
        nn.init.constant_(self.out.bias, RARE)

    def forward(self, logits: torch.Tensor, batch: PairBatch) -> torch.Tensor:
        """Log odds, pairs by predicates, from the outputs of the network."""
        vectors = logits[..., len(SYNTAX) :].reshape(-1, 3 * READ)
        of_names, links = vectors[:, : 2 * READ], functional.relu(vectors[:, 2 * READ :])
        names = mean(of_names[batch.name_tokens], batch.name_of, len(batch.types))
        paths = mean(links[batch.path_tokens], batch.pair_of, len(batch.subjects))
        subjects = functional.relu(names[:, :READ] + self.subject_type(batch.types))[batch.subjects]
        objects = functional.relu(names[:, READ:] + self.object_type(batch.types))[batch.objects]
        subjects, objects, paths = (self.dropout(part) for part in (subjects, objects, paths))
        seen = torch.cat([subjects, objects, subjects * objects, paths, batch.features], -1)
        return self.out(self.dropout(functional.relu(self.hidden(seen))))

    def settle(self, kept: list[tuple[torch.Tensor, PairBatch]]) -> None:
        """Sets the constant of each predicate to what is likeliest on texts kept back, told by the network's outputs."""
        with torch.no_grad():
            seen = [(self(logits, batch), batch.right, batch.weight) for logits, batch in kept]
        odds, right, weight = (torch.cat(parts) for parts in zip(*seen))
        shift = torch.zeros(len(PREDICATES), requires_grad=True)
        optimizer = torch.optim.LBFGS([shift], max_iter=100)

        def loss() -> torch.Tensor:
            optimizer.zero_grad()
            apart = functional.binary_cross_entropy_with_logits(odds + shift, right, reduction="none")
            total = (apart * weight).sum() + STIFFNESS * shift.square().sum()
            total.backward()
            return total

        optimizer.step(loss)
        self.out.bias.data += shift.detach()

    def _weights(self) -> dict[str, torch.Tensor]:
        """As the file has them: of matrices one column behind the other."""
        return {
            "subject.type": self.subject_type.weight.data,
            "object.type": self.object_type.weight.data,
            "hidden.weight": self.hidden.weight.data.T,
            "hidden.bias": self.hidden.bias.data,
            "out.weight": self.out.weight.data.T,
            "out.bias": self.out.bias.data,
        }

    def read(self, file: Path) -> None:
        """Takes the weights of a file."""
        for name, weights in safetensors.torch.load_file(file).items():
            self._weights()[name].copy_(weights)

    def write(self, file: Path) -> None:
        """The file that the program reads, in bf16."""
        about = {"types": TYPES, "predicates": PREDICATES, "relations": RELATIONS}
        safetensors.torch.save_file(
            {name: weight.to(torch.bfloat16).contiguous() for name, weight in self._weights().items()},
            file,
            metadata={name: " ".join(words) for name, words in about.items()},
        )


def mean(vectors: torch.Tensor, of: torch.Tensor, count: int) -> torch.Tensor:
    """The means of vectors by the number of what they belong to; zeros for what has none."""
    sums = torch.zeros(count, vectors.shape[-1], device=vectors.device).index_add(0, of, vectors)
    counts = torch.bincount(of, minlength=count).clamp(min=1)
    return sums / counts[:, None]
