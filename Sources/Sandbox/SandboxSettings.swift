/// How a sandbox begins.
package struct SandboxSettings: Sendable {
    /// Its port, if other processes use it; 0 lets the system choose.
    package var port = 0
    /// Where its clock begins. The first write is a second later.
    package var clock = WorkspaceSeed.clock

    /// A sandbox on any port, with the built-in workspace.
    package init() {}
}
