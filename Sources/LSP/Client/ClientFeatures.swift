import JSON

/// What the client has declared that it can do. Nothing else is asked of it, but for a question to the person.
package struct ClientFeatures {
    /// The client's name; empty if it says none.
    package let name: String
    /// Whether it offers to count bytes.
    let countsBytes: Bool
    /// Whether it shows Markdown on hover, and beside completion items.
    let hoversMarkdown: Bool
    let documentsMarkdown: Bool
    /// Whether completion items may have an address beside their label, and what `resolve` may add.
    let hasLabelDetails: Bool
    let resolvesDocumentation: Bool
    /// Whether it asks for diagnostics.
    package let pullsDiagnostics: Bool
    /// Whether pushed diagnostics may name the version they were made for.
    let versionsDiagnostics: Bool
    /// Whether it takes these requests of ours.
    package let refreshesHints: Bool
    package let refreshesLenses: Bool
    package let refreshesDiagnostics: Bool
    package let appliesEdits: Bool
    package let showsDocuments: Bool
    /// Whether it shows work whose token is ours.
    let showsWork: Bool
    /// Whether edits may say which version of a document they are for.
    package let versionsEdits: Bool
    /// Whether code actions may be more than commands.
    package let hasCodeActions: Bool

    /// Reads the params of `initialize`; a client without any can do nothing.
    init(_ params: JSONSlice? = nil) {
        let all = params?.member("capabilities")
        func says(_ list: JSONSlice?, _ word: StaticString) -> Bool {
            list?.elements.contains { $0.reads(word) } == true
        }
        let editor = all?.member("textDocument")
        let workspace = all?.member("workspace")
        let item = editor?.member("completion")?.member("completionItem")
        func refreshes(_ name: StaticString) -> Bool {
            workspace?.member(name)?.member("refreshSupport")?.bool == true
        }
        name = params?.member("clientInfo")?.member("name")?.string ?? ""
        countsBytes = says(all?.member("general")?.member("positionEncodings"), "utf-8")
        hoversMarkdown = says(editor?.member("hover")?.member("contentFormat"), "markdown")
        documentsMarkdown = says(item?.member("documentationFormat"), "markdown")
        hasLabelDetails = item?.member("labelDetailsSupport")?.bool == true
        resolvesDocumentation = says(item?.member("resolveSupport")?.member("properties"), "documentation")
        pullsDiagnostics = editor?.member("diagnostic")?.kind == .object
        versionsDiagnostics = editor?.member("publishDiagnostics")?.member("versionSupport")?.bool == true
        refreshesHints = refreshes("inlayHint")
        refreshesLenses = refreshes("codeLens")
        refreshesDiagnostics = refreshes("diagnostics")
        appliesEdits = workspace?.member("applyEdit")?.bool == true
        showsDocuments = all?.member("window")?.member("showDocument")?.member("support")?.bool == true
        showsWork = all?.member("window")?.member("workDoneProgress")?.bool == true
        // Neovim does not say so, and checks the version all the same.
        versionsEdits =
            workspace?.member("workspaceEdit")?.member("documentChanges")?.bool == true || name == "Neovim"
        hasCodeActions = editor?.member("codeAction")?.member("codeActionLiteralSupport")?.kind == .object
    }
}
