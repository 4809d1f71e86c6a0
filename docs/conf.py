"""How Sphinx makes a site of docs/*.md: `make docs`. A broken link is an error."""

import tomllib
from pathlib import Path

_PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))[
    "project"
]

project = _PROJECT["name"]
author = _PROJECT["authors"][0]["name"]
project_copyright = f"2026 {author}"
release = version = _PROJECT["version"]

extensions = ["myst_parser"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
suppress_warnings = ["myst.header"]  # GitHub does not mind a page whose headings begin with ##
exclude_patterns = ["examples"]
html_theme = "furo"
html_title = f"{project} {release}"
html_static_path = ["_static"]
html_css_files = ["wide.css"]
html_extra_path = ["../configs/scenario.schema.json", "../configs/story.schema.json"]
html_theme_options = {"source_repository": _PROJECT["urls"]["Source"], "source_directory": "docs/"}
html_show_sphinx = False
linkcheck_ignore = [
    r"https://(raw\.githubusercontent\.com/|github\.com/)?OWNER"
]  # not published yet
