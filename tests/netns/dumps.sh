#!/bin/bash
# A dump has what is there all the time, each once, whatever goes and comes in its
# middle; and it is marked then.
#
#   director      alone, with devices: no packet is sent
# kernels: uml
. "$(dirname "$0")/lib.sh"

make_ns director
for ((n = 0; n < $(scaled 300 150); n++)); do
	echo "link add v$n type veth peer name vp$n"
done > "$T/links"
ip -n "$P-director" -batch "$T/links"
checks dumps.py "$(scaled 20 4)"
