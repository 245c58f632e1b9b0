#!/bin/bash
# The director itself reaches a VIP that is only routed; one of its own is its
# own business, as no backend could answer an address that both have.
#
#   client ── router ── br0 ── director, b1, b2, b3       (lib.sh draws it)
# kernels: uml 6.1
. "$(dirname "$0")/lib.sh"

topo_reference one-armed routed
web_start b1 b2 b3
service "$VIP4:80/tcp" rr 10.3.0.1 10.3.0.2 10.3.0.3
service "[$VIP6]:80/tcp" rr fd00:3::1 fd00:3::2 fd00:3::3

is "$VIP4 from the director" \
	"$(director curl -sS --max-time 60 "http://$VIP4/?[1-9]" | tally)" "b1=3 b2=3 b3=3"
is "$VIP6 from the director" \
	"$(director curl -sS --max-time 60 "http://[$VIP6]/?[1-9]" | tally)" "b1=3 b2=3 b3=3"
is "the client's share goes on" "$(ask 9 "$VIP4" | tally)" "b1=3 b2=3 b3=3"

# Every kind of service: who answers a line, or a datagram, from the director.
crowd_start b1 b2 b3
says() {
	echo "open 1" | director python3 "$traffic_dir/crowd.py" connect "$2" 7 "$1" |
		sed 's/=1 failed=0$//'
}
# kind SERVICE BACKEND: one more service, more specific than those before
kind() {
	service "$1" maglev "$2"
}

kind 10.2.0.0/16 10.3.0.1
is "a prefix, any protocol: TCP" "$(says tcp "$VIP4")" b1
is "a prefix, any protocol: UDP" "$(says udp "$VIP4")" b1
ok "a prefix, any protocol: a ping" director ping -q -c 2 -i 0.2 -W 10 "$VIP4"
kind "$VIP4" 10.3.0.2
is "any protocol" "$(says udp "$VIP4")" b2
kind "$VIP4/udp" 10.3.0.3
is "any port" "$(says udp "$VIP4")" b3
is "any port: TCP stays" "$(says tcp "$VIP4")" b2
kind "$VIP4:5-9/udp" 10.3.0.1
is "a range" "$(says udp "$VIP4")" b1
kind "$VIP4:7/udp" 10.3.0.2
is "a port" "$(says udp "$VIP4")" b2
kind "[2001:db8::/32]:7/tcp" fd00:3::3
is "a prefix of IPv6" "$(says tcp "$VIP6")" b3
director dsrctl service add mark 9
director dsrctl backend add mark 9 10.3.0.3
wait_for 20 backends_up "mark 9"
ok "a mark: a ping that has it" director ping -m 9 -q -c 2 -i 0.2 -W 10 "$VIP4"
is "goes by the mark's service" \
	"$(director dsrctl -js service show mark 9 | jq '.[0].stats.packets')" 2
director dsrctl service del 10.2.0.0/16
director dsrctl service del "$VIP4"

# More than the link takes: the director hears of it, as of any router.
director ip link set dev eth0 mtu 1400
head -c 1000000 /dev/urandom > "$T/up"
for address in "$VIP4" "[$VIP6]"; do
	for name in b1 b2 b3; do
		rm -f "$T/$name/up"; mkdir -p "$T/$name/up"
	done
	ok "$address: an upload through a narrower link" \
		director curl -sS --max-time 60 -T "$T/up" "http://$address/up/file"
	is "$address: arrives as it was" "$(cat "$T"/b?/up/file | cksum)" "$(cksum < "$T/up")"
	rm -rf "$T"/b?/up
done

topo_vip local
not_ok "a VIP of its own, nobody listening" director curl -sS --max-time 60 "http://$VIP4/"
like "is refused at once, by itself" \
	"$(director curl -sS --max-time 60 "http://$VIP4/" 2>&1 || :)" "refused|Couldn't connect"
