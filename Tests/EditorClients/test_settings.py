"""The settings that stand in examples/lsp, as far as no editor is needed to judge them."""

import json
import pathlib
import re
import tomllib

import pytest

PAGE = (pathlib.Path(__file__).parents[2] / "examples/lsp/README.md").read_text()
BLOCKS = [(heading, kind, block)
          for heading, text in re.findall(r"^### (.+?)\n(.*?)(?=^##|\Z)", PAGE, re.M | re.S)
          for kind, block in re.findall(r"^```(\w+)\n(.*?)^```", text, re.M | re.S)]


def words(value):
    """Every text in a value, keys too."""
    if isinstance(value, dict):
        return [word for key, one in value.items() for word in [key, *words(one)]]
    return [word for one in value for word in words(one)] if isinstance(value, list) else [value]


@pytest.mark.parametrize("heading, kind, block", BLOCKS, ids=[f"{heading}-{kind}" for heading, kind, _ in BLOCKS])
def test_settings_can_be_read(heading, kind, block):
    if kind in ("json", "toml"):
        found = words(json.loads(block) if kind == "json" else tomllib.loads(block))
        assert "engagement-rpc" in found or "display-inlay-hints" in found
    else:
        assert kind in ("lua", "elisp", "vim") and "engagement-rpc" in block


def test_each_editor_has_its_lines():
    headings = set(re.findall(r"^### (.+)$", PAGE, re.M))
    assert headings == {"Neovim 0.11", "Emacs", "VS Code", "Helix", "Kate", "Sublime Text", "JetBrains (LSP4IJ)", "Vim",
                        "Claude Code", "Zed"}


def test_the_switches_are_those_of_the_page():
    named = re.search(r"switch off by the names (.*?):", PAGE, re.S)[1]
    from test_session import test_what_is_switched_off_is_not_declared as cases

    tried = [case[0] for mark in cases.pytestmark for case in mark.args[1] if mark.name == "parametrize"]
    assert set(re.findall(r"`(\w+)`", named)) == set(tried)
