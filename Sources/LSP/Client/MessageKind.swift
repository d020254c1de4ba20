/// How serious a message to the person is, in the protocol's numbers.
package enum MessageKind: Int {
    case error = 1
    case warning = 2
    case info = 3
}
