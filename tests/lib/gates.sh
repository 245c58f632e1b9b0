# shellcheck shell=bash
# Checks of the sources, each a line of TAP.  Sourced.
#
# usage: gate NAME COMMAND... for each; gates_end
#
# All of them run at the same time, and are reported in the order in which they
# were begun.

gates_tmp=$(mktemp -d)
gates_names=() gates_pids=()
trap 'rm -rf "$gates_tmp"' EXIT

# gate NAME COMMAND...: passes when the command succeeds
gate() {
	gates_names+=("$1")
	"${@:2}" > "$gates_tmp/${#gates_names[@]}" 2>&1 < /dev/null &
	gates_pids+=($!)
}

gates_end() {
	local number

	echo "TAP version 13"
	for number in "${!gates_pids[@]}"; do
		if wait "${gates_pids[number]}"; then
			echo "ok $((number + 1)) - ${gates_names[number]}"
		else
			echo "not ok $((number + 1)) - ${gates_names[number]}"
			sed 's/^/#   /' "$gates_tmp/$((number + 1))"
		fi
	done
	echo "1..${#gates_names[@]}"
}

# silent COMMAND...: succeeds when the command does, and prints nothing
silent() {
	local text

	text=$("$@" 2>&1) && [ -z "$text" ] && return
	echo "$text"
	return 1
}

# not_allowed FILE: what of the input no line of FILE, an extended regular
# expression each, has a reason for
not_allowed() {
	grep -vEf <(grep -v '^#' "$1") || [ $? -eq 1 ]
}
