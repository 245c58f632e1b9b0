#!/bin/bash
# What happens to a packet on its way through the director, and to those that
# are none of dsr's business.
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1, b2, b3
#                      captures on both sides
# kernels: uml 6.1
. "$(dirname "$0")/lib.sh"

topo_reference two-armed routed
service "$VIP4:9/udp" rr 10.3.0.1
service "[$VIP6]:9/udp" rr fd00:3::1
service "$VIP4:80/tcp" maglev 10.3.0.1

# capture NAME DEVICE FILTER: start it, returns when it listens; text in $T/NAME-DEVICE
capture() {
	local file=$T/$1-$2

	: > "$file.ready"
	in_ns "$1" tcpdump -U -l -nn -e -xx -c 1 -i "$2" "$3" > "$file" 2> "$file.ready" < /dev/null &
	processes+=($!)
	wait_for 30 grep -q "listening on" "$file.ready"
}

captured() {
	wait_for 30 grep -q '0x0010' "$T/$1-$2" && wait_for 5 grep -q 'packet captured' "$T/$1-$2.ready"
}

# The bytes of a capture, from the Ethernet header on, as one line of hex.
hex() {
	sed -n 's/^[[:space:]]*0x[0-9a-f]*: *//p' "$T/$1-$2" | tr -d ' \n'
}

mac() {
	in_ns "$1" cat "/sys/class/net/$2/address" | tr -d :
}

# send VIP [SIZE [SOCAT-OPTIONS]]: one UDP datagram from the client
send() {
	head -c "${2:-20}" /dev/zero | client socat -u -b 65536 - "UDP:$(host "$1"):9${3:-}" || :
}

# through VIP HEADER-BYTES TTL-OFFSET: a datagram, seen on both sides
through() {
	local in out

	capture director eth1 "udp port 9"
	capture director eth0 "udp port 9"
	send "$1"
	captured director eth1
	captured director eth0
	in=$(hex director eth1) out=$(hex director eth0)
	is "$1: the backend's MAC address" "${out:0:12}" "$(mac b1 eth0)"
	is "$1: from the director's" "${out:12:12}" "$(mac director eth0)"
	is "$1: TTL one less" $((16#${out:$3:2})) $((16#${in:$3:2} - 1))
	is "$1: nothing else has changed" "$(mask "$1" "${out:24}")" "$(mask "$1" "${in:24}")"
}

# arrived BYTES: so many have come to the backend's socket
arrived() {
	[ "$(stat -c %s "$T/datagram")" -eq "$1" ]
}

# Blank the TTL, and IPv4's checksum; the offsets begin at the Ethernet type.
mask() {
	case $1 in
	*:*) echo "${2:0:18}..${2:20}" ;;
	*) echo "${2:0:20}..${2:22:2}....${2:28}" ;;
	esac
}

through "$VIP4" 20 44
is "$VIP4: the checksum is right" "$(director tcpdump --version > /dev/null 2>&1; python3 - "$(hex director eth0)" <<-'END'
	import sys
	header = bytes.fromhex(sys.argv[1])[14:34]
	total = sum(int.from_bytes(header[i:i + 2], "big") for i in range(0, 20, 2))
	print(f"{(total & 0xffff) + (total >> 16):#x}")
	END
)" 0xffff
through "$VIP6" 40 42

# The router takes one, so two is one at the director.
capture client eth0 "icmp[icmptype] == icmp-timxceed and src host 10.4.0.2"
send "$VIP4" 20 ,ttl=2
ok "TTL 1: the director says time exceeded" captured client eth0
capture client eth0 "icmp6 and ip6[40] == 3 and not src host fd00:1::fe"
send "$VIP6" 20 ,ipv6-unicast-hops=2
ok "hop limit 1: the director says time exceeded" captured client eth0

director ip link set dev eth0 mtu 1400
capture client eth0 "icmp and icmp[0] == 3 and icmp[1] == 4 and icmp[6:2] == 1400"
send "$VIP4" 1440
ok "too large, IPv4: fragmentation needed, MTU 1400" captured client eth0
capture client eth0 "icmp6 and ip6[40] == 2 and ip6[44:4] == 1400"
send "$VIP6" 1440
ok "too large, IPv6: packet too big, MTU 1400" captured client eth0
# Without DF the director makes it fit; the bridge takes nothing longer.
in_ns lan ip link set dev director mtu 1400
background b1 socat -u -b 65536 UDP4-RECV:9 "OPEN:$T/datagram,creat,append"
wait_for 30 in_ns b1 grep -q ':0009 ' /proc/net/udp
client ip route flush cache
send "$VIP4" 1440 ,ip-mtu-discover=0
ok "too large, IPv4 without DF: arrives in fragments" \
	wait_for 10 arrived 1440
in_ns lan ip link set dev director mtu 1500
director ip link set dev eth0 mtu 1500

# 10.9.0.1 is no VIP: the director routes it to b2.
in_ns b2 ip addr add 10.9.0.1/32 dev lo
router ip route add 10.9.0.1 via 10.4.0.2
director ip route add 10.9.0.1 via 10.3.0.2
received=$(counter received)
ok "what is for others is routed as ever" client ping -q -c 3 -i 0.2 -W 60 10.9.0.1
is "and not counted" "$(counter received)" "$received"

# Every packet cloned by a capture on each side, none of them by conntrack.
web_start b1
modprobe -q nf_tables nf_conntrack nft_ct || :
director nft 'add table inet t; add chain inet t c { type filter hook prerouting priority 0; };
	add rule inet t c ct state new counter'
entries() { director cat /proc/sys/net/netfilter/nf_conntrack_count; }
client ping -q -c 1 -W 60 10.9.0.1 > /dev/null
tracked=$(entries)
in_range "conntrack tracks what is routed" "$tracked" 1 9
background director tcpdump -i any -w /dev/null
wait_for 30 grep -q "listening on any" "$T/log"
ok "a download while every packet is captured" download "$VIP4"
in_range "conntrack knows nothing of it" "$(entries)" 0 "$tracked"
