import Bytes
import JSON
import JSONRPC

/// A transcript: speakers, and entries that name them by their places. The API's reference prints no other member, so
/// others are passed on as they are.
struct TimelineKind: ParameterKind {
    private static let object = ObjectKind(
        members: [
            .init(
                name: "speakers", kind: Parameter.Kind(ListKind(element: speaker, maximum: nil, hasPlaces: true)),
                isRequired: true, "Who speaks, each once."),
            .init(
                name: "entries", kind: Parameter.Kind(ListKind(element: entry, maximum: nil)), isRequired: true,
                "What is said, in order."),
        ], isOpen: true)

    private static let speaker = ObjectKind(
        members: [.init(name: "name", kind: .any, isRequired: false, "The speaker's name.")], isOpen: true)

    private static let entry = ObjectKind(
        members: [
            .init(
                name: "speaker_index", kind: .integer(0...(1 << 31)), isRequired: true, "The place in speakers, from 0."
            )
        ], isOpen: true)

    var shape: ValueShape { Self.object.shape }
    var limits: String { Self.object.limits }

    func writeSchema(to json: inout JSONWriter, for reader: SchemaReader, orNull: Bool) {
        Self.object.writeSchema(to: &json, for: reader, orNull: orNull)
    }

    func append(_ value: JSONSlice, at field: String, to body: ByteBuffer) throws(RPCFailure) {
        try Self.object.append(value, at: field, to: body)
        func list(_ name: String) -> JSONSlice? { value.members.first { $0.name.string == name }?.value }
        let count = list("speakers")?.elements.reduce(into: 0) { sum, _ in sum += 1 } ?? 0
        var place = 0
        guard let entries = list("entries") else { return }
        for entry in entries.elements {
            let index = entry.members.first { $0.name.reads("speaker_index") || $0.name.string == "speaker_index" }
            guard let number = index?.value.integer, number < count else {
                let inner = "\(field).entries[\(place)].speaker_index"
                let there = count == 0 ? "there are no speakers" : "the last of the speakers is \(count - 1)"
                throw .invalid(inner, "invalid_range", "\(inner) is \(index?.value.integer ?? 0), but \(there).")
            }
            place += 1
        }
    }
}

extension Parameter.Kind {
    static var timeline: Self { Self(TimelineKind()) }
}
