"""`python -m spinelift.samples DIR` writes every sample as PNG, and `layout.json` beside them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from spinelift.images import encode_png
from spinelift.samples import draw_all, layout


def write(directory: Path, scale: float = 1.0) -> None:
    """Write the samples into a directory, which is made if it is not there."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, image in draw_all(scale).items():
        (directory / f"{name}.png").write_bytes(encode_png(image))
    positions = {name: {"x": x, "y": y} for name, (x, y) in layout(scale).items()}
    text = json.dumps(positions, indent=2, ensure_ascii=False) + "\n"
    (directory / "layout.json").write_text(text, encoding="utf-8")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m spinelift.samples", description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--scale", type=float, default=1.0, help="1 is the natural size")
    arguments = parser.parse_args()
    write(arguments.directory, arguments.scale)


if __name__ == "__main__":
    main()
