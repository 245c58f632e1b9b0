#!/bin/bash
# Where there is no memory for the view in sysfs, a service and its backends aren't
# shown there, and are served all the same; they go without a trace.
#
#   client ── router ── br0 ── director, b1, b2, b3       (lib.sh draws it)
# kernels: uml
. "$(dirname "$0")/lib.sh"

failslab=/sys/kernel/debug/failslab
skip_unless "this kernel injects no faults" test -d "$failslab"

# without_memory FUNCTION COMMAND...: on the director; what this function of the
# module asks for on the command's behalf is refused
without_memory() {
	local range

	range=$(grep "\[dsr\]" /proc/kallsyms | sort | awk -v name="$1" '
		$3 == name { start = $1 }
		start && $1 != start && !end { end = $1; print start, end }')
	echo "0x${range% *}" > "$failslab/require-start"
	echo "0x${range#* }" > "$failslab/require-end"
	echo 0 > "$failslab/verbose"
	echo -1 > "$failslab/times"
	echo N > "$failslab/ignore-gfp-wait"
	echo Y > "$failslab/task-filter"
	echo 100 > "$failslab/probability"
	# shellcheck disable=SC2016 # the inner shell's
	director sh -c 'echo 1 > /proc/self/make-it-fail && exec "$@"' sh "${@:2}" ||
		tap 1 "${*:2}"
	echo 0 > "$failslab/probability"
	echo 0 > "$failslab/require-start"
	echo 0xffffffffffffffff > "$failslab/require-end"
}

# shown PATH: in the director's sysfs
shown() {
	director test -e "/sys/class/dsr/$1"
}

topo_reference one-armed
crowd_start b1
without_memory dsr_sysfs_service_add dsrctl service add "$VIP4:7/tcp"
not_ok "a service is not shown" shown "$VIP4:7!tcp"
ok "its backend is added" director dsrctl backend add "$VIP4:7/tcp" 10.3.0.1

director dsrctl service add "[$VIP6]:7/tcp"
ok "another service is shown" shown "[$VIP6]:7!tcp"
without_memory dsr_sysfs_backend_add dsrctl backend add "[$VIP6]:7/tcp" fd00:3::1
not_ok "its backend is not" shown "[$VIP6]:7!tcp/fd00:3::1"

wait_for 20 backends_up "$VIP4:7/tcp"
wait_for 20 backends_up "[$VIP6]:7/tcp"
crowd_gather c "$VIP4" 7 tcp
crowd_gather c6 "$VIP6" 7 tcp
is "the one is served" "$(crowd c open 4)" "b1=4 failed=0"
is "the other too" "$(crowd c6 open 4)" "b1=4 failed=0"
ok "both are removed" director dsrctl service flush
is "and nothing is shown" "$(director ls /sys/class/dsr)" ""
