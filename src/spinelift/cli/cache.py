"""`spinelift cache`: what is kept, and away with it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from spinelift.cli.console import say
from spinelift.cli.exits import Exit, UsageError
from spinelift.cli.report import write_json
from spinelift.cli.writing import writing
from spinelift.engine.cache import Cache, default_folder
from spinelift.images.amounts import BYTES, in_words


def cache(
    action: Literal["info", "clear", "path"] = "info",
    /,
    *,
    cache_dir: Annotated[Path | None, Parameter(help="Where the cache is.")] = None,
    json: Annotated[bool, Parameter(help="With info: one JSON object on stdout.")] = False,
) -> int:
    """Show the cache, empty it, or say where it is.

    Parameters
    ----------
    action
        info, clear or path.
    """
    try:
        kept = Cache(cache_dir or default_folder())
    except RuntimeError:
        raise UsageError("You have no home folder: name the cache with --cache-dir.") from None
    if action == "path":
        sys.stdout.write(f"{kept.folder}\n")
    elif action == "clear":
        with writing(kept.folder):
            count = kept.clear()
        say(f"Removed {count} entr{'y' if count == 1 else 'ies'}.")
    else:
        sizes = [status.st_size for _, status in kept.entries()]
        if json:
            write_json({"path": str(kept.folder), "entries": len(sizes), "bytes": sum(sizes)})
        else:
            sys.stdout.write(
                f"path     {kept.folder}\n"
                f"entries  {len(sizes)}\n"
                f"size     {in_words(sum(sizes), BYTES)} of {in_words(kept.maximum_bytes, BYTES)}\n"
            )
    return Exit.GOOD
