#!/bin/bash
# What each scheduler does with new flows, in what it is known by; and what of a
# packet the hash is taken of.
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1, b2, b3
#             UDP flows start at the router, one packet each
# kernels: fast
. "$(dirname "$0")/lib.sh"

topo_reference two-armed routed
drop_floods
service "$VIP4:9/udp" rr 10.3.0.1
key=$VIP4:8/udp
service "$key" rr 10.3.0.1 10.3.0.2 10.3.0.3
backends_removed=yes

# spread SCHEDULER FLOWS WEIGHT...: new flows of each backend
first=0
spread() {
	local n

	director dsrctl service set "$key" scheduler "$1"
	for n in 1 2 3; do
		director dsrctl backend del "$key" "10.3.0.$n"
		director dsrctl backend add "$key" "10.3.0.$n" weight "${*:n + 2:1}"
	done
	wait_for 20 backends_up "$key"
	flood udp from 172.16.0.1 to "$VIP4" port 8 flows "$2" count "$2" first "$first" > "$T/sent"
	first=$((first + $2))
	shares=$(director dsrctl -s -j backend show "$key" | jq -r 'map(.stats.flows) | join(" ")')
	read -r b1 b2 b3 <<< "$shares"
}

# Bounds: by chance, five standard deviations; else what the rule leaves open.
spread rr 600 1 2 3
is "rr: in turn, by weight" "$shares" "100 200 300"
spread lc 600 1 2 3
is "lc: as many active flows, by weight" "$shares" "100 200 300"
spread maglev 3000 1 1 1
in_range "maglev: thirds, b1" "$b1" 870 1130
in_range "maglev: thirds, b2" "$b2" 870 1130
in_range "maglev: thirds, b3" "$b3" 870 1130
spread random 3000 1 1 2
in_range "random: a quarter, b1" "$b1" 630 870
in_range "random: a quarter, b2" "$b2" 630 870
in_range "random: a half, b3" "$b3" 1360 1640
spread p2c 3000 1 1 1
in_range "p2c: far closer to a third than chance, b1" "$b1" 980 1020
in_range "p2c: far closer to a third than chance, b2" "$b2" 980 1020
in_range "p2c: far closer to a third than chance, b3" "$b3" 980 1020
spread failover 50 1 3 2
is "failover: all for the highest weight" "$shares" "0 50 0"
director dsrctl backend set "$key" 10.3.0.2 state down
flood udp from 172.16.0.1 to "$VIP4" port 8 flows 50 count 50 first 900000 > "$T/sent"
is "failover: then for the next" \
	"$(director dsrctl -s -j backend show "$key" | jq -r 'map(.stats.flows) | join(" ")')" "0 50 50"
dropped=$(counter drop_no_backend)
spread overflow 70 20 10 30
is "overflow: each up to its weight, the highest first" "$shares" "20 10 30"
is "overflow: the rest is refused" "$(($(counter drop_no_backend) - dropped))" 10
spread overflow 35 20 10 30
is "overflow: the next one only when the first is full" "$shares" "5 0 30"

# lc looks at flows that are, not that were: b1's have ended.
service "$VIP4:80/tcp" rr 10.3.0.1
packets <<'PY'
key = f"{VIP4}:80/tcp"
flows = range(5000, 5010)
same("ten connections of b1", where(*(tcp(SYN, port) for port in flows)), " ".join(["b1"] * 10))
for number in 2, 3:
    director("dsrctl", "backend", "add", key, f"10.3.0.{number}")
director("dsrctl", "service", "set", key, "scheduler", "lc")
wait_for(lambda: "unresolved" not in director("dsrctl", "backend", "show", key))
got = where(*(tcp(SYN, port) for port in range(5100, 5108))).split()
same("lc: others get the new ones while b1 has more", sorted(got), ["b2"] * 4 + ["b3"] * 4)
where(*(tcp(RST, port) for port in flows))
got = where(*(tcp(SYN, port) for port in range(5200, 5204))).split()
same("lc: and b1 when its own have ended", got, ["b1"] * 4)
PY

# What the hash is taken of.
service 10.2.0.0/24:82/udp maglev 10.3.0.1 10.3.0.2 10.3.0.3
service '[2001:db8:2::/64]:82/udp' maglev 10.3.0.1 10.3.0.2 10.3.0.3
packets <<'PY'
def flows(v6):
    """Every flow of four clients, four ports, four addresses."""
    for client in range(1, 5):
        for port in range(4001, 4005):
            for address in range(1, 5):
                yield (client, port, address), udp(
                    port, 82, b"%d %d %d" % (client, port, address),
                    src=f"fd00:9::{client}" if v6 else f"192.168.7.{client}",
                    dst=f"2001:db8:2::{address}" if v6 else f"10.2.0.{address}")


def depends_on(answers, kept):
    """Whether flows that agree in these parts have one backend, and others not."""
    groups = {}
    for flow, name in answers.items():
        groups.setdefault(tuple(flow[n] for n in kept), set()).add(name)
    return all(len(names) == 1 for names in groups.values())


PARTS = {"5tuple": (0, 1, 2), "source": (0,), "source-port": (0, 1), "destination": (2,)}
for v6 in False, True:
    key = "[2001:db8:2::/64]:82/udp" if v6 else "10.2.0.0/24:82/udp"
    for name, kept in PARTS.items():
        director("dsrctl", "service", "set", key, "hash", name)
        director("dsrctl", "flow", "flush", key)
        sent = dict(flows(v6))
        by_text = {packet[-8:]: flow for flow, packet in sent.items()}
        answers = {by_text[packet[-8:]]: who for who, packet in arrivals(*sent.values())
                   if packet[-8:] in by_text and who != "client"}
        check(len(answers) == 64 and depends_on(answers, kept), f"{key}: hash {name}: it alone decides",
              answers)
        wider = [other for other in PARTS.values() if set(other) < set(kept)]
        check(not any(depends_on(answers, other) for other in wider),
              f"{key}: hash {name}: all of it", answers)
PY

fails_with 1 'scheduler' director dsrctl service set "$key" scheduler wrr
