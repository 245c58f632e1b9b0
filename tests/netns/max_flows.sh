#!/bin/bash
# Backends with max-flows, and new flows on every processor at once: a backend takes
# as many more as there are other processors that choose at the same moment, and no
# more; what nobody takes is dropped, and counted.
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1, b2, b3
#             a flood from each processor
# kernels: kcsan
. "$(dirname "$0")/lib.sh"

limit=20 count=200 rounds=2
topo_reference two-armed routed
drop_floods

# flows SERVICE: each backend's, one a line
flows() {
	director dsrctl -j backend show "$1" | jq '.[].flows'
}

# all_at_once VIP NETWORK: from every processor, `count` flows that are no other's
all_at_once() {
	local n first pids=()

	for ((n = 0; n < $(nproc); n++)); do
		first=$((n * count))
		background router taskset -c "$n" flood udp dev director mac "$(mac director eth1)" \
			from "$2" to "$1" port 1000 flows "$count" first "$first" count "$count"
		pids+=("${processes[-1]}")
	done
	wait "${pids[@]}"
}

for vip in "$VIP4 172.16.0.1" "[$VIP6] fd00:5::1"; do
	read -r vip from <<< "$vip"
	name=$vip:1000/udp vip=${vip//[][]/}
	director dsrctl service add "$name" scheduler rr no-backend drop "${lasting[@]}"
	for backend in 10.3.0.1 10.3.0.2 10.3.0.3; do
		director dsrctl backend add "$name" "$backend" max-flows "$limit"
	done
	wait_for 20 backends_up "$name"
	for ((round = 1; round <= rounds; round++)); do
		received=$(counter received) dropped=$(counter drop_no_backend)
		all_at_once "$vip" "$from"
		sent=$((count * $(nproc)))
		ok "$vip, round $round: all of it was received" \
			wait_for 60 counted received $((received + sent))
		wait_for 60 counters_of_packets_agree
		flows "$name" > "$T/flows"
		in_range "the fewest flows of a backend" "$(sort -n "$T/flows" | head -n 1)" "$limit" 1000
		in_range "the most" "$(sort -n "$T/flows" | tail -n 1)" "$limit" $((limit + $(nproc) - 1))
		is "the others were dropped" $(($(counter drop_no_backend) - dropped)) \
			$((sent - ($(paste -sd+ "$T/flows"))))
		director dsrctl flow flush "$name" > /dev/null
	done
done
