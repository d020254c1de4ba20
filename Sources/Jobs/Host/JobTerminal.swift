/// How a job reaches the person who started it.
package struct JobTerminal {
    /// Writes a question to the terminal from which stdin reads; nil where there is none.
    let ask: ((String) -> Void)?
    /// Replaces the live line; nil takes it away. Nil where nobody looks.
    let showProgress: ((String?) -> Void)?

    /// A terminal, reached by these two.
    package init(ask: ((String) -> Void)?, showProgress: ((String?) -> Void)?) {
        self.ask = ask
        self.showProgress = showProgress
    }
}
