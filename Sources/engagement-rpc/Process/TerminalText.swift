extension String {
    /// The text with spaces appended up to `width` characters, at least one.
    func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
