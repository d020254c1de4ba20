"""An editor as far as the server sees it, on pytest-lsp's client, which checks every answer against the protocol's types."""

import asyncio
import os
import typing
import urllib.parse

from lsprotocol import types
from pygls.exceptions import JsonRpcMethodNotFound
from pytest_lsp import make_test_lsp_client

from buffer import Buffer


async def until(fact, what, seconds=20):
    """Waits for what a fact gives; what is not there in time is a failure."""
    for _ in range(int(seconds / 0.02)):
        found = fact()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(f"{what}, waited for {seconds} s")


def _mend(converter):
    """lsprotocol takes every code action that has a command for a bare command."""
    def structure(found, _):
        is_bare = isinstance(found.get("command"), str)
        return converter.structure(found, types.Command if is_bare else types.CodeAction)
    converter.register_structure_hook(typing.Union[types.Command, types.CodeAction], structure)


class Question:
    """A question that a person has before them."""

    def __init__(self, params):
        self.text, self.titles = params.message, [action.title for action in params.actions or []]
        self._answered = asyncio.get_running_loop().create_future()

    async def answer(self, title):
        """A title, None, or an error to be raised."""
        await asyncio.sleep(0.5)  # No person is faster, and a server may hold what is faster for no person's answer.
        self._answered.set_result(title)

    def leave(self):
        if not self._answered.done():
            self._answered.set_result(None)

    async def result(self):
        answer = await self._answered
        if isinstance(answer, Exception):
            raise answer
        return {"title": answer} if isinstance(answer, str) else answer


class Editor:
    def __init__(self, workspace, folder, *flags, name="an editor", encodings=("utf-8", "utf-16"), pulls=True,
                 refreshes=True, asks=True, shows=True, markdown=True, edits="made", options=None):
        self.workspace, self.folder, self.flags, self.name = workspace, folder, flags, name
        self.encodings, self.pulls, self.refreshes, self.asks, self.shows = encodings, pulls, refreshes, asks, shows
        self.markdown, self.edits, self.options = markdown, edits, options
        self.buffers, self.questions, self.refreshed = {}, [], {"hints": 0, "lenses": 0, "diagnostics": 0}
        self.client = make_test_lsp_client()
        _mend(self.client.protocol._converter)
        self._handle()

    @staticmethod
    def path(uri):
        return urllib.parse.unquote(urllib.parse.urlsplit(uri).path)

    def _handle(self):
        client = self.client

        for method, what in [(types.WORKSPACE_INLAY_HINT_REFRESH, "hints"), (types.WORKSPACE_CODE_LENS_REFRESH, "lenses"),
                             (types.WORKSPACE_DIAGNOSTIC_REFRESH, "diagnostics")]:
            def refresh(*_, what=what):
                assert self.refreshes, f"a refresh of {what} was not declared"
                self.refreshed[what] += 1
            client.feature(method)(refresh)

        @client.feature(types.WORKSPACE_APPLY_EDIT)
        def apply(params: types.ApplyWorkspaceEditParams):
            assert self.edits, "edits were not declared"
            if self.edits == "made":
                for change in params.edit.document_changes or []:
                    buffer = self.buffers[change.text_document.uri]
                    assert change.text_document.version in (None, buffer.version), "for another version"
                    buffer.take(change.edits)
                for uri, edits in (params.edit.changes or {}).items():
                    self.buffers[uri].take(edits)
            return types.ApplyWorkspaceEditResult(applied=True)

        async def ask(params: types.ShowMessageRequestParams):
            if not self.asks:
                raise JsonRpcMethodNotFound()
            question = Question(params)
            self.questions.append(question)
            return await question.result()
        client.feature(types.WINDOW_SHOW_MESSAGE_REQUEST)(ask)

    def capabilities(self):
        refresh = self.refreshes or None
        return types.ClientCapabilities(
            general=types.GeneralClientCapabilities(position_encodings=list(self.encodings) or None),
            window=types.WindowClientCapabilities(
                show_message=types.ShowMessageRequestClientCapabilities() if self.asks else None,
                show_document=types.ShowDocumentClientCapabilities(support=self.shows)),
            workspace=types.WorkspaceClientCapabilities(
                apply_edit=bool(self.edits),
                workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True),
                inlay_hint=types.InlayHintWorkspaceClientCapabilities(refresh_support=refresh),
                code_lens=types.CodeLensWorkspaceClientCapabilities(refresh_support=refresh),
                diagnostics=types.DiagnosticWorkspaceClientCapabilities(refresh_support=refresh)),
            text_document=types.TextDocumentClientCapabilities(
                synchronization=types.TextDocumentSyncClientCapabilities(did_save=True),
                hover=types.HoverClientCapabilities(content_format=[types.MarkupKind.Markdown] if self.markdown else None),
                inlay_hint=types.InlayHintClientCapabilities(),
                code_lens=types.CodeLensClientCapabilities(),
                completion=types.CompletionClientCapabilities(completion_item=types.ClientCompletionItemOptions(
                    label_details_support=True, documentation_format=[types.MarkupKind.Markdown],
                    resolve_support=types.ClientCompletionItemResolveOptions(["documentation", "detail"]))),
                code_action=types.CodeActionClientCapabilities(
                    code_action_literal_support=types.ClientCodeActionLiteralOptions(
                        types.ClientCodeActionKindOptions(["quickfix", "refactor"]))),
                diagnostic=types.DiagnosticClientCapabilities() if self.pulls else None))

    async def start(self):
        self.client.capabilities = self.capabilities()
        self.environment = dict(
            os.environ, ENGAGEMENT_RPC_SANDBOX_AT=self.workspace.url, XDG_RUNTIME_DIR=str(self.folder),
            ENGAGEMENT_RPC_JOURNAL=str(self.folder / "journal.jsonl"))
        await self.client.start_io(self.workspace.binary, *self.flags, env=self.environment)
        return self

    async def begin(self):
        await self.start()
        self.hello = await self.client.initialize_session(types.InitializeParams(
            capabilities=self.capabilities(), client_info=types.ClientInfo(self.name, "1"),
            initialization_options=self.options))
        self.can = self.hello.capabilities
        self.encoding = self.can.position_encoding or "utf-16"
        return self

    async def end(self):
        """Ends the session as an editor does; gives the server's exit status."""
        if self.client._server.returncode is None:
            await self.client.shutdown_async(None)
            await self._leave_questions()
            self.client.exit(None)
        status = await asyncio.wait_for(self.client._server.wait(), 15)
        await self.client.stop()
        return status

    async def _leave_questions(self):
        """The client can't end with a question open."""
        for question in self.questions:
            question.leave()
        await asyncio.sleep(0.05)

    async def kill(self):
        if self.client._server.returncode is None:
            await self._leave_questions()
            self.client._server.kill()
        await self.client.stop()

    def open(self, text, name="notes.md", language="markdown"):
        path = self.folder / name
        path.write_text(text)
        return Buffer(self, path.as_uri(), text, language)

    def open_file(self, uri):
        with open(self.path(uri)) as file:
            return Buffer(self, uri, file.read())

    async def hover(self, buffer, word):
        found = await self.client.text_document_hover_async(types.HoverParams(buffer.identifier, buffer.at(word)))
        return found and found.contents.value

    async def hints(self, buffer, range=None):
        """The hints of a range: the text, by the word that it stands behind."""
        found = await self.client.text_document_inlay_hint_async(
            types.InlayHintParams(buffer.identifier, range or buffer.everything()))
        shown = {}
        for hint in found or []:
            label = hint.label if isinstance(hint.label, str) else "".join(part.value for part in hint.label)
            word = buffer.text[:buffer.offset(hint.position)].split("\n")[-1].split()[-1]
            shown[word.strip("(),.;\"")] = label
        return shown

    async def faults(self, buffer):
        """What is wrong in a document, by whichever way the client has it told."""
        if not self.pulls:
            return self.client.diagnostics.get(buffer.uri, [])
        report = await self.client.text_document_diagnostic_async(types.DocumentDiagnosticParams(buffer.identifier))
        assert report.kind == "full"
        return report.items

    async def fault(self, buffer, words):
        """The mark under words, when it is there."""
        seen = []

        async def found():
            seen[:] = await self.faults(buffer)
            return [one for one in seen if words in buffer.word(one.range)]
        try:
            return (await until(found, f"no mark under {words!r}"))[0]
        except AssertionError as error:
            raise AssertionError(f"{error}; marked: {[(buffer.word(one.range), one.message) for one in seen]}") from None

    async def actions(self, buffer, word=None, diagnostics=()):
        """The code actions at a word, by title."""
        place = buffer.at(word) if word else types.Position(0, 0)
        found = await self.client.text_document_code_action_async(types.CodeActionParams(
            buffer.identifier, types.Range(place, place), types.CodeActionContext(list(diagnostics))))
        return {action.title: action for action in found or []}

    async def action(self, buffer, beginning, word=None):
        """The code action whose title begins so, when it is there."""
        async def found():
            return [action for title, action in (await self.actions(buffer, word)).items() if title.startswith(beginning)]
        return (await until(found, f"no code action {beginning!r}"))[0]

    async def lenses(self, buffer):
        found = await self.client.text_document_code_lens_async(types.CodeLensParams(buffer.identifier))
        return {lens.command.title: lens.command for lens in found or []}

    async def lens(self, buffer, beginning):
        async def found():
            return [command for title, command in (await self.lenses(buffer)).items() if title.startswith(beginning)]
        return (await until(found, f"no lens {beginning!r}"))[0]

    async def run(self, command, *arguments):
        """Presses a lens or an action; or runs a command by name."""
        if not isinstance(command, str):
            command, arguments = command.command, command.arguments
        return await asyncio.wait_for(self.client.workspace_execute_command_async(
            types.ExecuteCommandParams(command, list(arguments or []))), 10)

    async def attendees(self, engagement="ngmt_sandbox01"):
        """Opens the attendees document of an engagement."""
        answer = await self.run("engagementRpc.openAttendees", engagement)
        return self.open_file(answer["uri"] if isinstance(answer, dict) else answer.uri)

    async def asked(self, number=1):
        """The question with that number, when it has been asked."""
        return (await until(lambda: self.questions[number - 1:], f"question {number} is not asked"))[0]

    async def quiet(self, fact, what, seconds=1.5):
        """That something does not happen for a while."""
        for _ in range(int(seconds / 0.05)):
            assert not fact(), what
            await asyncio.sleep(0.05)

    def told(self):
        return "\n".join(message.message for message in self.client.messages)
