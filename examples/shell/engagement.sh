# A client of engagement-rpc for bash 4.4 or newer, with jq; to be sourced. It holds one process, in which many calls
# may be under way.
#
#   engagement_start FLAG...       starts the process; returns 64, with a sentence, when it can't
#   send METHOD [PARAMS]           sends a request; its id is then in $id
#   cancel ID                      asks for the call to be ended; it still has an answer
#   receive ID                     waits for the answer to a request, which is then in $answer; 1 if it is an error,
#                                  2, with a sentence, when the process has ended
#   call METHOD [PARAMS]           send and receive
#   engagement_stop                ends the process and returns its status
#
# on_progress TOKEN VALUE is called for each $/progress, where there is such a function.

engagement_start() {
    local program
    program=${ENGAGEMENT_RPC:-$(command -v engagement-rpc)} ||
        program=$(dirname -- "${BASH_SOURCE[0]}")/../../.build/release/engagement-rpc
    if ! command -v -- "$program" >/dev/null || ! command -v jq >/dev/null; then
        echo "engagement-rpc can't be started: $program or jq is not there." >&2
        return 64
    fi
    declare -gA answers=()
    declare -g lastId=0 id answer
    coproc engagement { exec "$program" "$@"; }
    # bash forgets the coprocess's own descriptors, and its id, as soon as it has ended.
    enginePid=$!
    local out=${engagement[0]:-} in=${engagement[1]:-}
    if ! { exec {engineOut}<&"$out" {engineIn}>&"$in"; } 2>/dev/null; then
        echo "engagement-rpc ended as soon as it was started." >&2
        return 2
    fi
    eval "exec $out<&- $in>&-"
    # Writing to a process that is gone is to fail, and not to end this shell.
    trap '' PIPE
}

# A process that is gone is seen where its answers are read.
write() { printf '%s\n' "$1" 1>&"$engineIn" 2>/dev/null || true; }

send() {
    id=$((++lastId))
    write "{\"jsonrpc\":\"2.0\",\"id\":$id,\"method\":\"$1\",\"params\":${2:-{\}}}"
}

cancel() {
    write "{\"jsonrpc\":\"2.0\",\"method\":\"\$/cancelRequest\",\"params\":{\"id\":$1}}"
}

receive() {
    local line kind key rest
    while [ -z "${answers[$1]:-}" ]; do
        if ! IFS= read -r line <&"$engineOut"; then
            echo "engagement-rpc ended before it had answered." >&2
            return 2
        fi
        read -r kind key rest < <(jq -r 'if .method == "$/progress" then "progress \(.params.token) \(.params.value)"
            else "answer \(.id)" end' <<<"$line")
        if [ "$kind" = answer ]; then
            answers[$key]=$line
        elif declare -F on_progress >/dev/null; then
            on_progress "$key" "$rest"
        fi
    done
    answer=${answers[$1]}
    unset "answers[$1]"
    jq -e 'has("result")' <<<"$answer" >/dev/null
}

call() {
    send "$@"
    receive "$id"
}

engagement_stop() {
    exec {engineIn}>&-
    wait "$enginePid"
}
