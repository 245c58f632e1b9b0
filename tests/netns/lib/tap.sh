# shellcheck shell=bash
# TAP for bash: assertions that print one line each.  Sourced by lib.sh.

tap_count=0

tap_comment() {
	sed 's/^/#   /'
}

# tap WHETHER NAME [TEXT]: one line, and TEXT as a comment where it failed
tap() {
	tap_count=$((tap_count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tap_count - $2"
	else
		echo "not ok $tap_count - $2"
		tap_comment <<< "${3:-}"
	fi
}

# ok NAME COMMAND...: the command succeeds
ok() {
	local name=$1 text status=0

	shift
	text=$("$@" 2>&1) || status=$?
	tap "$status" "$name" "exit status $status of: $*"$'\n'"$text"
}

# not_ok NAME COMMAND...: the command fails
not_ok() {
	local name=$1 text status=0

	shift
	text=$("$@" 2>&1) || status=1
	tap $((1 - status)) "$name" "succeeded: $*"$'\n'"$text"
}

# is NAME GOT EXPECTED: where these are many lines, only what differs is shown
is() {
	local status=0 text

	[ "$2" = "$3" ] || status=1
	text="     got: $2"$'\n'"expected: $3"
	if [[ $status -ne 0 && $2$3 == *$'\n'* ]]; then
		text=$(diff -u --label got --label expected <(echo "$2") <(echo "$3")) || :
	fi
	tap "$status" "$1" "$text"
}

# like NAME GOT EXTENDED-REGULAR-EXPRESSION
like() {
	local status=0

	grep -qE -- "$3" <<< "$2" || status=1
	tap "$status" "$1" "     got: $2"$'\n'"expected: /$3/"
}

# unlike NAME GOT EXTENDED-REGULAR-EXPRESSION
unlike() {
	local status=0

	! grep -qE -- "$3" <<< "$2" || status=1
	tap "$status" "$1" "       got: $2"$'\n'"unexpected: /$3/"
}

# in_range NAME GOT LOW HIGH
in_range() {
	local status=0

	[ "$2" -ge "$3" ] && [ "$2" -le "$4" ] || status=1
	tap "$status" "$1" "     got: $2"$'\n'"expected: $3 to $4"
}

# fails_with STATUS PATTERN COMMAND...: the command ends with that status, and
# says one line on stderr that matches, nothing on stdout
fails_with() {
	local status=$1 pattern=$2 got=0 out err name

	shift 2
	name="refused with $status: $*"
	out=$("$@" 2> "$T/stderr") || got=$?
	err=$(< "$T/stderr")
	if [ "$got" -eq "$status" ] && [ -z "$out" ] &&
		[ "$(wc -l < "$T/stderr")" -eq 1 ] && grep -qE -- "$pattern" <<< "$err"; then
		tap 0 "$name"
	else
		tap 1 "$name" "exit status $got, expected $status; expected /$pattern/"$'\n'"stdout: $out"$'\n'"stderr: $err"
	fi
}

# skip_all WHY: end the script here
skip_all() {
	echo "1..0 # SKIP $1"
	# shellcheck disable=SC2034 # lib.sh prints no plan then
	tap_skipped=1
	exit 0
}

# skip_unless WHY COMMAND...: end the script here unless the command succeeds
skip_unless() {
	local why=$1

	shift
	"$@" > /dev/null 2>&1 || skip_all "$why"
}
