"""What a user can type is documented."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from spinelift.cli.app import app
from spinelift.cli.configuration import LAYER_KEYS, LIMIT_KEYS, OUTPUT_KEYS
from spinelift.cli.exits import Exit
from spinelift.mesh.parameters import PARAMETERS
from spinelift.mesh.presets import TARGETS
from spinelift.service.metrics import Metrics
from spinelift.service.settings import ServiceSettings
from spinelift.web import settings

MODULES = ("base", "distributed", "embedded", "mail", "s3")
"""Of the web application's settings."""
VARIABLE = re.compile(r'"((?:SPINELIFT|AWS)_[A-Z_0-9]+|[A-Z]+_URL)"')
DOCS = Path(__file__).parents[1] / "docs"
OPERATIONS = (DOCS / "operations.md").read_text(encoding="utf-8")
CLI = (DOCS / "cli.md").read_text(encoding="utf-8")

COMMANDS = [name for name in app if not name.startswith("-")]
FLAGS = {
    (command, name)
    for command in COMMANDS
    for argument in app[command].assemble_argument_collection(
        default_parameter=app.default_parameter
    )
    for name in argument.names
    if name.startswith("-")
}


def section(command: str) -> str:
    """The part of docs/cli.md whose heading names the command."""
    parts = [part for part in CLI.split("\n## ") if f"`spinelift {command}`" in part.split("\n")[0]]
    assert len(parts) == 1, command
    return parts[0]


def test_there_are_commands_and_flags() -> None:
    assert {"mesh", "check", "diff", "presets", "init", "cache"} <= set(COMMANDS)
    assert {("mesh", "--alpha-threshold"), ("mesh", "-j"), ("check", "--junit")} <= FLAGS


@pytest.mark.parametrize("command", COMMANDS)
def test_command_is_documented(command: str) -> None:
    assert section(command)


@pytest.mark.parametrize(("command", "flag"), sorted(FLAGS))
def test_flag_is_documented(command: str, flag: str) -> None:
    # What check shares with mesh is explained there.
    text = section(command) + (section("mesh") if command == "check" else "")

    assert f"`{flag}" in text or f", {flag}" in text


@pytest.mark.parametrize("code", list(Exit))
def test_exit_code_is_documented(code: Exit) -> None:
    assert f"\n| {int(code)} |" in CLI


@pytest.mark.parametrize("name", list(PARAMETERS))
def test_parameter_is_documented_with_its_default(name: str) -> None:
    spec = PARAMETERS[name]
    (line,) = (row for row in CLI.splitlines() if row.startswith(f"| `--{name.replace('_', '-')}`"))
    default = line.split("|")[-2].strip()

    if spec.default is None:
        assert default == "none"
    else:
        assert default == spec.default or float(default) == spec.default


@pytest.mark.parametrize("key", [*LAYER_KEYS, *OUTPUT_KEYS, *LIMIT_KEYS])
def test_setting_of_the_file_is_documented(key: str) -> None:
    example = CLI.split("```toml")[1].split("```")[0]

    assert key in example


@pytest.mark.parametrize("target", list(TARGETS))
def test_target_is_documented(target: str) -> None:
    assert target in section("mesh")


def settings_of_the_service() -> dict[str, str]:
    """Variables in docs/operations.md, and their defaults."""
    part = OPERATIONS.split("\n## Settings\n")[1].split("\n## ")[0]
    rows = [line.split(" | ") for line in part.splitlines() if line.startswith("| `SPINELIFT")]
    return {row[0].removeprefix("| ").strip("`"): row[1] for row in rows}


def test_settings_of_the_service_are_documented() -> None:
    fields = ServiceSettings.model_fields

    assert list(settings_of_the_service()) == [f"SPINELIFT_{name.upper()}" for name in fields]


@pytest.mark.parametrize("name", list(ServiceSettings.model_fields))
def test_setting_of_the_service_is_documented_with_its_default(name: str) -> None:
    told = settings_of_the_service()[f"SPINELIFT_{name.upper()}"]
    field = ServiceSettings.model_fields[name]

    if field.default_factory is not None:
        assert told in {"the usable cores", "the user's cache folder"}
    elif isinstance(field.default, int | float) and not isinstance(field.default, bool):
        assert float(told) == field.default
    else:
        assert told == ("none" if field.default is None else str(field.default).lower())


def test_metrics_are_documented() -> None:
    names = [line.split()[2] for line in Metrics().text().decode().splitlines() if "# TYPE" in line]

    assert "spinelift_jobs_total" in names
    for name in names:
        assert name.startswith("process_") or name in OPERATIONS


def test_settings_of_the_web_application_are_documented() -> None:
    sources = (Path(settings.__file__).parent / f"{name}.py" for name in MODULES)
    read = {name for source in sources for name in VARIABLE.findall(source.read_text())}
    part = OPERATIONS.split("\n## Settings of the web application\n")[1].split("\n## ")[0]
    rows = [line for line in part.splitlines() if line.startswith("| `")]
    told = {name for row in rows for name in re.findall(r"`([A-Z_0-9]+)`", row.split(" | ")[0])}

    assert "DATABASE_URL" in read
    assert told == read


SECURITY = (DOCS / "security.md").read_text(encoding="utf-8")
TESTS_OF_SECURITY = sorted(set(re.findall(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`", SECURITY)))


@pytest.mark.parametrize(("file", "test"), TESTS_OF_SECURITY)
def test_test_that_holds_a_threat_off_is_there(file: str, test: str) -> None:
    text = (DOCS.parent / file).read_text(encoding="utf-8")

    assert f"def {test}(" in text if test else "def test_" in text


DECISIONS = sorted((DOCS / "decisions").glob("*.md"))


def test_decisions_are_numbered_and_have_their_three_parts() -> None:
    for path in DECISIONS:
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {path.name[:4]}: ")
        for part in ("Context", "Decision", "Consequences"):
            assert f"\n## {part}\n" in text
    assert len({path.name[:4] for path in DECISIONS}) == len(DECISIONS)


def test_links_between_documents_lead_somewhere() -> None:
    pages = [*DOCS.rglob("*.md"), *(DOCS.parent / name for name in ("README.md", "CHANGELOG.md"))]
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_links_within_documents_lead_to_a_heading() -> None:
    for page in DOCS.glob("*.md"):
        text = page.read_text(encoding="utf-8")
        for target, anchor in re.findall(r"\]\(([\w.-]*)#([^)]*)\)", text):
            there = (page.parent / target).read_text(encoding="utf-8") if target else text
            assert anchor in anchors_of(there), f"{page.name}: {target}#{anchor}"


def anchors_of(text: str) -> set[str]:
    """As GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
