extension String {
    /// Followed by spaces up to `width` characters, by one at least.
    func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
