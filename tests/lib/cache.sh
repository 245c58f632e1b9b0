# shellcheck shell=bash
# The cache of what takes long to make.  Sourced.
#
# An entry is a directory named KIND-HASH.  It is filled under another name and
# renamed at the end, so that an entry that exists is complete; a lock per kind
# lets one run make it while the others wait.

DSR_CACHE=${DSR_CACHE:-/var/cache/dsr}

# cache_key WORD|FILE...: a hash of the words and of the files' contents
cache_key() {
	local each

	for each in "$@"; do
		if [ -f "$each" ]; then cat "$each"; else echo "$each"; fi
	done | sha256sum | cut -c1-16
}

# cache_make KIND KEY COMMAND...: print the entry's path; when there is none,
# COMMAND DIRECTORY makes it
cache_make() {
	local kind=$1 entry=$DSR_CACHE/$1-$2 lock

	shift 2
	if ! [ -d "$entry" ]; then
		mkdir -p "$DSR_CACHE"
		exec {lock}>"$DSR_CACHE/$kind.lock"
		cache_lock "$lock" "$kind"
		[ -d "$entry" ] || cache_fill "$entry" "$@" >&2 {lock}>&-
		exec {lock}>&-
	fi
	echo "$entry"
}

cache_lock() {
	flock -n "$1" && return
	echo "waiting for another run that makes $2" >&2
	until flock -w 5 "$1"; do
		echo "still waiting for $2" >&2
	done
}

cache_fill() {
	local entry=$1

	shift
	rm -rf "$entry.part"
	mkdir "$entry.part"
	# Not in a condition: `set -e` has to hold inside the command.
	"$@" "$entry.part"
	mv -T "$entry.part" "$entry"
}

# progress WHAT: swallow lines, and say every five seconds how far it is
progress() {
	local what=$1 lines=0 next=$((SECONDS + 5)) status

	while :; do
		status=0
		read -r -t 5 _ || status=$?
		if [ "$status" -eq 0 ]; then
			lines=$((lines + 1))
		elif [ "$status" -le 128 ]; then
			break
		fi
		if [ "$SECONDS" -ge "$next" ]; then
			echo "  $what: $lines steps, $SECONDS s" >&2
			next=$((SECONDS + 5))
		fi
	done
}
