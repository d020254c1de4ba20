/// How a sandbox begins.
package struct SandboxSettings: Sendable {
    /// Its port, if other processes use it; 0 lets the system choose.
    package var port = 0
    /// What its workspace holds instead of the built-in one.
    package var seed: SeedFile?
    /// Where its clock begins. The first write is a second later.
    package var clock = WorkspaceSeed.clock

    /// A sandbox on any port, with the built-in workspace.
    package init() {}
}

extension SandboxSettings {
    /// A workspace as it is at the beginning.
    var workspace: Workspace {
        Workspace(seed.map { Workspace.Content($0, clock: clock) } ?? .builtIn, clock: clock)
    }
}
