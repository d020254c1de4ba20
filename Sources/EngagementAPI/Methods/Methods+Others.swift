import HTTP

/// Tags, users and transcript comments (API reference, under these names).
extension Method {
    static let tag: [Method] = [
        Method(
            "tag.get", "Read one tag.", detail: "Its name, description, colour and whether the API sets it by itself.",
            [.tagID, .options, .fields],
            action: .http(.get, path: "/v2/tags/{tag_id}", .read), scopes: ["tags:read"], result: "Tag",
            source: .inferred,
            example: #"{"tag_id":"tag_sandbox01"}"#),
        Method(
            "tag.list", "List tags.", Parameter.list(),
            action: .http(.get, path: "/v2/tags", .read), scopes: ["tags:read"], result: "TagList",
            example: #"{"limit":2,"fields":["id","name"]}"#),
        Method(
            "tag.create", "Create a tag.",
            detail: "A name that another tag has is a conflict (409). Not to be repeated blindly: where an error says "
                + "applied unknown, look for the name first.",
            [.required("name", .text(minimum: 1, maximum: 255), "The name.")] + tagFields + [.options],
            action: .http(.post, path: "/v2/tags", .once), scopes: ["tags:write"], result: "Tag",
            example: ##"{"name":"Champion","hex_color":"#2CA02C"}"##),
        Method(
            "tag.update", "Change fields of one tag.", detail: "Only what is given changes.",
            [.tagID, .optional("name", .text(minimum: 1, maximum: 255), "The name.")] + tagFields + [.options],
            action: .http(.patch, path: "/v2/tags/{tag_id}", .once), scopes: ["tags:write"], result: "Tag",
            source: .inferred,
            example: #"{"tag_id":"tag_sandbox01","name":"Price","description":null}"#),
        Method(
            "tag.delete", "Delete one tag.", [.tagID, .options],
            action: .http(.delete, path: "/v2/tags/{tag_id}", .replace), scopes: ["tags:write"], result: "Deleted",
            example: #"{"tag_id":"tag_sandbox01"}"#),
    ]

    static let user: [Method] = [
        Method(
            "user.get", "Read one user of the workspace.",
            [.path("user_id", "usr_", "The user's id."), .options, .fields],
            action: .http(.get, path: "/v2/users/{user_id}", .read), scopes: ["users:read"], result: "User",
            example: #"{"user_id":"usr_sandbox01"}"#),
        Method(
            "user.list", "List users of the workspace.",
            Parameter.list(search: "Words in the name or an e-mail address."),
            action: .http(.get, path: "/v2/users", .read), scopes: ["users:read"], result: "UserList",
            example: #"{"search":"okafor","fields":["id","first_name","last_name","role"]}"#),
    ]

    static let transcriptComment: [Method] = [
        Method(
            "transcriptComment.create", "Comment on the transcript of one engagement.",
            [
                .engagementID, .required("body", .formatted(.visible, maximum: 50_000), "The text; not only blanks."),
                .optional("transcript_timeline_id", .id(prefix: "tt_"), "The timeline; the primary one unless given."),
                .optional("anchor", .openObject, "What in it the comment is about."), .options,
            ],
            action: .http(.post, path: "/v2/engagements/{engagement_id}/transcript_comments", .once),
            subject: .engagementID,
            scopes: ["engagements:read", "transcript_comments:write"], result: "TranscriptComment",
            example: #"{"engagement_id":"ngmt_sandbox01","body":"Ask for the numbers."}"#),
        Method(
            "transcriptComment.get", "Read one transcript comment.", [.commentID, .options, .fields],
            action: .http(.get, path: "/v2/transcript_comments/{transcript_comment_id}", .read),
            scopes: ["engagements:read", "transcript_comments:read"], result: "TranscriptComment",
            example: #"{"transcript_comment_id":"tano_sandbox01"}"#),
        Method(
            "transcriptComment.update", "Change one transcript comment.",
            [
                .commentID, .optional("body", .formatted(.visible, maximum: 50_000), "The text; not only blanks."),
                .optional("anchor", .openObject, "What the comment is about."),
                .optional("status", .text(minimum: 1, maximum: 64), "A state that the API knows."), .options,
            ],
            action: .http(.patch, path: "/v2/transcript_comments/{transcript_comment_id}", .once),
            scopes: ["engagements:read", "transcript_comments:write"], result: "TranscriptComment",
            example: #"{"transcript_comment_id":"tano_sandbox01","body":"Ask for the new numbers."}"#),
        Method(
            "transcriptComment.delete", "Delete one transcript comment.", [.commentID, .options],
            action: .http(.delete, path: "/v2/transcript_comments/{transcript_comment_id}", .replace),
            scopes: ["engagements:read", "transcript_comments:write"], result: "Deleted",
            example: #"{"transcript_comment_id":"tano_sandbox01"}"#),
    ]

    private static let tagFields: [Parameter] = [
        .optional("description", .nullable(.text(minimum: 1, maximum: 2000)), "What it is for."),
        .optional("hex_color", .nullable(.formatted(.color, maximum: 7)), "A colour such as #1F77B4."),
        .optional("auto_tagging_enabled", .flag, "Whether the API tags by itself."),
    ]
}

extension Parameter {
    static let tagID = path("tag_id", "tag_", "The tag's id.")
    static let commentID = path("transcript_comment_id", "tano_", "The comment's id.")
}
