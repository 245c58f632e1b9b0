#!/bin/bash
# Each thing that may decide about a packet: `dsrctl explain` tells which, and the
# packet, when it is sent, meets with just that.
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1, b2, b3
#             packets start at the router
#
# A backend on the device `dead` has no neighbour.
# kernels: fast
. "$(dirname "$0")/lib.sh"

topo_reference two-armed local
ip -n "$P-director" link add dead type dummy
service "$VIP4:9/udp" rr 10.3.0.1
for vip in "$VIP4" "[$VIP6]"; do
	for port in 80/tcp 80/udp; do
		service "$vip:$port" maglev 10.3.0.1 10.3.0.2 10.3.0.3
	done
	service "$vip:81/tcp" rr 10.3.0.1 10.3.0.2 10.3.0.3
	director dsrctl service add "$vip:82/tcp"
done
backends_removed=yes

explained <<'PY'
for vip in VIP4, VIP6:
    # Turns are left as they are.
    ask = request(6000, vip, "81/tcp")
    answers = explain_all([ask] * 4)
    same(f"{vip}: rr: the same turn each time it is asked", len({name_of(each) for each in answers}), 1)
    check(answers[0]["steady"] is False, f"{vip}: rr: told to hold for now")
    first = both(f"{vip}: rr", ask, tcp(SYN, 6000, 81, dst=vip), None, "scheduler", "none", "forwarded")
    second = explain(*request(6001, vip, "81/tcp"))
    check(name_of(second) != name_of(first), f"{vip}: rr: the next one's turn is another's", (first, second))
    for scheduler, steady in ("failover", True), ("lc", False), ("random", False), ("p2c", False), \
                             ("overflow", False):
        ctl("service", "set", key(vip, "81/tcp"), "scheduler", scheduler)
        answer = explain(*request(6001, vip, "81/tcp"))
        same(f"{vip}: {scheduler}", told(answer, "decision", "scheduler", "steady"),
             ("scheduler", scheduler, steady))
    ctl("service", "set", key(vip, "81/tcp"), "scheduler", "rr")

    # In the middle.
    ask = *request(6002, vip, "81/tcp"), "ack"
    both(f"{vip}: adopted", ask, tcp(ACK, 6002, 81, dst=vip), None, "hash", "none", "forwarded")
    both(f"{vip}: then known", ask, tcp(ACK, 6002, 81, dst=vip), None, "flow", "known", "forwarded")
    ctl("service", "set", key(vip, "81/tcp"), "adopt", "off")
    ask = *request(6003, vip, "81/tcp"), "ack"
    both(f"{vip}: not adopted", ask, tcp(ACK, 6003, 81, dst=vip), "", "refused", "none", "drop_not_adopted")
    ctl("service", "set", key(vip, "81/tcp"), "adopt", "on")

    # Affinity.
    ctl("service", "set", key(vip, "81/tcp"), "affinity", "100")
    went = where(tcp(SYN, 6100, 81, dst=vip))
    for port in range(6101, 6104):
        both(f"{vip}: affinity, port {port}", request(port, vip, "81/tcp"), tcp(SYN, port, 81, dst=vip), went,
             "affinity", "none", "forwarded")
    ctl("service", "set", key(vip, "81/tcp"), "affinity", "0")

    # Stateless.
    ctl("service", "set", key(vip, "81/tcp"), "stateless", "on")
    for port in 6200, 6201:
        both(f"{vip}: stateless, port {port}", request(port, vip, "81/tcp"), tcp(SYN, port, 81, dst=vip), None,
             "stateless", None, "forwarded")
    ctl("service", "set", key(vip, "81/tcp"), "stateless", "off")

    # No backend at all.
    for how, counted in ("unreachable", "drop_no_backend"), ("drop", "drop_no_backend"), ("pass", "passed"):
        ctl("service", "set", key(vip, "82/tcp"), "no-backend", how)
        answer = both(f"{vip}: no backend, {how}", request(6300, vip, "82/tcp"), tcp(SYN, 6300, 82, dst=vip), "",
                      "scheduler", "none", counted)
        same(f"{vip}: no backend, {how}: how", answer["no-backend"], how)

    # The backend that the hash names is full, or has no neighbour.
    for option, restore, word in (("dev", "dead"), ("dev", "none"), "unresolved"), \
                                 (("max-flows", "1"), ("max-flows", "0"), "full"):
        port = port_of("b2", vip, range(6400, 6420))
        if word == "full":
            where(tcp(SYN, port, dst=vip))
            port = port_of("b2", vip, range(6420, 6440))
        ctl("backend", "set", key(vip), "10.3.0.2", *option)
        before = state()
        answer = explain(*request(port, vip))
        same(f"{vip}: {word}: to explain it changes nothing", state(), before)
        answer = both(f"{vip}: {word}", request(port, vip), tcp(SYN, port, dst=vip), None, "scheduler", "none",
                      "forwarded")
        check(name_of(answer) != "b2", f"{vip}: {word}: another one")
        same(f"{vip}: {word}: whom was passed over", answer["passed-over"], {"address": "10.3.0.2", "state": word})
        ctl("backend", "set", key(vip), "10.3.0.2", *restore)

    # A known flow whose backend isn't what it was.
    port = port_of("b3", vip, range(6500, 6520))
    datagram = port_of("b3", vip, range(6500, 6520), "80/udp")
    same(f"{vip}: two flows of b3", where(tcp(SYN, port, dst=vip), tcp(ACK, port, dst=vip),
                                         udp(datagram, 80, dst=vip)), "b3 b3 b3")
    ack = *request(port, vip), "ack"
    for protocol in "tcp", "udp":
        ctl("backend", "set", key(vip, f"80/{protocol}"), "10.3.0.3", "dev", "dead")
    both(f"{vip}: a connection waits for its neighbour", ack, tcp(ACK, port, dst=vip), "b3", "flow", "known",
         "drop_unresolved")
    answer = both(f"{vip}: datagrams go elsewhere", request(datagram, vip, "80/udp"), udp(datagram, 80, dst=vip),
                  None, "scheduler", "lost", "forwarded")
    same(f"{vip}: whose they were", answer["before"], {"address": "10.3.0.3", "state": "unresolved"})
    for protocol in "tcp", "udp":
        ctl("backend", "set", key(vip, f"80/{protocol}"), "10.3.0.3", "dev", "none")
    ctl("service", "set", key(vip), "on-remove", "drop")
    ctl("backend", "set", key(vip), "10.3.0.3", "state", "down")
    both(f"{vip}: down", ack, tcp(ACK, port, dst=vip), "", "refused", "down", "drop_removed")
    ctl("backend", "del", key(vip), "10.3.0.3")
    both(f"{vip}: removed", ack, tcp(ACK, port, dst=vip), "", "refused", "removed", "drop_removed")
    ctl("service", "set", key(vip), "on-remove", "reschedule")
    both(f"{vip}: removed, to be moved", ack, tcp(ACK, port, dst=vip), None, "hash", "removed", "forwarded")
    going = where(tcp(ACK, port, dst=vip))
    ctl("backend", "set", key(vip), f"10.3.0.{going[1]}", "weight", "0")
    both(f"{vip}: weight 0 keeps its flows", ack, tcp(ACK, port, dst=vip), going, "flow", "known", "forwarded")
    both(f"{vip}: but not for a port used again", request(port, vip), tcp(SYN, port, dst=vip), None, "scheduler",
         "reused", "forwarded")

    # Not dsr's.
    stranger = "10.9.0.1" if vip == VIP4 else "2001:db8:9::1"
    answer = explain(*request(6700, stranger))
    same(f"{vip}: no VIP", (told(answer, *FIELDS), "service" in answer), (("not-vip", None, None), False))
    both(f"{vip}: no service", request(6700, vip, "99/tcp"), tcp(SYN, 6700, 99, dst=vip), "", "no-service", None,
         "passed")
    answer = explain(*request(6700, vip, src=vip))
    same(f"{vip}: the client has the VIP", told(answer, *FIELDS), ("own-address", None, "passed"))

    # Marks, prefixes, pings.
    mark = "mark 7/ipv6" if vip == VIP6 else "mark 7"
    ctl("service", "add", mark)
    answer = explain(*request(6800, vip), "mark", "7")
    same(f"{vip}: a mark's service", answer["service"], mark)
    prefix = "[2001:db8:2::/64]" if vip == VIP6 else "10.2.0.0/24"
    ctl("service", "add", prefix)
    ctl("backend", "add", prefix, "10.3.0.1")
    wide = explain_all([request(6800, vip, "99/tcp"), request(6800, vip)])
    same(f"{vip}: a prefix takes what the address doesn't", [each["service"] for each in wide], [prefix, key(vip)])
    client = client_of(vip)
    answer = explain(f"[{client}]:77" if vip == VIP6 else f"{client}:77",
                     f"[{vip}]/icmpv6" if vip == VIP6 else f"{vip}/icmp")
    same(f"{vip}: a ping", (answer["service"], name_of(answer), *told(answer, *FIELDS)),
         (prefix, "b1", "scheduler", "none", "forwarded"))
    ctl("service", "del", prefix)
    ctl("service", "del", mark)
PY
