#!/bin/bash
# ICMP errors about a backend's answers reach the backend that sent them, however
# they quote; those that quote nothing of ours are the stack's.
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1, b2, b3
#             errors start at the router
# kernels: fast 6.1
. "$(dirname "$0")/lib.sh"

topo_reference two-armed local
service "$VIP4:9/udp" rr 10.3.0.1
for vip in "$VIP4" "[$VIP6]"; do
	service "$vip:80/tcp" rr 10.3.0.1 10.3.0.2 10.3.0.3
	service "$vip:53/udp" rr 10.3.0.1 10.3.0.2 10.3.0.3
done

packets <<'PY'
ROUTER = {VIP4: "192.168.1.254", VIP6: "fd00:1::fe"}
KINDS = {
    VIP4: [("fragmentation needed", 3, 4), ("host unreachable", 3, 1), ("port unreachable", 3, 3),
           ("time exceeded", 11, 0), ("parameter problem", 12, 0)],
    VIP6: [("packet too big", 2, 0), ("unreachable", 1, 0), ("time exceeded", 3, 0),
           ("parameter problem", 4, 0)],
}
MTU = struct.pack("!HH", 0, 1280)


def error(vip, quoted, kind=None, code=None, **more):
    first = KINDS[vip][0]
    return icmp(first[1] if kind is None else kind, first[2] if code is None else code,
                MTU, quoted, dst=vip, src=ROUTER[vip], **more)


def answer(vip, protocol, port, size=40, **more):
    """What the backend sent: from the VIP to the client."""
    client = client_of(vip)
    if protocol == TCP:
        segment = tcp_segment(80, port, ACK, bytes(size), vip, client)
    else:
        segment = udp_segment(53, port, bytes(size), vip, client)
    return ip(segment, protocol, vip, client, **more)


for vip in VIP4, VIP6:
    head = 40 if vip == VIP6 else 20
    for protocol, name in (TCP, "TCP"), (UDP, "UDP"):
        # Three flows, three owners.
        for port in 5001, 5002, 5003:
            first = tcp(SYN, port, 80, dst=vip) if protocol == TCP else udp(port, 53, dst=vip)
            owner = where(first)
            for what, kind, code in KINDS[vip]:
                same(f"{vip}: {what} about {name}, to {owner}",
                     where(error(vip, answer(vip, protocol, port), kind, code)), owner)

    owner = where(tcp(SYN, 5010, 80, dst=vip))
    whole = answer(vip, TCP, 5010, 1300)
    for what, quoted in ("eight bytes behind the header", whole[:head + 8]), \
                        ("a large part", whole[:500]), \
                        ("four bytes behind the header", whole[:head + 4]):
        same(f"{vip}: it quotes {what}", where(error(vip, quoted)), owner)

    new = counter("flow_new")
    got = where(error(vip, answer(vip, TCP, 6000)))
    check(got in ("b1", "b2", "b3"), f"{vip}: of an unknown flow: some backend's", got)
    same(f"{vip}: and it makes no flow", counter("flow_new"), new)

    # The stack's: counted as passed, and no backend sees them.
    stranger = "192.168.1.77" if vip == VIP4 else "fd00:1::77"
    for what, packet in (
            ("three bytes behind the header", error(vip, whole[:head + 3])),
            ("half a header", error(vip, whole[:head // 2])),
            ("nothing", error(vip, b"")),
            ("another version", error(vip, b"\x50" + whole[1:])),
            ("a packet that is not the VIP's",
             error(vip, ip(tcp_segment(80, 5010, ACK, b"", stranger, client_of(vip)), TCP,
                           stranger, client_of(vip))))):
        passed = counter("passed")
        same(f"{vip}: it quotes {what}: no backend's", where(packet), "")
        same(f"{vip}: it quotes {what}: the stack's", counter("passed") - passed, 1)

# What each family has alone.
owner = where(tcp(SYN, 5020, 80))
segment = tcp_segment(80, 5020, ACK, bytes(100), VIP4, CLIENT4)
quoted = ip4(segment, TCP, VIP4, CLIENT4, options=b"\x07\x0b\x04" + bytes(8) + b"\x00")
same("inner IP options", where(error(VIP4, quoted)), owner)
same("inner IP options, and eight bytes behind them", where(error(VIP4, quoted[:32 + 8])), owner)
same("inner IP options, cut short", where(error(VIP4, quoted[:28])), "")
same("an inner header shorter than a header is", where(error(VIP4, b"\x44" + quoted[1:])), "")
same("outer IP options", where(error(VIP4, quoted, options=b"\x01" * 8)), owner)
same("an inner first fragment",
     where(error(VIP4, ip4(segment, TCP, VIP4, CLIENT4, more=True))), owner)
same("an inner fragment behind the first has no ports",
     where(error(VIP4, ip4(segment, TCP, VIP4, CLIENT4, offset=8))), "")

owner = where(tcp(SYN, 5020, 80, dst=VIP6))
segment = tcp_segment(80, 5020, ACK, bytes(100), VIP6, CLIENT6)
OPTIONS = bytes([0, 1, 4]) + bytes(4)


def quote6(*extensions):
    return error(VIP6, ip6(segment, TCP, VIP6, CLIENT6, extensions=extensions))


same("inner destination options", where(quote6((DSTOPT, OPTIONS))), owner)
same("inner hop-by-hop and destination options",
     where(quote6((HOPOPT, OPTIONS), (DSTOPT, OPTIONS))), owner)
same("an inner first fragment",
     where(quote6((FRAGMENT, struct.pack("!BHI", 0, 1, 9)))), owner)
same("an inner fragment behind the first has no ports",
     where(quote6((FRAGMENT, struct.pack("!BHI", 0, 8, 9)))), "")
same("an inner extension header, cut short",
     where(error(VIP6, ip6(segment, TCP, VIP6, CLIENT6, extensions=[(DSTOPT, OPTIONS)])[:44])), "")
PY
