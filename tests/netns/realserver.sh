#!/bin/bash
# dsrctl realserver check: each thing that is wrong on a backend is named, mended
# by the very command that it prints, and then not named.
#
#   client ── router ── br0 ── b1: VIPs 10.2.0.1 and 2001:db8:2::1
# kernels: fast
. "$(dirname "$0")/lib.sh"

make_ns client router lan
ip -n "$P-lan" link add br0 type bridge stp_state 0 mcast_snooping 0
ip -n "$P-lan" link set br0 up
link client eth0 router client
plug router lan
topo_client
topo_router
topo_backend 1

b1() { in_ns b1 "$@"; }

# listener PORT SOCAT-ADDRESS: a server in b1
listener() {
	background b1 socat "$2" /dev/null
	wait_for 20 b1 grep -qi ":$(printf %04x "$1") 0*:0000 " \
		/proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6
}

# results SERVICE WORD: the checks with this result
results() {
	b1 dsrctl -j realserver check "$1" > "$T/check" || :
	jq -r --arg word "$2" '.[] | select(.result == $word).check' "$T/check" | xargs
}

mend_of() {
	jq -r --arg check "$1" '.[] | select(.check == $check).mend' "$T/check"
}

passes() {
	b1 dsrctl realserver check "$1"
}

# broken WHAT SERVICE CHECK...: these fail; the last one's mend mends all
broken() {
	local command

	is "$1: named" "$(results "$2" FAIL)" "${*:3}"
	not_ok "$1: it is a failure" passes "$2"
	command=$(mend_of "${!#}")
	ok "$1: the mend works: $command" b1 bash -c "$command"
	ok "$1: mended" passes "$2"
}

b1 dsrctl realserver check "$VIP4" > "$T/text"
like "nothing listens: worth knowing" "$(< "$T/text")" "^note  nothing listens on $VIP4: start the server$"
listener 80 TCP-LISTEN:80,fork,reuseaddr,bind=10.3.0.1
listener 81 TCP-LISTEN:81,fork,reuseaddr
listener 82 TCP6-LISTEN:82,fork,reuseaddr,ipv6only=0
listener 83 TCP6-LISTEN:83,fork,reuseaddr,ipv6only=1
listener 53 UDP-LISTEN:53,bind="$VIP4"

is "all is well" "$(results "$VIP4" FAIL)$(results "$VIP4" note)" ""
is "... by IPv6" "$(results "$VIP6" FAIL)$(results "$VIP6" note)" ""
is "... each checked" "$(results "$VIP4" ok)" "address exposed lo arp_ignore arp_announce listening"
is "... by IPv6 too" "$(results "$VIP6" ok)" "address exposed lo dad listening"

for service in "$VIP4:81/tcp" "$VIP4:82/tcp" "$VIP4:53/udp" "$VIP4:70-90/tcp" "$VIP4/tcp" \
	"[$VIP6]:82/tcp" "[$VIP6]:83/tcp"; do
	ok "served: $service" passes "$service"
done
for service in "$VIP4:80/tcp" "$VIP4:81/udp" "$VIP4:83/tcp" "$VIP4:53/tcp" "$VIP4/sctp" \
	"[$VIP6]:80/tcp" "[$VIP6]:81/tcp" "[$VIP6]:53/udp"; do
	is "not served: $service" "$(results "$service" FAIL)" listening
done
like "... but elsewhere" "$(b1 dsrctl realserver check "$VIP4:80/tcp" || :)" \
	"^FAIL  nothing listens on $VIP4:80/tcp, only on 10.3.0.1: tell the server of the VIP$"
for service in 10.2.0.0/24:80/tcp "mark 7" 127.0.0.1:80/tcp "[ff02::1]:80/tcp"; do
	fails_with 2 "expected" b1 dsrctl realserver check "$service"
done

b1 ip address del "$VIP4/32" dev lo
broken "no VIP" "$VIP4" address
b1 ip address del "$VIP6/128" dev lo
broken "no VIP of IPv6" "[$VIP6]:82/tcp" address
b1 ip address add "$VIP4/16" dev eth0
broken "the VIP on eth0" "$VIP4" exposed
b1 ip link set lo down
is "lo is down: named" "$(results "$VIP4" FAIL)" lo
b1 bash -c "$(mend_of lo)"
b1 dsrctl realserver add "$VIP6"
ok "lo is down: mended" passes "$VIP4"
for name in arp_ignore arp_announce; do
	b1 sysctl -q -w "net.ipv4.conf.all.$name=0"
	broken "$name" "$VIP4" "$name"
done
b1 sysctl -q -w net.ipv4.conf.eth0.arp_ignore=4
broken "arp_ignore of a device" "$VIP4" arp_ignore

# Another host has it already.
router ip address add "$VIP6/128" dev lan nodad
b1 sysctl -q -w net.ipv6.conf.all.accept_dad=1 net.ipv6.conf.eth0.accept_dad=1
b1 ip address add "$VIP6/128" dev eth0
dad_has_failed() {
	b1 ip -6 address show dev eth0 | grep -q "$VIP6/128.* dadfailed"
}
wait_for 20 dad_has_failed
broken "duplicate address detection" "$VIP6" exposed dad
router ip address del "$VIP6/128" dev lan

# A client that is reached by another device than it comes by.
b1 ip link add other type veth peer name peer
b1 ip link set other up
b1 ip link set peer up
b1 ip route add 192.168.1.0/24 dev other
b1 sysctl -q -w net.ipv4.conf.eth0.rp_filter=1
router ip route add "$VIP4" via 10.3.0.1
is "rp_filter: no failure as long as it hurts nobody" "$(results "$VIP4" FAIL)" ""
is "... but worth knowing" "$(results "$VIP4" note)" rp_filter
not_ok "rp_filter: the hurt" client ping -q -c 1 -W 1 "$VIP4"
broken "rp_filter" "$VIP4" rp_filter
