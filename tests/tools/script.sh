#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# How dsrctl reads files of commands, good and bad, built with the sanitizers.  No
# module is needed: what a line is about fails before the kernel is asked, or for
# lack of a network namespace of that name.
#
# usage: script.sh SOURCES (prints TAP)
set -u

# shellcheck source=tests/netns/lib/tap.sh
. "$(dirname -- "$0")/../netns/lib/tap.sh"
sources=$(realpath -- "${1:?usage: script.sh SOURCES}")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM

# run STATUS ARGS...: dsrctl ends with STATUS, and no sanitizer says a word.
run()
{
	local status=$1 got

	shift
	"$dsrctl" "$@" >"$tmp/out" 2>"$tmp/err"
	got=$?
	[[ $got -eq $status ]] && ! grep -q '^dsrctl: ' "$tmp/out" &&
		! grep -qE 'Sanitizer|runtime error' "$tmp/err" && return
	echo "exit status $got instead of $status: dsrctl $*" | cut -c 1-200
	head -c 500 "$tmp/err" | tr "\n" " "
	return 1
}

# fails STATUS PATTERN ARGS...: one line on stderr that matches.
fails()
{
	local status=$1 pattern=$2

	shift 2
	run "$status" "$@" && [[ $(wc -l <"$tmp/err") -eq 1 ]] &&
		grep -qaE -- "$pattern" "$tmp/err"
}

quiet() { run 0 "$@" && [[ ! -s $tmp/out && ! -s $tmp/err ]]; }

# batch PATTERN < FILE: the batch is refused as wrong, as standard input too.
batch()
{
	local pattern=$1

	cat >"$tmp/batch"
	fails 2 "^dsrctl: $tmp/batch:$pattern" -b "$tmp/batch" &&
		fails 2 "^dsrctl: standard input:$pattern" -b - <"$tmp/batch"
}

dsrctl=$(DSR_SANITIZE=address,undefined "$sources/tests/lib/build-tools")/dsrctl
ok "it is built with the sanitizers" test -x "$dsrctl"

##### what has nothing in it

: >"$tmp/empty"
printf '# nothing\n\n   \t\r\n#' >"$tmp/comments"
yes '# many' | head -n 1000000 >"$tmp/many"
ok "an empty file" quiet -b "$tmp/empty"
ok "an empty file, by standard input" quiet -b - <"$tmp/empty"
ok "comments, blanks, no end of line" quiet -b "$tmp/comments"
ok "a million comments" quiet -b "$tmp/many"
ok "a line of blanks" quiet -b - < <(head -c 3000000 /dev/zero | tr '\0' ' ')

##### lines

ok "the number of a line" batch '3: .*"frobnicate"' <<<$'# one\n\nfrobnicate'
ok "... of the last one, that has no end" batch '1: .*"frobnicate"' < <(printf frobnicate)
ok "... of the millionth" batch '1000001: .*"frobnicate"' < <(cat "$tmp/many"; echo frobnicate)
ok "carriage returns are blanks" batch '1: .*"frobnicate"' <<<$'frobnicate\r'
ok "... and end no line" batch '1: .*"frobnicate"' <<<$'\rfrobnicate\rservice\r'
ok "a NUL" batch '2: a NUL byte is no part of a word' < <(printf 'top help\nser\0vice add\n')
ok "... in a comment" batch '1: a NUL byte' < <(printf '# \0\n')
ok "... alone" batch '1: a NUL byte' < <(printf '\0')
ok "a word of a million letters" batch '1: configuration|1: object' \
	< <(head -c 1000000 /dev/zero | tr '\0' x)
ok "... is cut short in the message" test "$(wc -c <"$tmp/err")" -lt 2000
ok "... which still says what is expected" grep -q 'xxx \.\.\. x*": one of .* is expected$' "$tmp/err"
for len in {840..860}; do
	printf -v word '%0*d' "$len" 0
	run 2 "$word" || echo "not cut well: $len"
	grep -Eq '^dsrctl: object "0+( \.\.\. 0+)?": one of .* is expected$' "$tmp/err" || echo "not cut well: $len"
done >"$tmp/cut"
is "... wherever it is cut" "$(<"$tmp/cut")" ""
ok "a million words" batch '1: ' \
	< <(echo -n 'service add 10.2.0.1'; yes ' hash' | head -n 1000000 | tr -d '\n')
ok "control characters stay out of the message" batch '1: .*"a\?\[31mb"' <<<$'a\e[31mb'
ok "bytes that are no text" batch '1: ' < <(printf '\xff\xfe\x80 \xc3\x28\n')
ok "a \"#\" within a word begins no comment" batch '1: .*"top#"' <<<'top#'
ok "a file of noise" batch '1: ' < <(head -c 100000 "$dsrctl")

for line in '-j service show' 'service show -j' 'top --help' 'service show -'; do
	case $line in
	*-) pattern='1: address "-"' ;;
	*) pattern='1: option "-.*": options stand on the command line alone' ;;
	esac
	ok "\"$line\"" batch "$pattern" <<<"$line"
done

##### files that can't be read

ok "no such file" fails 1 "^dsrctl: $tmp/no: No such file" -b "$tmp/no"
ok "a directory" fails 1 "^dsrctl: $tmp: Is a directory" -b "$tmp"
ok "apply: no such file" fails 1 "^dsrctl: $tmp/no: No such file" apply "$tmp/no"
ok "apply: a directory" fails 1 "^dsrctl: $tmp: Is a directory" apply "$tmp"
without_input() { "$@" <&-; }
ok "apply: standard input that is closed" without_input fails 1 '^dsrctl: ' apply -
ok "apply: a name of a million letters" \
	fails 1 'File name too long' apply "$(printf '%0100000d' 0)"

##### what is wrong with a configuration, without a module too

# applied PATTERN < FILE: the file is refused as wrong, in one line
applied()
{
	cat >"$tmp/conf"
	fails 2 "^dsrctl: $tmp/conf:$1" apply "$tmp/conf" --dry-run &&
		fails 2 "^dsrctl: $tmp/conf:$1" apply "$tmp/conf"
}

web=10.2.0.1:80/tcp
ok "apply: a wrong line" applied '2: weight "-1": a number from 0 to 65535' \
	<<<"service add $web"$'\n'"backend add $web 10.3.0.1 weight -1"
ok "apply: there is no help in a file" applied '1: .* "help": one of service, backend, device, set is' \
	<<<'help'
for object in service device; do
	ok "... nor of $object" applied '1: configuration .* verb "help": (add|attach) is expected' \
		<<<"$object help"
done
ok "apply: no verb" applied '1: no configuration backend verb given: one of add, drain is' <<<'backend'
ok "apply: an option in a file" applied '1: option "-n": options stand on' <<<'-n there set flows 2000'
ok "... but not a number" applied '1: flows "-1": a number' <<<'set flows -1'
ok "apply: a setting twice" applied '2: flows: line 1 has this setting already' \
	<<<$'set flows 2000\nset hash-seed 1 flows 3000'
ok "apply: a device twice" applied '3: device "lo": line 1 attaches it already' \
	<<<$'device attach lo\nset flows 2000\ndevice attach lo'
ok "apply: a drain twice" applied '4: backend 10.3.0.1: line 3 drains it already' <<-END
	service add $web
	backend add $web 10.3.0.1
	backend drain $web 10.3.0.1
	backend drain $web 10.3.0.1 for 5
END
ok "apply: a wrong generation" fails 2 '^dsrctl: --generation "x": a number from 0' \
	apply "$tmp/empty" --generation x
[[ -d /sys/module/dsr ]] ||
	ok "apply: no module" fails 1 'no dsr module loaded' apply "$tmp/empty" --dry-run

# The sanitizers themselves want more memory than that.
dsrctl=$("$sources/tests/lib/build-tools")/dsrctl
ok "it is built without them" test -x "$dsrctl"
short_of_memory()
{
	{ cat "$tmp/many"; head -c 200000000 /dev/zero | tr '\0' ' '; echo; } |
		(ulimit -v 100000; fails 1 'Cannot allocate memory' -b -)
}
ok "a line that is longer than the memory ends in an error" short_of_memory

echo "1..$tap_count"
