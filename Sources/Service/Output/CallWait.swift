/// What a call that is under way waits for.
enum CallWait {
    case answer, person
    /// Another change of the same record, or a place.
    case turn
}
