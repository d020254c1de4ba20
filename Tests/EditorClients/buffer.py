"""The text of an open document as an editor holds it, with positions counted as the session counts them."""

from lsprotocol import types


class Buffer:
    def __init__(self, editor, uri, text, language="plaintext"):
        self.editor, self.uri, self.text, self.version = editor, uri, text, 0
        self.identifier = types.TextDocumentIdentifier(uri)
        self.edits_taken = 0
        editor.buffers[uri] = self
        editor.client.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, language, self.version, text)))

    def _units(self, text):
        return len(text.encode()) if self.editor.encoding == "utf-8" else len(text.encode("utf-16-le")) // 2

    def position(self, offset):
        start = self.text.rfind("\n", 0, offset) + 1
        return types.Position(self.text.count("\n", 0, offset), self._units(self.text[start:offset]))

    def offset(self, position):
        lines = self.text.split("\n")
        assert position.line < len(lines), f"{position} is beyond the end of the text"
        start, line = sum(len(line) + 1 for line in lines[:position.line]), lines[position.line]
        for count in range(len(line) + 1):
            if self._units(line[:count]) == position.character:
                return start + count
        raise AssertionError(f"{position} is inside a character, or beyond the end of {line!r}")

    def at(self, word, inside=1):
        """A position inside a word."""
        return self.position(self.text.index(word) + inside)

    def word(self, range):
        return self.text[self.offset(range.start):self.offset(range.end)]

    def everything(self):
        return types.Range(types.Position(0, 0), self.position(len(self.text)))

    def change(self, old, new):
        """Puts `new` in the place of the first `old`, as a person would type it."""
        start = self.text.index(old)
        self._send(start, start + len(old), new)

    def append(self, text):
        self._send(len(self.text), len(self.text), text)

    def _send(self, start, end, new):
        range = types.Range(self.position(start), self.position(end))
        self.text = self.text[:start] + new + self.text[end:]
        self.version += 1
        self.editor.client.text_document_did_change(types.DidChangeTextDocumentParams(
            types.VersionedTextDocumentIdentifier(self.version, self.uri),
            [types.TextDocumentContentChangePartial(range, new)]))

    def take(self, edits):
        """Edits of the server's, all counted in the text as it was."""
        spans = sorted(((self.offset(one.range.start), self.offset(one.range.end), one.new_text) for one in edits),
                       key=lambda span: span[0], reverse=True)
        for (start, _, _), (_, end, _) in zip(spans, spans[1:]):
            assert end <= start, "edits overlap"
        for start, end, new in spans:
            self._send(start, end, new)
        self.edits_taken += 1

    def save(self):
        if self.uri.startswith("file:"):
            with open(self.editor.path(self.uri), "w") as file:
                file.write(self.text)
        self.editor.client.text_document_did_save(types.DidSaveTextDocumentParams(self.identifier))

    def close(self):
        self.editor.buffers.pop(self.uri, None)
        self.editor.client.text_document_did_close(types.DidCloseTextDocumentParams(self.identifier))
