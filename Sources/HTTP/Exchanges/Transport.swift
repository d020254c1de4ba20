/// Runs exchanges. Finished ones are reported through the loop's client.
public protocol Transport: AnyObject {
    /// Begins `exchange`. Reports nothing before it returns.
    func start(_ exchange: Exchange)
    /// Abandons a running exchange at once, without a report. Never blocks.
    func cancel(_ exchange: Exchange)
    /// Closes the connection of a finished exchange, because its bytes can't be trusted: no further request uses it.
    func distrustConnection(of exchange: Exchange)
}
