package enum SchemaReader: Sendable {
    /// A program that knows JSON Schema.
    case document
    /// An agent's host, which converts it to a form for its model or to a grammar. The schema leaves out what some
    /// converters can't read (lists of types, lengths from 2,000 up), and what only makes it longer; the values are
    /// checked all the same. What may get lost (patterns) is also said in words.
    case tool
}
