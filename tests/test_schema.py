"""The page's types of the API are those of the committed OpenAPI document."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from . import npm

EDITOR = Path(__file__).parents[1] / "editor"
SCHEMA = EDITOR / "src" / "server" / "schema.ts"
PROGRAM = EDITOR / "node_modules" / "openapi-typescript" / "bin" / "cli.js"


def test_types_are_made_of_the_document(tmp_path: Path) -> None:
    npm.install(EDITOR)
    command = json.loads((EDITOR / "package.json").read_text(encoding="utf-8"))["scripts"]["schema"]
    made = tmp_path / "schema.ts"
    words = [str(made) if EDITOR / word == SCHEMA else word for word in command.split()[1:]]
    subprocess.run((npm.NODE, PROGRAM, *words), check=True, cwd=EDITOR, capture_output=True)
    assert SCHEMA.read_bytes() == made.read_bytes(), "run npm run schema in editor/"
