"""What strangers meet around the program: metadata, addresses, templates, workflows, the site."""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from simulator import cli
from simulator.cli.terminal import app
from simulator.files import configs_dir

ROOT = Path(__file__).resolve().parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
ADDRESS = re.compile(
    r"(?:https://)(?:raw\.githubusercontent\.com/|github\.com/)([\w-]+)/lightpace\b"
)
PAGES = re.compile(r"https://([\w-]+)\.github\.io/lightpace/")


def texts() -> dict[str, str]:
    """Return every text of the project that is under version control."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("this is no checkout")
    done = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    names = [name for name in done.stdout.decode().split("\0") if name]
    read = {}
    for name in names:
        if (ROOT / name).is_file():
            data = (ROOT / name).read_bytes()
            if b"\0" not in data:
                read[name] = data.decode("utf-8")
    return read


def test_the_projects_address_is_the_same_everywhere() -> None:
    (owner,) = set(ADDRESS.findall(PROJECT["urls"]["Source"]))
    used = {
        name: {*ADDRESS.findall(text), *PAGES.findall(text)}
        for name, text in texts().items()
        if not name.startswith("tests/")
    }
    named = {name for name, owners in used.items() if owners}
    assert {"CITATION.cff", "pyproject.toml", "simulator/scenario/schema.py"} <= named
    assert {name: used[name] for name in named if used[name] != {owner}} == {}


@pytest.mark.skipif(shutil.which("perl") is None, reason="perl puts it in")
def test_one_command_puts_the_owner_in_everywhere(tmp_path: Path) -> None:
    make, git = shutil.which("make"), shutil.which("git")
    if make is None or git is None:
        pytest.skip("make and git do it")
    for name, text in texts().items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    subprocess.run([git, "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run([git, "add", "-A"], cwd=tmp_path, check=True)
    refused = subprocess.run([make, "owner"], cwd=tmp_path, capture_output=True, check=False)
    assert refused.returncode != 0
    subprocess.run([make, "owner", "OWNER=me-2"], cwd=tmp_path, capture_output=True, check=True)
    for name in ("pyproject.toml", "CITATION.cff", "configs/scenario.schema.json"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert "me-2" in text
        assert not re.search(r"OWNER(@|/|\.github)", text), name


def test_schemas_and_their_catalogue_agree() -> None:
    entries = json.loads((ROOT / "docs" / "schemastore.json").read_text(encoding="utf-8"))
    ids = {
        json.loads((configs_dir() / f"{name}.schema.json").read_text(encoding="utf-8"))["$id"]
        for name in ("scenario", "story")
    }
    assert {entry["url"] for entry in entries} == ids
    assert "*.lightpace.yaml" in entries[0]["fileMatch"]


def test_the_version_is_the_same_everywhere() -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited["version"] == PROJECT["version"]
    assert f"**{PROJECT['version']} is" in (ROOT / "docs" / "promises.md").read_text("utf-8")
    assert cited["license"] in PROJECT["license"].split(" AND ")


def test_the_matrix_is_what_the_classifiers_and_the_page_say() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))["jobs"]
    matrix = jobs["test"]["strategy"]["matrix"]
    said = [c.rpartition(" ")[2] for c in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", c)]
    assert matrix["python"] == said
    assert [system.partition("-")[0] for system in matrix["os"]] == ["ubuntu", "macos", "windows"]


@pytest.mark.parametrize("name", sorted(p.name for p in (ROOT / ".github").rglob("*.y*ml")))
def test_what_github_reads_is_sound(name: str) -> None:
    (path,) = (ROOT / ".github").rglob(name)
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(read, dict)
    if path.parent.name == "workflows":
        # YAML 1.1 takes the key `on` for a truth
        assert read.keys() >= {"name", True, "permissions", "jobs"}
        steps = [step for job in read["jobs"].values() for step in job["steps"]]
        targets = {t for step in steps for t in re.findall(r"\bmake (\w+)", step.get("run", ""))}
        rules = (ROOT / "Makefile").read_text(encoding="utf-8")
        assert [t for t in targets if not re.search(rf"^{t}:", rules, re.MULTILINE)] == []
        for step in steps:
            assert "uses" not in step or re.search(r"@(v\d|release/v\d)", step["uses"])
    elif path.parent.name == "ISSUE_TEMPLATE" and name != "config.yml":
        assert read.keys() >= {"name", "description", "body"}
        fields = [field for field in read["body"] if field["type"] != "markdown"]
        assert all(field["attributes"]["label"] for field in fields)


def test_the_hooks_before_a_commit_are_what_make_check_runs() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    entries = [hook["entry"] for repo in config["repos"] for hook in repo["hooks"]]
    rules = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\ncheck:")[2]
    for tool in ("ruff format", "ruff check", "mypy", "lint-imports"):
        assert any(entry.startswith(f".venv/bin/{tool}") for entry in entries)
        assert f"$(BIN)/{tool}" in rules.partition("\n\n")[0]


def test_the_container_is_described_in_plain_json() -> None:
    text = (ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8")
    described = json.loads(text)
    for schema in described["customizations"]["vscode"]["settings"]["yaml.schemas"]:
        assert (ROOT / schema).is_file()


SPHINX = all(importlib.util.find_spec(name) for name in ("sphinx", "myst_parser", "furo"))


@pytest.mark.skipif(not SPHINX, reason="the extra docs is not installed")
def test_the_site_is_built_and_a_broken_link_stops_it(tmp_path: Path) -> None:
    pages = tmp_path / "docs"
    shutil.copytree(ROOT / "docs", pages)
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)

    def build() -> subprocess.CompletedProcess[str]:
        options = ("-q", "-W", "-E", "-b", "html")
        return subprocess.run(
            [sys.executable, "-m", "sphinx", *options, pages, tmp_path / "site"],
            capture_output=True,
            text=True,
            check=False,
        )

    done = build()
    assert (done.returncode, done.stderr) == (0, "")
    assert "toctree-wrapper" in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert (tmp_path / "site" / "scenario.schema.json").is_file()
    page = pages / "index.md"
    page.write_text(page.read_text("utf-8") + "\n[nowhere](no-such-page.md)\n", encoding="utf-8")
    done = build()
    assert done.returncode != 0
    assert "no-such-page" in done.stderr


TEXTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def typed_commands(page: Path) -> list[list[str]]:
    """Return the words of each command of lightpace that a page shows, in a block or a line."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    lines += re.findall(r"`(lightpace [^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    typed = [shlex.split(re.split(r"[|>](?= )", line)[0], comments=True) for line in lines]
    return [words[1:] for words in typed if words[:1] == ["lightpace"] and words[1:]]


@pytest.mark.parametrize("page", TEXTS, ids=lambda page: page.stem)
def test_every_command_that_a_page_shows_has_the_options_that_it_says(page: Path) -> None:
    cli.register_all()
    main: Any = typer.main.get_command(app)
    for words in typed_commands(page):
        command = main.commands.get(words[0])
        if command is None:
            assert words[0].startswith("-"), words
            continue
        known = {name for parameter in command.params for name in parameter.opts}
        options = {word.partition("=")[0] for word in words[1:] if re.match(r"--?[a-z]", word)}
        assert options <= known | {"--help"}, words
