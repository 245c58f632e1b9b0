# shellcheck shell=bash
# The reference network of the tests, in namespaces of its own names, with MAC
# addresses that can be recognised in a capture.  Sourced.
#
#   client ---- router ---- director       192.168.1.0/24, 10.4.0.0/24
#                  |           |           eth1 towards the router,
#                 =+===========+=======    eth0 in 10.3.0.0/16
#                     |     |     |
#                    b1    b2    b3

# What tests/netns/lib expects of its user: names, and a directory.
P=dsr-demo VIP4=10.2.0.1 VIP6=2001:db8:2::1 T=''
namespaces=()

in_ns() {
	ip netns exec "$P-$1" "${@:2}"
}

client() { in_ns client "$@"; }

director() { in_ns director "$@"; }

# shellcheck source=tests/netns/lib/topology.sh
. "$HERE/../netns/lib/topology.sh"
# shellcheck source=tests/netns/lib/servers.sh
. "$HERE/../netns/lib/servers.sh"

HOSTS=(client router lan director b1 b2 b3)
BACKENDS=(1 2 3)
declare -A mac_names

# mac_name MAC: whose it is; twelve digits, no colons
mac_name() {
	echo "${mac_names[$1]:-nobody}"
}

# mac_set HOST DEVICE ADDRESS NAME: a MAC address made of the IP address
mac_set() {
	local mac byte

	IFS=. read -r -a byte <<< "$3"
	printf -v mac '02:00:%02x:%02x:%02x:%02x' "${byte[@]}"
	ip -n "$P-$1" link set "$2" address "$mac"
	mac_names[${mac//:/}]=$4
}

# topo_reference() without `dsrctl realserver`, which the show runs itself.
network_up() {
	local i

	make_ns "${HOSTS[@]}"
	ip -n "$P-lan" link add br0 type bridge stp_state 0 mcast_snooping 0
	ip -n "$P-lan" link set br0 up
	link client eth0 router client
	plug router lan
	plug director eth0
	topo_client
	topo_router
	topo_director
	topo_two_armed
	topo_vip local
	for i in "${BACKENDS[@]}"; do
		plug "b$i" eth0
		ns_batch "b$i" <<-END
			addr add 10.3.0.$i/16 dev eth0
			route add default via 10.3.255.254
		END
		mac_set "b$i" eth0 "10.3.0.$i" "backend $i"
	done
	mac_set router director 10.4.0.1 "client-side router"
	mac_set director eth1 10.4.0.2 director
	mac_set director eth0 10.3.0.254 director
}

# web_up: on each backend / is its name, /big the same 20 MB
web_up() {
	local i

	head -c 20M /dev/urandom > "$T/big"
	web_start b1 b2 b3
	for i in "${BACKENDS[@]}"; do
		ln "$T/big" "$T/b$i/root/big"
		echo "backend $i" > "$T/b$i/root/index.html"
	done
}

# Everything that runs in a namespace ends with it.
network_down() {
	local host i

	for i in "${BACKENDS[@]}"; do
		dsrctl -n "$P-b$i" realserver del "$VIP4" 2> /dev/null || :
	done
	for host in "${HOSTS[@]}"; do
		[ -e "/run/netns/$P-$host" ] || continue
		ip netns pids "$P-$host" | xargs -r kill -KILL 2> /dev/null || :
		ip netns del "$P-$host"
	done
}
