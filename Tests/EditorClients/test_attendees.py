"""The attendees of an engagement as a document: opened, edited, refused, replaced, undone."""

import asyncio

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcInternalError

from editor import until

pytestmark = pytest.mark.asyncio
BEFORE = {"cnt_sandbox01", "cnt_sandbox02", "cnt_sandboxroom1"}
AFTER = {"cnt_sandbox01", "cnt_sandbox05", "cnt_sandboxroom1"}
BJORN = "cnt_sandbox02 Björn Lindqvist <contact2@cafe-mueller.example>"
KEEP, REPLACE, UNDO = "Keep as it is", "Replace", "Undo"


async def edited(one):
    """The document with Björn taken out and Efua put in, by her address."""
    document = await one.attendees()
    document.change(BJORN, "contact5@mail.example")
    return document


def writes(workspace):
    return workspace.requests("PUT")


async def test_what_is_in_it(editor):
    one = await editor()
    document = await one.attendees()
    lines = document.text.rstrip("\n").split("\n")
    assert lines[0].startswith("#") and "Quarterly review with Acme" in lines[0] and "ngmt_sandbox01" in lines[0]
    assert "cnt_sandbox01 Ana Souza <contact1@acme.example>" in lines and BJORN in lines
    assert [line for line in lines if line.startswith("#") and "cnt_sandboxroom1" in line]
    assert len([line for line in lines if not line.startswith("#") and line]) == 2
    await one.lens(document, "No change")
    assert not await one.faults(document)
    document.save()
    await one.quiet(lambda: one.questions, "nothing has changed, and it is asked")


@pytest.mark.parametrize("encodings", [("utf-8",), ("utf-16",)])
@pytest.mark.parametrize("way", ["saved", "lens", "action"])
async def test_replaced_and_undone(editor, workspace, encodings, way):
    one = await editor(encodings=encodings)
    document = await edited(one)
    lens = await one.lens(document, "Replace: drops 1, adds 1")
    if way == "saved":
        document.save()
    elif way == "lens":
        await one.run(lens)
    else:
        await one.run((await one.action(document, "Replace: drops 1, adds 1")).command)
    question = await one.asked()
    assert "Björn Lindqvist" in question.text and "Efua Mensah" in question.text, question.text
    assert question.titles[0] == KEEP and set(question.titles) == {KEEP, REPLACE}, question.titles
    assert not writes(workspace), "written before the answer"
    await question.answer(REPLACE)
    await until(lambda: workspace.people() == AFTER, "not replaced")
    assert len(writes(workspace)) == 1
    await until(lambda: "cnt_sandbox05 Efua Mensah <contact5@mail.example>" in document.text, "not brought up to date")
    document.save()
    await one.lens(document, "No change")
    await one.quiet(lambda: len(one.questions) > 1, "the save after a replacement asks")
    await one.action(document, "Undo the last replacement")
    await one.run(await one.lens(document, "Undo the last replacement"))
    question = await one.asked(2)
    assert question.titles[0] == KEEP and UNDO in question.titles and "Björn Lindqvist" in question.text
    await question.answer(UNDO)
    await until(lambda: workspace.people() == BEFORE, "not undone")
    await until(lambda: BJORN in document.text and "sandbox05" not in document.text, "not brought up to date")
    assert await one.end() == 0


@pytest.mark.parametrize("answer", [KEEP, None, {}, {"title": "Yes"}, {"title": "replace"}, JsonRpcInternalError("no")],
                         ids=["keep", "null", "empty", "another", "case", "error"])
async def test_only_yes_is_yes(editor, workspace, answer):
    one = await editor()
    document = await edited(one)
    document.save()
    await (await one.asked()).answer(answer)
    await one.quiet(lambda: writes(workspace), "written without a yes", 1)
    document.save()
    await one.quiet(lambda: len(one.questions) > 1, "the same content is asked about again", 1)
    assert workspace.people() == BEFORE


async def test_nobody_answers(editor, workspace):
    one = await editor()
    document = await edited(one)
    lens = await one.lens(document, "Replace: drops 1, adds 1")
    await one.run(lens)
    await one.asked()
    await one.run(lens)
    document.save()
    assert "Ana" in await one.hover(document, "cnt_sandbox01")
    await one.quiet(lambda: len(one.questions) > 1, "two questions about one document")
    assert not writes(workspace) and await one.end() == 0


async def test_saved_and_closed(editor, workspace):
    one = await editor()
    document = await edited(one)
    document.save()
    question = await one.asked()
    document.close()
    await question.answer(REPLACE)
    await one.quiet(lambda: writes(workspace), "written for a document that was closed", 1)
    again = one.open_file(document.uri)

    async def said():
        words = [one.message for one in await one_faults()] + list(await one.lenses(again))
        return any("saved here, not sent" in word.lower() for word in words)

    async def one_faults():
        return await one.faults(again)
    await until(said, "that it was not sent is not said")


async def test_edited_while_asked(editor, workspace):
    one = await editor()
    document = await edited(one)
    document.save()
    question = await one.asked()
    document.append("cnt_sandbox07\n")
    await question.answer(REPLACE)
    await one.quiet(lambda: writes(workspace), "a yes to another text is taken")


async def test_somebody_else_was_faster(editor, workspace):
    one = await editor()
    document = await edited(one)
    workspace.call("engagement.addContacts", engagement_id="ngmt_sandbox01", contact_ids=["cnt_sandbox09"])
    arrived = len(writes(workspace))
    document.save()
    question = await one.asked()
    assert "Reload" in question.titles and REPLACE not in question.titles, (question.text, question.titles)
    await question.answer("Reload")
    await until(lambda: "cnt_sandbox09" in document.text, "not reloaded")
    assert len(writes(workspace)) == arrived and workspace.people() == BEFORE | {"cnt_sandbox09"}


async def test_somebody_else_while_asked(editor, workspace):
    one = await editor()
    document = await edited(one)
    document.save()
    question = await one.asked()
    workspace.call("engagement.addContacts", engagement_id="ngmt_sandbox01", contact_ids=["cnt_sandbox09"])
    await question.answer(REPLACE)
    second = await one.asked(2)
    assert "Reload" in second.titles
    assert workspace.people() == BEFORE | {"cnt_sandbox09"}


async def test_a_client_that_can_t_ask(editor, workspace):
    one = await editor(asks=False)
    document = await edited(one)
    document.save()
    action = await one.action(document, "Replace now")
    assert "Björn" in action.title and "Efua" in action.title, action.title
    await until(lambda: one.told(), "nothing is told")
    assert not writes(workspace)
    await one.run(action.command)
    await until(lambda: workspace.people() == AFTER, "not replaced")


async def test_a_client_that_can_choose_the_first_only(editor, workspace):
    one = await editor(name="vim-lsp")
    document = await edited(one)
    document.save()
    question = await one.asked()
    assert question.titles[0] == REPLACE


async def test_a_client_that_says_it_has_applied_what_it_has_not(editor, workspace):
    one = await editor(edits="claimed")
    document = await edited(one)
    document.save()
    await (await one.asked()).answer(REPLACE)
    await until(lambda: workspace.people() == AFTER, "not replaced")

    document.save()
    await one.quiet(lambda: len(one.questions) > 1, "what it is already is asked about")
    document.append("cnt_sandbox07\n")
    document.save()
    question = await one.asked(2)
    assert REPLACE in question.titles and "Gábor" in question.text, question.text
    await question.answer(REPLACE)
    await until(lambda: workspace.people() == AFTER | {"cnt_sandbox07"}, "not replaced again")


async def test_asked_by_another_process(editor, workspace):
    first, second = await editor(), await editor()
    uri = (await edited(first)).uri
    document = second.open_file(uri)
    document.change(BJORN, "cnt_sandbox05")
    document.save()
    question = await second.asked()
    workspace.call("engagement.get", engagement_id="ngmt_sandbox01")
    await question.answer(REPLACE)
    await until(lambda: workspace.people() == AFTER, "not replaced")


async def test_faults_are_told_together(editor, workspace):
    one = await editor()
    document = await one.attendees()
    document.append("nobody@nowhere.example\ncnt_nobody1\nno address at all\ncnt_sandbox01\nfront-desk@mail.example\n")
    document.append("# typed on\n")
    for words in ["nobody@nowhere.example", "cnt_nobody1", "front-desk@mail.example"]:
        fault = await one.fault(document, words)
        assert fault.severity == types.DiagnosticSeverity.Error and fault.source == "engagement-rpc"
        assert words in document.text.split("\n")[fault.range.start.line]
    lines = {fault.range.start.line for fault in await one.faults(document)}
    first = document.position(document.text.index("nobody@nowhere.example")).line
    assert lines == set(range(first, first + 5)), "each line is told, those of form too"
    document.save()
    await one.quiet(lambda: [one for one in one.questions if REPLACE in one.titles], "faults are asked about")
    assert not writes(workspace)


async def test_quick_fixes(editor, workspace):
    one = await editor()
    document = await one.attendees()
    document.append("front-desk@mail.example\ncontact1@acme.example\n")
    document.append("# typed on\n")
    await one.fault(document, "front-desk@mail.example")
    fixes = {title: action for title, action in (await one.actions(document, "front-desk")).items() if action.edit}
    assert any("Quentin" in title for title in fixes) and any("Rosa" in title for title in fixes), list(fixes)
    chosen = [action for title, action in fixes.items() if "Rosa" in title][0]
    document.take(edits_of(chosen))
    assert "cnt_sandbox38" in document.text
    doubled = {title: action for title, action in (await one.actions(document, "contact1@acme.example\n")).items() if action.edit}
    if not doubled:  # The first place of that address is in Ana's own line.
        start = document.position(document.text.rindex("contact1@acme.example"))
        found = await one.client.text_document_code_action_async(types.CodeActionParams(
            document.identifier, types.Range(start, start), types.CodeActionContext([])))
        doubled = {action.title: action for action in found if action.edit}
    document.take(edits_of(list(doubled.values())[0]))
    assert document.text.count("contact1@acme.example") == 1
    await one.lens(document, "Replace: drops 0, adds 1")


def edits_of(action):
    edit = action.edit
    return edit.document_changes[0].edits if edit.document_changes else list(edit.changes.values())[0]


async def test_completion_of_people(editor):
    one = await editor()
    document = await one.attendees()
    for typed in ["mens", "contact5@"]:
        document.append(typed)
        found = await one.client.text_document_completion_async(
            types.CompletionParams(document.identifier, document.position(len(document.text))))
        assert found and found.is_incomplete and found.items[0].filter_text.startswith(typed)
        item = [item for item in found.items if "cnt_sandbox05" in item.text_edit.new_text][0]
        document.take([item.text_edit])
        assert document.text.split("\n")[-1].startswith("cnt_sandbox05")
        document.change(document.text.split("\n")[-1], "")


@pytest.mark.parametrize("flags", [("--read-only",), ("--methods", "engagement.get,contact.get")])
async def test_what_would_be_refused_is_not_offered(editor, workspace, flags):
    one = await editor(*flags)
    commands = one.can.execute_command_provider.commands if one.can.execute_command_provider else []
    assert not {"engagementRpc.replaceContacts", "engagementRpc.undo"} & set(commands)
    notes = one.open("ngmt_sandbox01 cnt_sandbox01\n")
    assert "Ana" in await one.hover(notes, "cnt_sandbox01")
    if "engagementRpc.openAttendees" in commands:
        document = await edited(one)
        await asyncio.sleep(1)
        offered = list(await one.lenses(document)) + list(await one.actions(document))
        assert not [title for title in offered if title.startswith(("Replace", "Undo"))], offered
        document.save()
        await one.quiet(lambda: one.questions, "what can't be is asked about")
    assert not writes(workspace)
