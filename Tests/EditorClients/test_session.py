"""How a session begins, goes on through bad input, and ends."""

import asyncio
import concurrent.futures
import json

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from editor import Editor
from workspace import Workspace

pytestmark = pytest.mark.asyncio


def raw(editor, method, params):
    """A request as it stands here; its answer is checked all the same."""
    protocol, client = editor.client.protocol, editor.client
    answer = asyncio.get_running_loop().create_future()
    number = f"raw {id(answer)}"

    def hand_over(done):
        error = done.exception()
        client_loop.call_soon_threadsafe(
            lambda: answer.set_exception(error) if error else answer.set_result(done.result()))
    client_loop = asyncio.get_running_loop()
    future = concurrent.futures.Future()
    future.add_done_callback(hand_over)
    protocol._request_futures[number], protocol._result_types[number] = future, protocol.get_result_type(method)
    body = json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}).encode()
    client._server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    return asyncio.wait_for(answer, 20)


async def refusal(request):
    with pytest.raises(JsonRpcException) as caught:
        await request
    return caught.value.code


def custom(editor, method, params=None):
    return asyncio.wait_for(editor.client.protocol.send_request_async(method, params), 20)


async def test_what_the_server_says_it_can(editor, workspace):
    one = await editor()
    can = one.can
    assert can.hover_provider and can.inlay_hint_provider and can.definition_provider
    assert can.workspace_symbol_provider and can.code_action_provider and can.code_lens_provider
    assert list(can.completion_provider.trigger_characters) == ["_"] and can.completion_provider.resolve_provider
    assert set(can.execute_command_provider.commands) >= {
        "engagementRpc.openAttendees", "engagementRpc.replaceContacts", "engagementRpc.undo"}
    sync = can.text_document_sync
    assert sync.open_close and sync.change == types.TextDocumentSyncKind.Incremental and sync.save
    assert can.diagnostic_provider
    for neighbour in [can.document_formatting_provider, can.rename_provider, can.document_highlight_provider,
                      can.document_symbol_provider, can.semantic_tokens_provider]:
        assert not neighbour
    info = one.hello.server_info
    version = (await custom(one, "service.info")).version
    assert (info.name, info.version) == ("engagement-rpc", version)


@pytest.mark.parametrize("offered, taken", [
    (["utf-8", "utf-16"], "utf-8"), (["utf-16", "utf-8"], "utf-8"), (["utf-32", "utf-8", "utf-16"], "utf-8"),
    (["utf-16"], "utf-16"), (["utf-32", "utf-16"], "utf-16"), (["utf-7"], "utf-16"), ([], "utf-16")])
async def test_how_positions_are_counted(editor, offered, taken):
    one = await editor(encodings=offered)
    assert one.encoding == taken
    notes = one.open("naïve 😀 cnt_sandbox01, 😀 cnt_sandbox02\n")
    assert "Björn" in await one.hover(notes, "cnt_sandbox02")
    notes.change("😀 cnt_sandbox02", "é😀😀 cnt_sandbox03")
    assert "Chloé" in await one.hover(notes, "cnt_sandbox03")


@pytest.mark.parametrize("switch, capability", [
    ("hover", "hover_provider"), ("inlayHints", "inlay_hint_provider"), ("completion", "completion_provider"),
    ("diagnostics", "diagnostic_provider"), ("codeLens", "code_lens_provider"), ("definition", "definition_provider"),
    ("symbols", "workspace_symbol_provider"), ("attendees", "execute_command_provider")])
async def test_what_is_switched_off_is_not_declared(editor, switch, capability):
    one = await editor(options={switch: False})
    left = getattr(one.can, capability)
    assert not left or not [name for name in getattr(left, "commands", [capability]) if name]
    others = ["hover_provider", "inlay_hint_provider", "completion_provider", "definition_provider"]
    assert all(getattr(one.can, other) for other in others if other != capability and switch != "attendees")


async def test_settings_may_change_later(editor):
    one = await editor()
    notes = one.open("cnt_sandbox01\n")
    assert await one.hover(notes, "cnt_sandbox01")
    one.client.workspace_did_change_configuration(
        types.DidChangeConfigurationParams({"engagementRpc": {"hover": False}}))
    assert not await one.hover(notes, "cnt_sandbox01")


async def test_life(workspace, tmp_path):
    one = await Editor(workspace, tmp_path).start()
    assert await refusal(raw(one, "initialize", {"processId": None, "rootUri": None})) == -32602
    assert await refusal(raw(one, "initialize", {"processId": None, "rootUri": None, "capabilities": None})) == -32602
    assert (await custom(one, "service.ping")) is not None, "the stream stays what it was"
    one.hello = await one.client.initialize_session(types.InitializeParams(capabilities=one.capabilities()))
    assert await refusal(one.client.initialize_async(types.InitializeParams(capabilities=one.capabilities()))) == -32600
    assert await refusal(custom(one, "textDocument/inventedHere", {})) == -32601
    one.client.protocol.notify("$/invented", {})
    assert (await custom(one, "engagement.get", {"engagement_id": "ngmt_sandbox01"})).data.id == "ngmt_sandbox01"
    await one.client.shutdown_async(None)
    assert await refusal(raw(one, "textDocument/hover", {})) == -32600
    assert await refusal(custom(one, "engagement.get", {"engagement_id": "ngmt_sandbox01"})) == -32600
    one.client.exit(None)
    assert await asyncio.wait_for(one.client._server.wait(), 15) == 0
    await one.client.stop()


async def test_requests_before_the_session(workspace, tmp_path):
    one = await Editor(workspace, tmp_path).start()
    one.client.protocol.notify("$/setTrace", types.SetTraceParams(types.TraceValue.Off))
    code = await refusal(one.client.text_document_hover_async(
        types.HoverParams(types.TextDocumentIdentifier("file:///a"), types.Position(0, 0))))
    assert code in (-32002, -32601)
    await one.kill()


@pytest.mark.parametrize("says_shutdown, status", [(True, 0), (False, 1)])
async def test_exit(editor, says_shutdown, status):
    one = await editor()
    if says_shutdown:
        await one.client.shutdown_async(None)
    one.client.exit(None)
    assert await asyncio.wait_for(one.client._server.wait(), 15) == status


async def test_without_a_process_id(workspace, tmp_path):
    one = await Editor(workspace, tmp_path).start()
    hello = await raw(one, "initialize", {"processId": None, "rootUri": None, "capabilities": {}})
    assert hello.capabilities
    await one.kill()


async def test_bad_clients_end_nothing(editor):
    one = await editor()
    notes = one.open("cnt_sandbox01\n")
    far = types.Position(4_000_000, 4_000_000)
    assert not await one.client.text_document_hover_async(types.HoverParams(notes.identifier, far))
    everything = types.Range(types.Position(0, 0), far)
    await one.client.text_document_inlay_hint_async(types.InlayHintParams(notes.identifier, everything))
    nowhere = types.TextDocumentIdentifier("file:///nowhere.md")
    assert not await one.client.text_document_hover_async(types.HoverParams(nowhere, types.Position(0, 0)))
    one.client.text_document_did_change(types.DidChangeTextDocumentParams(
        types.VersionedTextDocumentIdentifier(3, nowhere.uri), [types.TextDocumentContentChangeWholeDocument("x")]))
    one.client.text_document_did_save(types.DidSaveTextDocumentParams(nowhere))
    one.client.text_document_did_close(types.DidCloseTextDocumentParams(nowhere))
    one.client.text_document_did_open(types.DidOpenTextDocumentParams(
        types.TextDocumentItem(notes.uri, "markdown", 7, "cnt_sandbox02\n")))
    notes.text = "cnt_sandbox02\n"
    assert "Björn" in await one.hover(notes, "cnt_sandbox02")
    one.client.text_document_did_change(types.DidChangeTextDocumentParams(
        types.VersionedTextDocumentIdentifier(8, notes.uri),
        [types.TextDocumentContentChangePartial(types.Range(far, far), "cnt_sandbox03 end\n")]))
    notes.text += "cnt_sandbox03 end\n"
    assert "Chloé" in await one.hover(notes, "cnt_sandbox03")
    assert await one.end() == 0


async def test_other_schemes_are_left_alone(editor, workspace):
    from buffer import Buffer

    one = await editor()
    for uri, served in [("git:/a.md?x", False), ("output:tasks", False), ("untitled:Untitled-1", True)]:
        assert bool(await one.hover(Buffer(one, uri, "cnt_sandbox01\n"), "cnt_sandbox01")) == served, uri


async def test_cancelled(editor, workspace):
    one = await editor()
    workspace.fail("GET /v2/contacts/*", {"delay_ms": 20_000})
    notes = one.open("cnt_sandbox01\n")
    params = types.HoverParams(notes.identifier, notes.at("cnt_"))
    waiting = asyncio.ensure_future(one.client.protocol.send_request_async("textDocument/hover", params, msg_id="slow"))
    await until_arrived(workspace, "GET /v2/contacts/cnt_sandbox01")
    one.client.protocol.notify("$/cancelRequest", types.CancelParams("slow"))
    assert await refusal(asyncio.wait_for(waiting, 5)) == -32800
    assert await one.end() == 0


async def until_arrived(workspace, request):
    from editor import until

    await until(lambda: any(request in one for one in workspace.requests()), f"no {request}")
