#!/bin/bash
# What `dsrctl explain` says of a packet is what becomes of it when it is sent, in
# both families; and to explain changes nothing.
# kernels: fast
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1, b2, b3
#             packets start at the router
. "$(dirname "$0")/lib.sh"

topo_reference two-armed local
service "$VIP4:9/udp" rr 10.3.0.1
for vip in "$VIP4" "[$VIP6]"; do
	for port in 80/tcp 80/udp; do
		service "$vip:$port" maglev 10.3.0.1 10.3.0.2 10.3.0.3
		director dsrctl service set "$vip:$port" "${lasting[@]}"
	done
done
service "$VIP4:81/tcp" rr 10.3.0.1 10.3.0.2 10.3.0.3
director dsrctl service add "$VIP4:82/tcp" no-backend pass

# Chosen by hash, then known.
explained <<'PY'
import random

random.seed(7)
for vip in VIP4, VIP6:
    for protocol, make in ("tcp", lambda port: tcp(SYN, port, dst=vip)), \
                          ("udp", lambda port: udp(port, 80, dst=vip)):
        what = f"{protocol} to {vip}"
        ports = random.sample(range(10000, 60000), 50)
        requests = [request(port, vip, f"80/{protocol}") for port in ports]
        before = state()
        answers = explain_all(requests)
        same(f"{what}: to explain 50 packets changes nothing", state(), before)
        same(f"{what}: all by the scheduler's hash",
             {told(each, *FIELDS, "scheduler", "steady") for each in answers},
             {("scheduler", "none", "forwarded", "maglev", True)})
        check(all(each["slot"] < each["slots"] for each in answers), f"{what}: with a slot of the table")
        same(f"{what}: all backends", len({name_of(each) for each in answers}), 3)
        came = {sport_of(packet): who for who, packet in arrivals(*map(make, ports)) if who != "client"}
        same(f"{what}: each came to the backend that was told", [came.get(port) for port in ports],
             [name_of(each) for each in answers])
        again = explain_all(requests[:10])
        same(f"{what}: then each flow is known, and told to stay",
             [(name_of(each), *told(each, *FIELDS)) for each in again],
             [(name_of(each), "flow", "known", "forwarded") for each in answers[:10]])

# A table that is full of flows which may not be replaced: the hash decides.
ctl("set", "flows", "1024")
for port in range(20000, 22600):
    network.send(udp(port, 80))
    network.send(udp(port, 80))
network.barrier()
ports = range(7000, 7012)
answers = explain_all([request(port, VIP4, "81/tcp") for port in ports])
before = counter("flow_unstored")
came = {sport_of(packet): who for who, packet in arrivals(*(tcp(SYN, port, 81) for port in ports))
        if who != "client"}
unstored = {port: each for port, each in zip(ports, answers) if each["decision"] == "unstored"}
check(len(unstored) >= 8, "a full table: told to be so", [each["decision"] for each in answers])
same("a full table: and counted", counter("flow_unstored") - before, len(unstored))
same("a full table: chosen by hash, as told", [came.get(port) for port in unstored],
     [name_of(each) for each in unstored.values()])
PY

text=$(director dsrctl explain 192.168.1.1:9000 "$VIP4:82/tcp")
is "as text: two lines" "$(wc -l <<< "$text")" 2
like "as text: no backend" "$text" "^$VIP4:82/tcp -> the stack\$"
like "as text: why" "$text" '^    why: no flow yet; '
director dsrctl service set "$VIP4:82/tcp" no-backend drop
like "as text: nothing" "$(director dsrctl explain 192.168.1.1:9000 "$VIP4:82/tcp")" \
	"^$VIP4:82/tcp -> none\$"
text=$(director dsrctl explain 192.168.1.1:9000 "$VIP4:80/tcp")
like "as text: a backend" "$text" \
	"^$VIP4:80/tcp -> 10.3.0.[123] mode l2 weight 1 state up .* dev eth0 lladdr [0-9a-f:]+ mtu 1500\$"
like "as text: its slot" "$text" 'scheduler maglev: slot [0-9]+ of [0-9]+ belongs to it$'

refuses() {
	fails_with 1 "$1" director dsrctl explain "${@:2}"
}
refuses 'same family' 192.168.1.1:5000 "[$VIP6]:80/tcp"
refuses 'have ports' 192.168.1.1 "$VIP4:80/icmp"
refuses 'have ports' 192.168.1.1:5000 "$VIP4/47"
refuses "client's port" 192.168.1.1 "$VIP4:80/tcp"
refuses "client's port" 192.168.1.1:5000 "$VIP4/tcp"
refuses 'ICMP is for IPv4' '[fd00:1::1]' "[$VIP6]/icmp"
refuses 'ICMP is for IPv4' 192.168.1.1 "$VIP4/icmpv6"
refuses 'extension header' '[fd00:1::1]' "[$VIP6]/44"
refuses 'unicast' 127.0.0.1:5000 "$VIP4:80/tcp"
refuses 'unicast' 192.168.1.1:5000 224.0.0.1:80/udp
refuses 'connections' 192.168.1.1:5000 "$VIP4:80/udp" ack
fails_with 1 'permitted|CAP_NET_ADMIN' director setpriv '--bounding-set=-all' '--inh-caps=-all' \
	dsrctl explain 192.168.1.1:5000 "$VIP4:80/tcp"
