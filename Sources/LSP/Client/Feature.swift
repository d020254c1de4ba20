/// What the user can switch off, by `initializationOptions` or the configuration.
package enum Feature: String, CaseIterable {
    case hover, inlayHints, completion, diagnostics, codeLens, definition, symbols, attendees
}
