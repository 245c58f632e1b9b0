# shellcheck shell=bash
# Namespaces and the reference network.  Sourced by lib.sh.

topology_dir=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")

# The ids that the namespaces have in the first one: this, and two digits.  Each
# script of a guest has its own, as an id outlives its namespace for a while.
id_base=$((100 + ${DSR_NUMBER:-0}))

# make_ns NAME...: namespaces, ready for addresses without delay
make_ns() {
	local name

	for name in "$@"; do
		ip netns add "$P-$name"
		ip netns set "$P-$name" "$((id_base * 100 + ${#namespaces[@]}))"
		namespaces+=("$P-$name")
		in_ns "$name" "$topology_dir/ns-settings"
	done
}

# ns_batch NAME < lines for ip(8)
ns_batch() {
	ip -n "$P-$1" -batch -
}

# link NAME DEVICE NAME DEVICE: a veth pair between two namespaces
link() {
	ip link add "$2" netns "$P-$1" type veth peer name "$4" netns "$P-$3"
	ip -n "$P-$1" link set dev "$2" up
	ip -n "$P-$3" link set dev "$4" up
}

# plug NAME DEVICE: connect a namespace to the bridge, its port named NAME
plug() {
	ip link add "$2" netns "$P-$1" type veth peer name "$1" netns "$P-lan"
	ip -n "$P-lan" link set dev "$1" master br0 up
	ip -n "$P-$1" link set dev "$2" up
}

forwarding() {
	in_ns "$1" sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward
		echo 1 > /proc/sys/net/ipv6/conf/all/forwarding'
}

# topo_reference [one-armed|two-armed] [local|routed] [BACKENDS]
topo_reference() {
	local arms=${1:-one-armed} vip=${2:-local} count=${3:-3} n

	make_ns client router lan director
	ip -n "$P-lan" link add br0 type bridge stp_state 0 mcast_snooping 0
	ip -n "$P-lan" link set br0 up
	link client eth0 router client
	plug router lan
	plug director eth0
	topo_client
	topo_router
	topo_director
	"topo_${arms/-/_}"
	topo_vip "$vip"
	for ((n = 1; n <= count; n++)); do
		topo_backend "$n"
	done
}

topo_client() {
	ns_batch client <<-END
		addr add 192.168.1.1/24 dev eth0
		addr add fd00:1::1/64 dev eth0 nodad
		route add default via 192.168.1.254
		route add default via fd00:1::fe
	END
}

topo_router() {
	forwarding router
	ns_batch router <<-END
		addr add 192.168.1.254/24 dev client
		addr add fd00:1::fe/64 dev client nodad
		addr add 10.3.255.254/16 dev lan
		addr add fd00:3::fe/64 dev lan nodad
	END
}

topo_director() {
	forwarding director
	topo_director_leg eth0
}

# topo_director_leg DEVICE: by which the director reaches the backends
topo_director_leg() {
	ns_batch director <<-END
		addr add 10.3.0.254/16 dev $1
		addr add fd00:3::d/64 dev $1 nodad
	END
}

topo_one_armed() {
	request_dev=eth0
	ns_batch director <<-END
		route add default via 10.3.255.254
		route add default via fd00:3::fe
	END
	ns_batch router <<-END
		route add $VIP4 via 10.3.0.254
		route add $VIP6 via fd00:3::d
	END
}

topo_two_armed() {
	# shellcheck disable=SC2034 # for the tests: where requests arrive
	request_dev=eth1
	link router director director eth1
	ns_batch director <<-END
		addr add 10.4.0.2/24 dev eth1
		addr add fd00:4::2/64 dev eth1 nodad
		route add default via 10.4.0.1
		route add default via fd00:4::1
	END
	ns_batch router <<-END
		addr add 10.4.0.1/24 dev director
		addr add fd00:4::1/64 dev director nodad
		route add $VIP4 via 10.4.0.2
		route add $VIP6 via fd00:4::2
	END
}

# The VIP is the director's own address, or only routed to it.
topo_vip() {
	[ "$1" = local ] || return 0
	ns_batch director <<-END
		link add vip type dummy
		link set vip up
		addr add $VIP4/32 dev vip
		addr add $VIP6/128 dev vip nodad
	END
}

# topo_backend N: namespace bN, a real server for both VIPs
topo_backend() {
	make_ns "b$1"
	plug "b$1" eth0
	ns_batch "b$1" <<-END
		addr add 10.3.0.$1/16 dev eth0
		addr add fd00:3::$1/64 dev eth0 nodad
		route add default via 10.3.255.254
		route add default via fd00:3::fe
	END
	in_ns "b$1" dsrctl realserver add "$VIP4"
	in_ns "b$1" dsrctl realserver add "$VIP6"
}

# service SERVICE SCHEDULER BACKEND...: on the director; a BACKEND is an address,
# or ADDRESS=WEIGHT.  Returns when all its backends are up.
service() {
	local name=$1 backend

	director dsrctl service add "$name" scheduler "$2"
	shift 2
	for backend in "$@"; do
		director dsrctl backend add "$name" "${backend%=*}" weight "$(weight_of "$backend")"
	done
	wait_for 20 backends_up "$name"
}

weight_of() {
	case $1 in
	*=*) echo "${1#*=}" ;;
	*) echo 1 ;;
	esac
}

backend_state() {
	director dsrctl -j backend show "$1" "$2" | jq -r '.[0].state'
}

backends_up() {
	director dsrctl -j service show "$1" |
		jq -e '.[0].backends | all(.state == "up")'
}
