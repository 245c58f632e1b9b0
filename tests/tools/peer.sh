#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# dsrctl, built with the sanitizers, and a kernel that isn't as it knows it: answers
# of a newer or an older module, calls that fail or are interrupted, and a standard
# output that takes nothing.  The kernel's side is played from peer/answers.txt, so
# that no module is needed.
#
# usage: peer.sh SOURCES (prints TAP)
set -u

# shellcheck source=tests/netns/lib/tap.sh
. "$(dirname -- "$0")/../netns/lib/tap.sh"
sources=$(realpath -- "${1:?usage: peer.sh SOURCES}")
here=$sources/tests/tools/peer
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
trap 'exit 1' INT TERM
# The one who is preloaded must come before the sanitizer.
export ASAN_OPTIONS=verify_asan_link_order=0:exitcode=99
export UBSAN_OPTIONS=$ASAN_OPTIONS

built()
{
	tools=$(DSR_SANITIZE=address,undefined "$sources/tests/lib/build-tools") &&
		make -s -C "$here" TOOLS="$tools" OUT="$T"
}

built >"$T/log" 2>&1
tap $? "dsrctl and its peer are built" "$(<"$T/log")"
dsrctl=$tools/dsrctl

# with_peer ARGS...: dsrctl, asking the recorded kernel
with_peer() { DSR_PEER=$here/answers.txt LD_PRELOAD=$T/peer.so "$dsrctl" "$@"; }

# faulty FAULT ARGS...
faulty() { DSR_FAULT=$1 with_peer "${@:2}"; }

full() { "$@" >/dev/full; }
closed() { "$@" >&-; }

is "what was recorded is shown" "$(with_peer -j service show | jq -c 'map(.backends | length)')" '[3,1,0]'
with_peer save >"$T/conf"
is "what was saved is what there is" "$(with_peer apply "$T/conf" --dry-run)" ""

##### a file that is replaced

with_peer metrics textfile >"$T/metrics"
with_peer metrics textfile "$T/new.prom"
is "metrics are written to a file" "$(grep -c . "$T/new.prom")" "$(grep -c . "$T/metrics")"
echo before >"$T/new.prom"
with_peer metrics textfile "$T/new.prom"
is "... which is replaced" "$(grep -cx before "$T/new.prom")" 0
mkfifo "$T/pipe"
ln -s new.prom "$T/link"
for file in "$T/pipe" "$T/link" "$T"; do
	kind=$(stat -c %F "$file")
	fails_with 1 "^dsrctl: $file: a regular file is expected" with_peer metrics textfile "$file"
	is "a $kind stays one" "$(stat -c %F "$file")" "$kind"
done

##### a module of another release

sed -e 's/flows 4096/flows 8192/' -e '/10.3.0.2/d' -e 's/weight 2/weight 3/' \
	-e '/mark/d' "$T/conf" >"$T/other"
echo 'service add 10.9.9.9' >>"$T/other"
ASAN_OPTIONS=detect_leaks=0:$ASAN_OPTIONS "$T/mutate" "$here/answers.txt" "$T/other" \
	>"$T/results" 2>"$T/wrong"
tap $? "every attribute was varied" "$(<"$T/wrong")"
while read -r status name; do
	tap "$status" "$name" "$(grep -FA 1 -e "${name%%:*}" "$T/wrong")"
done <"$T/results"

##### calls that are interrupted, or fail

EINTR=4 ENOMEM=12 ENOBUFS=105
commands=('-s service show' '-j flow show' 'save' 'stats' "apply $T/other")

# same_after FAULT COMMAND: as if nothing had been
same_after()
{
	local words

	read -r -a words <<<"$2"
	diff <(with_peer "${words[@]}" 2>&1; echo $?) <(faulty "$1" "${words[@]}" 2>&1; echo $?)
}

for command in "${commands[@]}"; do
	for call in sendto recvmsg; do
		for number in 1 2 3; do
			ok "$command: $call $number is interrupted" same_after "$call:$EINTR:$number" "$command"
		done
	done
	read -r -a words <<<"$command"
	fails_with 1 'No buffer space' faulty "sendto:$ENOBUFS:2" "${words[@]}"
	fails_with 1 'Cannot allocate memory' faulty "recvmsg:$ENOMEM:1" "${words[@]}"
done
for command in "${commands[@]::4}"; do
	read -r -a words <<<"$command"
	like "$command: an answer is lost" "$(faulty "recvmsg:$ENOBUFS:3" "${words[@]}" 2>&1 >"$T/out")" \
		'^dsrctl: .*No buffer space'
	like "$command: an answer is cut short" "$(faulty recvmsg:short:3 "${words[@]}" 2>&1 >"$T/out")" \
		'^dsrctl: .*Bad message'
done

##### a standard output that takes nothing

for command in '-V' 'help' 'service help' 'get' '-j -s service show' 'save' 'metrics' 'flow show' \
	"apply $T/other --dry-run" "-j apply $T/other --dry-run" \
	'explain 192.168.1.1:5000 10.2.0.1:80/tcp'; do
	read -r -a words <<<"$command"
	fails_with 1 '^dsrctl: standard output: No space left' full with_peer "${words[@]}"
	fails_with 1 '^dsrctl: standard output: Bad file' closed with_peer "${words[@]}"
done

# More than a pipe holds.
yes 'service help' | head -n 200 >"$T/many"
"$dsrctl" -b "$T/many" 2>"$T/err" | head -n 1 >"$T/out"
is "a reader that leaves ends it by SIGPIPE" "${PIPESTATUS[0]}" 141
is "... without a word" "$(<"$T/err")" ""

echo "1..$tap_count"
