/// What a call in flight waits for.
enum CallWait {
    case answer, person
    /// An earlier write to the same resource, or a place.
    case turn
}
