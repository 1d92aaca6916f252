"""`python -m bench`: run the sections asked for, print their tables, each with its goal."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from bench import (
    batch,
    bend,
    geometry,
    heavy,
    live,
    machine,
    memory,
    outlines,
    page,
    pictures,
    progress,
    quality,
    service,
    speed,
    startup,
    web,
)
from bench.corpus import read_pairs
from bench.table import Table

PREFACE = """\
# Benchmarks

Written by the benchmark itself; every figure is from one run of

    .venv/bin/python -m bench {arguments}

on {machine}.

Times are medians of repeats that take turns, so that a machine that slows down slows both sides;
ratios are medians of the turns' own ratios. Read ratios, not milliseconds. Drawn art is what
`spinelift.samples` draws; real art is in a folder that this project does not hold.
"""


def sections(
    corpus: Path | None, folder: Path | None = None
) -> Mapping[str, Callable[[], Iterator[Table]]]:
    """Name to what it measures, in the order of running."""
    pairs = read_pairs(corpus) if corpus else []
    return {
        "startup": startup.tables,
        "quality": partial(quality.tables, pairs),
        "outlines": partial(outlines.tables, pairs),
        "heavy": partial(heavy.tables, pairs),
        "bend": partial(bend.tables, pairs),
        "geometry": partial(geometry.tables, pairs),
        "speed": speed.tables,
        "progress": progress.tables,
        "memory": memory.tables,
        "batch": batch.tables,
        "service": service.tables,
        "web": web.tables,
        "live": live.tables,
        "page": page.tables,
        "pictures": partial(pictures.tables, folder),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    names = ", ".join(sections(None))
    parser.add_argument("sections", nargs="*", help=f"some of {names}; default: all")
    parser.add_argument("--corpus", type=Path, help="a folder of real art with its pairs.json")
    parser.add_argument("--write", type=Path, help="write the tables as Markdown too")
    parser.add_argument("--pictures", type=Path, help="write the README's pictures there")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.sections) - set(sections(None)):
        parser.error(f"no such section: {', '.join(sorted(unknown))}; there are {names}")
    if chosen.corpus and not (chosen.corpus / "pairs.json").is_file():
        parser.error(f"there is no pairs.json in {chosen.corpus}")

    print(machine.description())
    written = []
    for name, measure in sections(chosen.corpus, chosen.pictures).items():
        if chosen.sections and name not in chosen.sections:
            continue
        written.append(f"\n## {name.capitalize()}\n")
        for table in measure():
            print(f"\n{table}", flush=True)
            written.append(f"\n```\n{table}\n```\n")
    if chosen.write:
        # The folder's own name says nothing to who reads the page.
        given = [*chosen.sections, *(["--corpus DIR"] if chosen.corpus else [])]
        preface = PREFACE.format(
            arguments=" ".join([*given, f"--write {chosen.write.as_posix()}"]),
            machine=machine.description(),
        )
        chosen.write.write_text(preface + "".join(written), encoding="utf-8")


if __name__ == "__main__":
    main()
