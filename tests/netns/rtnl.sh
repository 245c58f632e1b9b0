#!/bin/bash
# Whoever changes network devices, of this namespace or of any other, waits for
# RTNL, and nobody who holds RTNL waits for a change of the configuration: devices
# go up and down by the hundred while a large table is made.
# kernels: fast
. "$(dirname "$0")/lib.sh"

topo_reference one-armed
service "$VIP4:80/tcp" maglev 10.3.0.1
director ip link add spare type dummy
# 1 GB to go through.
ok "a large table is made" director dsrctl set flows 16000000

background director sh -c "while ip link set spare up && ip link set spare down; do echo; done > $T/rounds"
rounds() {
	wc -l < "$T/rounds"
}
wait_for 30 test -s "$T/rounds"
before=$(rounds)
ok "and a small one out of it" director dsrctl set flows 65536
in_range "the device went up and down meanwhile" $(($(rounds) - before)) 5 1000000
