#!/bin/bash
# The kernel's own ynl client drives the family by uapi/dsr.yaml.
#
#   director      alone: no packet is sent
. "$(dirname "$0")/lib.sh"

make_ns director
director python3 "$netns_dir/lib/ynl.py" "$DSR_KSRC" "$DSR_ROOT/uapi/dsr.yaml" > "$T/results"
while read -r status name; do
	tap "$status" "$name"
done < "$T/results"
in_range "the client got to its end" "$(wc -l < "$T/results")" 12 99
