#!/bin/bash
# Backends that drain, are removed, go down, change their weights: connections of
# the others never move, their own end as the service was told.
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1, b2, b3
# kernels: fast
. "$(dirname "$0")/lib.sh"

topo_reference two-armed routed
crowd_start b1 b2 b3
web=$VIP4:7/tcp
service "$VIP4:9/udp" rr 10.3.0.1
service "$web" rr 10.3.0.1 10.3.0.2 10.3.0.3
crowd_gather stay "$VIP4" 7 tcp
crowd_gather come "$VIP4" 7 tcp
all_stay="b1=10 b2=10 b3=10 moved=0 broken=0"

# field NAME: of b2
field() {
	director dsrctl -j backend show "$web" 10.3.0.2 | jq -r ".[0][\"$1\"]"
}

state_is() {
	[ "$(field state)" = "$1" ]
}

is "thirty connections" "$(crowd stay open 30)" "b1=10 b2=10 b3=10 failed=0"
for weights in "1 5 9" "0 1 0" "0 0 0" "3 3 3" "1 1 1"; do
	read -r one two three <<< "$weights"
	director dsrctl backend set "$web" 10.3.0.1 weight "$one"
	director dsrctl backend set "$web" 10.3.0.2 weight "$two"
	director dsrctl backend set "$web" 10.3.0.3 weight "$three"
	is "weights $weights: every connection stays" "$(crowd stay ask)" "$all_stay"
done
for scheduler in maglev lc failover rr; do
	director dsrctl service set "$web" scheduler "$scheduler"
	is "scheduler $scheduler: every connection stays" "$(crowd stay ask)" "$all_stay"
done

director dsrctl backend drain "$web" 10.3.0.2 for 1000
is "b2 is draining" "$(field state)" draining
is "its flows are shown" "$(field flows)" 10
in_range "and the time that is left" "$(field drain-left)" 900 1000
is "it takes no new flows" "$(crowd come open 10)" "b1=5 b3=5 failed=0"
is "draining: every connection stays" "$(crowd stay ask)" "$all_stay"
crowd stay reset > /dev/null
ok "it is down as soon as it has no flow" wait_for 20 state_is down
is "with no flows left" "$(field flows)" 0
director dsrctl backend set "$web" 10.3.0.2 state up
ok "it is put back" wait_for 20 state_is up
crowd come close > /dev/null
is "and serves again" "$(crowd come open 9)" "b1=3 b2=3 b3=3 failed=0"

director dsrctl backend drain "$web" 10.3.0.2 for 2
like "draining for two seconds" "$(field state)" '^(draining|down)$'
ok "down at the deadline, whatever flows there are" wait_for 20 state_is down
like "whose connections are reset, and no others" "$(crowd come ask)" '^b1=3 b3=3 moved=0 broken=3$'
director dsrctl backend set "$web" 10.3.0.2 state up
wait_for 20 state_is up
crowd come reset > /dev/null
is "it serves once more" "$(crowd come open 9)" "b1=3 b2=3 b3=3 failed=0"

# on-remove, with crafted packets: what becomes of each flow's next packet.
backends_removed=yes
for vip in "$VIP4" "[$VIP6]"; do
	for kind in tcp udp; do
		service "$vip:80/$kind" rr 10.3.0.1 10.3.0.2 10.3.0.3
	done
done
packets <<'PY'
def change(verb, key, *words):
    director("dsrctl", "backend", verb, key, "10.3.0.2", *words)


def are_up(key):
    backends = json.loads(director("dsrctl", "-j", "backend", "show", key))
    return len(backends) == 3 and all(one["state"] == "up" for one in backends)


def wait_until_up(key):
    if not wait_for(lambda: are_up(key)):
        check(False, f"{key}: all backends are up")


first_port = 7000
for vip in VIP4, VIP6:
    for kind in "tcp", "udp":
        key = f"[{vip}]:80/{kind}" if vip == VIP6 else f"{vip}:80/{kind}"

        def opening(port):
            return [tcp(SYN, port, 80, dst=vip), tcp(ACK, port, 80, dst=vip)] if kind == "tcp" else \
                   [udp(port, 80, dst=vip)] * 2

        for rule in "reschedule", "drop":
            for away, back in (("del",), ("add",)), (("set", "state", "down"), ("set", "state", "up")):
                director("dsrctl", "service", "set", key, "on-remove", rule)
                wait_until_up(key)
                ports = range(first_port, first_port + 6)
                first_port += 6
                owner = {port: where(*opening(port)).split()[0] for port in ports}
                same(f"{key}: six flows, two for each", sorted(owner.values()),
                     ["b1", "b1", "b2", "b2", "b3", "b3"])
                before = counter("drop_removed"), counter("flow_rescheduled")
                change(away[0], key, *away[1:])
                now = {port: where(opening(port)[-1]) for port in ports}
                what = f"{key}: on-remove {rule}, {' '.join(away)}"
                same(f"{what}: the others' flows stay",
                     [now[port] for port in ports if owner[port] != "b2"],
                     [owner[port] for port in ports if owner[port] != "b2"])
                lost = [now[port] for port in ports if owner[port] == "b2"]
                counted = counter("drop_removed") - before[0], counter("flow_rescheduled") - before[1]
                if rule == "drop":
                    # A removed backend is forgotten, whatever came of its flows.
                    same(f"{what}: its flows are dropped, counted", (lost, counted), (["", ""], (2, 0)))
                else:
                    check(all(name in ("b1", "b3") for name in lost) and counted == (0, 2),
                          f"{what}: its flows go to others, counted", (lost, counted))
                if kind == "tcp":
                    port = next(port for port in ports if owner[port] == "b2")
                    check(where(tcp(SYN, port, 80, dst=vip)) in ("b1", "b3"),
                          f"{what}: a new connection from such a port is served")
                change(back[0], key, *back[1:])
PY
