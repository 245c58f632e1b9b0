#!/bin/bash
# What the interface promises: the kernel accepts what uapi/dsr.yaml says.
#
#   director      alone: no packet is sent
. "$(dirname "$0")/lib.sh"

# checks COMMAND...: each line that it prints is a result
checks() {
	director python3 "$@" > "$T/results" 2> "$T/stderr" ||
		tap 1 "it got to its end: $*" "$(< "$T/stderr")"
	while read -r status name; do
		tap "$status" "$name" "$(grep -A 2 -Fx "$name" "$T/stderr")"
	done < "$T/results"
}

make_ns director
checks "$netns_dir/lib/policy.py" "$DSR_ROOT/uapi/dsr.yaml"
