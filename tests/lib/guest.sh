# shellcheck shell=bash
# The host's side of a guest run, the same for both kinds of guest.  Sourced.
#
# usage: guest_options "$@"; guest_job KERNEL LINE; guest_run COMMAND...
#
# The caller starts its kernel with $out shared and dsr_out, dsr_root on its
# command line.  guest_run reports each script as its end record arrives and
# returns 1 unless all is well.

here_lib=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
root=$(readlink -f "$here_lib/../..")
# shellcheck source=tests/lib/header.sh
. "$here_lib/header.sh"
stream=0 module=yes limit='' line='' scripts=()
# Of every guest's kernel.
# shellcheck disable=SC2034 # the callers'
guest_arguments=(
	quiet loglevel=2 log_buf_len=8M panic=-1 oops=panic hung_task_panic=1
	rcupdate.rcu_cpu_stall_timeout=120 workqueue.watchdog_thresh=120
)

guest_usage() {
	cat >&2 <<END
usage: ${0##*/} [--stream] [--no-module] [--limit SECONDS] [--label WORD] $1SCRIPT...

Boots a kernel and runs the scripts in it one after another.  A SCRIPT with its
arguments is one word.
  --stream       one script, on this terminal, no TAP asked for; its exit status
                 is returned
  --no-module    don't load dsr.ko
  --limit        of the whole guest (default: 300 s and 300 s per script)
  --label        what progress lines begin with
END
	exit 2
}

guest_options() {
	while [ $# -gt 0 ]; do
		case $1 in
		--stream) stream=1 ;;
		--no-module) module='' ;;
		--limit) limit=$2; shift ;;
		--label) line=$2; shift ;;
		-*) guest_usage "" ;;
		*) scripts+=("$(guest_script "$1")") ;;
		esac
		shift
	done
	[ "${#scripts[@]}" -gt 0 ] || guest_usage ""
	: "${limit:=$((300 + 300 * ${#scripts[@]}))}"
}

# A path relative to where the caller is, as the guest will see it.
guest_script() {
	local path=${1%% *}

	if [ -e "$path" ]; then path=$(readlink -f "$path"); fi
	echo "$path${1#"${1%% *}"}"
}

# guest_job KERNEL LINE: what the guest has to do, in a new directory $out
guest_job() {
	: "${line:=$2}"
	mkdir -p "$root/build/run"
	out=$(mktemp -d "$root/build/run/$line.XXXXXX")
	trap guest_end EXIT
	[ -z "$module" ] || module=$("$here_lib/build-module" "$1")
	[ "$stream" = 1 ] || [ -z "$module" ] || scripts+=("$root/tests/guest/last")
	printf '%s\n' "${scripts[@]}" > "$out/scripts"
	{
		printf '%s=%q\n' DSR_ROOT "$root" DSR_KERNEL "$1" DSR_LINE "$2" \
			DSR_MODULE "$module" DSR_STREAM "$stream" \
			DSR_TIME_LIMIT "${DSR_TIME_LIMIT:-}" DSR_EXTRA "${DSR_EXTRA:-}" \
			DSR_TOOLS "$("$here_lib/build-tools")" \
			DSR_SANITIZE "${DSR_SANITIZE:-}" \
			DSR_KSRC "$("$here_lib/linux-source")"
	} > "$out/job"
}

guest_end() {
	[ -z "${guest_pid:-}" ] || kill "$guest_pid" 2> /dev/null || :
	rm -rf "$out"
}

guest_run() {
	if [ "$stream" = 1 ]; then
		guest_stream "$@"
	else
		guest_watch "$@"
	fi
}

guest_stream() {
	local tty=()

	# In a terminal, keys go to the guest's script.
	[ ! -t 0 ] || tty=(--foreground)
	timeout "${tty[@]}" -k 5 "$limit" "$@" || :
	[ -e "$out/status" ] || { echo "the guest died" >&2; return 1; }
	return "$(cat "$out/status")"
}

guest_watch() {
	local number=0 started=$SECONDS

	passed=0 failed=0
	timeout -k 5 "$limit" "$@" < /dev/null > "$out/console" 2>&1 &
	guest_pid=$!
	while [ "$number" -lt "${#scripts[@]}" ]; do
		if [ -e "$out/$((number + 1)).end" ]; then
			number=$((number + 1))
			guest_judge "$number"
		elif ! kill -0 "$guest_pid" 2> /dev/null; then
			[ -e "$out/$((number + 1)).end" ] || break
		else
			sleep 0.2
		fi
	done
	# Not a word of the shell about how its child died: guest_lost_scripts says it.
	{ wait "$guest_pid" || guest_lost=$?; } 2> /dev/null
	guest_pid=''
	[ "$number" -eq "${#scripts[@]}" ] || guest_lost_scripts "$((number + 1))" "$started"
	echo "$passed $failed" > "${DSR_COUNT:-/dev/null}"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

# guest_name NUMBER: a script's name and arguments, without its folder
guest_name() {
	local script=${scripts[$1 - 1]} path

	path=${script%% *}
	echo "${path##*/}${script#"$path"}"
}

# The guest is gone and these scripts have no end record.
guest_lost_scripts() {
	local number name why="the guest ended before it"

	[ "${guest_lost:-0}" -ne 124 ] || why="the guest was stopped after $limit s, before it"
	for ((number = $1; number <= ${#scripts[@]}; number++)); do
		failed=$((failed + 1))
		name=$(guest_name "$number")
		echo "[$line] NOT OK $name: $why"
	done
	[ ! -s "$out/$1.tap" ] || { echo "--- what $(guest_name "$1") printed"; cat "$out/$1.tap"; }
	echo "--- the end of the console"
	"$here_lib/readable" "$out/console" | tail -n 60
}

# guest_judge NUMBER: count and report a script that has its end record
guest_judge() {
	local verdict status seconds name ok bad rest script=${scripts[$1 - 1]%% *}

	name=$(guest_name "$1")
	read -r status seconds < "$out/$1.end"
	# What a script's header says of this kernel it has to find here.
	if grep -q '^1\.\.0' "$out/$1.tap" && [[ " $(kernels_of "$script") " == *" $line "* ]]; then
		echo "not ok - all is skipped in a kernel that is named in its header" >> "$out/$1.tap"
	fi
	verdict=$("$here_lib/tap" "$status" "$out/$1.tap" "$out/$1.log") || :
	read -r ok bad rest <<< "${verdict%%$'\n'*}"
	passed=$((passed + ok)) failed=$((failed + bad))
	if [ "$bad" -eq 0 ]; then
		echo "[$line] ok $name $ok/$ok${rest:+, $rest} ($seconds s)"
	else
		echo "[$line] NOT OK $name $ok/$((ok + bad))${rest:+, $rest} ($seconds s)"
		tail -n +2 <<< "$verdict"
	fi
	sed -n "s/^# figures: /[$line] $name: /p" "$out/$1.tap"
}
