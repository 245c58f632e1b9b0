#!/bin/bash
# packet.sh [SECONDS [SEED]]: packets that were right once, by the thousand, while
# the configuration changes: the director forwards them, drops them or leaves them
# to the stack, counts each once, and serves on.
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1, b2
#             packets start at the router, most from 172.16.0.0/24 and
#             fd00:5::/120; those that are forwarded end in br0
#
# Half of the time eth1 is attached.  Real traffic, captured, and a packet of every
# kind (tests/traffic/kinds.py) are what tests/traffic/mangle.c begins with; it says
# how they are changed, and sent.
# kernels: uml kcsan debug
. "$(dirname "$0")/../netns/lib.sh"

torture_dir=$(dirname "$(readlink -f "$0")")
seconds=${1:-$(scaled 15 20)} seed=${2:-$((RANDOM * 32768 + RANDOM))}
backends_removed=yes
echo "# seed $seed"

# VIPs that are found as they are; as one of a prefix; that take any protocol; by
# mark.
vips4="10.2.0.1 10.2.1.0/24 10.2.2.1" marked4=10.2.3.0/24
vips6="2001:db8:2::1 2001:db8:2:1::/64 2001:db8:2:2::1" marked6=2001:db8:2:3::/64

# A rule for each, as nftables' sets are not clean under lockdep.
count_vips() {
	local vip

	# shellcheck disable=SC2086 # words
	for vip in $vips4; do echo "ip daddr $vip counter name seen"; done
	# shellcheck disable=SC2086 # words
	for vip in $vips6; do echo "ip6 daddr $vip counter name seen"; done
}

# `seen` is what comes to dsr's hooks behind ingress and is for a service's
# address or has its mark.  What dsr has taken at ingress is `arrived` less `left`.
# Fragments that waited for the first one, which the stack then gets, come in
# again: `again`, known by their priority.
count_packets() {
	director nft -f - <<-END
		table netdev t {
			counter arrived { }
			counter left { }
			counter again { }
			counter mangled { }
			chain before {
				type filter hook ingress device "eth1" priority -10
				meta protocol ip counter name arrived
				meta protocol ip6 counter name arrived
				meta priority 1:77 counter name again return
				meta priority set 1:77
				ether saddr 02:00:00:00:00:01 counter name mangled
			}
			chain behind {
				type filter hook ingress device "eth1" priority 10
				meta protocol ip counter name left
				meta protocol ip6 counter name left
			}
		}
		table inet t {
			counter seen { }
			chain come {
				type filter hook prerouting priority -300
				ip daddr $marked4 meta mark set 7
				ip6 daddr $marked6 meta mark set 7
				meta mark 7 counter name seen return
				$(count_vips)
			}
			chain made {
				type filter hook output priority -300
				$(count_vips)
			}
		}
	END
}

# of NAME: one of these
of() {
	director nft -j list counters |
		jq ".nftables[].counter? | select(.name == \"$1\") | .packets"
}

# What isn't forwarded of these has nowhere to go; what is goes no further.
end_floods() {
	ns_batch director <<-END
		route add blackhole 10.2.0.0/16
		route add blackhole 2001:db8:2::/48
	END
	in_ns lan nft -f - <<-END
		table netdev t {
			chain c {
				type filter hook ingress device "director" priority 0
				ip saddr 172.16.0.0/24 drop
				ip6 saddr fd00:5::/120 drop
			}
		}
	END
}

# configuration: a service of every selector, and backends of every fate
configuration() {
	local name

	cat <<-END
		service add 10.2.0.1:80/tcp
		service add 10.2.0.1:53/udp scheduler rr
		service add 10.2.0.1:8000-8099/udp scheduler lc
		service add 10.2.0.1/sctp scheduler random
		service add [2001:db8:2::1]:80/tcp
		service add [2001:db8:2::1]:53/udp stateless
		service add 10.2.1.0/24:80/tcp affinity 300/24
		service add 10.2.1.0/24/udp hash source
		service add [2001:db8:2:1::/64] scheduler rr
		service add 10.2.2.1 scheduler rr
		service add [2001:db8:2:2::1]
		service add mark 7
		service add mark 7/ipv6
	END
	for name in 10.2.0.1:80/tcp 10.2.0.1:53/udp 10.2.0.1:8000-8099/udp 10.2.0.1/sctp \
		"[2001:db8:2::1]:80/tcp" "[2001:db8:2::1]:53/udp" 10.2.1.0/24:80/tcp 10.2.1.0/24/udp \
		"[2001:db8:2:1::/64]" 10.2.2.1 "[2001:db8:2:2::1]" "mark 7" "mark 7/ipv6"; do
		echo "backend add $name 10.3.0.1"
		echo "backend add $name 10.3.0.2"
	done
	cat <<-END
		service add 10.2.0.1:90/tcp no-backend reset
		service add 10.2.0.1:91/tcp no-backend pass
		service add 10.2.0.1:92/udp
		backend add 10.2.0.1:92/udp 10.3.0.99
		backend add 10.2.0.1:92/udp 10.3.255.254
		service add 10.2.0.1:93/udp scheduler rr
		backend add 10.2.0.1:93/udp 10.3.0.254 mode local
		backend add 10.2.0.1:93/udp 10.3.0.1
	END
}

# real_packets: lines of hex, of traffic for the VIPs
real_packets() {
	local address capture

	head -c 100000 "$T/3m" > "$T/100k"
	background router tcpdump -i director -Q out -w "$T/real" "dst host $VIP4 or dst host $VIP6"
	capture=$!
	wait_for 30 grep -q "listening on" "$T/log"
	for address in "$VIP4" "$VIP6"; do
		download "$address" > "$T/log"
		client curl -sS -T "$T/100k" --max-time 30 "http://$(host "$address")/up/x" > "$T/log"
		client dig +time=30 +tries=1 "@$address" who TXT > "$T/log"
		client ping -q -c 2 -i 0.2 -s 3000 "$address" > "$T/log"
	done
	kill "$capture"
	wait "$capture" || :
	python3 "$traffic_dir/pcap.py" "$T/real"
}

kinds() {
	python3 "$traffic_dir/kinds.py" "$VIP4" 80 53 8001 90 91 92 93 10.2.1.9 80 53 \
		10.2.2.1 1 10.2.3.9 80 "$VIP6" 80 53 2001:db8:2:1::9 80 2001:db8:2:2::1 1 \
		2001:db8:2:3::9 80
}

# Again and again, until the file `enough` is there; an error ends it.
changes_start() {
	python3 "$torture_dir/changes.py" "$seed" > "$T/changes"
	# shellcheck disable=SC2016 # the inner shell's
	background director sh -c 'until [ -e "$1" ]; do dsrctl -b "$2" || exit; done' \
		sh "$T/enough" "$T/changes"
	changer=$!
}

changes_end() {
	local status=0

	touch "$T/enough"
	wait "$changer" || status=$?
	tap "$status" "the configuration changed all the while" "$(tail "$T/log")"
}

# received: all that dsr has seen, each packet once.  In one look: one of the
# neighbours' own packets may come between two.
received() {
	director nft -j list counters |
		jq '[.nftables[].counter? // empty | {(.name): .packets}] | add |
			.arrived - .left + .seen - .again'
}

all_received() {
	got=$(counter received) expected=$(received)
	[ "$got" -eq "$expected" ] && counters_of_packets_agree
}

serves() {
	download "$VIP4" && download "$VIP6" &&
		client dig +time=30 "@$VIP4" who TXT && client dig +time=30 "@$VIP6" who TXT
}

modprobe -q nf_tables || :
topo_reference two-armed local 2
web_start b1 b2
dns_start b1
dns_start b2
end_floods
count_packets
configuration > "$T/configuration"
ok "services of every kind" director dsrctl -b "$T/configuration"
wait_for 20 backends_up 10.2.0.1:80/tcp
wait_for 20 backends_up "[2001:db8:2::1]:80/tcp"
ok "the director serves" serves

real_packets > "$T/packets"
in_range "real packets were captured" "$(wc -l < "$T/packets")" 10 2000
kinds >> "$T/packets"

changes_start
# A capture makes a clone of every packet.
background director timeout $((seconds / 2 + 1)) tcpdump -i any -w /dev/null
figures=$(router mangle dev director mac "$(mac director eth1)" seconds "$seconds" \
	seed "$seed" < "$T/packets")
like "packets of all ways were sent" "$figures" '^sent=[1-9][0-9]+ large=[1-9][0-9]+ '
changes_end
mangled=${figures#sent=}
is "each that was one packet arrived" "$(of mangled)" "${mangled%% *}"
wait_for 30 all_received || director cat /proc/net/dsr/stats
is "each was received once" "$got" "$expected"
in_range "some of them at ingress" $(($(of arrived) - $(of left))) 10 1000000000
in_range "and some in PRE_ROUTING" "$(of seen)" 10 1000000000
for each in forwarded passed; do
	in_range "$each" "$(counter "$each")" 10 1000000000
done
ok "and the director serves on" serves

# shellcheck disable=SC2016 # awk's
dropped=$(director awk '$1 ~ /^drop_/ { n += $2 } END { print n }' /proc/net/dsr/stats)
echo "# figures: packets=$(of arrived) $figures received=$(counter received) forwarded=$(counter forwarded) passed=$(counter passed) dropped=$dropped"
tap_comment < <(director cat /proc/net/dsr/stats)
