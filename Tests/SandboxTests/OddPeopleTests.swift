import Testing

@testable import Sandbox

/// People as real workspaces have them: two with one address, one whose account is switched off.
@Suite struct OddPeopleTests {
    /// An address may stand at two contacts, as it does in real workspaces, and both can be changed all the same.
    @Test func anAddressThatTwoHave() {
        let call = Calls()
        let address = "front-desk@mail.example"
        #expect(call("GET", "/v2/contacts?search=\(address)").ids == ["cnt_sandbox38", "cnt_sandbox37"])
        for number in [37, 38] {
            let path = "/v2/contacts/cnt_sandbox\(number)"
            #expect(call("PATCH", path, #"{"first_name":"F"}"#).status == 200)
            let list = #"[{"email":"\#(address.uppercased())","is_primary":true}]"#
            #expect(call("PATCH", path, #"{"emails":\#(list)}"#).status == 200, "it had it before")
            #expect(
                call("PATCH", "/v2/contacts/cnt_sandbox36", #"{"emails":\#(list)}"#).errors == [
                    "emails[0].email conflict"
                ])
        }
    }

    /// Whose account is switched off can't own what is created.
    @Test(arguments: [(4, 201, [] as [String]), (5, 422, ["participants[1] invalid_value"])])
    func onlyAnActiveUserOwns(user: Int, status: Int, errors: [String]) {
        let call = Calls()
        let shown = call("GET", "/v2/users/usr_sandbox0\(user)").json
        #expect((shown["role"] as? String == "INACTIVE") == (user == 5))
        #expect((shown["last_activity_at"] == nil) == (user == 5))
        let people =
            #"[{"name":"a","email":"a@x.example"},{"name":"b","email":"user\#(user)@askelephant.example","is_owner":true}]"#
        let made = call(
            "POST", "/v2/engagements", #"{\#(WorkspaceTests.call),\#(WorkspaceTests.media),"participants":\#(people)}"#)
        #expect(made.status == status && made.errors == errors, "\(made.text)")
        if status == 201 { #expect(made.json["owner_user_id"] as? String == "usr_sandbox04") }
    }
}
