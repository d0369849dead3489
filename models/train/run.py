"""What all trainings have in common: a budget, a rate that falls to nothing, averaged weights, checkpoints and a log.

Everything follows from the budget, so that a short run has the same shape as a long one. The same command again goes
on where it was stopped.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import torch
from torch import nn

from encode import Batch, Encoder
from networks import MINILM
from reader import PairBatch
from score import Dev
from streams import Streams
from treebank import TreeBatch

WEIGHT_DECAY = 0.01
STEEPEST = 1.0
# Part of the budget in which the rate rises.
WARM_UP = 0.05
# The averaged weights are those of about this part of the steps, the last ones.
AVERAGED = 0.1

AnyBatch = Batch | TreeBatch | PairBatch
Losses = Callable[[list[AnyBatch], float], Iterator[tuple[str, torch.Tensor]]]


def arguments(description: str | None, tokens: float, batch: int) -> argparse.ArgumentParser:
    """The options of every training."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with ner/, gazetteers/, raw/, syntax/"
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="folder of the run: checkpoint, log, what is made"
    )
    parser.add_argument(
        "--tokens", type=float, default=tokens, help="budget in tokens (default: %(default)s)"
    )
    parser.add_argument("--minutes", type=float, help="budget in minutes of training, instead")
    parser.add_argument(
        "--batch", type=int, default=batch, help="tokens of one step from each source (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, help="of the CPU (default: all)")
    parser.add_argument("--workers", type=int, default=0, help="processes that make batches (default: none)")
    parser.add_argument("--save-minutes", type=float, default=5, help="between checkpoints")
    parser.add_argument("--dev-minutes", type=float, default=10, help="between looks at the dev sets")
    return parser


def parsed(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """The options as given; threads and seed are set by them."""
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    return options


class Learner:
    """A network in training."""

    def __init__(
        self,
        network: nn.Module,
        rate: float,
        fresh: Iterable[str] = (),
        faster: float = 1.0,
        frozen: Iterable[str] = (),
        beside: nn.Module | None = None,
    ) -> None:
        """`fresh` parts, named by how their weights' names begin, learn `faster`; `frozen` ones not at all.

        What is `beside` the network learns with it and is thrown away in the end.
        """
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.network = network.to(device).train()
        self.beside = (beside or nn.Identity()).to(device)
        groups: dict[tuple[float, float], list[nn.Parameter]] = {}
        for name, weight in self.network.named_parameters():
            weight.requires_grad_(not name.startswith(tuple(frozen)))
            if weight.requires_grad:
                top = rate * (faster if name.startswith(tuple(fresh)) else 1)
                groups.setdefault((top, WEIGHT_DECAY if weight.ndim > 1 else 0.0), []).append(weight)
        groups.setdefault((rate, 0.0), []).extend(self.beside.parameters())
        self.weights = [weight for group in groups.values() for weight in group]
        grouped = [
            {"params": group, "top": top, "weight_decay": decay} for (top, decay), group in groups.items()
        ]
        self.optimizer = torch.optim.AdamW(grouped, lr=rate, fused=True)
        # The running average, which does better than the last weights.
        self.average = {name: weight.detach().clone() for name, weight in network.state_dict().items()}
        self.steps = 0

    def step(self, height: float) -> None:
        """By the gradients there are, at a part of the highest rate."""
        for group in self.optimizer.param_groups:
            group["lr"] = group["top"] * height
        torch.nn.utils.clip_grad_norm_(self.weights, STEEPEST)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.steps += 1
        share = 1 / (1 + AVERAGED * self.steps)
        torch._foreach_lerp_(list(self.average.values()), list(self.network.state_dict().values()), share)

    def averaged(self) -> nn.Module:
        """The network with the averaged weights, which end its training."""
        self.network.load_state_dict(self.average)
        return self.network.eval()

    def state(self) -> dict:
        """All that a checkpoint needs."""
        modules = {"network": self.network, "beside": self.beside, "optimizer": self.optimizer}
        return {k: m.state_dict() for k, m in modules.items()} | {
            "average": self.average,
            "steps": self.steps,
        }

    def restore(self, state: dict) -> None:
        """Goes back to a checkpoint."""
        self.network.load_state_dict(state["network"])
        self.beside.load_state_dict(state["beside"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.average, self.steps = state["average"], state["steps"]


class Run:
    """A training of one or several networks on the same batches, in a folder."""

    def __init__(self, options: argparse.Namespace, learners: dict[str, Learner]) -> None:
        self.options, self.learners = options, learners
        self.device = next(iter(learners.values())).weights[0].device
        self.tokens = 0
        self.seconds = 0.0
        self.checkpoint = options.out / "checkpoint.pt"
        options.out.mkdir(parents=True, exist_ok=True)
        if self.checkpoint.exists():
            state = torch.load(self.checkpoint, map_location=self.device, weights_only=True)
            for name, learner in learners.items():
                learner.restore(state[name])
            self.tokens, self.seconds = state["tokens"], state["seconds"]
            self.log(event="resumed")
        self.encoder = Encoder(MINILM)
        # Another seed after a stop, so that the data does not begin anew.
        self.streams = Streams(options.data, self.encoder, options.workers, f"{options.seed} {self.tokens}")
        self.dev = Dev(options.data, self.encoder)

    def done(self) -> float:
        """Part of the budget that is spent."""
        if self.options.minutes:
            return self.seconds / (60 * self.options.minutes)
        return self.tokens / self.options.tokens

    def train(self, streams: list[Iterable], losses: Losses) -> None:
        """A step takes a batch of each stream; `losses` gives each learner's, by name, one after the other."""
        saved = looked = time.monotonic()
        steps = zip(*streams)
        sums: dict[str, float] = {}
        while self.done() < 1:
            at = time.monotonic()
            batches = next(steps)
            self.tokens += sum(int(text_of(batch).mask.sum()) for batch in batches)
            done = self.done()
            for name, loss in losses([batch.to(self.device) for batch in batches], done):
                loss.backward()
                sums[name] = sums.get(name, 0.0) + loss.detach()
            for learner in self.learners.values():
                learner.step(min(1.0, done / WARM_UP) * max(0.0, 1 - done))
            now = time.monotonic()
            self.seconds += now - at
            if now - saved > 60 * self.options.save_minutes:
                self.save()
                saved = now
            if now - looked > 60 * self.options.dev_minutes:
                self.log(
                    done=round(done, 3), **{f"last loss {k}": round(float(v), 3) for k, v in sums.items()}
                )
                self.look()
                looked = now
            sums = {}
        self.save()
        for learner in self.learners.values():
            learner.averaged()
        self.look()

    def save(self) -> None:
        """Writes the checkpoint, whole or not at all."""
        state = {name: learner.state() for name, learner in self.learners.items()}
        part = self.checkpoint.with_suffix(".part")
        torch.save(state | {"tokens": self.tokens, "seconds": self.seconds}, part)
        part.replace(self.checkpoint)

    def look(self) -> None:
        """How the networks do on the dev sets."""
        for name, learner in self.learners.items():
            self.log(network=name, **self.dev.scores(learner.network))

    def log(self, **entry: object) -> None:
        """One JSON object a line, on the screen and in `log.jsonl`."""
        line = json.dumps({"tokens": self.tokens, "seconds": round(self.seconds)} | entry)
        print(line, flush=True)
        with (self.options.out / "log.jsonl").open("a") as file:
            file.write(line + "\n")


def text_of(batch: AnyBatch) -> Batch:
    """The text of a batch."""
    return batch if isinstance(batch, Batch) else batch.text
