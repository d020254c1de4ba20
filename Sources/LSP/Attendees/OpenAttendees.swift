import Bytes

/// An attendees document that is open in the editor.
final class OpenAttendees {
    let uri: String
    let id: ResourceID
    /// What it was made from; nil while that is being read.
    private(set) var base: AttendeesBase?
    /// What is there now, where that is something else and the document does not say it yet.
    private(set) var newer: AttendeesBase?
    /// Whether it was saved with changes that were never sent.
    private(set) var isUnsent = false
    /// The question that is open about it.
    private(set) var question: AttendeesQuestion?
    /// Those whom a person was asked about last: a save asks about the same only once.
    private(set) var askedAbout: [String]?
    /// The text that was saved and waits for look-ups before a person is asked; `isPress` if somebody pressed.
    private(set) var waiting: (text: [UInt8], isPress: Bool)?
    /// The answer that a person gives by choosing a code action, because the client can't ask.
    private(set) var offer: AttendeesOffer?
    private(set) var isOpen = true
    /// Until when the person is being asked whether to reload.
    private(set) var reloadAskedUntil = 0.0
    /// Whether the editor is to bring it up to date as soon as what is there is known.
    private(set) var isReloadWanted = false

    init(_ uri: String, _ id: ResourceID) { (self.uri, self.id) = (uri, id) }

    /// It says what is there now.
    func adopt(_ base: AttendeesBase) {
        self.base = base
        (newer, askedAbout, offer, isUnsent) = (nil, nil, nil, false)
        reloadAskedUntil = 0
    }

    /// It was opened with changes in it, or they are gone.
    func mark(unsent: Bool) { isUnsent = unsent }

    /// Others are there now.
    func note(newer: AttendeesBase?) { self.newer = newer }

    func begin(_ question: AttendeesQuestion, about wanted: [String]?) {
        self.question = question
        (askedAbout, offer) = (wanted, nil)
    }

    /// A question is over, if it is the one that is open.
    func end(_ question: AttendeesQuestion?) { if self.question === question { self.question = nil } }
    func wait(_ text: [UInt8], isPress: Bool) { waiting = (text, isPress || waiting?.isPress == true) }
    func endWait() { waiting = nil }
    func make(_ offer: AttendeesOffer?) { self.offer = offer }
    func askReload(until seconds: Double) { reloadAskedUntil = seconds }
    func want(reload: Bool) { isReloadWanted = reload }
    func close() { isOpen = false }
}
