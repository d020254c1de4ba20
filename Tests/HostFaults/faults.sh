# What engagement.sh, beside this file, does about a fault: faults.sh NAME. It works with the client as it was, too.
set -u
source "$(dirname "$0")/engagement.sh"

# tell LABEL: the error in $answer.
tell() { jq -r --arg what "$1" '"\($what): \(.error.data.kind): \(.error.message)"' <<<"$answer"; }
show() { jq -r "$1" <<<"$answer"; }

unreadable() {
    local slow ids=() number one answered=0
    engagement_start --sandbox || exit
    call contact.get '{"contact_id":}' || tell "unreadable alone"
    call sandbox.fail '{"match":"PUT /v2/engagements/ngmt_sandbox05/contacts","steps":[{"delay_ms":60000}],"repeat":true}'
    send engagement.replaceContacts '["ngmt_sandbox05",["cnt_sandbox08"]]'
    slow=$id
    for number in {01..40}; do
        [ "$number" != 20 ] || { send contact.get '{"contact_id":}' && ids+=("$id"); }
        send contact.get "[\"cnt_sandbox$number\"]"
        ids+=("$id")
    done
    for one in "${ids[@]}"; do
        if receive "$one"; then answered=$((answered + 1)); else tell "unreadable"; fi
    done
    echo "others: $answered answered"
    cancel "$slow"
    receive "$slow" || tell "slow"
    engagement_stop
}

flag() {
    engagement_start --sandbx && call service.ping
    echo "flag: status $?"
}

killed() {
    local ids=() number one told=0
    engagement_start --sandbox || exit
    call sandbox.fail '{"match":"GET /v2/contacts/*","steps":[{"delay_ms":60000}],"repeat":true}'
    for number in {1..40}; do
        send contact.get '["cnt_sandbox01"]'
        ids+=("$id")
    done
    sleep 0.5
    kill -KILL "$(cat "$PID_FILE")"
    for one in "${ids[@]}"; do
        receive "$one" 2>/dev/null
        [ $? != 2 ] || told=$((told + 1))
    done
    echo "killed: $told of ${#ids[@]} told: engagement-rpc ended before it had answered."
}

left() {
    engagement_start --sandbox || exit
    call contact.get '["cnt_sandbox01"]'
    echo "left open: $(show .result.meta.status)"
}

whole() {
    engagement_start --sandbox || exit
    call contact.get '["cnt_sandbox01"]'
    echo "meta: $(show '.result.meta | "\(.status) \(.api_version)"')"
    call engagement.replaceContacts '["ngmt_sandbox01",["cnt_nobody"]]'
    echo "refused: $(show '.error | "\(.code) \(.data.kind) \(.data.applied) \(.data.attempts) \(.data.errors[0].field)"')"
    echo "whole: $(show '.error.data | "\(.status) \(.request_id)"')"
    engagement_stop
    engagement_start --base-url http://127.0.0.1:9/api || exit
    call contact.get '{"contact_id":"cnt_sandbox01","options":{"timeout_ms":500}}'
    echo "cause: $(show '.error | "\(.code) \(.data.kind) \(.data.retryable) \(.data.cause)"')"
    engagement_stop
}

"$1"
