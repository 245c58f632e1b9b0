#!/bin/bash
# Makes answers.txt anew, after a change of the interface:
#
#   tests/vm/run 6.12 --stream tests/tools/peer/record.sh | grep '^[0-9]' > tests/tools/peer/answers.txt
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1, b2, b3
#             packets start at the router
. "$(dirname "$0")/../../netns/lib.sh"

topo_reference two-armed local
web=$VIP4:80/tcp
director dsrctl apply - <<-END
	set flows 4096 hash-seed 42
	device attach eth1
	service add $VIP4:9/udp scheduler rr
	backend add $VIP4:9/udp 10.3.0.1
	service add $web hash source affinity 300/24 adopt off on-remove drop no-backend reset timeout-syn 600
	backend add $web 10.3.0.1 weight 2 max-flows 100 min-flows 50
	backend add $web 10.3.0.3 weight 0 dev eth0 lladdr 02:00:00:00:00:03 slow-start 60
	backend add $web 10.3.0.2 state down
	service add [$VIP6]:8000-8099/udp stateless
	backend add [$VIP6]:8000-8099/udp fd00:3::1
	service add mark 7/ipv6
END
first_found() {
	director dsrctl -j backend show "$web" 10.3.0.1 | jq -e 'all(.lladdr)'
}
wait_for 20 first_found

packets <<'PY'
same("to the first backend", where(tcp(SYN, 5000, 80)), "b1")
PY
director dsrctl backend drain "$web" 10.3.0.1 for 600
director python3 "$DSR_ROOT/tests/tools/peer/record.py"
