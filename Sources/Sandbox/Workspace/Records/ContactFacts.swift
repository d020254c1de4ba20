/// The changeable facts of a contact.
struct ContactFacts: Sendable {
    var firstName: String?
    var lastName: String?
    var description: String?
    var companyID: String?
    var emails: [Address] = []
    var phones: [Address] = []
    var timeZone: String?
    var crm: CRMLink?
    /// No request changes this.
    var isCalendarResource = false
}
