"""Draws relations to judge from outputs of `triplewire extract`, and prints them as rows of relations.csv with
an empty judgement and reason, and the sentence to read (delete that column before the table is kept):

    python3 tests/judged/draw.py SEED COUNT SOURCE=OUTPUT_FOLDER... > to-judge.csv
"""

import csv
import random
import sys

COLUMNS = """source article subject_start subject_end predicate object_start object_end subject object negated
certainty rule score judgement reason sentence""".split()


def main(seed, count, *sources):
    table = csv.DictWriter(sys.stdout, COLUMNS, extrasaction="ignore", restval="", lineterminator="\n")
    table.writeheader()
    for source in sources:
        name, folder = source.split("=", 1)
        with open(f"{folder}/relations.csv", newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        for row in random.Random(int(seed)).sample(rows, int(count)):
            table.writerow({**row, "source": name, "sentence": " ".join(row["sentence"].split())})


main(*sys.argv[1:])
