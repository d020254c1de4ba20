#!/usr/bin/env bash
# A person's session in Kate 22.12, on a screen that nobody sees, with the settings of examples/lsp: kate.sh SETTINGS.json
# ENGAGEMENT_RPC_SANDBOX_AT names the sandbox, NOTES a file to work in. Prints one line. What goes over the pipes is recorded,
# because Kate's windows say nothing to a script; keys are its only input.
set -euo pipefail
binary=$(command -v engagement-rpc)
mkdir -p "$HOME/tap" "$XDG_CONFIG_HOME/kate/lspclient"
cp "$1" "$XDG_CONFIG_HOME/kate/lspclient/settings.json"
printf '#!/bin/sh\ntee -a "$HOME/said" | "%s" "$@" | tee -a "$HOME/heard"\n' "$binary" >"$HOME/tap/engagement-rpc"
chmod +x "$HOME/tap/engagement-rpc"
touch "$HOME/said" "$HOME/heard"
cat >"$XDG_CONFIG_HOME/katerc" <<END
[General]
Show welcome view for new window=false
[Kate Plugins]
lspclientplugin=true
[lspclient]
AllowedServerCommandLines=$HOME/tap/engagement-rpc
AutoHover=true
Diagnostics=true
END

fail() {
    echo "kate: $1"
    tail -c 1500 "$HOME/heard"
    exit 1
}
# waits WHAT COMMAND...: until the command succeeds.
waits() {
    for _ in {1..200}; do
        ! "${@:2}" || return 0
        sleep 0.1
    done
    fail "$1, waited for 20 s"
}
said() { tr -d '\n ' <"$HOME/said" | grep -qa -- "$1"; }
heard() { grep -qa -- "$1" "$HOME/heard"; }
# keys WORD...: a moment for each, as a person gives them.
keys() {
    local key
    for key in "$@"; do
        xdotool key "$key"
        sleep 0.15
    done
    sleep 0.5
}
api() { "$binary" call "$@" --compact; }
writes() { api sandbox.requests | { grep -o '"method":"PUT"' || true; } | wc -l; }
people() { [ "$(api engagement.get ngmt_sandbox01 expand=contacts | grep -o 'cnt_sandbox[a-z0-9]*' | tr '\n' ' ')" = "$1 " ]; }

exec {ready}< <(exec Xvfb -displayfd 1 -screen 0 1100x750x24 2>/dev/null)
screen=$!
read -r -u "$ready" display
export DISPLAY=:$display
PATH=$HOME/tap:$PATH dbus-run-session kate -n "$NOTES" >"$HOME/log" 2>&1 &
editor=$!
trap 'kill "$editor" "$screen" 2>/dev/null || true' EXIT

waits "the notes have no server" said '"method":"textDocument/didOpen"'
waits "no mark" heard 'cnt_nobody1'
sleep 1
keys Down Down Right Right Right Right
keys alt+l y
waits "no hover" heard 'Quarterly review with Acme.*Björn Lindqvist'
keys Escape ctrl+End
xdotool type -- '- cnt_mor'
keys ctrl+space
waits "no completion" heard '"label":"Chloé Moreau"'
keys Escape shift+Home Delete ctrl+Home Down Down Right Right Right Right
sleep 0.5
keys alt+l g
waits "the definition leads nowhere" said 'ngmt_sandbox01.attendees","version"\|"uri":"file://[^"]*ngmt_sandbox01.attendees"'
sleep 1
keys ctrl+End Up Home shift+End
xdotool type 'contact5@mail.example'
sleep 1
keys Escape ctrl+s
waits "a save asks nothing" heard 'window/showMessageRequest'
waits "Kate can ask" said '"code":-32601,"message":"window/showMessageRequest"'
waits "the way without a question is not told" heard 'Replace now'
[ "$(writes)" = 0 ] || fail "written without a yes"
keys alt+l c
waits "no action" heard '"title":"Replace now: drop Björn Lindqvist, add Efua Mensah"'
sleep 1
keys Down Return
waits "not replaced" people "cnt_sandbox01 cnt_sandbox05 cnt_sandboxroom1"
asked=$(grep -ac showMessageRequest "$HOME/heard")
keys ctrl+s
sleep 1
[ "$(grep -ac showMessageRequest "$HOME/heard")" = "$asked" ] || fail "the save after a replacement asks"
# Behind "No change".
keys alt+l c
sleep 1
keys Down Down Return
waits "the undo without a question is not told" heard 'code action \\"Undo now'
[ "$(writes)" = 1 ] || fail "undone without a yes"
keys alt+l c
waits "no action" heard '"title":"Undo now: drop Efua Mensah, add Björn Lindqvist"'
sleep 1
keys Down Return
waits "not undone" people "cnt_sandbox01 cnt_sandbox02 cnt_sandboxroom1"
echo "kate $(kate --version | tr -dc '0-9.'): ok; hover, marks, completion, definition; attendees not replaced without a yes," \
    "replaced by \"Replace now\", undone by \"Undo now\"; $(writes) writes"
