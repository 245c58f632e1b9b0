#!/bin/bash
# What -j prints, of every object, is JSON that jq reads, and has the shape that
# programs rely on: it is what golden/ has, with what differs from run to run made
# the same.
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1, b2, b3
#             packets start at the router
# kernels: fast
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/netns/lib/everything.sh
. "$(dirname "$0")/lib/everything.sh"
# shellcheck source=tests/netns/lib/golden.sh
. "$(dirname "$0")/lib/golden.sh"

topo_reference two-armed local
apply_everything
all_found() {
	director dsrctl -j backend show | jq -e 'all(.lladdr)'
}
wait_for 20 all_found

packets <<'PY'
same("to the first backend", where(tcp(SYN, 5000, 80)), "b1")
same("by hash", where(udp(5000, 8000, dst=VIP6)), "b1")
where(tcp(SYN, 5000, 81))
PY
director dsrctl backend drain "$web" 10.3.0.1 for 600

# What no two runs have in common; and texts for people aren't for programs.
volatile='walk(if type != "object" then . else
	with_entries(if .key | IN("idle", "left", "drain-left", "generation", "packets", "bytes") then .value = 0
		elif .key | IN("message", "mend") then .value = ""
		elif .key == "lladdr" and (.value | startswith("02:00:00:00:00:") | not) then .value = "MAC"
		else . end) end)'
# Of counters and rates only the names stay.
names='walk(if type == "number" then 0 else . end)'

golden service "$volatile" director dsrctl -j -s service show
golden service-one "$volatile" director dsrctl -j service show mark 7/ipv6
golden backend "$volatile" director dsrctl -j -s backend show "$web"
golden flow "$volatile | sort_by(.client, .\"client-port\", .state)" director dsrctl -j flow show
golden flow-count "$volatile" director dsrctl -j flow count "$web"
golden device "$volatile" director dsrctl -j device show
golden stats "$names" director dsrctl -j stats
golden get "$volatile" director dsrctl -j get
golden explain "$volatile" director dsrctl -j explain 192.168.1.1:5000 "$web"
golden explain-new "$volatile" director dsrctl -j explain 192.168.1.1:5001 "$VIP4:9/udp"
golden explain-no-vip "$volatile" director dsrctl -j explain 192.168.1.1:5001 10.9.0.1:80/tcp
golden explain-no-backend "$volatile" director dsrctl -j explain "[fd00:1::1]:1" "[$VIP6]:80/tcp" mark 7
director dsrctl save > "$T/saved"
golden apply-nothing . director dsrctl -j apply "$T/saved" --dry-run
sed -e 's/weight 2 max-flows 100/weight 3/' -e '/10.3.0.2 /d' \
	-e 's/^set flows 4096/set flows 8192/' -e 's/eth1/eth0/' -e '/mark 7/d' \
	"$T/saved" > "$T/edited"
echo "service add 10.2.9.9" >> "$T/edited"
golden apply . director dsrctl -j apply "$T/edited" --dry-run
golden doctor "$volatile" director dsrctl -j doctor
golden top "$names" director dsrctl -j -b 1 top
golden flow-flush "$volatile" director dsrctl -j flow flush "$web"

# The VIP is on lo of the backends.
golden realserver . in_ns b1 dsrctl -j realserver show
golden realserver-check "$volatile" in_ns b1 dsrctl -j realserver check "$VIP4"

# Without flows it has no more to wait for.
drained() {
	[ "$(director dsrctl -j backend show "$web" | jq -r '.[0].state')" = down ]
}
ok "the flush ends the drain" wait_for 20 drained

# -p is for people's eyes, and says the same, but for flows that end meanwhile.
still="$volatile"' | walk(if type == "object" and has("flows") then .flows = 0 | .closing = 0 else . end)'
for words in "service show" "backend show" stats get "device show"; do
	read -r -a each <<< "$words"
	is "-p: $words" "$(director dsrctl -j -p "${each[@]}" | /usr/bin/jq -S "$still")" \
		"$(director dsrctl -j "${each[@]}" | /usr/bin/jq -S "$still")"
done
# Always an array, also of none.
for words in "service show" "backend show" "flow show" "device show"; do
	director dsrctl apply /dev/null
	read -r -a each <<< "$words"
	is "of none: $words" "$(director dsrctl -j "${each[@]}")" "[]"
done
