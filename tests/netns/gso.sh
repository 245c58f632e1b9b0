#!/bin/bash
# Large packets of segmentation offload pass the director whole, and those whose
# segments don't fit make the sender use smaller ones.
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1     both families
# kernels: 6.1 6.12
. "$(dirname "$0")/lib.sh"

topo_reference two-armed routed 1
web_start b1
service "$VIP4:80/tcp" rr 10.3.0.1
service "[$VIP6]:80/tcp" rr fd00:3::1

# upload VIP NAME: three megabytes to the backend, compared there
upload() {
	client curl -sS -f --max-time 120 -T "$T/3m" "http://$(host "$1")/up/$2" &&
		cmp "$T/3m" "$T/b1/up/$2"
}

captured() {
	[ "$(stat -c %s "$T/large")" -gt 3000 ]
}

like "segmentation offload is on" "$(director ethtool -k eth0)" 'tcp-segmentation-offload: on'
background director tcpdump -i eth0 -nn -c 1 -w "$T/large" greater 3000
wait_for 30 grep -q "listening on" "$T/log"
ok "$VIP4: an upload arrives as it was" upload "$VIP4" four
ok "$VIP6: an upload arrives as it was" upload "$VIP6" six
ok "large packets crossed the director" wait_for 30 captured

director ip link set dev eth0 mtu 1400
ok "$VIP4: an upload towards MTU 1400" upload "$VIP4" four-1400
ok "$VIP6: an upload towards MTU 1400" upload "$VIP6" six-1400
in_range "its first packets were too large" "$(counter drop_mtu)" 2 1000
like "the client has learnt the MTU" "$(client ip route get "$VIP4")" 'mtu 1400'
