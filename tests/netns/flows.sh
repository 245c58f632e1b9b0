#!/bin/bash
# The flows can be shown, counted and forgotten, all or by service and backend;
# the table changes its size under traffic without losing any; and a dump has what is
# there all the time, and is marked where the table was replaced.
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1, b2, b3
# kernels: uml
. "$(dirname "$0")/lib.sh"

topo_reference two-armed routed
drop_floods
crowd_start b1 b2 b3
web_start b1
web=$VIP4:7/tcp web6="[$VIP6]:7/tcp"
service "$web" rr 10.3.0.1 10.3.0.2 10.3.0.3
service "$web6" rr fd00:3::1 fd00:3::2 fd00:3::3
service "$VIP4:80/tcp" rr 10.3.0.1
service "$VIP4:9/udp" rr 10.3.0.1
crowd_gather c "$VIP4" 7 tcp
crowd_gather c6 "$VIP6" 7 tcp
is "thirty connections, IPv4" "$(crowd c open 30)" "b1=10 b2=10 b3=10 failed=0"
is "thirty connections, IPv6" "$(crowd c6 open 30)" "b1=10 b2=10 b3=10 failed=0"

# shown [SERVICE [BACKEND]]: how many flows
shown() {
	director dsrctl -j flow show "$@" | jq length
}

total() {
	director dsrctl -j flow count "$@" | jq '.[0].total'
}

is "flow show: all" "$(shown)" 60
is "flow show: of a service" "$(shown "$web6")" 30
is "flow show: of a backend" "$(shown "$web" 10.3.0.2)" 10
is "flow count: all" "$(total)" 60
is "flow count: of a service" "$(total "$web")" 30
is "flow count: of a backend" "$(total "$web6" fd00:3::3)" 10
is "a flow's client, port, protocol and state" \
	"$(director dsrctl -j flow show "$web" | jq -r '.[] | "\(.client) \(.address):\(.port) \(.protocol) \(.state)"' | sort -u)" \
	"192.168.1.1 $VIP4:7 tcp open"
# Where a service has many, IPv6 flows have not the room for theirs.
is "an IPv6 flow's address, where its service has but one" \
	"$(director dsrctl -j flow show "$web6" | jq -r '.[].address' | sort -u)" "$VIP6"
prefix="[${VIP6%::*}::/64]:9/udp"
service "$prefix" rr fd00:3::1
client bash -c "echo > /dev/udp/$VIP6/9"
is "and where it has many: none" \
	"$(director dsrctl -j flow show "$prefix" | jq -c '[.[] | [.client, .address]]')" \
	'[["fd00:1::1",null]]'
director dsrctl flow flush "$prefix" > /dev/null
director dsrctl service del "$prefix"
is "the ports are the client's own" \
	"$(director dsrctl -j flow show "$web" | jq -r '.[]."client-port"' | sort -n)" \
	"$(client ss -Htn "dst $VIP4" | awk '{ sub(/.*:/, "", $4); print $4 }' | sort -n)"
is "the backends' flows are what they show" \
	"$(director dsrctl -j backend show "$web" | jq -c 'map(.flows)')" "[10,10,10]"

# The size: up and down while a flood makes flows and a download goes on.
fails_with 2 'flows' director dsrctl set flows 1000
fails_with 2 'flows' director dsrctl set flows 100000000
# More than the guest has; the log's check sees that nothing is said there.
fails_with 1 'no memory for a table of this size' director dsrctl set flows 33554432
flood_start udp from 172.16.0.1 to "$VIP4" port 9 flows 400 rate "$(scaled 3000 300)"
background client curl -sS --max-time 200 --limit-rate 300k -o "$T/file" "http://$VIP4/3m"
download=${processes[-1]}
wait_for 60 test -s "$T/file"
for size in $(scaled "1024 65536 4096 1048576 2048" "1024 65536") 262144; do
	ok "the table gets room for $size flows" director dsrctl set flows "$size"
	like "all connections go on, IPv4" "$(crowd c ask)" '^b1=10 b2=10 b3=10 moved=0 broken=0$'
	is "every flow of them is there" "$(shown "$web")" 30
done
like "all connections go on, IPv6" "$(crowd c6 ask)" '^b1=10 b2=10 b3=10 moved=0 broken=0$'
wait "$download" || :
ok "the download is whole" cmp "$T/file" "$T/3m"

flood udp from 172.17.0.1 to "$VIP4" port 9 flows 1000 count 1000 > "$T/sent"
fails_with 1 'flows' director dsrctl set flows 1024
like "which has changed nothing" "$(director dsrctl get flows)" 262144

# Dumps, and the flood's service goes.
checks flow_dumps.py "$VIP4" 60 "$(scaled 100 20)"

# Forgotten: under rr, the hash adopts them, to any backend, so their connections
# may break; the others' don't.
is "flow flush: of a backend" \
	"$(director dsrctl -s -j flow flush "$web" 10.3.0.2 | jq '.[0].total')" 10
is "they are gone" "$(shown "$web" 10.3.0.2)" 0
is "the others are not" "$(shown "$web")" 20
ok "flow flush: all" director dsrctl flow flush
in_range "none is left but what the flood makes meanwhile" "$(shown "$web")$(shown "$web6")" 0 0
fails_with 1 'no such service' director dsrctl flow show "$VIP4:99/tcp"
fails_with 1 'no such backend' director dsrctl flow flush "$web" 10.3.0.9
