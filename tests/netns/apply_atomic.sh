#!/bin/bash
# A flood that goes to many services in turn meets each change of all of them at
# one instant: after the first packet of any service that went to the new backend
# none goes to the old one.  None is lost, and a refused change moves none.
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1 (blue), b2 (green)
#             UDP flood
# kernels: uml
. "$(dirname "$0")/lib.sh"

SERVICES=48
topo_reference two-armed routed 2
declare -A macs=([1]=$(mac b1 eth0) [2]=$(mac b2 eth0))
modprobe -q nf_tables || :
for name in b1 b2; do
	in_ns "$name" nft 'add table netdev t; add chain netdev t c { type filter hook ingress device "eth0" priority 0; };
		add rule netdev t c ip saddr 172.16.0.0/12 drop'
done

# One way after the other in which a service comes to have N as its only backend.
by_address() {
	echo "service add $1${3:+ $3}"
	echo "backend add $1 10.3.0.$2"
}

by_lladdr() {
	echo "service add $1${3:+ $3}"
	echo "backend add $1 10.3.0.9 dev eth0 lladdr ${macs[$2]}"
}

by_weight() {
	echo "service add $1${3:+ $3}"
	echo "backend add $1 10.3.0.$2"
	echo "backend add $1 10.3.0.$((3 - $2)) weight 0"
}

by_state() {
	echo "service add $1${3:+ $3}"
	echo "backend add $1 10.3.0.$((3 - $2)) state down"
	echo "backend add $1 10.3.0.$2"
}

# The wider service below has it, or a narrower one.
by_service() {
	[ "$2" -eq 1 ] || by_address "$@"
}

ways=(by_address by_lladdr by_weight by_state by_service)

# configuration N: every service's only backend is N
configuration() {
	local n service options

	by_address "$VIP4/udp" 1 stateless
	for ((n = 0; n < SERVICES; n++)); do
		service=$VIP4:$((9000 + n))/udp
		# By way of flows, and without.
		options=$([ $((n % 2)) -eq 0 ] || echo stateless)
		"${ways[n % ${#ways[@]}]}" "$service" "$1" "$options"
	done
}

configuration 1 > "$T/1"
configuration 2 > "$T/2"
{
	cat "$T/2"
	echo "backend add $VIP4:9000/udp 224.0.0.1"
} > "$T/wrong"

both_resolved() {
	director dsrctl -j service show | jq -e 'all(.[].backends[]; .state != "unresolved")'
}

apply() {
	director dsrctl apply "$T/$1"
}

listen() {
	mkfifo "$T/in" "$T/out"
	exec {in}<> "$T/in" {out}<> "$T/out"
	python3 "$netns_dir/lib/arrivals.py" "$P" b1 b2 < "$T/in" > "$T/out" 2>> "$T/log" &
	processes+=($!)
	arrived > "$T/ready"
}

arrived() {
	local answer

	read -r -t 60 answer <&"$out" || answer="no answer"
	echo "$answer"
}

flooded() {
	! kill -0 "$flood"
}

count=$(scaled 40000 3000)

# moved_on NUMBER: a further packet came, or none will
moved_on() {
	until counted forwarded $(($1 + 1)) || flooded; do :; done
}

# under_flood COMMAND...: again and again while packets come; $rounds is how often,
# $arrived what became of the packets
under_flood() {
	rounds=0
	flood_start udp from 172.16.0.0 to "$VIP4" port 9000 ports "$SERVICES" flows "$count" count "$count" \
		rate "$(scaled 8000 300)"
	flood=$!
	moved_on "$forwarded"
	until flooded; do
		"$@" 2>> "$T/log" || :
		rounds=$((rounds + 1))
		moved_on "$(counter forwarded)"
	done 2> "$T/kill"
	wait_for 20 counted forwarded $((forwarded + count))
	echo >&"$in"
	arrived=$(arrived)
}

missed() {
	counter passed
	director sed -n '/^drop_/p' /proc/net/dsr/stats
}

# Whatever has to be found or resolved is, before there are packets to miss it.
backends_removed=yes
for n in 2 1; do
	apply "$n"
	wait_for 30 both_resolved
done
listen
before=$(missed)
unchanged=$(director dsrctl save)
forwarded=$(counter forwarded)
under_flood apply wrong
is "a refused change moves no packet" "$arrived" "packets=$count lost=0 again=0 changes=0"
in_range "as often as there was time" "$rounds" 1 100000
is "and leaves the configuration" "$(director dsrctl save)" "$unchanged"

turn=1
swap() {
	turn=$((3 - turn))
	apply "$turn"
}

# What is known stays where it is.
director dsrctl flow flush
forwarded=$(counter forwarded)
under_flood swap
like "no packet is lost by changes of $SERVICES services" "$arrived" "^packets=$count lost=0 again=0 "
# Each but the last one has had a packet before it and one behind.
in_range "all services change at one instant, $rounds times" "${arrived##*=}" $((rounds - 1)) "$rounds"
is "no packet was dropped or passed by" "$(missed)" "$before"
