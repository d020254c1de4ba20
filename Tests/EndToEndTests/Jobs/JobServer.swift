import Foundation
import TestSupport

/// A workspace behind a `FaultServer`. On an engagement is whoever its last PUT that took effect says.
final class JobServer: Sendable {
    let server: FaultServer

    private final class Box: @unchecked Sendable {
        // Written once, before anything is asked.
        weak var server: FaultServer?
        let before: [String]
        let takesEffect: @Sendable (FaultServer.Request) -> Bool
        // `lock` guards `refused`.
        private let lock = NSLock()
        private var refused: Set<[Int]> = []

        init(_ before: [String], _ takesEffect: @escaping @Sendable (FaultServer.Request) -> Bool) {
            (self.before, self.takesEffect) = (before, takesEffect)
        }

        func refuse(_ request: FaultServer.Request) {
            lock.withLock { _ = refused.insert([request.connection, request.countOnConnection]) }
        }

        private func isRefused(_ request: FaultServer.Request) -> Bool {
            lock.withLock { refused.contains([request.connection, request.countOnConnection]) }
        }

        func people(on id: String) -> [String] {
            let target = "/api/v2/engagements/\(id)/contacts"
            let puts =
                server?.requests.filter {
                    $0.method == "PUT" && $0.target == target && !isRefused($0) && takesEffect($0)
                } ?? []
            guard let last = puts.last else { return before }
            return String(decoding: last.body, as: UTF8.self).split(separator: "\"").map(String.init)
                .filter { $0.hasPrefix("cnt_") }
        }
    }

    private let box: Box

    /// - Parameters:
    ///   - before: who is on every engagement at first.
    ///   - takesEffect: whether a PUT has changed its engagement by now.
    ///   - fault: what happens instead of an answer; nil for the answer.
    ///   - isLate: whether what is answered so takes effect all the same.
    init(
        _ before: [String] = ["cnt_old"],
        takesEffect: @escaping @Sendable (FaultServer.Request) -> Bool = { _ in true },
        fault: @escaping @Sendable (FaultServer.Request) -> Reaction? = { _ in nil }, isLate: Bool = false
    ) throws {
        let box = Box(before, takesEffect)
        self.box = box
        server = try FaultServer { request in
            if let reaction = fault(request) {
                if !isLate { box.refuse(request) }
                return reaction
            }
            let path = request.target.prefix { $0 != "?" }.split(separator: "/").map(String.init)
            if path.last == "contacts", request.method == "GET" { return Self.search(request.target) }
            guard path.count > 3 else { return .problem(404) }
            if path[2] == "contacts" { return .ok(Self.person(path[3])) }
            if path[3].hasPrefix("ngmt_none") { return .problem(404) }
            let people = box.people(on: path[3]).map(Self.person).joined(separator: ",")
            return .ok(#"{"id":"\#(path[3])","title":"Title of \#(path[3])","contacts":[\#(people)]}"#)
        }
        box.server = server
    }

    /// Who is on an engagement now.
    func people(on id: String) -> [String] { box.people(on: id) }

    /// How many PUTs came.
    var putCount: Int { server.requests.count { $0.method == "PUT" } }

    private static func person(_ id: String) -> String {
        let name = id.dropFirst(4)
        return #"{"id":"\#(id)","first_name":"\#(name)","is_calendar_resource":\#(name.hasPrefix("room")),"#
            + #""emails":[{"email":"\#(name)@x.example"}]}"#
    }

    private static func search(_ target: String) -> Reaction {
        let query = target.split(separator: "search=").last?.split(separator: "&").first ?? ""
        let email = String(query).removingPercentEncoding ?? ""
        let name = email.prefix { $0 != "@" }
        let ids = name == "nobody" ? [] : name == "twins" ? ["cnt_twin1", "cnt_twin2"] : ["cnt_\(name)"]
        let items = ids.map {
            #"{"id":"\#($0)","first_name":"\#($0.dropFirst(4))","emails":[{"email":"\#(email)"}]}"#
        }
        return .ok(#"{"data":[\#(items.joined(separator: ","))],"has_more":false,"next_cursor":null}"#)
    }
}
