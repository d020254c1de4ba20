/// How many calls of a job run at once.
package struct CallLimits {
    /// Calls that the service works on at once.
    let calls: Int
    /// Connections to the API.
    let connections: Int
    /// Requests begun per second; nil for no limit.
    let rate: Double?
    /// Seconds that one call may take.
    let callSeconds: Double

    /// The limits of a service.
    package init(calls: Int, connections: Int, rate: Double?, callSeconds: Double) {
        self.calls = calls
        self.connections = connections
        self.rate = rate
        self.callSeconds = callSeconds
    }

    /// Calls of `requests` requests each that may run at once, so that none waits for the rate until its time is over.
    func count(requests: Int) -> Int {
        guard let rate else { return calls }
        let inTime = min(rate * callSeconds / 2 / Double(requests), Double(calls))
        return max(1, Int(inTime))
    }
}
