#!/bin/bash
# Hundreds of thousands of SYNs from forged addresses while a thousand connections go
# on: none of them breaks, none of their entries is lost, and no memory is asked for.
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1, b2, b3
#             the flood starts at the router and ends behind the director
# kernels: fast
. "$(dirname "$0")/lib.sh"

# Two million where it is run in the newest kernel by name, which takes minutes.
syns=$(scaled 400000 100000)
[ "${DSR_LINE:-}" != 6.12 ] || syns=2000000
connections=$(scaled 1000 200)
topo_reference two-armed routed
drop_floods
crowd_start b1 b2 b3
web=$VIP4:7/tcp
service "$web" maglev 10.3.0.1 10.3.0.2 10.3.0.3
# A table that the flood fills many times over.
director dsrctl set flows "$(scaled 65536 8192)"
crowd_gather c "$VIP4" 7 tcp

like "$connections connections" "$(crowd c open "$connections")" 'failed=0$'

# ports STATE: the client's ports of its flows in that state
ports() {
	director dsrctl -j flow show "$web" |
		jq -r ".[] | select(.client == \"192.168.1.1\" and .state == \"$1\") | .\"client-port\"" | sort -n
}

# In kB: what the kernel has taken for itself.
memory() {
	awk '/^(Slab|VmallocUsed|Percpu):/ { sum += $2 } END { print sum }' /proc/meminfo
}

ports open > "$T/before"
is "each of them is in the table" "$(wc -l < "$T/before")" "$connections"
size=$(director dsrctl -j get)
kilobytes=$(memory)

received=$(counter received)
flood_start syn from 172.16.0.1 to "$VIP4" port 7 flows "$syns" count "$syns"
wait_for 30 counted received $((received + 10000))
like "asked in the midst of it, all answer" "$(crowd c ask)" ' moved=0 broken=0$'
ok "the flood of $syns SYNs was received" wait_for 300 counted received $((received + syns))
like "and after it" "$(crowd c ask)" ' moved=0 broken=0$'
ports open > "$T/after"
is "each entry is still there" "$(comm -12 "$T/before" "$T/after" | wc -l)" "$connections"
is "the table is as large as it was" "$(director dsrctl -j get)" "$size"
in_range "the kernel has taken no more memory, in kB" "$(($(memory) - kilobytes))" -1000000 16384
in_range "half-open flows gave way to others" "$(counter flow_replaced)" "$((syns / 4))" "$syns"
like "new connections are served" "$(crowd c open 50)" 'failed=0$'
