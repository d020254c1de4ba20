/// The origin of each flag's value. A list, because the first dictionary of a process makes the runtime search the
/// whole binary for conformances: a thirtieth of the start.
struct Origins {
    private var list: [(flag: String, origin: String)] = []

    subscript(flag: String) -> String? {
        get { list.first { $0.flag == flag }?.origin }
        set {
            list.removeAll { $0.flag == flag }
            if let newValue { list.append((flag, newValue)) }
        }
    }
}
