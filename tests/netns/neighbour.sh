#!/bin/bash
# A backend whose link is cut takes no new connections once the kernel calls its
# neighbour FAILED, and takes them again, by itself, when the link is back.
#
#   client ── router ── br0 ── director, b1, b2, b3       (lib.sh draws it)
#                        ╎
#                        b2's port of the bridge goes down: the director sees
#                        no carrier change, only silence
# kernels: uml 6.1
. "$(dirname "$0")/lib.sh"

topo_reference one-armed local
web_start b1 b2 b3
service "$VIP4:80/tcp" rr 10.3.0.1 10.3.0.2 10.3.0.3

# The kernel notices sooner than its default of half a minute.
director sh -c 'cd /proc/sys/net/ipv4/neigh/eth0
	echo 500 > base_reachable_time_ms; echo 1 > delay_first_probe_time
	echo 200 > retrans_time_ms; echo 1000 > gc_stale_time'

state_is() {
	[ "$(backend_state "$VIP4:80/tcp" 10.3.0.2)" = "$1" ]
}

answers=$(ask 30 "$VIP4" | tally)
is "three backends share" "$answers" "b1=10 b2=10 b3=10"

in_ns lan ip link set dev b2 down
# Connections go on meanwhile; those that b2 gets before it's known, time out.
background client curl -s -Z --connect-timeout 1 -o /dev/null "http://$VIP4/?[1-3000]"
ok "silence makes it unresolved" wait_for 60 state_is unresolved
kill "${processes[-1]}" || :
wait "${processes[-1]}" || :

answers=$(ask 60 "$VIP4" --connect-timeout 30 | tally)
is "the others take all new connections, none fails" "$answers" "b1=30 b3=30"

in_ns lan ip link set dev b2 up
ok "its link is back, and so is it" wait_for 60 state_is up
answers=$(ask 60 "$VIP4" | tally)
is "three backends share again" "$answers" "b1=20 b2=20 b3=20"
