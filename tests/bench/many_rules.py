"""Rules made up from the words of articles, to find out what thousands of rules cost.

    python3 tests/bench/many_rules.py ARTICLES.jsonl --count 2000 > /tmp/rules.toml
    cargo bench --bench throughput -- ARTICLES.jsonl --no-default-rules --rules /tmp/rules.toml

Each rule looks for one of the most frequent words of the articles between, before or behind two names, in the shapes that
rules written by hand have. As the words are frequent, so are sentences in which the rules have to be tried.
"""

import argparse
import json
import re
from collections import Counter
from pathlib import Path

SHAPES = [
    ("works_for", '["PER"]', '["ORG"]', "SUBJ MOD{{0,2}} {word} (a | an | the | of)? MOD{{0,2}} OBJ"),
    ("lives_in", '["PER"]', '["LOC"]', "SUBJ , MOD{{0,3}} {word} (in | from | of) OBJ"),
    ("supports", '["PER", "ORG", "LOC"]', '["PER", "ORG", "LOC"]', "SUBJ ANY{{0,4}} {word} ANY{{0,2}} OBJ"),
    ("leads", '["PER"]', '["ORG", "LOC"]', "OBJ 's MOD{{0,2}} {word} , SUBJ"),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path, help="JSON lines with a field text")
    parser.add_argument("--count", type=int, default=2000)
    args = parser.parse_args()
    counts = Counter()
    with open(args.articles, encoding="utf-8") as lines:
        for line in lines:
            counts.update(re.findall(r"\b[a-z]{4,}\b", json.loads(line)["text"]))
    words = [word for word, _ in counts.most_common(args.count)]
    for number, word in enumerate(words):
        predicate, subject, object_, shape = SHAPES[number % len(SHAPES)]
        print(f'[[rule]]\nid = "{predicate}/made-up-{number}"')
        print(f'subject = {subject}\nobject = {object_}\npattern = "{shape.format(word=word)}"\nscore = 0.5\n')


if __name__ == "__main__":
    main()
