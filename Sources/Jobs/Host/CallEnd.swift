/// What the end of a call means for its item, and for the others.
enum CallEnd {
    /// The item's call is over, well or not.
    case done
    /// The item's call is made again by itself, later.
    case again
    /// No other call can succeed either.
    case hopeless
}
