#!/usr/bin/env python3
"""Every public item of the library has an example on its page of the documentation, or a link to one.

`python3 tests/doc/test_examples.py [DIR]` reads the pages that `cargo doc` has made in DIR.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = "rust-example-rendered"
# What is written about the item itself, before its parts.
ABOUT = re.compile(r'<details class="toggle top-doc" open>.*?</details>', re.DOTALL)
LINK = re.compile(r'href="([^"#]*)(#[^"]*)?"')
# The list of everything, and pages that only lead to another.
NO_ITEM = re.compile(r'<title>List of all items|<meta http-equiv="refresh"')


def without_example(pages: Path) -> list[str]:
    """The pages, by their paths under `pages`, that have no example and lead to none."""
    texts = {str(file.relative_to(pages)): file.read_text(encoding="utf-8") for file in pages.rglob("*.html")}
    texts = {page: text for page, text in texts.items() if not NO_ITEM.search(text[:2000])}
    have = {page for page, text in texts.items() if EXAMPLE in text}

    def leads_to_one(page: str) -> bool:
        about = ABOUT.search(texts[page])
        links = LINK.findall(about.group()) if about else []
        here = os.path.dirname(page)
        return any(os.path.normpath(os.path.join(here, link)) in have for link, _ in links)

    return sorted(page for page in texts if page not in have and not leads_to_one(page))


def main() -> None:
    """The command line."""
    pages = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "target" / "doc" / "triplewire"
    if not (pages / "index.html").exists():
        sys.exit(f"{pages} has no documentation: run `make doc`")
    missing = without_example(pages)
    if missing:
        sys.exit("no example, and no link to one:\n  " + "\n  ".join(missing))


if __name__ == "__main__":
    main()
