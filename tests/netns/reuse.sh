#!/bin/bash
# A client's port that is used again: at once after FIN or RST, and away from a
# backend that takes no new flows.
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1, b2, b3
#             packets start at the router
# kernels: fast
. "$(dirname "$0")/lib.sh"

topo_reference two-armed routed
service "$VIP4:9/udp" rr 10.3.0.1
service "$VIP4:80/tcp" rr 10.3.0.1 10.3.0.2 10.3.0.3
service "[$VIP6]:80/tcp" rr fd00:3::1 fd00:3::2 fd00:3::3

packets <<'PY'
def connection(port, vip, *more):
    """The backends of a handshake, some data, and more."""
    return where(*(tcp(flags, port, dst=vip) for flags in (SYN, ACK, PSH | ACK, *more)))


def one(names):
    return len(set(names.split())) == 1


for vip in VIP4, VIP6:
    first = connection(6000, vip)
    check(one(first), f"{vip}: a connection has one backend", first)
    same(f"{vip}: a repeated SYN in the middle of it goes there too",
         where(tcp(SYN, 6000, dst=vip)), first.split()[0])

    # rr never gives a new flow to the backend that had the last one.
    for port, name, end in (6001, "FIN", FIN | ACK), (6002, "RST", RST):
        before = counter("flow_new")
        names = connection(port, vip, end)
        check(one(names), f"{vip}: its {name} goes there too", names)
        again = where(tcp(SYN, port, dst=vip))
        check(again and again not in names,
              f"{vip}: a SYN after {name} is scheduled afresh, at once", f"{names}, then {again}")
        same(f"{vip}: which makes two new flows", counter("flow_new") - before, 2)
        check(one(again + " " + where(tcp(ACK, port, dst=vip))),
              f"{vip}: and stays where it is now")

    names = connection(6003, vip)
    check(one(names + " " + where(tcp(RST, 6003, dst=vip), tcp(PSH | ACK, 6003, dst=vip))),
          f"{vip}: data behind a RST that the client never sent goes on to the same", names)
PY

packets <<'PY'
# Three ports, so that one of them is b2's.
ports = range(6100, 6103)
owner = {port: where(tcp(SYN, port), tcp(ACK, port)).split()[0] for port in ports}
same("three connections, three backends", sorted(owner.values()), ["b1", "b2", "b3"])
director("dsrctl", "backend", "set", f"{VIP4}:80/tcp", "10.3.0.2", "weight", "0")
for port in ports:
    same(f"weight 0 for b2: a connection of {owner[port]} stays",
         where(tcp(PSH | ACK, port)), owner[port])

drained = next(port for port in ports if owner[port] == "b2")
again = where(tcp(SYN, drained))
check(again in ("b1", "b3"), "a SYN from the port that b2 had goes to another, at once", again)
same("and so does what follows", where(tcp(ACK, drained), tcp(PSH | ACK, drained)),
     f"{again} {again}")

rounds = [where(tcp(SYN, drained), tcp(ACK, drained), tcp(FIN | ACK, drained)).split()
          for _ in range(10)]
check(all(len(names) == 3 and "b2" not in names for names in rounds),
      "used again and again, none of it reaches b2", rounds)
PY
