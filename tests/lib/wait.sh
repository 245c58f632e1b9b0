# shellcheck shell=bash
# Waiting for a condition.  Sourced.

# wait_for SECONDS COMMAND...: until the command succeeds; it is tried twice for each
# of the seconds, as a machine that is paused loses time, and no tries
wait_for() {
	local end=$((SECONDS + $1)) tries=$((2 * $1))

	shift
	until "$@" > /dev/null 2>&1; do
		tries=$((tries - 1))
		if [ "$SECONDS" -ge "$end" ] && [ "$tries" -le 0 ]; then
			echo "# waited in vain for: $*"
			return 1
		fi
		sleep 0.1
	done
}
