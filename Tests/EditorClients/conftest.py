import os

import pytest
import pytest_asyncio

from editor import Editor
from workspace import Workspace

figures = []


@pytest.fixture(scope="session")
def binary():
    return os.environ["BINARY"]


@pytest.fixture
def workspace(binary):
    made = Workspace(binary)
    yield made
    made.close()


@pytest_asyncio.fixture
async def editor(workspace, tmp_path):
    """Begins editors: editor(FLAG..., what the editor can do)."""
    begun = []

    async def begin(*flags, of=None, **abilities):
        tmp_path.chmod(0o700)
        made = Editor(of or workspace, tmp_path, *flags, **abilities)
        begun.append(made)
        return await made.begin()

    yield begin
    for one in begun:
        await one.kill()


@pytest.fixture
def figure():
    """Takes a line for the summary."""
    return figures.append


def pytest_terminal_summary(terminalreporter):
    for line in figures:
        terminalreporter.write_line(line)
