# shellcheck shell=bash
# Guests and scripts that run side by side, and what is counted and said of them.
# Sourced by tests/check and tests/torture/run.
#
# usage: lanes_begin DIRECTORY; lane NAME COMMAND... for each; lanes_end
#
# A lane's output goes to DIRECTORY/NAME, and what of it matches $lanes_shown to the
# terminal, as it happens.

here_lanes=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=tests/lib/header.sh
. "$here_lanes/header.sh"
root=$(readlink -f "$here_lanes/../..")
logs='' lanes=() lanes_shown='^\[[a-z0-9.]+\] (ok|NOT OK)|^  (unpacking|compiling): |^(building|unpacking|waiting|still) '

lanes_begin() {
	logs=$1
	rm -rf "$logs"
	mkdir -p "$logs"
	: > "$logs/counts"
	trap lanes_stop INT TERM
}

# on KERNEL: it is one of those to run
on() {
	# shellcheck disable=SC2154 # the caller's
	[[ " $kernels " == *" $1 "* ]]
}

# wanted NAME: chosen, or nothing was
wanted() {
	# shellcheck disable=SC2154 # the caller's
	[ -z "$chosen" ] || [[ " $chosen " == *" $1 "* ]]
}

# named KERNEL SCRIPT: its header names that kernel, or none
named() {
	local kernels

	kernels=$(kernels_of "$2")
	[ -z "$kernels" ] || [[ " $kernels " == *" $1 "* ]]
}

# count PASSED FAILED
count() {
	echo "$1 $2" >> "$logs/counts"
}

# guest NAME COMMAND...: a guest run; it counts for itself, and if it never got
# so far that is a failure
guest() {
	local counts=$logs/$1.count

	rm -f "$counts"
	DSR_COUNT=$counts "${@:2}"
	if [ -s "$counts" ]; then
		cat "$counts" >> "$logs/counts"
	else
		count 0 1
		echo "[$1] NOT OK: no guest was run"
	fi
}

# on_host NAME COMMAND...: a script on this machine that prints TAP
on_host() {
	local name=$1 tap=$logs/$1.tap status=0 start=$SECONDS verdict ok bad rest

	shift
	timeout -k 5 1800 "$@" > "$tap" 2>&1 < /dev/null || status=$?
	verdict=$("$here_lanes/tap" "$status" "$tap") || :
	read -r ok bad rest <<< "${verdict%%$'\n'*}"
	count "$ok" "$bad"
	if [ "$bad" -eq 0 ]; then
		echo "[host] ok $name $ok/$ok${rest:+, $rest} ($((SECONDS - start)) s)"
		sed -n "s/^# figures: /[host] $name: /p" "$tap"
	else
		echo "[host] NOT OK $name $ok/$((ok + bad)) ($((SECONDS - start)) s)"
		tail -n +2 <<< "$verdict"
	fi
}

# slot COMMAND...: once there is a processor for it.  With more guests than that each
# takes longer, and all of them no less: what waits for something gives up.
slot() {
	local number=0 status=0

	while exec 8> "$logs/slot.$number" && ! flock -n 8; do
		number=$(((number + 1) % $(nproc)))
		[ "$number" -gt 0 ] || sleep 1
	done
	# What it starts must not hold the place when it has ended.
	"$@" 8>&- || status=$?
	exec 8>&-
	return "$status"
}

# lane NAME COMMAND...: in the background, in a process group of its own
lane() {
	set -m
	"${@:2}" 2>&1 | tee "$logs/$1" | grep --line-buffered -E "$lanes_shown" &
	set +m
	lanes+=("$!")
}

# A lane ends with all that it began.
lanes_stop() {
	local each

	trap - INT TERM
	for each in "${lanes[@]}"; do
		kill -- "-$(ps -o pgid= "$each" | tr -d ' ')" 2> /dev/null
	done
	wait
	exit 130
}

# When all are through: the details of what failed, and the sum, which is the exit
# status too.
lanes_end() {
	local log

	wait "${lanes[@]}"
	for log in "$logs"/*; do
		! grep -qs '^\[.*NOT OK' "$log" || { echo; echo "=== ${log#"$root/"}"; grep -v '^\[.*\] ok ' "$log" | tail -n 200; }
	done
	awk '{ passed += $1; failed += $2 } END {
		if (!passed && !failed)
			print "nothing was tested"
		print passed + 0 " passed, " failed + 0 " failed"
		exit failed || !passed
	}' "$logs/counts"
}
