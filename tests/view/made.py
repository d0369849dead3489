"""Result folders as `extract` writes them, made of invented articles."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path

COLUMNS = {
    "articles": "article,date,title,source,url,words,mentions,relations,duplicate_of",
    "mentions": "article,start,end,text,type,score,entity_id,entity,sentence",
    "entities": "entity_id,entity,type,mentions,articles,aliases,external_id,first_date,last_date",
    "relations": "article,subject,subject_type,predicate,object,object_type,score,negated,certainty,attributed_to,sentence,rule,"
    "subject_start,subject_end,object_start,object_end,status,event_date,date,subject_id,object_id",
    "triples": "subject,subject_type,predicate,object,object_type,articles,evidence,score,negated,first_article,example,certainty,"
    "sources,status,first_date,last_date,event_date,subject_id,object_id",
    "cooccurrences": "subject,subject_type,object,object_type,articles,sentences,pmi",
    "duplicates": "article,duplicate_of,similarity",
}
CERTAINTIES = ["stated", "reported", "alleged"]
STATUSES = ["current", "former", "planned"]


class Result:
    """Articles whose sentences name entities in brackets, `[Ana Ruiz]` or `[Ruiz|Ana Ruiz]`, and what is found in them."""

    def __init__(self, types: dict[str, str]) -> None:
        self.types = types
        self.tables: dict[str, list[dict]] = {name: [] for name in COLUMNS}

    def identifier(self, entity: str) -> str:
        return f"e{list(self.types).index(entity):012x}"

    def article(self, identifier: str, date: str, sentences: list[tuple[str, list[dict]]], title: str = "", source: str = "", url: str = "") -> None:
        """Adds an article. Of a sentence each relation has the numbers of its names and what it should have in its row."""
        start, relations, mentions = 0, 0, 0
        for bracketed, found in sentences:
            sentence, places = "", []
            for i, part in enumerate(re.split(r"\[(.*?)\]", bracketed)):
                if i % 2:
                    text, _, entity = part.partition("|")
                    places.append((start + len(sentence), text, entity or text))
                    sentence += text
                else:
                    sentence += part
            for at, text, entity in places:
                self.tables["mentions"].append({
                    "article": identifier, "start": at, "end": at + len(text), "text": text, "type": self.types[entity], "score": 0.99,
                    "entity_id": self.identifier(entity), "entity": entity, "sentence": sentence,
                })
            for relation in found:
                (s, subject_text, subject), (o, object_text, object_) = places[relation["subject"]], places[relation["object"]]
                self.tables["relations"].append({
                    "score": 0.9, "negated": "false", "certainty": "stated", "attributed_to": "", "rule": f"{relation['predicate']}/test",
                    "status": "current", "event_date": "", **relation, "article": identifier, "subject": subject,
                    "subject_type": self.types[subject], "object": object_text if subject == object_ else object_,
                    "object_type": self.types[object_], "sentence": sentence, "subject_start": s, "subject_end": s + len(subject_text),
                    "object_start": o, "object_end": o + len(object_text), "date": date, "subject_id": self.identifier(subject),
                    "object_id": self.identifier(object_),
                })
            start += len(sentence) + 1
            relations += len(found)
            mentions += len(places)
        self.tables["articles"].append({
            "article": identifier, "date": date, "title": title, "source": source, "url": url, "words": start // 6, "mentions": mentions,
            "relations": relations, "duplicate_of": "",
        })

    def write(self, folder: Path, aliases: dict[str, str] | None = None) -> None:
        """Adds up entities and triples and writes all tables."""
        of: dict[tuple, list[dict]] = {}
        for row in self.tables["relations"]:
            other = row["object"] if row["subject_id"] == row["object_id"] else ""
            of.setdefault((row["subject_id"], row["predicate"], row["object_id"], other), []).append(row)
        for rows in of.values():
            told = [row for row in rows if row["negated"] == "false"] or rows
            dates = sorted(row["date"] for row in rows if row["date"])
            best = max(told, key=lambda row: row["score"])
            self.tables["triples"].append({**best, **{
                "articles": len({row["article"] for row in rows}), "evidence": len(rows), "negated": min(row["negated"] for row in rows),
                "first_article": rows[0]["article"], "example": best["sentence"],
                "certainty": min((row["certainty"] for row in told), key=CERTAINTIES.index),
                "sources": " | ".join(dict.fromkeys(row["attributed_to"] for row in told if row["attributed_to"])),
                "status": min((row["status"] for row in told), key=STATUSES.index),
                "first_date": dates[0] if dates else "", "last_date": dates[-1] if dates else "",
            }})
        self.tables["triples"].sort(key=lambda row: -row["articles"])
        named = Counter(row["entity"] for row in self.tables["mentions"])
        for entity, mentions in named.most_common():
            rows = [row for row in self.tables["mentions"] if row["entity"] == entity] if len(named) < 1000 else []
            self.tables["entities"].append({
                "entity_id": self.identifier(entity), "entity": entity, "type": self.types[entity], "mentions": mentions,
                "articles": len({row["article"] for row in rows}) or mentions, "aliases": (aliases or {}).get(entity, ""), "external_id": {"Lisbon": "Q597", "Acme": "<b>7</b>"}.get(entity, ""),
                "first_date": "", "last_date": "",
            })
        write(folder, self.tables)


def write(folder: Path, tables: dict[str, list[dict]]) -> None:
    """Writes tables and `run.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, columns in COLUMNS.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns.split(","), lineterminator="\n", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(tables[name])
    counts = {
        "articles": len(tables["articles"]), "duplicates": 0, "sentences": 0, "mentions": {}, "entities": len(tables["entities"]),
        "relations": {}, "triples": len(tables["triples"]), "cooccurrences": 0,
    }
    run = {
        "version": "0.1.0", "model": {"name": "none", "hash": ""}, "engine": "rten", "precision": "int8", "rules_hash": "",
        "aliases_hash": "", "threads": 1, "complete": True, "counts": counts, "seconds": {"start_up": 0, "extraction": 0},
        "skipped": [], "warnings": [],
    }
    (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")


def small(folder: Path) -> None:
    """A handful of people, and all that is hard to show."""
    result = Result({
        "Ana Ruiz": "PER", "Bo Ørsted": "PER", "Carla Née": "PER", "ليلى حداد": "PER", "Dov <b>Bold</b>": "PER", "Acme": "ORG",
        "Northern Bank": "ORG", "Lisbon": "LOC", "Porto": "LOC", "</script><script>window.broken = true</script>": "ORG", "Lone Harbour": "LOC",
    })

    def tells(subject: int, predicate: str, object_: int, **more: object) -> dict:
        return {"subject": subject, "predicate": predicate, "object": object_, **more}

    result.article("news/1", "2019-03-04", [
        ("😀 [Ana Ruiz], head of [Acme], arrived in [Lisbon] on Monday.", [tells(0, "leads", 1, score=0.97), tells(0, "travels_to", 2, event_date="2019-03-04")]),
        ("[Ruiz|Ana Ruiz] is married to [Bo Ørsted].", [tells(0, "spouse_of", 1)]),
    ], "Head of Acme in Lisbon", "The Daily", "https://news.example/1")
    result.article("news/2", "2019-05-10", [
        ("Police say [Bo Ørsted] owned [Northern Bank].", [tells(0, "owns", 1, certainty="alleged", attributed_to="police", score=0.6)]),
        ("[Ana Ruiz], head of [Acme], said nothing.", [tells(0, "leads", 1, score=0.95)]),
        ("[Carla Née] used to work for [Northern Bank].", [tells(0, "works_for", 1, status="former")]),
    ], "Who owned the bank?", "The Weekly", "javascript:window.broken=true")
    result.article("news/3", "2019-05-20", [
        ("[Ana Ruiz] denies that she ever met [Carla Née].", [tells(0, "communicates_with", 1, negated="true", attributed_to="Ana Ruiz")]),
        ("سافرت [ليلى حداد] إلى [Lisbon].", [tells(0, "travels_to", 1)]),
        ("[Dov <b>Bold</b>] works for [</script><script>window.broken = true</script>].", [tells(0, "works_for", 1)]),
        ("[Northern Bank] (\u2028[NB|Northern Bank]) is based in [Porto].", [tells(0, "alias_of", 1), tells(0, "based_in", 2)]),
    ], "<img src=x onerror=window.broken=true>", "The Daily", "https://news.example/3?a=1&b=\"2\"")
    result.article("news/4", "", [
        ("[Dov <b>Bold</b>] leads [Acme].", [tells(0, "leads", 1, score=0.55)]),
        ("[Lone Harbour] was quiet.", []),
    ])
    result.tables["cooccurrences"].append({"subject": "Lone Harbour", "subject_type": "LOC", "object": "Ana Ruiz", "object_type": "PER", "articles": 1, "sentences": 3, "pmi": 1})
    result.write(folder, {"Ana Ruiz": "Ruiz | Anita", "Northern Bank": "NB"})


def large(folder: Path, triples: int, entities: int) -> None:
    """So many triples, some entities with many of them, over ten years."""
    tables: dict[str, list[dict]] = {name: [] for name in COLUMNS}
    kinds = ["PER", "PER", "ORG", "LOC"]
    predicates = ["works_for", "leads", "communicates_with", "supports", "opposes", "member_of", "linked_to"]
    first, last = ["Ana", "Bo", "Carla", "Dov", "Élise", "Farid", "Grete", "Hana"], ["Ruiz", "Ørsted", "Née", "Haddad", "Lind", "Okoro", "Sato"]
    name = [f"{first[i % 8]} {last[i // 8 % 7]} {i}" for i in range(entities)]
    for i in range(entities):
        tables["entities"].append({"entity_id": f"e{i:012x}", "entity": name[i], "type": kinds[i % 4], "mentions": entities - i, "articles": 1 + i % 9, "aliases": f"{last[i % 7]} {i}"})
    state = 12345
    told = set()
    articles = triples // 5
    for a in range(articles):
        date = f"{2010 + a * 10 // articles}-{1 + a % 12:02}-{1 + a % 28:02}"
        tables["articles"].append({"article": f"a{a}", "date": date, "title": f"Article number {a}", "source": "The Daily", "url": f"https://news.example/{a}", "words": 300, "mentions": 10, "relations": 5, "duplicate_of": ""})
    for t in range(triples):
        while True:
            state = (state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
            # Many triples for the first ones, few for the others.
            subject = int(entities * ((state >> 33) / (1 << 31)) ** 3)
            object_ = (state >> 7) % entities
            key = (subject, t % 7, object_)
            if subject != object_ and key not in told:
                break
        told.add(key)
        a = t * articles // triples
        sentence = f"According to a long report that many read, {name[subject]} had for years been seen in the company of {name[object_]}, number {t}."
        s, o = 43, 43 + len(name[subject]) + len(" had for years been seen in the company of ")
        row = {
            "article": f"a{a}", "subject": name[subject], "subject_type": kinds[subject % 4], "predicate": predicates[t % 7], "object": name[object_],
            "object_type": kinds[object_ % 4], "score": (50 + t % 50) / 100, "negated": "false", "certainty": CERTAINTIES[t % 11 % 3], "attributed_to": "",
            "sentence": sentence, "rule": f"{predicates[t % 7]}/test", "subject_start": 200 * (t % 5) + s, "subject_end": 200 * (t % 5) + s + len(name[subject]),
            "object_start": 200 * (t % 5) + o, "object_end": 200 * (t % 5) + o + len(name[object_]), "status": "current", "event_date": "",
            "date": tables["articles"][a]["date"], "subject_id": f"e{subject:012x}", "object_id": f"e{object_:012x}",
        }
        tables["relations"].append(row)
        for which in ("subject", "object"):
            tables["mentions"].append({"article": f"a{a}", "start": row[f"{which}_start"], "end": row[f"{which}_end"], "text": row[which], "type": row[f"{which}_type"], "score": 0.9, "entity_id": row[f"{which}_id"], "entity": row[which], "sentence": sentence})
        tables["triples"].append({**row, "articles": 1, "evidence": 1, "first_article": row["article"], "example": sentence, "sources": "", "first_date": row["date"], "last_date": row["date"]})
    write(folder, tables)
