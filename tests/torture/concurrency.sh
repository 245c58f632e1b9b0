#!/bin/bash
# concurrency.sh [SECONDS [SEED]]: all that can change the configuration does so at
# once, from several processes, under a flood on every processor.  Connections stay
# where they are, of a service that nobody touches and of a backend that stays where
# all else of its service changes; counters add up; what counts flows comes to zero.
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1, b2, b3
#             UDP and SYN floods       writers, readers
# kernels: uml kcsan debug
. "$(dirname "$0")/../netns/lib.sh"

seconds=${1:-15} seed=${2:-1}
echo "# SECONDS=$seconds SEED=$seed"
echoes=$VIP4:7/tcp around="[$VIP6]:7/tcp"
backends_removed=yes
topo_reference two-armed routed
crowd_start b1 b2 b3
service "$echoes" rr 10.3.0.1 10.3.0.2 10.3.0.3
drop_floods
crowd_gather c "$VIP4" 7 tcp
is "connections to the service that stays" "$(crowd c open 30)" "b1=10 b2=10 b3=10 failed=0"
service "$around" rr fd00:3::1
crowd_gather around "$VIP6" 7 tcp
is "connections to the backend that stays" "$(crowd around open 20)" "b1=20 failed=0"

# flood_on PROCESSOR KIND FROM TO
flood_on() {
	flood_start "$2" from "$3" to "$4" port 1000 ports 8 flows 5000 rate "$(scaled 3000 300)"
	taskset -cp "$1" "${processes[-1]}" >> "$T/log"
}

# configuration SCHEDULER: what the writers change, as it is at first and again
# whenever the file is applied
configuration() {
	local port n

	director dsrctl save | grep -F ":7/tcp"
	for port in {1000..1007}; do
		echo "service add $VIP4:$port/udp scheduler $1"
		echo "service add [$VIP6]:$port/tcp scheduler $1"
		for n in 1 2 3; do
			echo "backend add $VIP4:$port/udp 10.3.0.$n"
			echo "backend add [$VIP6]:$port/tcp fd00:3::$n"
		done
	done
}

# One is refused now and then, as what it worked out has changed meanwhile.
apply_both() {
	background director sh -c "while :; do dsrctl apply $T/rr; dsrctl apply $T/lc; done"
}

# What was on its way to the table may come after a flush.
gauges_are_zero() {
	director dsrctl flow flush
	director dsrctl -j service show | jq -e 'all(.[].backends[]; .flows == 0 and .closing == 0)' &&
		director dsrctl -j flow count | jq -e '.[0].total == 0'
}

for each in rr lc; do
	configuration "$each" > "$T/$each"
done
director dsrctl apply "$T/rr"
for ((n = 0; n < $(nproc); n++)); do
	flood_on "$n" udp 172.16.0.1 "$VIP4"
	flood_on "$n" syn fd00:5::1 "$VIP6"
done
wait_for 60 counted flow_new 1000
background director python3 "${0%/*}/readers.py"
apply_both
others=("${processes[@]: -2 * $(nproc) - 2}")
director python3 "${0%/*}/writers.py" "$seconds" "$seed" 3 eth1 > "$T/written" &
writers=$!

asked=0 moved=0
while kill -0 "$writers" 2> /dev/null; do
	[ "$(crowd c ask)" = "b1=10 b2=10 b3=10 moved=0 broken=0" ] || moved=$((moved + 1))
	[ "$(crowd around ask)" = "b1=20 moved=0 broken=0" ] || moved=$((moved + 1))
	asked=$((asked + 1))
done
is "connections whose backends are up were never moved, asked $asked times" "$moved" 0
is "no change was refused without a reason" "$(grep '^#' "$T/written" | sort | uniq -c || :)" ""
read -r tried refused <<< "$(awk '/^[0-9]/ { t += $1; r += $2 } END { print t + 0, r + 0 }' "$T/written")"
in_range "the writers have written" "$tried" "$(scaled 100 20)" 1000000000

kill "${others[@]}"
wait "${others[@]}" 2> /dev/null || :
like "after all of it: new connections" "$(crowd c open 3)" 'failed=0$'
packets=$(counter received)
crowd c reset > /dev/null
crowd around reset > /dev/null
ok "no flow is counted that isn't there" wait_for 30 gauges_are_zero
echo "# figures: changes=$tried refused=$refused asked=$asked packets=$packets"
