import Bytes
import JSON

extension SandboxAPI {
    /// The handler of one HTTP method of a path.
    private struct Route {
        let method: String
        let carryOut: (IncomingRequest) throws(Problem) -> Response

        init(_ method: String, _ carryOut: @escaping (IncomingRequest) throws(Problem) -> Response) {
            self.method = method
            self.carryOut = carryOut
        }
    }

    /// Carries a request out by the API's rules.
    func route(_ request: IncomingRequest) throws(Problem) -> Response {
        guard request.path.starts(with: "/api/v2/") else { throw Self.noPath }
        let segments = request.path.dropping(8).split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false
        ).map { Bytes(rebasing: $0) }
        guard let collection = workspace.collection(segments[0]) else { throw Self.noPath }
        let routes: [Route]
        switch segments.count {
        case 1: routes = self.routes(of: collection)
        case 2: routes = self.routes(of: collection, try Self.id(segments[1]))
        case 3: routes = self.routes(of: collection, try Self.id(segments[1]), segments[2].text)
        default: routes = []
        }
        guard !routes.isEmpty else { throw Self.noPath }
        guard let route = routes.first(where: { $0.method == request.method.text }) else {
            let allow = routes.map(\.method).joined(separator: ", ")
            var problem = Problem(405, "This path takes \(allow).")
            problem.allow = allow
            throw problem
        }
        return try route.carryOut(request)
    }

    static let noPath = Problem(404, "There is no such path.")

    private static func id(_ segment: Bytes) throws(Problem) -> String {
        guard !segment.isEmpty, let id = percentDecoded(segment) else { throw noPath }
        return id
    }

    private func routes(of collection: Collection) -> [Route] {
        if collection.name == "transcript_comments" { return [] }
        let list = Route("GET") { (request) throws(Problem) in try self.list(collection, request) }
        guard collection.access.write != nil else { return [list] }
        return [list, Route("POST") { (request) throws(Problem) in try self.create(collection, request) }]
    }

    private func routes(of collection: Collection, _ id: String) -> [Route] {
        let get = Route("GET") { (request) throws(Problem) in try self.item(id, of: collection, request) }
        guard collection.access.write != nil, collection.name != "engagements" else { return [get] }
        return [
            get, Route("PATCH") { (request) throws(Problem) in try self.update(id, of: collection, request) },
            Route("DELETE") { (request) throws(Problem) in try self.delete(id, of: collection, request) },
        ]
    }

    private func routes(of collection: Collection, _ id: String, _ part: String) -> [Route] {
        switch (collection.name, part) {
        case ("engagements", "contacts"):
            [Route("PUT") { (request) throws(Problem) in try self.replaceContacts(of: id, in: collection, request) }]
        case ("engagements", "tags"):
            [Route("PUT") { (request) throws(Problem) in try self.replaceTags(of: id, in: collection, request) }]
        case ("engagements", "transcript_timeline"):
            [Route("GET") { (request) throws(Problem) in try self.timeline(of: id, in: collection, request) }]
        case ("engagements", "transcript_comments"):
            [Route("POST") { (request) throws(Problem) in try self.createComment(on: id, in: collection, request) }]
        case ("contacts", "engagements"), ("companies", "engagements"):
            [Route("GET") { (request) throws(Problem) in try self.engagements(of: id, in: collection, request) }]
        case ("contacts", "crm_association"), ("companies", "crm_association"):
            [
                Route("PUT") { (request) throws(Problem) in try self.associate(id, in: collection, request) },
                Route("DELETE") { (request) throws(Problem) in try self.dissociate(id, in: collection, request) },
            ]
        default: []
        }
    }

    // MARK: Reading

    private func item(_ id: String, of collection: Collection, _ request: IncomingRequest) throws(Problem) -> Response {
        try scopes.require(collection.access.read)
        let query = try Query(request.query)
        try query.refuse(allBut: collection.name == "engagements" ? ["expand"] : [])
        let expand = try Expand(list: query["expand"])
        try scopes.require(expand.scopes)
        let record = try find(id, in: collection, alsoNeeding: .privateRead)
        let rendered = record.rendered(expand, in: workspace)
        var response = Response(body: rendered.body)
        if collection.hasETag { response.etag = rendered.etag }
        // After the answer is made: the first reading finds it as it was created.
        (record as? Engagement)?.processFurther { workspace.tick() }
        return response
    }

    /// The object with that id. Throws a 404 without one, and a 403 if it is private and `scope` is missing.
    func find(
        _ id: String, in collection: Collection, alsoNeeding scope: Scope
    ) throws(Problem) -> Record {
        guard let record = collection[id] else {
            throw Problem(404, "There is no \(collection.noun) with this id in the workspace.")
        }
        let engagement = (record as? TranscriptComment).flatMap { workspace.engagement($0.engagementID) }
        if (record as? Engagement ?? engagement)?.seed.isPrivate == true { try scopes.require(scope) }
        return record
    }

    private func list(_ collection: Collection, _ request: IncomingRequest) throws(Problem) -> Response {
        try scopes.require(collection.access.read)
        return try page(of: collection, request) { _ in true }
    }

    /// The engagements of a contact or a company.
    private func engagements(
        of id: String, in owners: Collection, _ request: IncomingRequest
    ) throws(Problem) -> Response {
        guard let engagements = workspace.collection(Bytes("engagements")) else { throw Self.noPath }
        try scopes.require(engagements.access.read)
        _ = try find(id, in: owners, alsoNeeding: [])
        return try page(of: engagements, request) {
            $0.words(owners.name == "contacts" ? "contact_ids" : "company_ids").contains(id)
        }
    }

    private func page(
        of collection: Collection, _ request: IncomingRequest, _ isWanted: (Record) -> Bool
    ) throws(Problem) -> Response {
        let page = try ListQuery(try Query(request.query), of: collection)
        try scopes.require(page.expand.scopes)
        let seesPrivate = scopes.contains(.privateRead) || scopes.contains(.admin)
        let visible = collection.all.filter {
            $0.isListed && (seesPrivate || ($0 as? Engagement)?.seed.isPrivate != true) && isWanted($0)
        }
        let (records, cursor) = page.select(from: visible, of: workspace)
        let out = ByteBuffer(capacity: 4096)
        var json = JSONWriter(out)
        json.beginObject()
        json.member("object", "list")
        json.name("data")
        json.beginArray()
        for record in records { json.raw(record.rendered(page.expand, in: workspace).body) }
        json.endArray()
        json.member("has_more", cursor != nil)
        json.member("next_cursor", orNull: cursor)
        json.endObject()
        return Response(body: out)
    }

    private func timeline(
        of id: String, in collection: Collection, _ request: IncomingRequest
    ) throws(Problem) -> Response {
        try scopes.require(.timelinesRead)
        try Query(request.query).refuse(allBut: [])
        let record = try find(id, in: collection, alsoNeeding: [.engagementsRead, .privateRead])
        guard let engagement = record as? Engagement else { throw Self.noPath }
        let out = ByteBuffer(capacity: 4096)
        var json = JSONWriter(out)
        engagement.writeTimeline(to: &json, workspace)
        return Response(body: out)
    }

    // MARK: Writing

    /// The object that a write without a query changes, after the check of its scopes.
    private func target(
        _ id: String, in collection: Collection, _ request: IncomingRequest, needing scope: Scope?
    ) throws(Problem) -> Record {
        if let scope { try scopes.require(scope) }
        try Query(request.query).refuse(allBut: [])
        let isComment = collection.name == "transcript_comments"
        return try find(id, in: collection, alsoNeeding: isComment ? .privateRead : .privateWrite)
    }

    private func replaceContacts(
        of id: String, in collection: Collection, _ request: IncomingRequest
    ) throws(Problem) -> Response {
        let record = try target(id, in: collection, request, needing: collection.access.write)
        guard let engagement = record as? Engagement else { throw Self.noPath }
        var body = try BodyReader(request.body, members: ["contact_ids"])
        let ids = body.ids("contact_ids", of: "contact") { id in
            guard let contact = workspace.contact(id) else { return .unknown }
            // This call ignores calendar resources, listed or not, so a client may send back what it has read.
            return contact.isCalendarResource ? .passedOver : .taken
        }
        try body.check()
        workspace.replaceContacts(of: engagement, with: ids)
        return Response(body: engagement.rendered([], in: workspace).body)
    }

    private func replaceTags(
        of id: String, in collection: Collection, _ request: IncomingRequest
    ) throws(Problem) -> Response {
        let record = try target(id, in: collection, request, needing: collection.access.write)
        guard let engagement = record as? Engagement else { throw Self.noPath }
        var body = try BodyReader(request.body, members: ["tag_ids"])
        let ids = body.ids("tag_ids", of: "tag") { workspace.tag($0) == nil ? .unknown : .taken }
        try body.check()
        engagement.replaceTags(with: ids, at: workspace.tick())
        return Response(body: engagement.rendered([], in: workspace).body)
    }

    private func create(_ collection: Collection, _ request: IncomingRequest) throws(Problem) -> Response {
        if let scope = collection.access.write { try scopes.require(scope) }
        try Query(request.query).refuse(allBut: [])
        let (record, isNew) = try workspace.create(in: collection, from: request.body)
        return shown(record, status: isNew ? 201 : 200)
    }

    private func createComment(
        on id: String, in collection: Collection, _ request: IncomingRequest
    ) throws(Problem) -> Response {
        guard let comments = workspace.collection(Bytes("transcript_comments")), let scope = comments.access.write
        else { throw Self.noPath }
        try scopes.require(scope)
        try Query(request.query).refuse(allBut: [])
        let engagement = try find(id, in: collection, alsoNeeding: .privateRead)
        return shown(try workspace.createComment(on: engagement.id, in: comments, from: request.body), status: 201)
    }

    private func update(_ id: String, of collection: Collection, _ request: IncomingRequest) throws(Problem) -> Response
    {
        let record = try target(id, in: collection, request, needing: collection.access.write)
        try workspace.update(record, from: request.body)
        return shown(record)
    }

    private func delete(_ id: String, of collection: Collection, _ request: IncomingRequest) throws(Problem) -> Response
    {
        let record = try target(id, in: collection, request, needing: collection.access.write)
        if (record as? Contact)?.isCalendarResource == true {
            throw Problem(409, "A calendar resource belongs to its calendar, and can't be deleted here.")
        }
        workspace.delete(record)
        let out = ByteBuffer()
        var json = JSONWriter(out)
        json.beginObject()
        json.member("id", record.id)
        json.member("object", collection.noun)
        json.member("deleted", true)
        json.endObject()
        return Response(body: out)
    }

    private func associate(
        _ id: String, in collection: Collection, _ request: IncomingRequest
    ) throws(Problem) -> Response {
        let record = try target(id, in: collection, request, needing: collection.access.write)
        try workspace.associate(record, type: collection.noun, from: request.body)
        return shown(record)
    }

    private func dissociate(
        _ id: String, in collection: Collection, _ request: IncomingRequest
    ) throws(Problem) -> Response {
        let record = try target(id, in: collection, request, needing: collection.access.write)
        workspace.setAssociation(of: record, to: nil)
        return shown(record)
    }

    private func shown(_ record: Record, status: Int = 200) -> Response {
        var response = Response(body: record.rendered([], in: workspace).body)
        response.status = status
        return response
    }
}

extension Expand {
    /// The parts that a query's `expand` names; none without one.
    fileprivate init(list: String?) throws(Problem) {
        guard let list else {
            self = []
            return
        }
        try self.init(list: list)
    }
}
