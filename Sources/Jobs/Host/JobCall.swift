import JSON

/// A call that a job wants to be made.
package struct JobCall {
    /// The job's own number for it, which comes back with the reply.
    package let tag: Int
    /// The method, such as `engagement.get`.
    package let method: String
    /// Writes the members of the params.
    package let writeParams: (inout JSONWriter) -> Void

    /// A call of `method`.
    package init(_ method: String, tag: Int, _ writeParams: @escaping (inout JSONWriter) -> Void) {
        self.method = method
        self.tag = tag
        self.writeParams = writeParams
    }
}
