#!/bin/bash
# A service's affinity, limits of flows, slow start, flows that aren't remembered,
# flows that aren't adopted, and timeouts.
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1, b2, b3
#             packets start at the router
# kernels: fast
. "$(dirname "$0")/lib.sh"

topo_reference two-armed routed
drop_floods
# The clients below don't exist, and nobody says so to the backends.
ns_batch router <<-END
	route add blackhole 10.50.0.0/16
	route add blackhole fd00:7::/32
END
service "$VIP4:9/udp" rr 10.3.0.1
for vip in "$VIP4" "[$VIP6]"; do
	service "$vip:80/tcp" rr 10.3.0.1 10.3.0.2 10.3.0.3
	service "$vip:80/udp" rr 10.3.0.1 10.3.0.2 10.3.0.3
done

packets <<'PY'
def key(vip, port="80/tcp"):
    return f"[{vip}]:{port}" if vip == VIP6 else f"{vip}:{port}"


def change(vip, *options, port="80/tcp"):
    director("dsrctl", "service", "set", key(vip, port), *options)


def comes(name, holds):
    check(wait_for(holds), name)


def count(vip, state, port="80/tcp"):
    return sum(flow["state"] == state for flow in
               json.loads(director("dsrctl", "-j", "flow", "show", key(vip, port))))


# Affinity: one client, or one network of clients.
NETWORKS = {
    VIP4: ("24", ["10.50.0.1", "10.50.0.99", "10.50.0.200"], ["10.50.1.1", "10.50.2.1", "10.50.3.1"]),
    VIP6: ("64", ["fd00:7::1", "fd00:7::99", "fd00:7::f:1"], ["fd00:7:0:1::1", "fd00:7:0:2::1", "fd00:7:0:3::1"]),
}
for vip, (length, near, far) in NETWORKS.items():
    def syn(port, src):
        return tcp(SYN, port, dst=vip, src=src)

    change(vip, "affinity", "100")
    names = where(*(syn(port, near[0]) for port in range(6000, 6006))).split()
    same(f"{vip}: a client's new flows go where its first went", names, names[:1] * 6)
    names = where(*(syn(6000, src) for src in near[1:] + far)).split()
    check(len(set(names)) == 3, f"{vip}: another client's go elsewhere", names)
    change(vip, "affinity", f"100/{length}")
    names = where(*(syn(port, src) for port in (6100, 6101) for src in near)).split()
    same(f"{vip}: with /{length} a network's new flows go together", names, names[:1] * 6)
    names = where(*(syn(6100, src) for src in far)).split()
    check(len(set(names)) == 3, f"{vip}: another network's go elsewhere", names)
    check(count(vip, "affinity") >= 3, f"{vip}: flow show has the clients too")

    director("dsrctl", "flow", "flush", key(vip))
    change(vip, "affinity", "1")
    where(syn(6200, near[0]))
    comes(f"{vip}: affinity ends after its time", lambda: count(vip, "affinity") == 0)
    change(vip, "affinity", "0")
    names = where(*(syn(port, near[0]) for port in range(6300, 6306))).split()
    check(len(set(names)) == 3, f"{vip}: without it they are spread", names)

# Adoption: a connection that is seen in its middle first.
for vip in VIP4, VIP6:
    middle = [tcp(ACK, port, dst=vip) for port in range(6400, 6410)]
    adopted = counter("flow_adopted")
    names = where(*middle).split()
    same(f"{vip}: in mid-flow: adopted", len(names), 10)
    same(f"{vip}: and counted", counter("flow_adopted") - adopted, 10)
    director("dsrctl", "flow", "flush", key(vip))
    same(f"{vip}: forgotten and adopted again, they go to the same", where(*middle).split(), names)
    change(vip, "adopt", "off")
    same(f"{vip}: adopt off: what is known goes on", where(*middle).split(), names)
    director("dsrctl", "flow", "flush", key(vip))
    refused = counter("drop_not_adopted")
    same(f"{vip}: adopt off: the rest does not", where(*middle), "")
    same(f"{vip}: which is counted", counter("drop_not_adopted") - refused, 10)
    names = where(tcp(SYN, 6400, dst=vip), tcp(ACK, 6400, dst=vip)).split()
    same(f"{vip}: adopt off: a new connection is served", names, names[:1] * 2)
    change(vip, "adopt", "on")

# Stateless: no flow is remembered, and the hash keeps each where it is.
for vip in VIP4, VIP6:
    director("dsrctl", "flow", "flush", key(vip))
    change(vip, "stateless", "on")
    flows = [tcp(flag, port, dst=vip) for flag in (SYN, ACK, ACK) for port in range(6500, 6530)]
    names = where(*flows).split()
    same(f"{vip}: stateless: each connection has one backend", names[:30] * 3, names)
    check(len(set(names)) == 3, f"{vip}: stateless: all backends have some", names)
    same(f"{vip}: stateless: no flow is there",
         json.loads(director("dsrctl", "-j", "flow", "show", key(vip))), [])
    change(vip, "stateless", "off")

# Timeouts, a second each, of every kind of flow.
for vip in VIP4, VIP6:
    for port in "80/tcp", "80/udp":
        change(vip, "timeout-syn", "1", "timeout-established", "1000", "timeout-fin", "1",
               "timeout-udp", "1", port=port)
    where(tcp(SYN, 6600, dst=vip), tcp(SYN, 6601, dst=vip), tcp(ACK, 6601, dst=vip),
          tcp(SYN, 6602, dst=vip), tcp(ACK, 6602, dst=vip), tcp(FIN | ACK, 6602, dst=vip),
          udp(6603, 80, dst=vip), udp(6604, 80, dst=vip), udp(6604, 80, dst=vip))
    check(count(vip, "open") == 1, f"{vip}: an established connection is there")
    comes(f"{vip}: a half-open one goes", lambda: count(vip, "new") == 0)
    comes(f"{vip}: one after FIN goes", lambda: count(vip, "closing") == 0)
    comes(f"{vip}: UDP goes", lambda: count(vip, "open", "80/udp") + count(vip, "new", "80/udp") == 0)
    same(f"{vip}: the established one stays", count(vip, "open"), 1)
    change(vip, "timeout-established", "1")
    comes(f"{vip}: until its own time is over", lambda: count(vip, "open") == 0)

# max-flows and min-flows.
for vip in VIP4, VIP6:
    where_udp = key(vip, "85/tcp")
    director("dsrctl", "service", "add", where_udp, "scheduler", "rr")
    director("dsrctl", "backend", "add", where_udp, "10.3.0.1", "max-flows", "4", "min-flows", "3")
    director("dsrctl", "backend", "add", where_udp, "10.3.0.2")

    def state():
        return {one["address"]: (one["state"], one["flows"]) for one in
                json.loads(director("dsrctl", "-j", "backend", "show", where_udp))}["10.3.0.1"]

    comes(f"{vip}: the backends are up", lambda: state()[0] == "up")
    ports = range(6700, 6712)
    names = where(*(tcp(SYN, port, 85, dst=vip) for port in ports)).split()
    same(f"{vip}: max-flows 4: four for b1, the rest for b2",
         (names.count("b1"), names.count("b2")), (4, 8))
    same(f"{vip}: it is full", state(), ("full", 4))
    mine = [port for port, name in zip(ports, names) if name == "b1"]
    same(f"{vip}: its flows go on", where(*(tcp(ACK, port, 85, dst=vip) for port in mine)),
         "b1 b1 b1 b1")
    # Up again when it has fewer, as with ipvsadm's lower threshold.
    for left, expected, now in (3, "full", "b2"), (2, "up", "b1"):
        where(tcp(RST, mine.pop(), 85, dst=vip))
        same(f"{vip}: min-flows 3, {left} left: {expected}", state(), (expected, left))
        names = where(*(tcp(SYN, port, 85, dst=vip) for port in (6800 + left, 6810 + left))).split()
        check((now in names) and ("b1" in names) == (now == "b1"),
              f"{vip}: and it takes {'new ones' if now == 'b1' else 'none'}", names)
PY

# Slow start: a new backend's share is little at first, all of it in the end.  How
# it grows between has KUnit tests: here a slow machine would have to hurry.
slow=$VIP4:86/udp
service "$slow" rr 10.3.0.1
director dsrctl backend add "$slow" 10.3.0.2 slow-start 300
wait_for 20 backends_up "$slow"

# share: b2's, in percent, of the next 500 flows
share() {
	local before after first

	# Flows that have not been before.
	first=$(counter received)

	before=$(director dsrctl -s -j backend show "$slow" 10.3.0.2 | jq '.[0].stats.flows')
	flood udp from 172.16.0.1 to "$VIP4" port 86 flows 500 count 500 first "$first" > "$T/sent"
	after=$(director dsrctl -s -j backend show "$slow" 10.3.0.2 | jq '.[0].stats.flows')
	echo $(((after - before) / 5))
}

has_all() {
	[ "$(share)" -ge 45 ]
}

in_range "slow-start: its share of the first flows, in percent" "$(share)" 0 35
director dsrctl backend set "$slow" 10.3.0.2 slow-start 2
ok "slow-start: half of them when it is over" wait_for 60 has_all
