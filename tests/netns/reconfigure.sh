#!/bin/bash
# The configuration changes under a flood of new flows, as fast as it can: the
# kernel stays well, and connections that are none of it go on.
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1, b2, b3
#             UDP and SYN flood
# kernels: uml
. "$(dirname "$0")/lib.sh"

echoes=$VIP4:7/tcp
topo_reference two-armed routed
crowd_start b1 b2 b3
service "$echoes" rr 10.3.0.1 10.3.0.2 10.3.0.3
drop_floods
# configure: the two services that change, and may be there already
configure() {
	director sh -e <<-END
		dsrctl service add $VIP4:9/udp scheduler rr
		dsrctl service add [$VIP6]:10/tcp
		for n in 1 2 3; do
			dsrctl backend add $VIP4:9/udp 10.3.0.\$n
			dsrctl backend add [$VIP6]:10/tcp fd00:3::\$n
		done
	END
}

flooded() {
	counted flow_new "$flows_before"
}

configure
flows_before=$(($(counter flow_new) + 1000))
flood_start udp from 172.16.0.1 to "$VIP4" port 9 flows 1000000 rate "$(scaled 4000 500)"
flood_start syn from fd00:5::1 to "$VIP6" port 10 flows 1000000 rate "$(scaled 4000 500)"
wait_for 30 flooded

crowd_gather c "$VIP4" 7 tcp
is "connections to the service that stays" "$(crowd c open 30)" "b1=10 b2=10 b3=10 failed=0"

# Two processors, emulated, take too long for as many.
case $DSR_KERNEL in
kcsan | debug) swaps=500 ;;
*) swaps=10000 ;;
esac
is "the scheduler is swapped $swaps times under a UDP flood" \
	"$(director python3 "$traffic_dir/swap.py" "$swaps" "$VIP4" 9 udp maglev rr)" "$swaps"
swaps=$((swaps / 10))
is "and $swaps times under a SYN flood" \
	"$(director python3 "$traffic_dir/swap.py" "$swaps" "$VIP6" 10 tcp rr maglev)" "$swaps"

# Readers look on meanwhile.
background director sh -c 'while dsrctl -s service show && cat /proc/net/dsr/* /sys/class/dsr/*/*/state; do :; done'
for ((n = 0; n < $(scaled 30 5); n++)); do
	director dsrctl backend del "$VIP4:9/udp" "10.3.0.$((n % 3 + 1))"
	director dsrctl backend set "[$VIP6]:10/tcp" "fd00:3::$((n % 3 + 1))" weight "$((n % 5))"
	director dsrctl backend add "$VIP4:9/udp" "10.3.0.$((n % 3 + 1))" weight "$((n % 7))"
done
is "connections go on while others' backends come and go" "$(crowd c ask)" \
	"b1=10 b2=10 b3=10 moved=0 broken=0"

# A restore, as a script of the operator's does it: flush, and all again.
restore() {
	director dsrctl service flush
	director dsrctl service add "$echoes" scheduler rr
	for backend in 10.3.0.1 10.3.0.2 10.3.0.3; do
		director dsrctl backend add "$echoes" "$backend"
	done
	configure
}

for ((n = 0; n < $(scaled 20 3); n++)); do
	restore
done
director dsrctl save > "$T/saved"
for ((n = 0; n < $(scaled 20 3); n++)); do
	director dsrctl service flush
	director dsrctl apply "$T/saved"
done
is "what was saved is there, after flushes and as many applies" "$(director dsrctl save)" \
	"$(< "$T/saved")"
wait_for 20 backends_up "$echoes"
flows_before=$(($(counter flow_new) + 1000))
ok "after flush and restore the flood is balanced" wait_for 30 flooded
like "and new connections are served" "$(crowd c open 30)" 'failed=0$'
