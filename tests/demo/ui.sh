# shellcheck shell=bash
# What the demo looks like: headings, prompts, verdicts.  Sourced.
#
# Plain ASCII and 80 columns, since half of its life it speaks over the serial
# line of a guest.  Colours only repeat what the text says.

bold='' dim='' yellow='' green='' red='' off=''
claims=0 broken=0

colours_on() {
	bold=$'\e[1m' dim=$'\e[2m' off=$'\e[0m'
	yellow=$'\e[1;33m' green=$'\e[32m' red=$'\e[1;31m'
}

# marked TEXT, bad TEXT
marked() {
	printf '%s%s%s' "$yellow" "$1" "$off"
}

bad() {
	printf '%s%s%s' "$red" "$1" "$off"
}

die() {
	echo "demo: $*" >&2
	exit 1
}

# heading NUMBER TEXT: what is shown and why it matters, in one line
heading() {
	printf '\n%s== %s. %s%s\n' "$bold" "$1" "$2" "$off"
}

note() {
	printf '%s\n' "$@"
}

# prompt HOST COMMAND: as if somebody had typed it there
prompt() {
	local host=${1/#b/backend}

	printf '%s%s#%s %s\n' "$dim" "${host/#lan/switch}" "$off" "$2"
}

# typed HOST COMMAND...: show it, then run it
typed() {
	prompt "$1" "${*:2}"
	in_ns "$@" || die "that command failed"
}

# claim TEXT COMMAND...: the text is true when the command succeeds
claim() {
	claims=$((claims + 1))
	if "${@:2}"; then
		printf '%s[ok]%s %s\n' "$green" "$off" "$1"
	else
		broken=$((broken + 1))
		printf '%s[NOT SO]%s %s\n' "$red" "$off" "$1"
	fi
}

# The last word, and the exit status.
verdict() {
	echo
	if [ "$broken" -eq 0 ]; then
		printf '%sAll %d claims were checked and hold.%s\n' "$bold" "$claims" "$off"
	else
		printf '%s%d of %d claims do not hold.%s\n' "$red" "$broken" "$claims" "$off"
		return 1
	fi
}

# hex_diff BYTES OTHER: hexadecimal digits, those that OTHER has not marked
hex_diff() {
	local i byte text=''

	for ((i = 0; i < ${#1}; i += 2)); do
		byte=${1:i:2}
		[ "$byte" = "${2:i:2}" ] || byte=$yellow$byte$off
		text+=" $byte"
	done
	echo "${text# }"
}

# bar NUMBER: as long as the number
bar() {
	local hashes

	printf -v hashes '%*s' "$1" ''
	printf '%s' "${hashes// /#}"
}

# grouped NUMBER: 20971520 as 20,971,520
grouped() {
	sed -e ':next' -e 's/\([0-9]\)\([0-9]\{3\}\)\($\|,\)/\1,\2\3/;t next' <<< "$1"
}

# now VARIABLE: gets the clock's milliseconds; without a fork, slow in a guest
now() {
	printf -v "$1" %d $((${EPOCHREALTIME/./} / 1000))
}

# seconds MS: 4123 as 4.1
seconds() {
	printf '%d.%d' $(($1 / 1000)) $(($1 % 1000 / 100))
}
