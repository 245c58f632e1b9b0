#!/bin/bash
# Which service a packet belongs to: its mark, then the longest prefix, then the
# exact port, a range, any port, any protocol; in both families.
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1 ... b6
#             packets start at the router        one backend a service
# kernels: fast
. "$(dirname "$0")/lib.sh"

modprobe -q -a nf_tables || :
topo_reference two-armed routed 6
service "$VIP4:9/udp" rr 10.3.0.1
for vip in "$VIP4" "[$VIP6]"; do
	service "$vip:80/tcp" rr 10.3.0.1
	service "$vip:80/sctp" rr 10.3.0.1
	service "$vip:70-90/tcp" rr 10.3.0.2
	service "$vip/tcp" rr 10.3.0.3
	service "$vip" rr 10.3.0.4
done
service 10.2.0.0/24:80/tcp rr 10.3.0.5
service 10.2.0.0/24:53/udp rr 10.3.0.5
service 10.2.0.0/16 rr 10.3.0.6
service '[2001:db8:2::/64]:80/tcp' rr 10.3.0.5
service '[2001:db8:2::/64]:53/udp' rr 10.3.0.5
service '[2001:db8::/32]' rr 10.3.0.6
service 'mark 7' rr 10.3.0.6
service 'mark 7/ipv6' rr 10.3.0.5
# Packets from port 7777 get the mark, before dsr sees them.
director nft 'add table inet t; add chain inet t c { type filter hook prerouting priority raw; };
	add rule inet t c tcp sport 7777 meta mark set 7; add rule inet t c udp sport 7777 meta mark set 7'

packets <<'PY'
def sctp(dport, vip, chunk=b"\1\0\0\x14" + bytes(16)):
    # dsr looks at the ports and at the chunk's type: 1 is INIT.
    return ip(struct.pack("!HHII", 5000, dport, 0, 0) + chunk, SCTP, dst=vip)


for vip, sibling, cousin, stranger, marked in \
        (VIP4, "10.2.0.7", "10.2.9.9", "10.9.0.1", "b6"), \
        (VIP6, "2001:db8:2::7", "2001:db8:9::9", "2001:dba::1", "b5"):
    def goes(name, packet, backend):
        same(f"{vip}: {name}", where(packet), backend)

    goes("the exact port", tcp(SYN, 5000, 80, dst=vip), "b1")
    goes("a range's first port", tcp(SYN, 5000, 70, dst=vip), "b2")
    goes("a range's last port", tcp(SYN, 5000, 90, dst=vip), "b2")
    goes("a port within it", tcp(SYN, 5000, 79, dst=vip), "b2")
    goes("a port below it: any port", tcp(SYN, 5000, 69, dst=vip), "b3")
    goes("a port above it: any port", tcp(SYN, 5000, 91, dst=vip), "b3")
    goes("another protocol: any protocol", udp(5000, 80, dst=vip), "b4")
    goes("a protocol without ports: any protocol", ip(bytes(20), 47, dst=vip), "b4")
    goes("SCTP, the exact port", sctp(80, vip), "b1")
    goes("SCTP, another port: any protocol", sctp(81, vip), "b4")
    goes("any protocol, although a shorter prefix has this port", udp(5000, 53, dst=vip), "b4")
    echo = (8, 128)[":" in vip]
    goes("an echo request: any protocol", icmp(echo, 0, b"\0\1\0\1", b"x" * 20, dst=vip), "b4")

    goes("another address: the prefix's port", tcp(SYN, 5000, 80, dst=sibling), "b5")
    goes("another address, another port: the shorter prefix", tcp(SYN, 5000, 81, dst=sibling), "b6")
    goes("an address of the shorter prefix only", tcp(SYN, 5000, 80, dst=cousin), "b6")
    goes("an address of none", tcp(SYN, 5000, 80, dst=stranger), "")

    goes("a mark comes before the exact port", tcp(SYN, 7777, 80, dst=vip), marked)
    goes("a mark comes before any port of UDP", udp(7777, 90, dst=vip), marked)
    goes("a mark's packet may have any address", udp(7777, 90, dst=stranger), marked)

# The more specific one goes, the next one takes its packets.
for selector, backend in (f"{VIP4}:80/tcp", "b2"), (f"{VIP4}:70-90/tcp", "b3"), \
                         (f"{VIP4}/tcp", "b4"), (VIP4, "b5"), ("10.2.0.0/24:80/tcp", "b6"), \
                         ("10.2.0.0/16", ""):
    director("dsrctl", "service", "del", selector)
    same(f"without {selector}", where(tcp(SYN, 5001, 80)), backend)
PY

# To the end: a backend answers a ping of the VIP.
service "$VIP4" rr 10.3.0.1 10.3.0.2
ok "$VIP4 is pinged" client ping -q -c 2 -i 0.2 -W 60 "$VIP4"
ok "$VIP6 is pinged" client ping -q -c 2 -i 0.2 -W 60 "$VIP6"

fails_with 1 'exist' director dsrctl service add "$VIP4"
fails_with 1 'overlap' director dsrctl service add "[$VIP6]:90-100/tcp"
fails_with 1 'overlap' director dsrctl service add "[$VIP6]:1-65535/tcp"
ok "ranges that touch each other are two" director dsrctl service add "[$VIP6]:91-100/tcp"
ok "the same ports of another protocol too" director dsrctl service add "[$VIP6]:70-90/udp"
