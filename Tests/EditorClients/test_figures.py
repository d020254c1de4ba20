"""What looking and typing cost, in the server's processor time: in a document of 1 MB with 10,000 ids, all known."""

import glob
import json

import pytest
from lsprotocol import types

from buffer import Buffer
from editor import until
from workspace import Workspace

pytestmark = pytest.mark.asyncio
PEOPLE = [f"cnt_{number}" for number in range(1000)]
# Letters of one, two and four bytes: one, one and two units.
WORDS = " sends the numbers, naïve 😀 as they are, one by one, and asks once more about the date of the next one"


def spent(editor):
    """Milliseconds of processor time so far."""
    files = glob.glob(f"/proc/{editor.client._server.pid}/task/*/schedstat")
    total = 0
    for name in files:
        with open(name) as file:
            total += int(file.read().split()[0])
    return total / 1e6


async def cost(editor, count, what):
    """Milliseconds of each of so many."""
    before = spent(editor)
    for number in range(count):
        await what(number)
    await editor.client.protocol.send_request_async("service.ping", None)
    return (spent(editor) - before) / count


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
async def test_figures(editor, binary, tmp_path, figure, encoding):
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps({"contacts": [{"id": id, "first_name": "Ada", "last_name": id[4:]} for id in PEOPLE]}))
    workspace = Workspace(binary, "--seed", str(seed))
    one = await editor(of=workspace, encodings=(encoding,), refreshes=False)
    lines = "".join(f"- {PEOPLE[number % 1000]}{WORDS}\n" for number in range(10_000))
    notes = one.open(lines)
    assert len(notes.text.encode()) > 1_000_000
    screen = types.Range(types.Position(4000, 0), types.Position(5000, 0))

    async def known():
        return len(await hints()) == 1000

    async def hints(_=0):
        return await one.client.text_document_inlay_hint_async(types.InlayHintParams(notes.identifier, screen))

    async def hover(number):
        place = types.Position(4000 + number, 4)
        assert await one.client.text_document_hover_async(types.HoverParams(notes.identifier, place))

    def typing(buffer, line, character):
        """Letters, one behind the other."""
        async def type_(number):
            place = types.Position(line, character + number)
            buffer.version += 1
            one.client.text_document_did_change(types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(buffer.version, buffer.uri),
                [types.TextDocumentContentChangePartial(types.Range(place, place), "x")]))
        return type_

    await until(known, "the names do not come")
    one_line = Buffer(one, "untitled:line", "".join(lines.split("\n")))
    found = {
        "a hover": await cost(one, 500, hover),
        "1,000 hints": await cost(one, 20, hints),
        "a keystroke": await cost(one, 500, typing(notes, 4500, 20)),
        "one in a line of 1 MB": await cost(one, 500, typing(one_line, 0, 400_000)),
    }
    figure(f"1 MB, 10,000 ids, {encoding}: " + ", ".join(f"{what} {ms:.2f} ms" for what, ms in found.items()))
    await one.end()
    workspace.close()
