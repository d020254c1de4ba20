"""What is seen in any text: names behind ids, hovers, completion, marks, ways to an attendees document."""

import json
import stat
import os

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcMethodNotFound

from editor import until
from workspace import Workspace

pytestmark = pytest.mark.asyncio
NOTES = "# Acme 😀\n\nngmt_sandbox01: cnt_sandbox01, (cnt_sandbox02)\nxcnt_sandbox03 cnt_sandbox04-b cnt_ plain words\n"


async def test_hover(editor, workspace):
    one = await editor()
    notes = one.open(NOTES)
    person = await one.hover(notes, "cnt_sandbox01")
    assert "Ana Souza" in person and "contact1@acme.example" in person
    meeting = await one.hover(notes, "ngmt_sandbox01")
    for words in ["Quarterly review with Acme", "2026", "Ana Souza", "Björn Lindqvist"]:
        assert words in meeting, meeting
    assert "room" in meeting.lower(), meeting
    arrived = len(workspace.requests())
    for word in ["Acme", "xcnt_sandbox03", "cnt_sandbox04-b", "plain"]:
        assert not await one.hover(notes, word), word
    assert len(workspace.requests()) == arrived, "what is no id costs a request"


@pytest.mark.parametrize("markdown", [True, False])
async def test_hover_of_what_is_not_there(editor, workspace, markdown):
    one = await editor(markdown=markdown)
    notes = one.open("cnt_nobody1 ngmt_sandbox01\n")
    found = await one.client.text_document_hover_async(types.HoverParams(notes.identifier, notes.at("cnt_nobody1")))
    assert found.contents.kind == ("markdown" if markdown else "plaintext")
    assert "not found" in found.contents.value and "nobody1" in found.contents.value
    workspace.fail("GET /v2/engagements/ngmt_sandbox01", {"status": 403}, repeat=True)
    refused = await one.hover(notes, "ngmt_sandbox01")
    assert "403" in refused, refused


async def test_hints_with_refresh(editor):
    one = await editor()
    notes = one.open(NOTES)
    expected = {"ngmt_sandbox01": "Quarterly review with Acme", "cnt_sandbox01": "Ana Souza", "cnt_sandbox02": "Björn Lindqvist"}

    assert not await one.hints(notes), "names that nobody has looked up yet"
    await until(lambda: one.refreshed["hints"], "no refresh follows")

    async def all_there():
        hints = await one.hints(notes)
        return hints.keys() == expected.keys() and hints
    hints = await until(all_there, "not all hints come")
    assert all(expected[word] in label for word, label in hints.items()), hints
    line = types.Range(types.Position(2, 0), notes.at("cnt_sandbox01", 0))
    assert list(await one.hints(notes, line)) == ["ngmt_sandbox01"], "the range is honoured"


@pytest.mark.parametrize("encodings", [("utf-16",), ("utf-8",)])
async def test_hints_without_refresh(editor, encodings):
    one = await editor(refreshes=False, encodings=encodings)
    hints = await one.hints(one.open(NOTES))
    assert hints.keys() == {"ngmt_sandbox01", "cnt_sandbox01", "cnt_sandbox02"}


async def test_no_hint_while_an_id_is_typed(editor):
    one = await editor(refreshes=False)
    notes = one.open("cnt_sandbox01 \n")
    notes.change(" \n", " cnt_sandbox0\n")
    notes.change("cnt_sandbox0\n", "cnt_sandbox02\n")
    assert list(await one.hints(notes)) == ["cnt_sandbox01"]
    notes.append("next")
    assert list(await one.hints(notes)) == ["cnt_sandbox01", "cnt_sandbox02"]


async def test_a_long_document_costs_what_is_looked_at(editor, workspace):
    one = await editor(refreshes=False, options={"diagnostics": False})
    notes = one.open("".join(f"cnt_invented{number}\n" for number in range(10_000)))
    assert not workspace.requests(), "to open costs nothing"
    await one.hints(notes, types.Range(types.Position(100, 0), types.Position(130, 0)))
    assert 0 < len(workspace.requests()) <= 31


@pytest.mark.parametrize("typed, label, new", [
    ("cnt_moreau", "Chloé Moreau", "cnt_sandbox03"), ("ngmt_quarterly", "Quarterly review with Acme", "ngmt_sandbox01")])
async def test_completion(editor, typed, label, new):
    one = await editor()
    notes = one.open("😀 see  (later)\n")
    notes.change("see ", f"see {typed}")
    found = await one.client.text_document_completion_async(
        types.CompletionParams(notes.identifier, notes.at(typed, len(typed))))
    assert found.is_incomplete and 0 < len(found.items) <= 20
    item = {one.text_edit.new_text: one for one in found.items}[new]
    assert label in item.label and item.filter_text.startswith(typed) and notes.word(item.text_edit.range) == typed
    if new.startswith("cnt"):
        shown = f"{item.detail} {item.label_details and item.label_details.description}"
        assert "contact3@beijing-data.example" in shown, shown
    more = await one.client.completion_item_resolve_async(item)
    assert more.label == item.label and more.text_edit == item.text_edit
    assert more.documentation and len(more.documentation.value) > 10
    notes.take([item.text_edit])
    assert f"see {new} (later)" in notes.text
    await until(lambda: one.hover(notes, new), "the completed id has no hover")


async def test_nothing_is_completed_elsewhere(editor, workspace):
    one = await editor()
    notes = one.open("plain words an_underscore\n")
    for word in ["plain", "an_underscore"]:
        assert not await one.client.text_document_completion_async(
            types.CompletionParams(notes.identifier, notes.at(word, len(word))))
    assert not workspace.requests()


@pytest.mark.parametrize("pulls", [True, False])
async def test_marks(editor, pulls):
    one = await editor(pulls=pulls)
    assert bool(one.can.diagnostic_provider) == pulls
    notes = one.open("cnt_sandbox01 and cnt_nobody1 and ngmt_nowhere1\n")
    fault = await one.fault(notes, "cnt_nobody1")
    assert (fault.severity, fault.code, fault.source) == (types.DiagnosticSeverity.Warning, "not_found", "engagement-rpc")
    assert notes.word(fault.range) == "cnt_nobody1"
    await one.fault(notes, "ngmt_nowhere1")
    assert len(await one.faults(notes)) == 2
    notes.change("cnt_nobody1", "somebody")

    async def one_left():
        return len(await one.faults(notes)) == 1
    await until(one_left, "the mark of what has gone stays")
    if pulls:
        assert notes.uri not in one.client.diagnostics, "pulled, and pushed too"


async def test_what_can_t_be_read_is_not_marked(editor, workspace):
    workspace.fail("GET /v2/contacts/*", {"status": 403}, repeat=True)
    one = await editor(refreshes=False)
    notes = one.open("cnt_sandbox01\n")
    assert "403" in await one.hover(notes, "cnt_sandbox01")
    assert not await one.faults(notes)


async def lead_to_the_document(one, uri, engagement="ngmt_sandbox01"):
    assert uri.startswith("file:") and uri.endswith(f"{engagement}.attendees"), uri
    path = one.path(uri)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode) == 0o700


async def test_ways_to_the_attendees(editor):
    one = await editor()
    notes = one.open(NOTES)
    place = await one.client.text_document_definition_async(
        types.DefinitionParams(notes.identifier, notes.at("ngmt_sandbox01")))
    place = place[0] if isinstance(place, list) else place
    await lead_to_the_document(one, getattr(place, "uri", None) or place.target_uri)
    for word in ["cnt_sandbox01", "plain"]:
        assert not await one.client.text_document_definition_async(
            types.DefinitionParams(notes.identifier, notes.at(word)))
    action = await one.action(notes, "Edit attendees of ", "ngmt_sandbox01")
    answer = await one.run(action.command)
    await lead_to_the_document(one, answer["uri"] if isinstance(answer, dict) else answer.uri)
    await until(lambda: one.client.shown_documents, "window/showDocument is not asked")
    assert one.client.shown_documents[0].uri.endswith("ngmt_sandbox01.attendees")
    assert not [title for title in await one.actions(notes, "cnt_sandbox01") if title.startswith("Edit")]


async def test_where_documents_can_t_be_shown(editor):
    one = await editor(shows=False)
    await one.run("engagementRpc.openAttendees", "ngmt_sandbox01")
    await until(lambda: "ngmt_sandbox01.attendees" in one.told(), "the path is not told")
    assert not one.client.shown_documents


async def test_symbols(editor):
    one = await editor()
    for query in ["Quarterly review", ""]:
        found = await one.client.workspace_symbol_async(types.WorkspaceSymbolParams(query))
        assert found and all(symbol.location.range is not None for symbol in found)
        if query:
            assert any("Quarterly review with Acme" in symbol.name for symbol in found)
            uri = [symbol.location.uri for symbol in found if symbol.location.uri.endswith("ngmt_sandbox01.attendees")][0]
            await lead_to_the_document(one, uri)
            assert "cnt_sandbox01" in one.open_file(uri).text or await until(
                lambda: one.buffers[uri].edits_taken, "the document stays empty")


HOSTILE = "[x](http://evil.example) *b* <img src=x>\u202e\u200b\u0007\n# cnt_evil <boss@evil.example>"


async def test_hostile_names(editor, binary, tmp_path):
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps({
        "engagements": [{"id": "ngmt_1", "title": HOSTILE, "contacts": [{"id": "cnt_1"}]}],
        "contacts": [{"id": f"cnt_{number}", "first_name": HOSTILE, "emails": [{"email": address}]}
                     for number, address in enumerate(["a@b.example", "two@b.example", "two@b.example"], 1)]}))
    hostile = Workspace(binary, "--seed", str(seed))
    one = await editor(of=hostile, refreshes=False)
    notes = one.open("ngmt_1 cnt_1\n")
    shown = list((await one.hints(notes)).values())
    for word in ["ngmt_1", "cnt_1"]:
        hover = await one.hover(notes, word)
        shown.append(hover.replace("\n", " "))
        assert "[x](http" not in hover and "<img" not in hover.replace("\\<img", ""), hover
    shown += [symbol.name for symbol in await one.client.workspace_symbol_async(types.WorkspaceSymbolParams(""))]
    shown += await one.actions(notes, "ngmt_1")
    document = await one.attendees("ngmt_1")
    assert [line for line in document.text.split("\n") if line and not line.startswith("#")] and \
        len([line for line in document.text.split("\n") if line.startswith("cnt_")]) == 1, document.text
    assert not [fault for fault in await one.faults(document) if fault.severity == types.DiagnosticSeverity.Error]
    notes.append("cnt_")
    found = await one.client.text_document_completion_async(
        types.CompletionParams(notes.identifier, notes.position(len(notes.text))))
    assert len(found.items) == 3
    for item in found.items:
        more = await one.client.completion_item_resolve_async(item)
        assert "[x](http" not in more.documentation.value
        shown += [item.label, item.detail, item.filter_text, item.label_details.description, item.text_edit.new_text,
                  more.documentation.value.replace("\n", " ")]
    document.append("two@b.example\n")
    document.append("# on\n")
    shown.append((await one.fault(document, "two@b.example")).message)
    fixes = await one.actions(document, "two@b.example")
    assert len([title for title in fixes if title.startswith("Use cnt_")]) == 2
    shown += fixes
    person = [line for line in document.text.split("\n") if line.startswith("cnt_1")][0]
    document.change("two@b.example\n", "cnt_2\n")
    document.change(person, "")
    document.save()
    question = await one.asked()
    assert "](" not in question.text
    shown += [question.text.replace("\n", " "), document.text.replace("\n", " "), *await one.lenses(document)]
    await question.answer(JsonRpcMethodNotFound())
    action = await one.action(document, "Replace now")
    assert "](" not in action.title
    shown += [action.title, one.told().replace("\n", " ")]
    for text in shown:
        assert not [letter for letter in text if letter in "\u202e\u200b" or ord(letter) < 32], repr(text)
    hostile.close()
