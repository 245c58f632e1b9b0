#!/bin/bash
# The director itself reaches a VIP that is only routed; one of its own is its
# own business, as no backend could answer an address that both have.
#
#   client ── router ── br0 ── director, b1, b2, b3       (lib.sh draws it)
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
