#!/bin/bash
# A service that has no backend to give says so as it was told: unreachable,
# reset, nothing, or the stack's own answer.
#
#   client ── router ── br0 ── director, b1          one-armed
#                              a server of its own on port 7
# kernels: uml 6.1
. "$(dirname "$0")/lib.sh"

topo_reference one-armed local 1
crowd_start director b1
service "$VIP4:9/udp" rr 10.3.0.1
for vip in "$VIP4" "[$VIP6]"; do
	director dsrctl service add "$vip:7/tcp"
	director dsrctl service add "$vip:7/udp"
done

# every OPTION: of all four
every() {
	local vip

	for vip in "$VIP4" "[$VIP6]"; do
		director dsrctl service set "$vip:7/tcp" no-backend "$1"
		director dsrctl service set "$vip:7/udp" no-backend "$1"
	done
}

for how in unreachable reset drop; do
	every "$how"
	packets <<-PY
	how = "$how"
	for vip in VIP4, VIP6:
	    for name, packet in ("TCP", tcp(SYN, 5000, 7, dst=vip, seq=1000)), ("UDP", udp(5000, 7, dst=vip)):
	        before = counter("drop_no_backend")
	        got = [packet for who, packet in arrivals(packet) if who == "client"]
	        what = f"{how}: {name} to {vip}"
	        if how == "drop":
	            same(f"{what}: nothing is said", got, [])
	        elif how == "reset" and name == "TCP":
	            head = 40 if vip == VIP6 else 20
	            same(f"{what}: a reset from the VIP that the client will believe",
	                 [(source_of(packet), packet[head + 13], packet[head + 8:head + 12].hex())
	                  for packet in got], [(vip, RST | ACK, "000003e9")])
	        else:
	            same(f"{what}: port unreachable", [icmp_of(packet)[:2] for packet in got],
	                 [(1, 4) if vip == VIP6 else (3, 3)])
	        same(f"{what}: counted", counter("drop_no_backend") - before, 1)
	PY
done

for how in unreachable reset; do
	every "$how"
	for address in "$VIP4" "$VIP6"; do
		like "$how: a client of $address hears of it at once" \
			"$(client curl -sS --max-time 60 "http://$(host "$address"):7/" 2>&1 || :)" "refused|Couldn't connect"
	done
done

every pass
crowd_gather tcp "$VIP4" 7 tcp
crowd_gather tcp6 "$VIP6" 7 tcp
is "pass: the director's own server answers, IPv4" "$(crowd tcp open 3)" "director=3 failed=0"
is "pass: the director's own server answers, IPv6" "$(crowd tcp6 open 3)" "director=3 failed=0"

# Weight 0 everywhere, down everywhere: the same as none.
for change in "weight 0" "weight 1 state down"; do
	director dsrctl backend del "$VIP4:7/tcp" 10.3.0.1 2> /dev/null || :
	director dsrctl backend add "$VIP4:7/tcp" 10.3.0.1
	wait_for 20 backends_up "$VIP4:7/tcp"
	crowd tcp close > /dev/null
	is "with a backend it serves" "$(crowd tcp open 3)" "b1=3 failed=0"
	# shellcheck disable=SC2086 # words
	director dsrctl backend set "$VIP4:7/tcp" 10.3.0.1 $change
	crowd tcp close > /dev/null
	is "its backend has $change: passed again" "$(crowd tcp open 3)" "director=3 failed=0"
done
backends_removed=yes

# A flood of SYNs for nobody: resets have a limit of a thousand a second.
modprobe -q nf_tables || :
router nft 'add table t; add chain t c { type filter hook prerouting priority 0; };
	add rule t c ip daddr 172.16.0.0/12 tcp flags & rst == rst counter drop'
resets() {
	router nft -j list chain t c | jq '[.. | .counter? | .packets? // empty] | add'
}
director dsrctl service set "$VIP4:7/tcp" no-backend reset
dropped=$(counter drop_no_backend) start=$SECONDS syns=$(scaled 20000 5000)
router flood syn dev lan mac "$(mac director eth0)" from 172.16.0.1 to "$VIP4" \
	port 7 flows "$syns" count "$syns" > "$T/sent"
wait_for 120 counted drop_no_backend $((dropped + syns))
in_range "no more than a thousand resets a second" "$(resets)" 1 $((1000 * (SECONDS - start + 2)))
