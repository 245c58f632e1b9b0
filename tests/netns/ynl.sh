#!/bin/bash
# uapi/dsr.yaml says what uapi/dsr.h says, and the kernel's own ynl client drives
# the family by it.
#
#   director      alone: no packet is sent
# kernels: 6.1 6.12
. "$(dirname "$0")/lib.sh"

make_ns director
python3 "$netns_dir/lib/uapi.py" "$DSR_ROOT/uapi/dsr.h" "$DSR_ROOT/uapi/dsr.yaml" > "$T/results"
director python3 "$netns_dir/lib/ynl.py" "$DSR_KSRC" "$DSR_ROOT/uapi/dsr.yaml" >> "$T/results"
while read -r status name; do
	tap "$status" "$name"
done < "$T/results"
in_range "both got to their end" "$(wc -l < "$T/results")" 60 199
