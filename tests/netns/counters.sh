#!/bin/bash
# /proc, sysfs and dsrctl say the same numbers, and the numbers add up.
#
#   client ── router ── br0 ── director, b1, b2, b3       (lib.sh draws it)
# kernels: fast
. "$(dirname "$0")/lib.sh"

web=$VIP4:80/tcp
class="/sys/class/dsr/$VIP4:80!tcp"
topo_reference two-armed local
web_start b1 b2
service "$web" rr 10.3.0.1 10.3.0.2=3
service "[$VIP6]:80/tcp" maglev fd00:3::1

ask 40 "$VIP4" > "$T/answers"
ask 10 "$VIP6" > "$T/answers6"
# To the VIP, to none of its services: the director's own business.
client ping -q -c 2 -W 60 "$VIP4" > /dev/null
# To a service whose only backend has no neighbour: dropped, with a reason, and the
# client is told so.
director dsrctl service add "$VIP4:81/tcp"
director dsrctl backend add "$VIP4:81/tcp" 10.3.0.99
client curl -s --max-time 60 "http://$VIP4:81/" || :

director cat /proc/net/dsr/stats > "$T/proc"
director dsrctl -j stats > "$T/json"
of_json() { jq -r '.[0] | to_entries[] | select(.value | numbers) | "\(.key) \(.value)"' "$T/json"; }

is "dsrctl stats says what /proc says" "$(of_json | sort)" "$(sort "$T/proc")"
is "received = forwarded + passed + dropped" \
	"$(awk '$1 == "received" { print $2 }' "$T/proc")" \
	"$(awk '$1 ~ /^(forwarded|passed|drop_)/ { n += $2 } END { print n }' "$T/proc")"
is "two pings were passed to the stack" "$(counter passed)" 2
is "50 flows were scheduled" "$(counter flow_new)" 50
in_range "the connection without a backend is a drop with a reason" \
	"$(counter drop_no_backend)" 1 9

# The flow table's memory: as dsrctl has it, and as the kernel's allocator does,
# which rounds up to what its pages are, here 64 bytes a flow, and adds one.
of_table() { jq ".[0].\"flow-table\".\"$1\"" "$T/json"; }
is "a table of the default size" "$(of_table flows)" 262144
in_range "in 16 MiB" "$(of_table flow-bytes)" $((15 << 20)) $((16 << 20))
in_range "a flow takes 64 bytes at most" "$(of_table bytes-per-flow)" 32 64
is "that is the memory by the flows" "$(of_table bytes-per-flow)" \
	$((($(of_table flow-bytes) + $(of_table flows) / 2) / $(of_table flows)))
in_range "and the memory is what the kernel has set aside" \
	"$(awk '/dsr_flow_table_create/ { n += $2 } END { print n }' /proc/vmallocinfo)" \
	$(($(of_table flow-bytes) - 4096)) $(($(of_table flows) * 64 + 65536))
director dsrctl stats > "$T/text"
ok "dsrctl stats says so in words" \
	grep -q "flow table: .* bytes, $(of_table bytes-per-flow) a flow" "$T/text"

director dsrctl -s -j service show "$web" > "$T/service"
for name in packets bytes flows; do
	total=$(jq ".[0].stats.$name" "$T/service")
	is "service's $name: sysfs" "$(director cat "$class/$name")" "$total"
	is "service's $name: /proc" \
		"$(director sed -n "s|^$web .* $name \([0-9]*\).*|\1|p" /proc/net/dsr/services)" "$total"
	is "service's $name: its backends' sum" \
		"$(jq "[.[0].backends[].stats.$name] | add" "$T/service")" "$total"
	for backend in 10.3.0.1 10.3.0.2; do
		is "$backend's $name: sysfs" "$(director cat "$class/$backend/$name")" \
			"$(jq ".[0].backends[] | select(.address == \"$backend\") | .stats.$name" "$T/service")"
	done
done
is "30 of 40 flows for weight 3" "$(director cat "$class/10.3.0.2/flows")" 30
is "scheduler" "$(director cat "$class/scheduler")" rr
is "weight" "$(director cat "$class/10.3.0.2/weight")" 3
is "mode" "$(director cat "$class/10.3.0.2/mode")" l2
is "state" "$(director cat "$class/10.3.0.2/state")" up
ok "an IPv6 service has its place too" \
	director test -r "/sys/class/dsr/[$VIP6]:80!tcp/fd00:3::1/flows"
director dsrctl backend del "$web" 10.3.0.2
not_ok "a removed backend is gone from sysfs" director test -e "$class/10.3.0.2"
director dsrctl service del "$web"
not_ok "a removed service is gone from sysfs" director test -e "$class"
