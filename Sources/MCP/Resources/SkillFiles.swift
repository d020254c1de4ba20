// swift-format-ignore-file
/// The files of schema/skills, as they are. Written by Tests/update-generated.
enum SkillFiles {
    static let all: [Skill.File] = [
        .init(
            path: "change-attendees/SKILL.md",
            digest: "98b43723c7feeaaa123606965da620e2c4eff78b7b53e837fa26ef6c808617e1",
            text: ##"""
---
name: change-attendees
description: Add people to an AskElephant engagement, or take people off it, without losing anybody else. Use it whenever the contacts of a meeting or call are to change.
compatibility: Needs the tools engagement_list, engagement_get, engagement_find_contacts, engagement_add_contacts and engagement_remove_contacts.
---

# Change the attendees of an engagement

In the calls below put real ids in place of ngmt_ID, cnt_NEW and cnt_OLD. Never make up an id.

1. Which engagement? With an id, go on. Without one, look for two or three words of its title:
   `engagement_list {"search": "quarterly review", "limit": 10}`
   Several fit: show the user title and time of each, and ask.
2. Who is there now?
   `engagement_get {"engagement_id": "ngmt_ID", "expand": ["contacts"]}`
   Entries with `is_calendar_resource` true are rooms: leave them alone, they stay by themselves.
3. Who is to come or to go? Get the contact ids as the skill find-people says.
4. Look before you write. With `dry_run` nothing is written:
   `engagement_add_contacts {"engagement_id": "ngmt_ID", "contact_ids": ["cnt_NEW"], "dry_run": true}`
   `engagement_remove_contacts {"engagement_id": "ngmt_ID", "contact_ids": ["cnt_OLD"], "dry_run": true}`
   In `changes`, `added` and `removed` must be the people meant and nobody else. If not, stop and say what you see.
5. Tell the user by name who would be added and who would be taken off. Before anybody is taken off, wait for a yes.
6. The same calls without `dry_run`, the addition first:
   `engagement_add_contacts {"engagement_id": "ngmt_ID", "contact_ids": ["cnt_NEW"]}`
   `engagement_remove_contacts {"engagement_id": "ngmt_ID", "contact_ids": ["cnt_OLD"]}`
7. Check `changes`: `verified` must be true. If it is false, or a call failed with `applied` "unknown", do step 2 again
   before you write anything more. `applied` "no": nothing happened.

Do not use engagement_replace_contacts for this: whoever is missing from its list is dropped. If the user wants a whole
new list, give it `expected_contact_ids`, all contacts from step 2 but the rooms; then a change that somebody else made
in between is refused (412) and not overwritten.

Something went wrong: `before` in `changes` says who was there. Put them back with engagement_undo if you have it (a
second call does no harm), else with engagement_add_contacts.

"""##),
        .init(
            path: "find-people/SKILL.md",
            digest: "7ab11433b98b7f586b55672645190ad8d86fd8d8301195df377cbef46e86ced4",
            text: ##"""
---
name: find-people
description: Find out which AskElephant contact is meant by a name or an e-mail address. Use it before any tool that takes a contact id, when all you have is a name or an address.
compatibility: Needs the tools engagement_find_contacts, contact_list and contact_get.
---

# Find who is meant

1. Look up all of them in one call, addresses where you have them, else full names:
   `engagement_find_contacts {"emails": ["ADDRESS"], "names": ["FULL NAME"]}`
   Both match whole, never by a part. An address decides; a name may be anybody's.
2. Each query comes back in one of three places:
   - `found`: one contact, with its id. Done. For a name, check once that it is the right person (step 3).
   - `ambiguous`: several. Go to step 3 with each.
   - `missing`: nobody. Go to step 4.
3. Look at a candidate:
   `contact_get {"contact_id": "cnt_ID"}`
   Take one only when the user's own words decide it: an address, a company. Otherwise show names and addresses, and ask.
   Do not choose by order, by date or by which is fuller.
4. Search for a part of the name or of the address:
   `contact_list {"search": "PART", "limit": 10}`
   What you find here are guesses: show them, and ask. Nothing found: ask the user for the e-mail address.
5. Create a contact only when the user wants it. A 409 means that somebody has this address already: step 1 with it.

Colleagues of the user are users (usr_…, user_list), not contacts; they are no attendees that you could add.

"""##),
        .init(
            path: "merge-duplicates/SKILL.md",
            digest: "37a98b0d3e515785ca97f583486d05ce6ca955e84fecad49317c731396b2722c",
            text: ##"""
---
name: merge-duplicates
description: Merge two AskElephant contacts that are the same person, so that every engagement names the one that stays. Use it when a contact is there twice.
compatibility: Needs the tools contact_get and contact_merge (--toolsets attendees,contacts), or engagement_list, engagement_add_contacts and engagement_remove_contacts.
---

# Merge two contacts that are one person

In the calls below put real ids in place of cnt_KEEP, which stays, and cnt_GONE, which goes. Without ids, find both as the
skill find-people says.

1. Look at both:
   `contact_get {"contact_id": "cnt_KEEP"}`
   `contact_get {"contact_id": "cnt_GONE"}`
   Show them side by side. The user decides that they are one person, and which one stays. Without a yes, stop here.
2. See what would change. With `dry_run` nothing is written:
   `contact_merge {"contact_id": "cnt_GONE", "into_contact_id": "cnt_KEEP", "dry_run": true}`
   Tell the user how many `engagements` there are. In each `changes`, `removed` is cnt_GONE and nobody else, and `added` is
   cnt_KEEP, or nobody if they are there already. Private engagements that the token may not read are not in it.
3. Do it:
   `contact_merge {"contact_id": "cnt_GONE", "into_contact_id": "cnt_KEEP"}`
   In each of `engagements`, `applied` is "yes" and `verified` true. One with an `error` was not changed, or, with `applied`
   "unknown", may have been. The same call again does what is left; it does no harm. Tell the user what failed twice.
4. Step 2 once more. `engagements` must be empty now.
5. Ask once more, then delete the one that is left over:
   `contact_merge {"contact_id": "cnt_GONE", "into_contact_id": "cnt_KEEP", "delete": true}`
   `deleted` is true. This can't be undone, and afterwards what was merged can't be put back either.
6. What only the deleted one had (addresses, phone numbers), add to the other with contact_update. `emails` and
   `phone_numbers` replace the whole list there: send the old ones too. An address is free only after step 5.

Without the tool contact_merge: list the engagements of cnt_GONE with engagement_list (filter contact_ids, all true), and
for each of them, one after the other, engagement_add_contacts with cnt_KEEP, then, when `verified` is true,
engagement_remove_contacts with cnt_GONE. The other order loses somebody if you are stopped in between. cnt_GONE is then
deleted by contact_delete or by hand.

Something went wrong before step 5: `meta.run` names what was written. With it engagement_undo, if you have that, puts back
one engagement after the other: `engagement_undo {"engagement_id": "ngmt_ID", "run": "RUN"}`.

"""##),
    ]
}
