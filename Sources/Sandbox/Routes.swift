import Bytes
import JSON

extension Service {
    /// Carries a request out by the API's rules.
    func route(_ request: IncomingRequest) throws(Problem) -> Response {
        guard request.path.starts(with: "/api/v2/") else { throw Self.noPath }
        let rest = request.path.dropping(8)
        let slash = rest.firstPosition(of: UInt8(ascii: "/")) ?? rest.count
        guard let collection = workspace.collection(rest.slice(0, slash)) else { throw Self.noPath }
        guard slash < rest.count else {
            try Self.take("GET", request)
            return try list(collection, Query(request.query))
        }
        let tail = rest.dropping(slash + 1)
        let end = tail.firstPosition(of: UInt8(ascii: "/")) ?? tail.count
        guard end > 0, let id = percentDecoded(tail.slice(0, end)) else { throw Self.noPath }
        if end == tail.count {
            try Self.take("GET", request)
            return try item(id, of: collection, Query(request.query))
        }
        guard tail.dropping(end + 1).equals("contacts"), collection.scope == .engagementsRead else { throw Self.noPath }
        try Self.take("PUT", request)
        return try replaceContacts(of: id, in: collection, request)
    }

    private static let noPath = Problem(404, "There is no such path.")

    private static func take(_ method: StaticString, _ request: IncomingRequest) throws(Problem) {
        guard !request.method.equals(method) else { return }
        var problem = Problem(405, "This path takes \(method).")
        problem.allow = method.description
        throw problem
    }

    private func item(_ id: String, of collection: Collection, _ query: Query) throws(Problem) -> Response {
        try scopes.require(collection.scope)
        try query.refuse(allBut: collection.scope == .engagementsRead ? ["expand"] : [])
        let expand = try Expand(list: query["expand"])
        try scopes.require(expand.scopes)
        let record = try find(id, in: collection, alsoNeeding: .privateRead)
        let rendered = record.rendered(expand, in: workspace)
        var response = Response(body: rendered.body)
        response.etag = rendered.etag
        return response
    }

    /// The object with that id. Throws a 404 without one, and a 403 for a private engagement without `scope`.
    private func find(_ id: String, in collection: Collection, alsoNeeding scope: Scope) throws(Problem) -> Record {
        guard let record = collection[id] else {
            throw Problem(404, "There is no \(collection.noun) with this id in the workspace.")
        }
        if (record as? Engagement)?.seed.isPrivate == true { try scopes.require(scope) }
        return record
    }

    private func replaceContacts(
        of id: String, in collection: Collection, _ request: IncomingRequest
    ) throws(Problem) -> Response {
        try scopes.require(.engagementsWrite)
        try Query(request.query).refuse(allBut: [])
        let record = try find(id, in: collection, alsoNeeding: .privateWrite)
        guard let engagement = record as? Engagement else { throw Self.noPath }
        let ids = try Replacement.ids(in: request.body, people: workspace.people)
        workspace.replaceContacts(of: engagement, with: ids)
        return Response(body: engagement.rendered([], in: workspace).body)
    }

    private func list(_ collection: Collection, _ query: Query) throws(Problem) -> Response {
        try scopes.require(collection.scope)
        let page = try ListQuery(query, of: collection)
        try scopes.require(page.expand.scopes)
        let seesPrivate = scopes.contains(.privateRead) || scopes.contains(.admin)
        let visible = collection.records.filter {
            $0.isListed && (seesPrivate || ($0 as? Engagement)?.seed.isPrivate != true)
        }
        let (records, cursor) = page.select(from: visible)
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

/// The body of *Replace engagement contacts*.
enum Replacement {
    /// The ids in `body`, each once, in order. Throws a 422 that names everything that is wrong with them.
    static func ids(in body: Bytes, people: [String: Person]) throws(Problem) -> [String] {
        guard let input = JSONInput(body) else {
            throw Problem.validation("body", "invalid_json", "The body is not JSON.")
        }
        guard input.isObject else {
            throw Problem.validation("body", "invalid_type", "The body is not an object.")
        }
        guard let list = input["contact_ids"] else {
            throw Problem.validation("contact_ids", "required", "The list of contact ids is missing.")
        }
        guard let elements = list.array else {
            throw Problem.validation("contact_ids", "invalid_type", "This is not a list of contact ids.")
        }
        var ids: [String] = []
        var seen: Set<String> = []
        var errors: [FieldError] = []
        for (index, element) in elements.enumerated() where errors.count < Problem.errorLimit {
            let field = "contact_ids[\(index)]"
            guard let id = element.string else {
                errors.append(FieldError(field: field, code: "invalid_type", message: "This is not a string."))
                continue
            }
            if let person = people[id] {
                // Calendar resources are no business of this call, listed or not: what was read may be sent back.
                if !person.isCalendarResource, seen.insert(id).inserted { ids.append(id) }
            } else {
                let message = "There is no contact with this id in the workspace."
                errors.append(FieldError(field: field, code: "not_found", message: message))
            }
        }
        if !errors.isEmpty { throw Problem.validation(errors) }
        return ids
    }
}
