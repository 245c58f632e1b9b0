#!/bin/bash
# Makes answers.txt anew, after a change of the interface:
#
#   tests/vm/run 6.12 --stream tests/tools/peer/record.sh | grep '^[0-9]' > tests/tools/peer/answers.txt
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1, b2, b3
#             packets start at the router
. "$(dirname "$0")/../../netns/lib.sh"
# shellcheck source=tests/netns/lib/everything.sh
. "$(dirname "$0")/../../netns/lib/everything.sh"

topo_reference two-armed local
apply_everything
first_found() {
	director dsrctl -j backend show "$web" 10.3.0.1 | jq -e 'all(.lladdr)'
}
wait_for 20 first_found

packets <<'PY'
same("to the first backend", where(tcp(SYN, 5000, 80)), "b1")
PY
director dsrctl backend drain "$web" 10.3.0.1 for 600
director python3 "$DSR_ROOT/tests/tools/peer/record.py"
