# shellcheck shell=bash
# The network that both instruments measure in, inside a guest.  Sourced.
#
# Each path through the kernel has a network namespace of its own, all alike, so
# that nothing of one is in the way of another, and taking it down takes all of
# its state along, which IPVS would keep for minutes:
#
#   packets, as a driver  ┌──────────────────────┐        10.3.0.1 and up
#   hands them up ───> in0│  10.2.0.1     VIPs   │out0 ─> fd00:3::1 and up
#   from 10.16.0.0 and up │  2001:db8:2::1       │dummy   permanent neighbours
#   and fd00:16::1 and up │  10.4/16 is routed   │
#                         │  10.6/16 is dropped  │
#                         └──────────────────────┘

bench=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
# shellcheck source=tests/bench/guest/paths.sh
. "$bench/guest/paths.sh"

VIP4=10.2.0.1
VIP6=2001:db8:2::1
declare -A destination=(
	[vip4]=$VIP4 [routed4]=10.4.0.1 [nowhere4]=10.6.0.1
	[vip6]=$VIP6 [routed6]=fd00:4::1 [nowhere6]=fd00:6::1
)

# How many of them the next path gets.
backends=3 services=1

# Of the figures, for the host: what is counted, and in which kernel.
unit='' kernel=''

# in_ns PATH COMMAND...
in_ns() {
	nsenter --net="/run/netns/$1" "${@:2}"
}

# figure CASE PATH VALUE: what the host reads
figure() {
	printf '\nfigure\t%s\t%s\t%s\t%s\t%s\n' "$unit" "$kernel" "$@"
}

# change HOW NANOSECONDS: how long one of many backends takes to go or to come
change() {
	printf '\nchange\t%s\t%s\n' "$@"
}

skipped() {
	printf '\nskipped\t%s\t%s\n' "$kernel" "$*"
}

# IPVS's table is small by default.  In User-Mode Linux all this is built in.
load_modules() {
	case $DSR_LINE in
	uml*) ;;
	*) modprobe ip_vs conn_tab_bits=20 && modprobe -a veth dummy pktgen ;;
	esac
	insmod "$DSR_EXTRA"
}

# The backends' addresses, in arrays: a process for each would take long.
backends_name() {
	local n

	real4=() real6=() lladdr=()
	for ((n = 1; n <= backends; n++)); do
		printf -v "real4[$n]" '10.3.%d.%d' $((n / 200)) $((n % 200))
		printf -v "real6[$n]" 'fd00:3::%x' "$n"
		printf -v "lladdr[$n]" '02:00:00:00:%02x:%02x' $((n / 256)) $((n % 256))
	done
}

neighbours() {
	local n

	for ((n = 1; n <= backends; n++)); do
		echo "neigh add ${real4[n]} lladdr ${lladdr[n]} dev out0 nud permanent"
		echo "neigh add ${real6[n]} lladdr ${lladdr[n]} dev out0 nud permanent"
	done
}

# On lo, a prefix is local as a whole, and not as a route that somebody added,
# which would cost IPVS's packets a look-up more.
links() {
	cat <<-END
		link add in0 type veth peer name in1
		link add out0 type dummy
		link set in0 up
		link set in1 up
		link set out0 up
		addr add $VIP4/16 dev lo
		addr add $VIP6/128 dev lo nodad
		addr add 10.3.255.254/16 dev out0
		addr add fd00:3::fffe/64 dev out0 nodad
		addr add 10.5.0.1/16 dev in0
		route add 10.4.0.0/16 via ${real4[1]}
		route add fd00:4::/64 via ${real6[1]}
		route add fd00:16::/64 dev in0
		route add blackhole 10.6.0.0/16
		route add blackhole fd00:6::/64
	END
	neighbours
}

path_up() {
	backends_name
	ip netns add "$1"
	in_ns "$1" "$bench/../netns/lib/ns-settings"
	in_ns "$1" sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward
		echo 1 > /proc/sys/net/ipv6/conf/all/forwarding'
	links | ip -n "$1" -batch -
	"path_${1//-/_}" "$1"
}

path_down() {
	ip netns del "$1"
}

# destination PATH 4|6: where a path's packets are sent to
destination() {
	case $1 in
	route) echo "${destination[routed$2]}" ;;
	miss*) echo "${destination[nowhere$2]}" ;;
	*) echo "${destination[vip$2]}" ;;
	esac
}

# traffic udp4|tcp4|udp6|tcp6 PATH: $settings of the generator
traffic() {
	settings=("daddr=$(destination "$2" "${1#???}")" services="$services" tcp=0)
	[[ $1 != tcp* ]] || settings+=(tcp=1)
}

# inject PATH KEY=VALUE...: have the generator run, and print nanoseconds
inject() {
	local path=$1 way=forwarded

	case $path in
	drop | prerouting | miss*) way=dropped ;;
	esac
	shift
	in_ns "$path" "$bench/guest/inject" "$way" "$@"
}

# start PATH TRAFFIC FLOWS: flows that are established
start() {
	local path=$1 word=$2 flows=$3 syn
	local -a settings

	traffic "$word" "$path"
	settings+=(first=0 flows="$flows" stride=1)
	for syn in 1 0 0; do
		inject "$path" "${settings[@]}" syn="$syn" run="$flows" > /dev/null
	done
}

# A number without a divisor in common with powers of ten, so that packets take
# the flows in another order than they were made in.
STRIDE=618033989

# established CASE PATH TRAFFIC FLOWS PACKETS
established() {
	local -a settings

	traffic "$3" "$2"
	settings+=(first=0 flows="$4" stride="$STRIDE" syn=0)
	figure "$1" "$2" "$(inject "$2" "${settings[@]}" run="$5")"
}

# beginning CASE PATH TRAFFIC FIRST FLOWS: a packet of each of the flows from the
# FIRST on, which are new
beginning() {
	local -a settings

	traffic "$3" "$2"
	settings+=(first="$4" flows="$5" stride=1 syn=1)
	figure "$1" "$2" "$(inject "$2" "${settings[@]}" run="$5")"
}
