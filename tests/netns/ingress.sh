#!/bin/bash
# The fast path: what comes by an attached device is taken at its ingress and
# never gets to PRE_ROUTING; what can't be taken there goes on, and is handled as
# ever.
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1, b2, b3
#                       eth1 is attached; a counter in its raw table sees what
#                       gets to PRE_ROUTING
# kernels: fast
. "$(dirname "$0")/lib.sh"

modprobe -q -a nf_tables 8021q || :
topo_reference two-armed local
director nft -f - <<-END
	table inet seen {
		chain raw {
			type filter hook prerouting priority -300
			ip daddr $VIP4 counter
			ip6 daddr $VIP6 counter
		}
	}
END

# reached: how many packets for the VIPs got to PRE_ROUTING
reached() {
	director nft -j list chain inet seen raw |
		jq '[.nftables[].rule?.expr[]?.counter?.packets | numbers] | add'
}

# taken NAME COMMAND...: it succeeds, and PRE_ROUTING hasn't seen it
taken() {
	local before

	before=$(reached)
	ok "$@"
	is "$1: at ingress" "$(reached)" "$before"
}

# not_taken NAME COMMAND...: it succeeds, by PRE_ROUTING
not_taken() {
	local before

	before=$(reached)
	ok "$@"
	in_range "$1: in PRE_ROUTING" "$(reached)" $((before + 1)) $((before + 100000))
}

answers() {
	[ "$(ask 6 "$1" | tally)" = "b1=2 b2=2 b3=2" ]
}

upload() {
	rm -f "$T/b1/up/file"
	client curl -sS -f --max-time 60 -T "$T/up" "http://$(host "$1"):80/up/file" &&
		cmp "$T/up" "$T/b1/up/file"
}

# crowds KIND ADDRESS EXPECTED: connections or datagrams of eight clients
crowds() {
	crowd_gather "$1.$2" "$2" 7 "$1"
	[ "$(crowd "$1.$2" open 6)" = "b1=2 b2=2 b3=2 failed=0" ] &&
		[ "$(crowd "$1.$2" ask)" = "b1=2 b2=2 b3=2 moved=0 broken=0" ]
}

# What is wrong is refused, and changes nothing.
is "no device is attached" "$(director dsrctl device)" ""
is "no device is attached, JSON" "$(director dsrctl -j device)" "[]"
ok "a device is attached before there is a service" director dsrctl device attach eth1
is "it is listed" "$(director dsrctl device show)" eth1
is "it is listed, JSON" "$(director dsrctl -j device show)" '[{"device":"eth1"}]'
fails_with 1 'attached already' director dsrctl device attach eth1
fails_with 1 'not attached' director dsrctl device detach eth0
fails_with 1 'not attached' director dsrctl device show eth0
fails_with 1 'no such device' director dsrctl device attach eth9
fails_with 1 'no such device' director dsrctl device detach eth9
without=(setpriv '--bounding-set=-all' '--inh-caps=-all')
for words in "attach eth0" "detach eth1" "show"; do
	# shellcheck disable=SC2086 # words
	fails_with 1 'permitted|CAP_NET_ADMIN' director "${without[@]}" dsrctl device $words
	# shellcheck disable=SC2086 # words
	fails_with 1 'permitted|CAP_NET_ADMIN' director unshare -Ur dsrctl device $words
done
is "it is the only one still" "$(director dsrctl device show)" eth1
is "another namespace has none" "$(in_ns router dsrctl device show)" ""
ok "the VIP answers pings, without a service" client ping -q -c 2 -i 0.2 -W 60 "$VIP4"

web_start b1 b2 b3
crowd_start b1 b2 b3
for port in 80/tcp 7/tcp 7/udp; do
	service "$VIP4:$port" rr 10.3.0.1 10.3.0.2 10.3.0.3
	service "[$VIP6]:$port" rr fd00:3::1 fd00:3::2 fd00:3::3
done
service "$VIP4:9/udp" rr 10.3.0.1
service "[$VIP6]:9/udp" rr fd00:3::1
service "$VIP4:9/sctp" rr 10.3.0.1

head -c "$(scaled 1000000 200000)" /dev/urandom > "$T/up"
for address in "$VIP4" "$VIP6"; do
	taken "$address: HTTP" answers "$address"
	taken "$address: a download" download "$address"
	taken "$address: TCP, new and known flows" crowds tcp "$address"
	taken "$address: UDP, new and known flows" crowds udp "$address"
done
not_taken "the VIP answers pings, beside services" client ping -q -c 2 -i 0.2 -W 60 "$VIP4"
is "what was received was forwarded, but for pings" \
	$(($(counter forwarded) + 2)) "$(counter received)"

# only_b1 WEIGHT: that of the others, of HTTP
only_b1() {
	for n in 2 3; do
		director dsrctl backend set "$VIP4:80/tcp" "10.3.0.$n" weight "$1"
		director dsrctl backend set "[$VIP6]:80/tcp" "fd00:3::$n" weight "$1"
	done
}

only_b1 0
background director tcpdump -i eth1 -w /dev/null
wait_for 30 grep -q "listening on" "$T/log"
router ethtool -K director tso off gso off > "$T/log"
director ethtool -K eth1 gro on > "$T/log"
for address in "$VIP4" "$VIP6"; do
	taken "$address: an upload, merged and captured" upload "$address"
done
director ethtool -K eth1 gro off > "$T/log"
router ethtool -K director tso on gso on > "$T/log"
only_b1 1

# No backend for 82, one without a neighbour for 83.
director dsrctl service add "$VIP4:82/udp"
director dsrctl service add "[$VIP6]:82/udp"
director dsrctl service add "$VIP4:83/udp"
director dsrctl backend add "$VIP4:83/udp" 10.3.0.99
director ip link set eth1 promisc on
packets <<-'END'
	def reached():
	    rules = json.loads(director("nft", "-j", "list", "chain", "inet", "seen", "raw"))
	    return sum(part["counter"]["packets"] for each in rules["nftables"] if "rule" in each
	               for part in each["rule"]["expr"] if "counter" in part)

	def path(name, seen, function, expected, *packets, **more):
	    """seen: how many of the packets PRE_ROUTING sees"""
	    before = reached()
	    same(name, function(*packets, **more), expected)
	    same(f"{name}: so many get to PRE_ROUTING", reached() - before, seen)

	def broken(packet, at):
	    return packet[:at] + bytes([packet[at] ^ 1]) + packet[at + 1:]

	def kinds(*packets):
	    return [error[1:] for error in errors(*packets)]

	def at_backends(*packets):
	    return [packet for name, packet in arrivals(*packets) if name != "client"]

	sctp = struct.pack("!HHII", 5000, 9, 0, 0) + bytes([1, 0, 0, 20]) + bytes(16)
	path("SCTP", 0, where, "b1", ip(sctp, SCTP))

	for vip, expired in ((VIP4, (11, 0, 0)), (VIP6, (3, 0, 0))):
	    short = udp(5001, data=b"x", dst=vip)
	    for what in "new", "known":
	        path(f"{vip}: a padded frame, {what} flow", 0,
	             lambda *all: [packet[20:] for packet in at_backends(*all)],
	             [short[20:]], short + b"padding".ljust(17))
	    path(f"{vip}: TTL 1, new flow", 1, kinds, [expired], udp(5002, dst=vip, ttl=1))
	    path(f"{vip}: TTL 1, known flow", 1, kinds, [expired], udp(5001, dst=vip, ttl=1))
	    path(f"{vip}: TTL 2", 0, where, "b1", udp(5001, dst=vip, ttl=2))
	    cut = fragments(udp(data=bytes(2000), dst=vip), 1000)
	    path(f"{vip}: fragments", len(cut), where, " ".join(["b1"] * len(cut)), *cut)
	    path(f"{vip}: longer than the frame", 0, where, "", udp(dst=vip, length=100))
	    before = counter("received")
	    path(f"{vip}: for another host", 0, where, "", udp(dst=vip), mac=bytes.fromhex("020000000099"))
	    same(f"{vip}: for another host: not counted", counter("received") - before, 2)

	before = counter("received")
	path("a bad header checksum", 0, where, "", broken(udp(), 10))
	same("a bad header checksum: not counted", counter("received") - before, 2)
	path("IP options", 1, where, "b1", udp(options=b"\1\1\1\0"))
	padding = (DSTOPT, bytes([0, 1, 4, 0, 0, 0, 0]))
	path("extension headers", 1, where, "b1", ip6(udp(dst=VIP6)[40:], UDP, extensions=[padding]))
	path("no backend", 1, kinds, [(3, 3, 0)], udp(dport=82))
	path("no backend, IPv6", 1, kinds, [(1, 4, 0)], udp(dport=82, dst=VIP6))
	path("an unresolved backend", 1, where, "", udp(dport=83))
	path("no service: the stack's", 1, kinds, [(3, 3, 0)], udp(dport=84))

	# An error about a flow, from a hop on the answers' way.
	quoted = udp(9, 5001, dst=CLIENT4, src=VIP4)
	path("an ICMP error about a flow", 1, where, "b1", icmp(3, 3, data=quoted))

	director("ip", "link", "set", "eth0", "mtu", "1400")
	path("too large, IPv4", 1, kinds, [(3, 4, 1400)], udp(5001, data=bytes(1400), df=True))
	path("too large, IPv6", 1, kinds, [(2, 0, 1400)], udp(5001, data=bytes(1400), dst=VIP6))
	path("too large, without DF", 1, where, "b1 b1", udp(5001, data=bytes(1400)))
	path("as large as can be", 0, where, "b1", udp(5001, data=bytes(1372), df=True))
	director("ip", "link", "set", "eth0", "mtu", "1500")
END
director ip link set eth1 promisc off

# Who wants a word before the fast path says it at ingress, with a priority
# below 0: the raw table is too late.
service "$VIP4:85/udp" rr 10.3.0.1
service "$VIP4:86/udp" rr 10.3.0.1
service "$VIP4:87/udp" rr 10.3.0.1
service "mark 7" rr 10.3.0.2
director nft -f - <<-END
	table netdev early {
		chain in {
			type filter hook ingress device "eth1" priority -10
			udp dport 85 drop
			udp dport 86 meta mark set 7
		}
	}
	add rule inet seen raw udp dport 87 meta mark set 7
END
packets <<-'END'
	same("dropped at ingress, before", where(udp(dport=85)), "")
	same("marked at ingress, before", where(udp(dport=86)), "b2")
	same("a mark of the raw table comes too late", where(udp(dport=87)), "b1")
	director("dsrctl", "device", "detach", "eth1")
	same("... and in time when nothing is attached", where(udp(dport=87)), "b2")
	director("dsrctl", "device", "attach", "eth1")
END
director nft delete table netdev early

# A tagged frame is the VLAN device's.
vlan() {
	ip -n "$P-router" link add director.5 link director type vlan id 5
	ip -n "$P-router" addr add 10.5.0.1/24 dev director.5
	ip -n "$P-router" link set director.5 up
	ip -n "$P-director" link add eth1.5 link eth1 type vlan id 5
	ip -n "$P-director" addr add 10.5.0.2/24 dev eth1.5
	ip -n "$P-director" link set eth1.5 up
	router ip route replace "$VIP4" via 10.5.0.2
}

vlan
for where in "beside" "in"; do
	not_taken "tagged, the tag $where the packet" answers "$VIP4"
	director dsrctl device attach eth1.5
	taken "tagged, the tag $where the packet, its device attached" answers "$VIP4"
	director dsrctl device detach eth1.5
	router ethtool -K director txvlan off > "$T/log"
done
router ip route replace "$VIP4" via 10.4.0.2

# Both ways lead to the same flows.
crowd_gather both "$VIP4" 7 tcp
is "connections" "$(crowd both open 6)" "b1=2 b2=2 b3=2 failed=0"
ok "eth1 is detached" director dsrctl device detach eth1
is "no device is attached any more" "$(director dsrctl -j device)" "[]"
not_taken "HTTP, nothing attached" answers "$VIP4"
is "connections go on" "$(crowd both ask)" "b1=2 b2=2 b3=2 moved=0 broken=0"
ok "eth1 is attached again" director dsrctl device attach eth1
taken "HTTP, attached again" answers "$VIP4"
is "connections go on again" "$(crowd both ask)" "b1=2 b2=2 b3=2 moved=0 broken=0"
