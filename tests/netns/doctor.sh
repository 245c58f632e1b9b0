#!/bin/bash
# dsrctl doctor: a healthy director has no findings; each thing that is broken is
# named, mended by the very command that doctor prints, and then not named.
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1, b2
#                  └──────── br0         VIPs: 10.2.0.1, routed, on `vip`
#                                              10.3.0.100, fd00:3::64, on the link
# kernels: 6.12
. "$(dirname "$0")/lib.sh"

modprobe -q -a nf_tables nft_limit || :
web=$VIP4:80/tcp
topo_reference two-armed local 2
web_start b1 b2
service "$web" rr 10.3.0.1 10.3.0.2
service "[$VIP6]:80/tcp" rr fd00:3::1 fd00:3::2

doctor() {
	director dsrctl -j doctor > "$T/doctor" || return
}

# All findings, a line each.
findings() {
	doctor || :
	jq -r '.[] | "\(.severity) \(.check) \(.object)"' "$T/doctor"
}

healthy() {
	doctor && [ "$(cat "$T/doctor")" = "[]" ]
}

# mend_of CHECK: the first such finding's
mend_of() {
	jq -r --arg check "$1" '[.[] | select(.check == $check)][0].mend' "$T/doctor"
}

# found FINDING: it is one of them
found() {
	grep -qxF -- "$1" <<< "$(findings)"
}

# named WHAT FINDING...: these and no others, in order
named() {
	local what=$1

	shift
	is "$what: named" "$(findings)" "$(printf '%s\n' "$@")"
}

# mended WHAT CHECK [WHERE]: by what doctor said, run there
mended() {
	local command

	command=$(mend_of "$2")
	ok "$1: the mend works: $command" in_ns "${3:-director}" bash -c "$command"
	ok "$1: no finding is left" wait_for 60 healthy
}

# broken WHAT SEVERITY OBJECT: the one finding there is, named and mended
broken() {
	named "$1" "$2 $3"
	mended "$1" "$(cut -d' ' -f1 <<< "$3")"
}

sysctls() {
	director sysctl -q -w "$@"
}

# served [SECONDS]
served() {
	[ "$(ask 2 "$VIP4" --max-time "${1:-120}" | sort | tr -d '\n')" = b1b2 ]
}

##### nothing is wrong

ok "a healthy director" healthy
is "... in words" "$(director dsrctl doctor)" "0 errors, 0 warnings"
is "... with every check" "$(director dsrctl -j doctor --explain | jq -c 'map(.severity) | unique')" '["ok"]'
is "... each in a line of the man page" \
	"$(director dsrctl -j doctor --explain | jq -r '.[].check' | tr '\n' ' ')" \
	"module service backend vip loop arp rules mtu lro rp_filter flows "
fails_with 2 'nothing more' director dsrctl doctor show now

# What IPVS's users look at first: dsr stands before it, and isn't hurt.
director ip route replace default via 10.3.255.254
sysctls net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0 net.ipv4.conf.all.rp_filter=1 \
	net.ipv4.conf.all.send_redirects=1
ok "served without forwarding, with a strict rp_filter, by the wrong device" served
ok "... which is no finding" healthy
is "... nor were redirects sent" \
	"$(director nstat -asz IcmpOutRedirects | awk '/Redirects/ { print $2 }')" 0

##### the host

# The stack's own, though: a backend of mode local is behind rp_filter.
service "$VIP4:81/tcp" rr
director dsrctl backend add "$VIP4:81/tcp" 10.3.0.254 mode local
background director socat TCP-LISTEN:81,fork,reuseaddr EXEC:'echo here'
wait_for 20 director grep -q ':0051 ' /proc/net/tcp
# answers SECONDS
answers() {
	[ "$(client socat -u -T "$1" "TCP:$VIP4:81,connect-timeout=$1" -)" = here ]
}
not_ok "rp_filter: mode local is not served" answers 2
named "rp_filter" "warning rp_filter eth0" "warning rp_filter eth1" "warning rp_filter vip"
while doctor && [ "$(mend_of rp_filter)" != null ]; do
	director bash -c "$(mend_of rp_filter)" > /dev/null
done
ok "rp_filter: no finding is left" healthy
ok "rp_filter: mode local is served" answers 60
director dsrctl service del "$VIP4:81/tcp"
sysctls net.ipv4.conf.all.rp_filter=0
director ip route replace default via 10.4.0.1

director ip link set eth0 mtu 1400
broken "MTU" warning "mtu eth0"
is "MTU: it is that of the other device" "$(director cat /sys/class/net/eth0/mtu)" 1500

# The stock kernels' guest has a card that can do it.
modprobe -q vmxnet3 || :
for card in /sys/class/net/*; do
	[ "$(basename "$(readlink "$card/device/driver")")" = vmxnet3 ] || continue
	ip link set "${card##*/}" name lro0
	ip link set lro0 netns "$P-director"
	director ip link set lro0 up
	broken "LRO" warning "lro lro0"
done
rmmod vmxnet3 2> /dev/null || :

# judged WHETHER PRIORITY RULES [RULES-OF-j]: is the service named as dropped?
judged() {
	director nft -f - <<-END
		table inet t
		delete table inet t
		table inet t {
			chain j { ${4:-}; }
			chain c { type filter hook prerouting priority $2; $3; }
		}
	END
	is "rules: $3 ${4:-}" "$(found "error rules $web" && echo dropped)" "$1"
}

judged dropped raw 'ip daddr 10.2.0.0/24 counter drop'
judged dropped raw 'tcp dport 70-90 drop'
judged dropped raw 'ip saddr 192.168.1.9 drop; jump j' 'udp dport 80 accept; tcp dport 80 drop'
judged dropped raw 'meta nfproto ipv4 goto j' 'tcp dport != 80 return; reject'
judged "" raw 'ip daddr 10.2.0.2 drop; tcp dport 81 drop; udp dport 80 drop; meta nfproto ipv6 drop'
judged "" raw 'ip daddr 10.2.0.1 tcp dport 80 accept; drop'
judged "" raw 'ip saddr 192.168.0.0/16 accept; drop'
judged "" raw 'iifname lo drop; ip saddr 203.0.113.0/24 drop; tcp dport { 80, 81 } drop'
judged "" raw 'jump j' 'tcp dport 80 return; drop'
judged "" mangle 'drop'
director nft 'delete table inet t'

director nft 'add table ip t; add chain ip t c { type filter hook prerouting priority raw; }'
director nft 'add rule ip t c ip saddr 203.0.113.0/24 drop; add rule ip t c limit rate over 1000000/second drop'
ok "rules that drop some: no finding" healthy
director nft 'add rule ip t c ip daddr 10.2.0.0/16 tcp dport 1-1023 drop'
not_ok "a rule that drops: the hurt" served 3
director dsrctl device attach eth1
ok "a rule that drops: none at ingress" served
named "a rule that drops behind ingress" "warning rules $web"
director dsrctl device detach eth1
broken "a rule that drops" error "rules $web"
ok "a rule that drops: served again" served
director nft 'delete table ip t'
director nft 'add table inet t; add chain inet t c { type filter hook prerouting priority raw; policy drop; }'
named "a policy that drops" "error rules $web" "error rules [$VIP6]:80/tcp"
director bash -c "$(mend_of rules)"
named "a policy that drops: one mended" "error rules [$VIP6]:80/tcp"
mended "a policy that drops" rules
director nft 'delete table inet t'

##### services

service "$VIP4:82/tcp" rr
named "no backend" "error service $VIP4:82/tcp"
ok "no backend: the mend works" \
	director bash -c "$(mend_of service | sed 's/ADDRESS/10.3.0.1/')"
ok "no backend: no finding is left" wait_for 60 healthy
director dsrctl service add "$VIP4:83/tcp" no-backend pass
ok "no backend, but the director's own server: no finding" healthy
director dsrctl service del "$VIP4:83/tcp"
director dsrctl backend set "$VIP4:82/tcp" 10.3.0.1 weight 0
broken "weight 0" error "service $VIP4:82/tcp"
director dsrctl backend set "$VIP4:82/tcp" 10.3.0.1 state down
broken "down" error "service $VIP4:82/tcp"
director dsrctl backend drain "$VIP4:82/tcp" 10.3.0.1
broken "drained" error "service $VIP4:82/tcp"
director dsrctl backend set "$VIP4:82/tcp" 10.3.0.1 max-flows 1
client socat -u /dev/null "TCP:$VIP4:82,connect-timeout=3" 2> /dev/null || :
broken "full" error "service $VIP4:82/tcp"
director dsrctl service del "$VIP4:82/tcp"

# backend_is_broken WHAT SEVERITY ADDRESS [OPTION...]
backend_is_broken() {
	director dsrctl backend add "$web" "${@:3}"
	broken "$1" "$2" "backend $web $3"
	director dsrctl backend del "$web" "$3"
}

backend_is_broken "its own address" error 10.3.0.254
backend_is_broken "behind a router" error 192.168.1.1
backend_is_broken "no Ethernet" error 10.3.0.9 dev lo
backend_is_broken "nobody there" warning 10.3.0.9
director ip route add unreachable 203.0.113.0/24
backend_is_broken "no route" error 203.0.113.9
director sysctl -q -w net.ipv6.conf.all.keep_addr_on_down=1
director ip link set eth0 down
wait_for 20 found "error backend $web 10.3.0.1"
named "eth0 is down" "error service $web" "error service [$VIP6]:80/tcp" \
	"error backend $web 10.3.0.1" "error backend $web 10.3.0.2" \
	"error backend [$VIP6]:80/tcp fd00:3::1" "error backend [$VIP6]:80/tcp fd00:3::2"
mended "eth0 is down" backend
ip -n "$P-lan" link set director down
wait_for 20 found "error backend $web 10.3.0.1"
like "no carrier: named" "$(cat "$T/doctor")" "its device eth0 has no carrier"
ip -n "$P-lan" link set director up
ok "no carrier: no finding is left" wait_for 60 healthy

director dsrctl set flows 1024
service "$VIP4:9/udp" rr 10.3.0.1
flood udp from 172.16.0.1 to "$VIP4" port 9 flows 1000 count 1000 > /dev/null
ok "half-open flows don't count" healthy
flood udp from 172.16.0.1 to "$VIP4" port 9 flows 1000 count 1000 > /dev/null
broken "a full flow table" warning "flows flow table"
director dsrctl service del "$VIP4:9/udp"

##### VIPs

# A VIP that only a router knows of, and a director that forwards.
router ip route add 10.2.0.9 via 10.4.0.2
service 10.2.0.9:80/tcp rr 10.3.0.1
sysctls net.ipv4.ip_forward=0
broken "no VIP" warning "vip 10.2.0.9"
director ip address del 10.2.0.9/32 dev lo
in_ns b1 dsrctl realserver add 10.2.0.9
is "no VIP, but its packets come" "$(ask 1 10.2.0.9)" b1
ok "... is no finding" healthy
sysctls net.ipv4.ip_forward=1
like "a loop: the hurt" "$(client ping -c 1 -W 60 10.2.0.9 || :)" "Time to live exceeded"
broken "a loop" warning "loop 10.2.0.9"
ok "a loop: answered" client ping -q -c 1 -W 60 10.2.0.9
director ip address del 10.2.0.9/32 dev lo
director dsrctl service del 10.2.0.9:80/tcp
in_ns b1 dsrctl realserver del 10.2.0.9

# VIPs that are asked for on a link.
for vip in 10.3.0.100 fd00:3::64; do
	service "$(host "$vip"):80/tcp" rr 10.3.0.1
	broken "no VIP on the link" warning "vip $vip"
done
ok "the VIP is there: its neighbours hear of it" router ping -q -c 1 -W 60 fd00:3::64

in_ns b1 sysctl -q -w net.ipv4.conf.all.arp_ignore=0
in_ns b1 ip address add 10.3.0.100/32 dev lo
named "a backend answers ARP" "error arp 10.3.0.100"
like "a backend answers ARP: which" "$(cat "$T/doctor")" "backend 10.3.0.1 answers ARP for it on eth0"
mended "a backend answers ARP" arp b1
in_ns b1 ip address add fd00:3::64/128 dev eth0 nodad
named "a backend answers ND" "error arp fd00:3::64"
in_ns b1 bash -c "$(mend_of arp)" > "$T/check" || :
in_ns b1 bash -c "$(sed -n 's/^FAIL.*(mend: \(.*\))$/\1/p' "$T/check")"
ok "a backend answers ND: no finding is left" healthy

router ip address add 10.3.0.100/32 dev lan
named "another host answers ARP" "error arp 10.3.0.100"
like "another host answers ARP: which" "$(cat "$T/doctor")" "MAC address $(mac router lan) answers"
director ip address del 10.3.0.100/32 dev lo
like "... where this director has no VIP" "$(findings)" "^warning arp 10.3.0.100$"
router ip address del 10.3.0.100/32 dev lan
director dsrctl service del 10.3.0.100:80/tcp
director dsrctl service del '[fd00:3::64]:80/tcp'

##### the module

# versioned VERSION: doctor where the module says to be that
versioned() {
	echo "$1" > "$T/version"
	unshare -m sh -c "mount --bind '$T/version' /sys/module/dsr/version
		dsrctl -n $P-director -j doctor" | jq -r '.[] | "\(.severity) \(.check)"'
}

is "the same version" "$(versioned "$(dsrctl -V | cut -d' ' -f2)")" ""
is "another version" "$(versioned 9.9.9)" "warning module"
fails_with 1 'CAP_NET_ADMIN' director setpriv --bounding-set -net_admin --inh-caps -net_admin \
	--reuid 65534 --clear-groups dsrctl -j doctor

# The guest has it where modprobe doesn't look.
modprobe() {
	insmod "$DSR_MODULE"
}

if [ -n "$DSR_MODULE" ]; then
	rmmod dsr
	named "not loaded" "error module dsr"
	not_ok "not loaded: it is an error" director dsrctl doctor
	ok "not loaded: the mend works" eval "$(mend_of module)"
	ok "not loaded: no finding is left" healthy
fi
