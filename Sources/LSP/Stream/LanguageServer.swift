import Bytes
import JSON
import JSONRPC

/// A session of the Language Server Protocol 3.17: the state of its client and documents, and what each message means.
/// It reads no clock and no file, and makes calls only through its surroundings.
package final class LanguageServer {
    /// The documents that the client has open.
    package let documents = Documents()
    /// Requests that are answered later.
    package let owed: OwedAnswers
    /// Requests of ours to the client.
    package let requests: ClientRequests
    package unowned let surroundings: any EditorSurroundings
    /// Where the attendees of engagements are edited; nil where there is no such place.
    package let attendees: (any AttendeesFiles)?
    /// Those who know more about some documents, the attendees' among them.
    package let experts: [any DocumentExpert]
    /// Which contacts have which address.
    let addresses: AddressBook
    /// What the client shows of work that lasts.
    let work: WorkReports
    /// The requests that wait for records.
    let waits: RecordWaits
    let diagnostics: DiagnosticsPusher
    /// What the client can do, and how places in a line are counted.
    package private(set) var client = ClientFeatures()
    package private(set) var encoding = PositionEncoding.utf16
    private var switches = FeatureSwitches()
    private var isInitialized = false
    private var isRefreshDue = false
    private let version: String

    /// Every request, and every notification, that is served.
    private static let served: [any EditorRequest.Type] = [
        HoverRequest.self, InlayHintRequest.self, CompletionRequest.self, CompletionResolveRequest.self,
        DiagnosticRequest.self, DefinitionRequest.self, SymbolRequest.self, CodeActionRequest.self,
        CodeLensRequest.self, ExecuteCommandRequest.self,
    ]
    private static let notices: [any EditorNotification.Type] = [
        DocumentOpened.self, DocumentChanged.self, DocumentSaved.self, DocumentClosed.self, ConfigurationChanged.self,
    ]
    /// The commands of `workspace/executeCommand`.
    static let commands: [any EditorCommand.Type] = [
        OpenAttendeesCommand.self, ReplaceContactsCommand.self, UndoCommand.self,
    ]

    /// Seconds between something new and its being asked to be shown, so that many are shown at once.
    private static let refreshDelay = 0.25
    /// Seconds that an answer waits for names, where the client can't be told later that they are there.
    static let patience = 2.0

    /// A session that has not begun.
    package init(
        version: String, surroundings: any EditorSurroundings, attendees: (any AttendeesFiles)? = nil,
        experts: [any DocumentExpert] = []
    ) {
        self.version = version
        self.attendees = attendees
        self.experts = experts + (attendees.map { [$0] } ?? [])
        self.surroundings = surroundings
        owed = OwedAnswers(surroundings)
        requests = ClientRequests(surroundings)
        work = WorkReports(surroundings, requests)
        waits = RecordWaits(surroundings)
        diagnostics = DiagnosticsPusher()
        addresses = AddressBook(surroundings)
        addresses.report { [weak self] in
            self?.waits.arrived([])
            self?.refresh()
        }
        for expert in self.experts { expert.join(self) }
    }

    // MARK: Messages

    /// What a request or a notification means.
    package func step(_ request: Request) -> EditorReply {
        guard let id = request.id else {
            let notice = isInitialized ? Self.notices.first { request.method.reads($0.method) } : nil
            notice?.take(request.params, self)
            return .nothing
        }
        if request.method.reads("initialize") { return initialize(request.params) }
        guard isInitialized else { return .refusal(.notInitialized) }
        guard let served = Self.served.first(where: { request.method.reads($0.method) }) else { return .unknown }
        if let feature = served.feature, !isOn(feature) { return .result { $0.append(served.nothing) } }
        do throws(EditorRefusal) {
            return try served.serve(AskedRequest(id: id, params: request.params), self)
        } catch {
            return .refusal(error)
        }
    }

    /// The client has answered something; false if it was nothing of ours.
    package func hear(_ response: Response) -> Bool { requests.hear(response) }

    /// Whether the user wants a feature.
    package func isOn(_ feature: Feature) -> Bool {
        feature == .attendees && attendees == nil ? false : switches.isOn(feature)
    }

    private func initialize(_ params: JSONSlice?) -> EditorReply {
        guard !isInitialized else {
            return .refusal(EditorRefusal(.invalidRequest, "The session has begun already."))
        }
        isInitialized = true
        client = ClientFeatures(params)
        switches.read(params?.member("initializationOptions"))
        encoding = client.countsBytes && !switches.forcesUTF16 ? .utf8 : .utf16
        return .json { [self] json in
            json.beginObject()
            json.name("capabilities")
            json.beginObject()
            json.member("positionEncoding", encoding.rawValue)
            json.name("textDocumentSync")
            json.beginObject()
            json.member("openClose", true)
            // Incremental.
            json.member("change", 2)
            json.member("save", true)
            json.endObject()
            for request in Self.served where request.feature.map(isOn) ?? true {
                request.writeCapability(self, to: &json)
            }
            json.endObject()
            json.name("serverInfo")
            json.beginObject()
            json.member("name", "engagement-rpc")
            json.member("version", version)
            json.endObject()
            json.endObject()
        }
    }

    // MARK: What changes

    /// Something has happened to a document.
    func hasChanged(_ document: TextDocument, _ event: DocumentEvent) {
        diagnostics.take(event, document, self)
        for expert in experts where expert.knows(document) { expert.take(event, document) }
    }

    /// A document is closed: only what the others hold is still looked up.
    func dropLookUps() {
        if surroundings.dropLookUps() { refresh() }
    }

    /// The user has changed their settings.
    func adopt(settings: JSONSlice?) {
        switches.read(settings)
        refresh()
        for document in documents.all { diagnostics.take(.edited, document, self) }
    }

    /// Records were looked up. `isNews` if any of them is shown otherwise than before.
    package func arrived(_ ids: [ResourceID], isNews: Bool) {
        waits.arrived(ids)
        if isNews { refresh() }
    }

    /// Has the client show hints, lenses and diagnostics anew, soon.
    package func refresh() {
        guard !isRefreshDue else { return }
        isRefreshDue = true
        surroundings.wake(.refresh, in: Self.refreshDelay)
    }

    /// An alarm rings.
    package func ring(_ alarm: Alarm) {
        switch alarm {
        case .refresh:
            isRefreshDue = false
            if client.refreshesHints, isOn(.inlayHints) { requests.send("workspace/inlayHint/refresh") }
            if client.refreshesLenses, isOn(.codeLens) { requests.send("workspace/codeLens/refresh") }
            if client.refreshesDiagnostics, client.pullsDiagnostics, isOn(.diagnostics) {
                requests.send("workspace/diagnostic/refresh")
            }
            diagnostics.pushAll(self)
        case .recheck: refresh()
        case .wait(let number): waits.ring(number)
        case .work(let number): work.ring(number)
        case .diagnostics(let uri): diagnostics.push(uri, self)
        }
    }

    /// Tells the person something, by `window/showMessage`.
    package func tell(_ kind: MessageKind, _ text: String) {
        surroundings.send { frame in
            var json = JSONWriter(frame)
            json.notification("window/showMessage") { json in
                json.member("type", kind.rawValue)
                json.member("message", text.printableLines)
            }
        }
    }

    /// Has the client show a document, or tells the person where it is.
    func show(_ uri: String) {
        guard client.showsDocuments else { return tell(.info, uri) }
        requests.send("window/showDocument") { json in
            json.member("uri", uri)
            json.member("takeFocus", true)
        }
    }
}
