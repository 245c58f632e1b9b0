# shellcheck shell=bash
# Crowds of connections that stay, floods, and crafted packets: the front of
# what is in tests/traffic.  Sourced by lib.sh.

traffic_dir=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")/../../traffic")

# A debug kernel takes ten times as long for a packet.
debug_kernel() {
	case ${DSR_KERNEL:-} in
	uml | kcsan | debug) true ;;
	*) false ;;
	esac
}

# scaled STOCK DEBUG: a number for the stock kernels and one for the debug kernels
scaled() {
	if debug_kernel; then echo "$2"; else echo "$1"; fi
}

declare -A crowd_in crowd_out

# crowd_start NAME...: servers at port 7 that answer with their name, TCP and UDP
crowd_start() {
	local name

	for name in "$@"; do
		background "$name" python3 "$traffic_dir/crowd.py" serve 7 "$name"
	done
	for name in "$@"; do
		wait_for 60 in_ns "$name" grep -q ':0007 ' /proc/net/udp6
	done
}

# crowd_gather CROWD ADDRESS PORT tcp|udp [FROM]: a crowd of the client's, still
# without connections
crowd_gather() {
	local in out

	mkfifo "$T/crowd.$1.in" "$T/crowd.$1.out"
	exec {in}<> "$T/crowd.$1.in" {out}<> "$T/crowd.$1.out"
	ip netns exec "$P-client" python3 "$traffic_dir/crowd.py" connect "${@:2}" \
		< "$T/crowd.$1.in" > "$T/crowd.$1.out" 2>> "$T/log" &
	processes+=($!)
	crowd_in[$1]=$in crowd_out[$1]=$out
}

# crowd CROWD COMMAND...: tests/traffic/crowd.py says which; prints its answer
crowd() {
	local answer

	echo "${@:2}" >&"${crowd_in[$1]}"
	read -r -t 120 answer <&"${crowd_out[$1]}" || answer="no answer"
	echo "$answer"
}

# mac NAME DEVICE
mac() {
	in_ns "$1" cat "/sys/class/net/$2/address"
}

# drop_floods: what the director forwards of a flood from 172.16.0.0/12 or
# fd00:5::/32 ends behind it, as backends have better things to do
drop_floods() {
	modprobe -q nf_tables || :
	in_ns lan nft 'add table netdev t; add chain netdev t c { type filter hook ingress device "director" priority 0; };
		add rule netdev t c ip saddr 172.16.0.0/12 drop; add rule netdev t c ip6 saddr fd00:5::/32 drop'
}

# flood KIND OPTION...: from the router's leg to the director, until it is
# counted out; tests/traffic/flood.c has the options
flood() {
	router flood "$1" dev director mac "$(mac director eth1)" "${@:2}"
}

# flood_start KIND OPTION...: the same in the background
flood_start() {
	background router flood "$1" dev director mac "$(mac director eth1)" "${@:2}"
}

# counted COUNTER NUMBER: whether the director's counter has come so far
counted() {
	[ "$(counter "$1")" -ge "$2" ]
}

# packets < SCRIPT: tests/traffic/packets.py says what a script can say; each of
# its checks is an assertion here
packets() {
	local status name checks=0

	python3 "$traffic_dir/packets.py" "$P" > "$T/packets" || :
	while read -r status name; do
		case $status in
		'#') tap_comment <<< "$name" ;;
		*) tap "$status" "$name"; checks=$((checks + 1)) ;;
		esac
	done < "$T/packets"
	[ "$checks" -gt 0 ] || tap 1 "packets were checked"
}

# explained < SCRIPT: the same with what lib/explain.py has
explained() {
	cat "$traffic_dir/../netns/lib/explain.py" - > "$T/explained"
	packets < "$T/explained"
}
