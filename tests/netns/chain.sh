#!/bin/bash
# Directors behind directors, in namespaces of one kernel: they serve, and where
# they go round in a circle that ends and is counted.
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1, b2
#                                                └─── second 10.3.0.8
#
#   director's backend is `second`, whose backends are b1 and b2, or director
# kernels: fast
. "$(dirname "$0")/lib.sh"

topo_reference two-armed routed 2
crowd_start b1 b2
make_ns second
plug second eth0
ns_batch second <<-END
	addr add 10.3.0.8/16 dev eth0
	addr add fd00:3::8/64 dev eth0 nodad
	route add default via 10.3.255.254
	route add default via fd00:3::fe
END
forwarding second

second() { in_ns second "$@"; }

# all_up NAME: all backends of that director
all_up() {
	in_ns "$1" dsrctl -j backend show | jq -e 'length > 0 and all(.state == "up")'
}

service "$VIP4:9/udp" rr 10.3.0.1
for service in "$VIP4:7/tcp" "[$VIP6]:7/tcp" "$VIP4:7/udp" "[$VIP6]:7/udp"; do
	service "$service" maglev 10.3.0.8
	second dsrctl service add "$service" scheduler rr
	second dsrctl backend add "$service" 10.3.0.1
	second dsrctl backend add "$service" 10.3.0.2
done
wait_for 20 all_up second
for kind in tcp udp; do
	for address in "$VIP4" "$VIP6"; do
		crowd_gather "$kind$address" "$address" 7 "$kind"
		is "$kind to $address through two directors" "$(crowd "$kind$address" open 10)" "b1=5 b2=5 failed=0"
	done
done

# Port 11: the two name each other.  Port 12: the director names itself.  Port
# 13: it names the router, which sends it back.
for address in "$VIP4" "[$VIP6]"; do
	director dsrctl service add "$address:11/udp"
	director dsrctl backend add "$address:11/udp" 10.3.0.8
	second dsrctl service add "$address:11/udp"
	second dsrctl backend add "$address:11/udp" 10.3.0.254
	director dsrctl service add "$address:12/udp"
	director dsrctl backend add "$address:12/udp" 10.3.0.254
	director dsrctl service add "$address:13/udp"
	director dsrctl backend add "$address:13/udp" 10.3.255.254
done
wait_for 20 all_up second
wait_for 20 backends_up "$VIP4:11/udp"
wait_for 20 backends_up "$VIP4:13/udp"

# Every datagram ends somewhere, after as many hops as it had at most.
packets <<'PY'
DROPS = ("drop_loop", "drop_ttl", "drop_unresolved", "drop_no_backend")


def of(name):
    lines = command("ip", "netns", "exec", f"{PREFIX}-{name}", "cat", "/proc/net/dsr/stats")
    return {key: int(value) for key, value in map(str.split, lines.splitlines())}


def totals():
    both = of("director"), of("second")
    return (sum(one["received"] for one in both),
            sum(one.get(drop, 0) for one in both for drop in DROPS))


for what, port in ("two directors that name each other", 11), ("a director that names itself", 12), \
                  ("a backend that sends all back", 13):
    for vip in VIP4, VIP6:
        received, dropped = totals()
        # An odd TTL, which doesn't end at the router.
        got = where(*(udp(sport, port, dst=vip, ttl=63) for sport in range(7000, 7010)))
        wait_for(lambda: totals()[1] >= dropped + 10)
        now = totals()
        same(f"{vip}: {what}: none of 10 datagrams reaches a backend", got, "")
        same(f"{vip}: {what}: each ends by being dropped, once", now[1] - dropped, 10)
        # The two barriers are in it.
        check(now[0] - received <= 10 * 64 + 2, f"{vip}: {what}: after 64 hops at most",
              now[0] - received)
PY
