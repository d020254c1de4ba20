# A client of engagement-rpc for bash 4.4 or newer, with jq; to be sourced. It holds one process, in which many calls
# may be under way.
#
#   engagement_start FLAG...       starts the process; returns 64, with a sentence, when it can't, and the process's own
#                                  status when it does not stay (a misspelt flag: 64, and it has said so)
#   send METHOD [PARAMS]           sends a request; its id is then in $id
#   cancel ID                      asks for the call to be ended; it still has an answer
#   receive ID                     waits for the answer to a request, which is then in $answer; 1 if it is an error,
#                                  2, with a sentence, when the process has ended
#   call METHOD [PARAMS]           send and receive
#   engagement_stop                ends the process and returns its status; without it the process ends with the script
#
# on_progress TOKEN VALUE is called for each $/progress, where there is such a function.

engagement_start() {
    local program built
    # $ENGAGEMENT_RPC, else what is on the PATH, else the release build of the repository that this file is in.
    built=$(dirname -- "${BASH_SOURCE[0]}")/../../.build/release/engagement-rpc
    [ -x "$built" ] || built=engagement-rpc
    program=${ENGAGEMENT_RPC:-$(type -P engagement-rpc)} || program=$built
    if ! type -P "$program" >/dev/null; then
        echo "engagement-rpc can't be started: $program is not there, nor on the PATH." >&2
        return 64
    elif ! type -P jq >/dev/null; then
        echo "engagement-rpc can't be started: it takes jq, which is not there." >&2
        return 64
    fi
    declare -gA answers=() waiting=() suspects=()
    declare -ga unreadable=()
    declare -g lastId=0 id answer
    coproc engagement { exec "$program" "$@"; }
    # bash forgets the coprocess's own descriptors, and its id, as soon as it has ended.
    enginePid=$!
    local out=${engagement[0]:-} in=${engagement[1]:-} status=0
    # Writing to a process that is gone is to fail, and not to end this shell.
    trap '' PIPE
    if { exec {engineOut}<&"$out" {engineIn}>&"$in"; } 2>/dev/null; then
        eval "exec $out<&- $in>&-"
        call service.ping 2>/dev/null && return
        if [ $? = 1 ]; then
            jq -r .error.message <<<"$answer" >&2
            engagement_stop
            return 1
        fi
    fi
    wait "$enginePid" || status=$?
    [ $status = 64 ] || echo "engagement-rpc ended as soon as it was started (status $status)." >&2
    return $((status ? status : 2))
}

# A process that is gone is seen where its answers are read.
write() { printf '%s\n' "$1" 1>&"$engineIn" 2>/dev/null || true; }

send() {
    id=$((++lastId))
    waiting[$id]=1
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
            elif .error.code == -32600 then "taken \(.id)"
            elif (.error.message // "" | contains("$/waits")) then "unknown \(.id)"
            else "answer \(.id)" end' <<<"$line")
        if [ "$kind" != progress ]; then
            attribute "$kind" "$key" "$line"
        elif declare -F on_progress >/dev/null; then
            on_progress "$key" "$rest"
        fi
    done
    answer=${answers[$1]}
    unset "answers[$1]"
    jq -e 'has("result")' <<<"$answer" >/dev/null
}

# attribute KIND ID LINE: keeps an answer for whom it is. One without an id is about a request that the process could
# not read: of those that wait, the one whose id it does not know. It is asked, with a method that nobody has.
attribute() {
    local one
    if [ "$2" = null ]; then
        unreadable+=("$3")
        local asked=()
        for one in "${!waiting[@]}"; do
            [ -n "${suspects[$one]:-}" ] || asked+=("$one")
            suspects[$one]=1
        done
        if [ ${#suspects[@]} -gt ${#unreadable[@]} ]; then
            for one in "${asked[@]}"; do write "{\"jsonrpc\":\"2.0\",\"id\":$one,\"method\":\"\$/waits\"}"; done
        fi
    elif [ "$1" = taken ] && [ -n "${suspects[$2]:-}" ]; then
        unset "suspects[$2]"
    elif [ "$1" = unknown ]; then
        if [ -n "${waiting[$2]:-}" ]; then
            keep "$2" "${unreadable[0]:-$3}"
            unreadable=("${unreadable[@]:1}")
        fi
    else
        keep "$2" "$3"
    fi
    if [ ${#suspects[@]} -le ${#unreadable[@]} ]; then
        for one in "${!suspects[@]}"; do
            keep "$one" "${unreadable[0]}"
            unreadable=("${unreadable[@]:1}")
        done
        unreadable=()
    fi
}

# keep ID LINE
keep() {
    [ -z "${waiting[$1]:-}" ] || answers[$1]=$2
    unset "waiting[$1]" "suspects[$1]"
}

call() {
    send "$@"
    receive "$id"
}

engagement_stop() {
    exec {engineIn}>&-
    wait "$enginePid"
}
