/// What is known about a record.
package enum RecordState {
    case known(RecordFacts)
    /// The API has no such record, or none that the token may see.
    case missing
    /// It could not be read, for this reason.
    case failed(String)
}
