#!/bin/bash
# Fragments: all of a datagram reach one backend, in whatever order they come;
# those whose first one never comes are dropped, counted, and held in little
# memory.  Then the same with a reassembler (conntrack) on the director.
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1, b2, b3
#             fragments start at the router; whole datagrams at the client
# kernels: uml 6.1
. "$(dirname "$0")/lib.sh"

modprobe -q -a nf_tables nf_conntrack nft_ct || :
topo_reference two-armed routed
crowd_start b1 b2 b3
service "$VIP4:9/udp" rr 10.3.0.1
for vip in "$VIP4" "[$VIP6]"; do
	service "$vip:7/udp" rr 10.3.0.1 10.3.0.2 10.3.0.3
	service "$vip:8/udp" rr 10.3.0.1 10.3.0.2 10.3.0.3
done
head -c 9000 /dev/zero > "$T/large"

# Sockets draw an identification by chance: from addresses of their own, so that none
# is that of a datagram made below, which it would be taken for.
client ip address add 192.168.1.2/24 dev eth0
client ip address add fd00:1::2/64 dev eth0 nodad
declare -A socket_address=(["$VIP4"]=192.168.1.2 ["$VIP6"]=fd00:1::2)

# large VIP PORT: a request of 9,000 bytes from that port, and who answers
large() {
	client socat -t 100 -b 65536 - \
		"UDP:$(host "$1"):7,bind=$(host "${socket_address[$1]}"):$2,readbytes=8" < "$T/large"
}

# requests WHEN
requests() {
	local vip first

	for vip in "$VIP4" "$VIP6"; do
		first=$(large "$vip" 8001)
		like "$1: $vip: 9,000 bytes are answered" "$first" '^b[123] 9000$'
		is "$1: $vip: its flow goes on where it began" "$(large "$vip" 8001)" "$first"
		like "$1: $vip: another one" "$(large "$vip" 8002)" '^b[123] 9000$'
	done
}

requests "as they are"
# Port 8: there is no server whose answers would bring errors.
packets <<'PY'
import itertools

# How often fragments are sent, if that takes too long.
TRIES = 10


def ident_of(packet):
    """Of a fragment."""
    if version(packet) == 6:
        return int.from_bytes(packet[44:48], "big")
    return int.from_bytes(packet[4:6], "big")


def payload_of(packet):
    return packet[40:] if version(packet) == 6 else packet[20:]


def by_datagram(arrived):
    """{identification: {backend: [its fragments]}}"""
    found = {}
    for name, packet in arrived:
        found.setdefault(ident_of(packet), {}).setdefault(name, []).append(packet)
    return found


def numbers(found):
    """{identification: how many of its fragments each backend has}"""
    return {ident: list(map(len, who.values())) for ident, who in found.items()}


def sent_in_time(parts):
    begun = time.monotonic()
    for part in parts:
        network.send(part)
    return time.monotonic() - begun < 0.5


def come(series, first, step=1):
    """What backends get of series(first), lists of fragments, and how many were held.
    Where a list took so long to send that nothing is said by that, as a fragment is held
    for a second, it is series(first + step) instead, and so on: which, comes before."""
    for number in range(first, first + TRIES * step, step):
        held = counter("fragment_held")
        network.read()
        slow = [parts for parts in series(number) if not sent_in_time(parts)]
        arrived = network.barrier() + network.barrier()
        if not slow:
            arrived = [(name, packet) for name, packet in arrived if name != "client"]
            return number, arrived, counter("fragment_held") - held
    raise TimeoutError(f"{TRIES} times in a row, fragments from {first} on took too long to send")


def all_orders(vip):
    """Five fragments in all orders, each datagram of a flow of its own."""
    orders = list(itertools.permutations(range(5)))
    arrived, held = [], 0
    for begin in range(0, len(orders), 20):
        def series(number):
            for ident, order in enumerate(orders[begin:begin + 20], number):
                parts = fragments(udp(8000 + ident, 8, bytes(40 * 8 - 8), dst=vip), 64, ident)
                yield [parts[n] for n in order]

        _, some, some_held = come(series, 2000 + TRIES * begin, 20)
        arrived += some
        held += some_held
    return by_datagram(arrived), held


for vip in VIP4, VIP6:
    found, held = all_orders(vip)
    wrong = {ident: number for ident, number in numbers(found).items() if number != [5]}
    same(f"{vip}: all five of 120 datagrams reach one backend, in any order",
         (len(found), wrong), (120, {}))
    same(f"{vip}: and all backends have some",
         {name for who in found.values() for name in who}, {"b1", "b2", "b3"})
    # Before the first: 2 of 5 on average.
    same(f"{vip}: those before the first one were held", held, 240)

    def whole(number):
        return fragments(udp(9001, 8, bytes(range(240)), dst=vip), 64, number)

    sent, arrived, _ = come(lambda number: [reversed(whole(number))], 500)
    same(f"{vip}: they arrive as they were",
         sorted(payload_of(packet) for _, packet in arrived),
         sorted(map(payload_of, whole(sent))))

    # Two datagrams that differ in their identification and ports, mixed.
    def mixed(number):
        one, two = (fragments(udp(port, 8, bytes(120), dst=vip), 64, port)
                    for port in (number, number + 1))
        return [[one[1], two[1], two[0], one[0]]]

    _, arrived, _ = come(mixed, 9101, 2)
    same(f"{vip}: two datagrams mixed: each has one backend",
         list(numbers(by_datagram(arrived)).values()), [[2], [2]])

    # Fragments that the ports' service has not: one of no service.
    passed = counter("passed")
    parts = fragments(udp(9201, 99, bytes(120), dst=vip), 64, 600)
    same(f"{vip}: a datagram for no service: no backend's", where(*parts, *parts[1:]), "")

    # Tails without a head.
    dropped = counter("drop_fragment")
    tails = [part for ident in range(1000, 1020)
             for part in fragments(udp(9301, 8, bytes(120), dst=vip), 64, ident)[1:]]
    same(f"{vip}: fragments without their first one reach nobody", where(*tails), "")
    wait_for(lambda: counter("drop_fragment") >= dropped + 20)
    same(f"{vip}: and are dropped, each counted", counter("drop_fragment") - dropped, 20)

    # Too late: its first one comes when they have been given up.
    same(f"{vip}: a first one that comes later goes its way alone",
         len(where(fragments(udp(9301, 8, bytes(120), dst=vip), 64, 1000)[0]).split()), 1)

# A flood of tails: what is held is bounded, so most are dropped at once.
dropped = counter("drop_fragment")
for ident in range(20001, 23001):
    network.send(fragments(udp(9401, 8, bytes(1000)), 512, ident)[1])
gone = counter("drop_fragment") - dropped
check(3000 - gone <= 64 * 16, "of 3,000 at most 1,024 are held at once", 3000 - gone)
same("a datagram in the right order is delivered meanwhile",
     len(where(*fragments(udp(9402, 8, bytes(120)), 64, 7000)).split()), 2)
PY

director nft 'add table inet t; add chain inet t c { type filter hook prerouting priority 0; };
	add rule inet t c ct state new counter'
requests "reassembled"
held=$(counter fragment_held)
packets <<'PY'
for vip in VIP4, VIP6:
    parts = fragments(udp(11001, 8, bytes(312), dst=vip), 64, 8000)
    names = where(*reversed(parts)).split()
    # Whole, or cut again: whatever the reassembler's rule is.
    check(names and len(set(names)) == 1, f"{vip}: reassembled, in the wrong order: one backend", names)
PY
is "no fragment reached dsr" "$(counter fragment_held)" "$held"
