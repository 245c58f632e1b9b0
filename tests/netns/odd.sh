#!/bin/bash
# Packets with extension headers, with IP options, cut short, sent to everybody;
# packets that go in circles; and the director as its own backend.
#
#   client ── router ── br0 ── director, b1, b2           one-armed
#             packets start at the router
# kernels: fast 6.1
. "$(dirname "$0")/lib.sh"

topo_reference one-armed local 2
crowd_start director b1
service "$VIP4:9/udp" rr 10.3.0.1
for vip in "$VIP4" "[$VIP6]"; do
	service "$vip:80/tcp" rr 10.3.0.1
	service "$vip:53/udp" rr 10.3.0.2
	service "$vip:99/udp" rr 10.3.255.254
done
# For those whose options say where to go.
director sh -c 'echo 1 > /proc/sys/net/ipv4/conf/all/accept_source_route'

packets <<'PY'
def pad(body):
    """An extension header's length byte and body, padded to eight bytes."""
    padding = -(len(body) + 2) % 8
    if padding == 1:
        body += b"\0"
    elif padding:
        body += bytes([1, padding - 2]) + bytes(padding - 2)
    return bytes([(len(body) + 2) // 8 - 1]) + body


OPTION = pad(b"\x1e\x04abcd")               # an option to skip if unknown
LONG = pad(b"\x1e\x40" + bytes(64))
ROUTE = bytes([0, 253, 0]) + bytes(4)       # an unknown type, no segments left
ATOMIC = struct.pack("!BHI", 0, 0, 77)

for name, chain in (
        ("destination options", [(DSTOPT, OPTION)]),
        ("hop-by-hop options", [(HOPOPT, OPTION)]),
        ("long options", [(DSTOPT, LONG)]),
        ("a routing header at its end", [(ROUTING, ROUTE)]),
        ("an atomic fragment", [(FRAGMENT, ATOMIC)]),
        ("five headers", [(HOPOPT, OPTION), (DSTOPT, LONG), (ROUTING, ROUTE), (FRAGMENT, ATOMIC),
                          (DSTOPT, OPTION)])):
    for what, make, owner in ("TCP", lambda **more: tcp(SYN, 5000, 80, dst=VIP6, **more), "b1"), \
                             ("UDP", lambda **more: udp(5000, 53, dst=VIP6, **more), "b2"):
        packet = make(extensions=chain)
        got = arrivals(packet)
        same(f"IPv6, {name}, {what}", [who for who, _ in got if who != "client"], [owner])
        same(f"IPv6, {name}, {what}: as it was",
             [seen[8:] for who, seen in got if who == owner], [packet[8:]])

for name, options in (("no-operations", b"\1" * 8), ("a record of the route", b"\x07\x0b\x04" + bytes(9)),
                      ("a time stamp", b"\x44\x0c\x05\0" + bytes(8)),
                      ("router alert", b"\x94\x04\0\0"), ("forty bytes", b"\1" * 39 + b"\0")):
    same(f"IPv4, {name}, TCP", where(tcp(SYN, 5001, 80, options=options)), "b1")
    same(f"IPv4, {name}, UDP", where(udp(5001, 53, options=options)), "b2")


def becomes(name, counters, *packets):
    """None arrives, and each is counted so."""
    before = [counter(one) for one in counters]
    same(f"{name}: reaches no backend", where(*packets), "")
    same(f"{name}: {' or '.join(counters) or 'not ours'}",
         sum(counter(one) - was for one, was in zip(counters, before)), len(packets) if counters else 0)


for vip in VIP4, VIP6:
    segment = tcp_segment(5000, 80, SYN, b"", client_of(vip), vip)
    becomes(f"{vip}: TCP headers cut short", ["drop_malformed"],
            *(ip(segment[:size], TCP, dst=vip) for size in (1, 4, 8, 13)))
    becomes(f"{vip}: UDP headers cut short", ["drop_malformed"],
            *(ip(bytes(size), UDP, dst=vip) for size in (1, 4, 7)))

# What the IP layer throws away before anyone sees it.
received = counter("received")
whole = tcp(SYN, 5002, 80)
for name, packet in (("a length beyond the packet", ip4(whole[20:], TCP, length=60)),
                     ("a length below the header", ip4(whole[20:], TCP, length=19)),
                     ("a header of 16 bytes", ip4(whole[20:], TCP, ihl=4)),
                     ("a header beyond the packet", ip4(b"", TCP, ihl=15)),
                     ("a wrong checksum", whole[:10] + b"\xbe\xef" + whole[12:]),
                     ("an IPv6 length beyond the packet",
                      ip6(bytes(20), TCP, length=100)),
                     ("an IPv6 header alone, half of it", tcp(SYN, 5002, 80, dst=VIP6)[:20])):
    same(f"{name}: reaches no backend", where(packet), "")
same("none of these was ours", counter("received") - received, 2 * 7)

cut = ip6(b"", DSTOPT)[:40]
becomes("IPv6: no byte of an extension header", ["drop_malformed", "passed"], cut)
becomes("IPv6: an extension header beyond the packet", ["drop_malformed", "passed"],
        ip6(bytes([TCP, 200]) + bytes(6), DSTOPT))
same("a longer frame than the packet's length",
     [len(packet) for who, packet in arrivals(whole + bytes(30)) if who == "b1"], [len(whole)])

# To everybody, or to somebody else.
EVERYBODY, GROUP = b"\xff" * 6, bytes.fromhex("01005e000001")
for name, mac in ("broadcast", EVERYBODY), ("multicast", GROUP):
    before = counter("received")
    same(f"a {name} frame with the VIP in it reaches no backend", where(tcp(SYN, 5003, 80), mac=mac), "")
    same(f"a {name} frame is not ours", counter("received") - before, 2)

# The router is a backend that sends all back: the director has it from the
# machine that it would send it to.
for vip in VIP4, VIP6:
    looped = counter("drop_loop")
    where(*(udp(port, 99, dst=vip) for port in range(5100, 5110)))
    same(f"{vip}: what the backend itself has sent is dropped as a loop", counter("drop_loop") - looped, 10)
PY

# mode local: the director has the VIP, and a server.
for vip in "$VIP4" "[$VIP6]"; do
	director dsrctl service add "$vip:7/tcp" scheduler rr
	director dsrctl backend add "$vip:7/tcp" 10.3.0.254 mode local
	director dsrctl backend add "$vip:7/tcp" 10.3.0.1
	wait_for 20 backends_up "$vip:7/tcp"
done
crowd_gather c "$VIP4" 7 tcp
crowd_gather c6 "$VIP6" 7 tcp
is "mode local: it has its share, IPv4" "$(crowd c open 6)" "b1=3 director=3 failed=0"
is "mode local: it has its share, IPv6" "$(crowd c6 open 6)" "b1=3 director=3 failed=0"
is "mode local: connections stay" "$(crowd c ask)" "b1=3 director=3 moved=0 broken=0"
