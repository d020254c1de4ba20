import Bytes
import JSON
import JSONRPC
import Tables

/// The attendees documents: which are open, what they were made from, and what can be done with them. Files are made
/// here; what is written to engagements is in `AttendeesDocuments+Writing`.
package final class AttendeesDocuments: AttendeesFiles {
    let folder: any AttendeesFolder
    private var all: [[UInt8]: OpenAttendees] = [:]
    private weak var joined: LanguageServer?
    /// The open questions whether to undo, by engagement.
    private var undoing: [ResourceID: AttendeesQuestion] = [:]
    /// The answers to such questions that a person gives by choosing a code action.
    private var undoOffers: [ResourceID: AttendeesOffer] = [:]
    /// Seconds for which nobody asks whether what a file was made from is still so.
    private static let freshness = 60

    static let replacing = "engagement.replaceContacts"
    static let undoingMethod = "engagement.undo"

    /// Documents whose files are in `folder`.
    package init(_ folder: any AttendeesFolder) { self.folder = folder }

    package func join(_ server: LanguageServer) {
        joined = server
        server.addresses.report { [weak self] in self?.lookedUp() }
    }

    var server: LanguageServer? { joined }

    // MARK: Which documents

    package func knows(_ document: TextDocument) -> Bool { Self.id(of: document.uri) != nil }

    /// The engagement whose attendees are in the file with this address.
    static func id(of uri: String) -> ResourceID? {
        guard DocumentURI.ending(uri) == "attendees" else { return nil }
        let path = uri.prefix { $0 != "?" && $0 != "#" }
        let name = path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...]
        let id = ResourceID(String(name.dropLast(".attendees".count)))
        return id?.kind == .engagement ? id : nil
    }

    subscript(uri: String) -> OpenAttendees? { all[Array(uri.utf8)] }

    /// The open documents of an engagement.
    func open(of id: ResourceID) -> [OpenAttendees] { all.values.filter { $0.id == id } }

    package func replace(_ document: TextDocument, token: String?) {
        guard let open = self[document.uri] else { return }
        if let token { accept(token, open, document) } else { propose(open, document, isPress: true) }
    }

    package func undo(_ id: ResourceID, token: String?) {
        if let token { acceptUndo(id, token: token) } else { proposeUndo(id) }
    }

    func isUndoing(_ id: ResourceID) -> Bool { undoing[id] != nil }
    func undoOffer(of id: ResourceID) -> AttendeesOffer? { undoOffers[id] }
    func make(_ offer: AttendeesOffer, toUndo id: ResourceID) { undoOffers[id] = offer }

    func beginUndo(_ id: ResourceID, _ question: AttendeesQuestion) {
        undoing[id] = question
        undoOffers[id] = nil
    }

    func endUndo(_ id: ResourceID, _ question: AttendeesQuestion) {
        if undoing[id] === question { undoing[id] = nil }
        for open in open(of: id) { open.end(question) }
    }

    // MARK: Files

    package func file(of id: ResourceID, then: @escaping (Result<String, RPCFailure>) -> Void) {
        if let open = openFile(of: id) { return then(.success(open)) }
        read(id, isWanted: { true }) { [weak self] result in
            guard let self else { return }
            switch result {
            case .failure(let failure): then(.failure(failure))
            case .success(let base): then(file(base).map { .success($0) } ?? .failure(Self.noPlace))
            }
        }
    }

    package func file(of record: JSONSlice, _ id: ResourceID) -> String? {
        openFile(of: id) ?? AttendeesBase(record, id, at: folder.wallSeconds).flatMap { file($0) }
    }

    private static let noPlace = RPCFailure(
        .internalError, "There is no folder of this user's own for attendees documents; see XDG_RUNTIME_DIR.")

    /// The address of the engagement's file if an editor has it open: such a file is not touched.
    private func openFile(of id: ResourceID) -> String? {
        let name = AttendeesBase.fileName(id)
        if let open = open(of: id).first(where: { folder.name(of: $0.uri) == name }) { return open.uri }
        return folder.isOpenElsewhere(name) ? folder.uri(of: name) : nil
    }

    /// Makes the file of an engagement, unless it is open, or holds changes that were saved and not sent.
    private func file(_ base: AttendeesBase) -> String? {
        let name = AttendeesBase.fileName(base.id)
        if let open = openFile(of: base.id) { return open }
        guard let uri = folder.uri(of: name) else { return nil }
        if let text = folder.read(name), let old = folder.read(AttendeesBase.baseName(base.id)),
            let made = AttendeesBase(file: old, base.id), !Self.isSent(text, made)
        {
            return uri
        }
        guard folder.write(AttendeesBase.baseName(base.id), base.json), folder.write(name, base.text) else {
            return nil
        }
        return uri
    }

    /// Whether a text says no more than what it was made from.
    private static func isSent(_ text: ByteBuffer, _ base: AttendeesBase) -> Bool {
        if text.bytes.elementsEqual(base.text.bytes) { return true }
        return says(AttendeesText(TextDocument(uri: "", version: nil, text: ByteBuffer(text.bytes))), base)
    }

    /// Whether a document lists exactly the people of `base`, without any look-up.
    static func says(_ text: AttendeesText, _ base: AttendeesBase) -> Bool {
        guard text.faults.isEmpty else { return false }
        var found: Set<String> = []
        for entry in text.entries {
            guard let id = base.id(of: entry.person) else { return false }
            if !base.rooms.contains(where: { $0.id == id }) { found.insert(id) }
        }
        return found == Set(base.ids)
    }

    /// Reads an engagement with its contacts.
    func read(
        _ id: ResourceID, isWanted: @escaping () -> Bool, then: @escaping (Result<AttendeesBase, RPCFailure>) -> Void
    ) {
        server?.surroundings.call(
            RecordKind.engagement.getter,
            { json in
                json.member("engagement_id", id.text)
                json.member("expand", ["contacts"])
            }, isWanted: isWanted
        ) { [weak self] reply in
            guard let self else { return }
            switch reply {
            case .failure(let failure): then(.failure(failure))
            case .result(let result):
                guard let data = result.member("data"), let base = AttendeesBase(data, id, at: folder.wallSeconds)
                else {
                    let text = "The API's answer does not list the contacts with their ids."
                    return then(.failure(RPCFailure(.badResponse, text)))
                }
                then(.success(base))
            }
        }
    }

    // MARK: Events

    package func take(_ event: DocumentEvent, _ document: TextDocument) {
        if event == .opened { return opened(document) }
        guard let open = self[document.uri] else { return }
        switch event {
        case .opened: break
        case .edited: edited(open, document)
        case .saved: propose(open, document, isPress: false)
        case .closed:
            open.close()
            all[Array(document.uri.utf8)] = nil
            if let name = folder.name(of: open.uri) { folder.release(name) }
            if let call = open.question?.call { server?.surroundings.giveUp(call: call) }
            if let question = open.question { endUndo(open.id, question) }
        }
    }

    private func opened(_ document: TextDocument) {
        guard let id = Self.id(of: document.uri) else { return }
        let open = OpenAttendees(document.uri, id)
        all[Array(document.uri.utf8)] = open
        if let name = folder.name(of: document.uri) {
            folder.hold(name)
            if let old = folder.read(AttendeesBase.baseName(id)), let base = AttendeesBase(file: old, id) {
                open.adopt(base)
                compare(open, document, base)
                return checkAge(open, base)
            }
        }
        read(id, isWanted: { open.isOpen }) { [weak self] result in
            guard let self, open.isOpen else { return }
            switch result {
            case .failure(let failure): server?.tell(.error, failure.sentence)
            case .success(let base):
                open.adopt(base)
                keep(open)
                if let document = server?.documents[open.uri] { compare(open, document, base) }
                server?.refresh()
            }
        }
    }

    /// A document was opened: it may have been saved with changes that were not sent.
    private func compare(_ open: OpenAttendees, _ document: TextDocument, _ base: AttendeesBase) {
        guard !Self.says(AttendeesText(document), base) else { return }
        open.mark(unsent: true)
        server?.tell(.warning, "The attendees of \(base.name) were saved here, not sent. Press Replace, or save again.")
    }

    /// Tells at once, not only when it is saved, that others are there than when an old file was made.
    private func checkAge(_ open: OpenAttendees, _ base: AttendeesBase) {
        guard base.readAt < folder.wallSeconds - Self.freshness else { return }
        read(open.id, isWanted: { open.isOpen }) { [weak self] result in
            guard let self, open.isOpen, case .success(let now) = result, let made = open.base,
                made.readAt == base.readAt, Set(now.ids) != Set(made.ids)
            else { return }
            open.note(newer: now)
            askReload(open)
            server?.refresh()
        }
    }

    private func edited(_ open: OpenAttendees, _ document: TextDocument) {
        if let offer = open.offer, !document.text.elementsEqual(offer.text) { open.make(nil) }
        let text = AttendeesText(document)
        if let newer = open.newer, Self.says(text, newer) {
            open.adopt(newer)
            keep(open)
            server?.refresh()
        }
        if open.isUnsent, let base = open.base, Self.says(text, base) { open.mark(unsent: false) }
    }

    /// Keeps what a document was made from beside its file, for another process.
    func keep(_ open: OpenAttendees) {
        guard let base = open.base, folder.name(of: open.uri) != nil else { return }
        _ = folder.write(AttendeesBase.baseName(open.id), base.json)
    }

    /// Addresses were looked up: a save may have waited for that.
    private func lookedUp() {
        for open in all.values {
            guard let waiting = open.waiting else { continue }
            open.endWait()
            guard let document = server?.documents[open.uri], document.text.elementsEqual(waiting.text) else {
                continue
            }
            propose(open, document, isPress: waiting.isPress)
        }
        server?.refresh()
    }
}

extension AttendeesBase {
    /// Who of those who were there is meant.
    func id(of person: PersonReference) -> String? {
        switch person {
        case .id(let id): return id
        case .address(let address):
            let found = (people + rooms).filter { $0.has(address: address) }
            return found.count == 1 ? found[0].id : nil
        }
    }
}
