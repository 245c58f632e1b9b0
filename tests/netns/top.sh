#!/bin/bash
# Live rates: what flows is what top says, to scripts and on a terminal of any
# size; what comes and goes meanwhile makes no rate absurd.
#
#   router ──(eth1) director (eth0)── br0 ── b1, b2
#   floods          top
# not in the debug kernel, nor in 6.1
. "$(dirname "$0")/lib.sh"

topo_reference two-armed routed 2
drop_floods
a=$VIP4:9/udp b="[$VIP6]:10/udp" c=$VIP4:11/udp
service "$a" rr 10.3.0.1 10.3.0.2
service "$b" rr fd00:3::1
director dsrctl service add "$c" no-backend drop

flood_start udp from 172.16.0.1 to "$VIP4" port 9 flows 50 size 72 rate 400
flood_start udp from fd00:5::1 to "$VIP6" port 10 flows 1000000 rate 100
flood_start udp from 172.17.0.1 to "$VIP4" port 11 flows 50 rate 50
wait_for 30 counted received 500
wait_for 30 counted drop_no_backend 50

# samples COUNT [SECONDS]: to $T/samples
samples() {
	director dsrctl -j -b "$1" top "${@:2}" > "$T/samples"
}

# last FILTER: a number of the last sample, rounded
last() {
	tail -n 1 "$T/samples" | jq "$1 | round"
}

# of SERVICE FILTER: the same of a service
of() {
	last "(.services[] | select(.service == \"$1\")) | $2"
}

samples 2 3
is "a line a sample" "$(wc -l < "$T/samples")" 2
in_range "interval" "$(last .interval)" 3 4
in_range "time" "$(last .time)" "$(($(date +%s) - 5))" "$(date +%s)"
is "every service is there, in their order" \
	"$(tail -n 1 "$T/samples" | jq -r '[.services[].service] | join(" ")')" "$a $c $b"
in_range "packets a second" "$(of "$a" .packets)" 200 450
in_range "bytes a second: 100 a packet" \
	"$(($(of "$a" .bytes) - 100 * $(of "$a" .packets)))" -100 100
is "no new flows among old ones" "$(of "$a" .flows)" 0
in_range "each packet of another flow" "$(($(of "$b" .flows) - $(of "$b" .packets)))" -1 1
for backend in 0 1; do
	in_range "half of them to each backend" \
		"$(($(of "$a" ".backends[$backend].packets * 2") - $(of "$a" .packets)))" -9 9
	is "active flows" "$(of "$a" ".backends[$backend].active")" 25
done
is "a backend's address and state" \
	"$(tail -n 1 "$T/samples" | jq -r '.services[0].backends[1] | "\(.address) \(.state)"')" \
	"10.3.0.2 up"
in_range "all that is received" "$(last .total.received)" 300 640
in_range "is forwarded or dropped" \
	"$(last '.total | (.forwarded + .drop_no_backend - .received) * 100')" -100 100
in_range "for a reason" "$(last .total.drop_no_backend)" 20 60
in_range "the services' packets are what was forwarded" \
	"$(last '.total | .packets - .forwarded')" -25 25
is "the table's room" "$(last .total.room)" "$(director dsrctl -j get flows | jq '.[0].flows')"

director dsrctl -b 1 top > "$T/text"
like "text: totals" "$(sed -n 1p "$T/text")" \
	'^packets/s: received [2-6][0-9]{2}, forwarded [2-6][0-9]{2}, passed [0-9.]+, dropped [2-6][0-9]$'
like "text: drops by reason" "$(sed -n 2p "$T/text")" '^drops/s: no_backend [0-9]{2,3}$'
like "text: bytes and flows" "$(sed -n 3p "$T/text")" \
	'^bytes/s: [2-6][0-9.]+k; flows/s: [0-9]+; flows: [0-9]+ active, 0 closing, room for [0-9]+$'
like "text: when, how much" "$(sed -n 4p "$T/text")" \
	'^[0-9:]{8}, over 1\.[0-9] s: 3 services, 3 of 3 backends up$'
is "text: the busiest first, backends behind their service" \
	"$(sed -n '6,$p' "$T/text" | awk '{ print $1 }' | sed 's/^10.3.0.[12]/backend/' | xargs)" \
	"$a backend backend $b fd00:3::1 $c"
like "text: a service" "$(grep -F "$a" "$T/text")" \
	"^$a +2/2 up +[1-5][0-9]{2} +[1-5][0-9.]+k +0 +50\$"

# What comes and goes: the counters of a thing begin anew with it.
churn() {
	while :; do
		director dsrctl service del "$b"
		director dsrctl service add "$b"
		director dsrctl backend add "$b" fd00:3::1 dev eth0 lladdr "$(mac b1 eth0)"
		director dsrctl service add 10.2.0.9:9/udp
		director dsrctl service del 10.2.0.9:9/udp
	done
}
backends_removed=yes
churn > "$T/log" 2>&1 &
processes+=($!)
churning=$!
samples 5
kill "$churning"
wait "$churning" || :
director dsrctl service del "$b" || :
service "$b" rr fd00:3::1
# A flood that was held up catches up; what was counted in all is far more.
is "services that come and go have no absurd rates" \
	"$(jq -c '.services[] | ., .backends[] | [.packets, .flows, .bytes / 100] |
		select(any(. < 0 or . > 5000))' "$T/samples")" ""
is "the others have theirs in each sample" \
	"$(jq "[.services[] | select(.service == \"$a\") | .packets > 0] | all" "$T/samples" | xargs)" \
	"true true true true true"

# A terminal.
screen() {
	LC_ALL=C.UTF-8 director tmux -S "$T/tmux" -f /dev/null "$@"
}

picture() {
	screen capture-pane -p
}

# shows REGEX: somewhere on the screen, as soon as it is drawn
shows() {
	wait_for 20 eval "picture | grep -qE -- '$1'" || { picture; return 1; }
}

# shows_not REGEX
shows_not() {
	wait_for 20 eval "! picture | grep -qE -- '$1'" || { picture; return 1; }
}

keys() {
	screen send-keys "$@"
}

resize() {
	screen resize-window -x "$1" -y "$2"
}

# terminal COMMAND...: in a terminal of 80x24; its status is shown when it ends
terminal() {
	screen kill-server > /dev/null 2>&1 || :
	screen new-session -d -x 80 -y 24 \
		"stty -g > $T/before; $*; echo ended \$?; stty -g > $T/after; cat"
}

restored() {
	shows "^ended $1\$" && cmp "$T/before" "$T/after" &&
		[ "$(screen display -p '#{alternate_on} #{cursor_flag}')" = "0 1" ]
}

top_pid() {
	pgrep -P "$(screen display -p '#{pane_pid}')" dsrctl
}

director dsrctl backend add "$c" 10.3.0.99
terminal dsrctl top
ok "80x24: totals" shows '^packets/s: received [2-6][0-9]{2}, forwarded'
ok "80x24: drops by reason" shows '^drops/s: no_backend [0-9]{2,3}'
ok "80x24: what the columns are" shows \
	'^SERVICE +STATE +>PACKETS/s +BYTES/s +FLOWS/s +ACTIVE$'
ok "80x24: a service" shows "^$a +2/2 up +[1-5][0-9]{2} +[1-5][0-9.]+k +0 +50\$"
ok "80x24: a backend's state in words" shows '^  10.3.0.99 +unresolved +0 +0 +0 +0$'

keys b
ok "b: without backends" shows_not '^  10.3'
keys b
ok "b: with them" shows '^  10.3'
keys s
ok "s: the next column" shows '>BYTES/s'
keys '<' '<' '<'
ok "<: the one before" shows '^>SERVICE'
first_is() {
	wait_for 20 eval "picture | sed -n 6p | grep -qF -- '$1 '" || { picture; return 1; }
}
ok "by name" first_is "$a"
keys r
ok "r: the reverse" first_is "$b"
keys r
keys h
ok "h: help" shows '^space +pause'
keys x
ok "any key leaves it" shows '^>SERVICE'
keys Space
ok "space: paused" shows '; paused'
paused=$(picture)
keys Down
is "paused: nothing changes" "$(picture)" "$paused"
keys Space
ok "space: goes on" shows_not "; paused|$(sed -n '4s/,.*//p' <<< "$paused")"

resize 20 5
ok "20x5: totals" shows '^packets/s: received$|^packets/s: received '
ok "20x5: columns for which there is room" shows '^SERVICE +PACKETS/s$|^>SERVICE +PACKETS/s$'
ok "20x5: a name without room" shows '^10.2.0.1:~ +[1-5][0-9]{2}$'
is "20x5: no line more" "$(picture | wc -l)" 5
keys Down Down
ok "20x5: down" shows '^10.2.0.1:~ +0$'
keys NPage NPage NPage NPage NPage
ok "20x5: page down: to the last" shows '^  fd00:3:~'
keys Home
ok "20x5: home" shows '^10.2.0.1:~ +[1-5][0-9]{2}$'
resize 20 1
ok "20x1: totals" shows '^packets/s: received'
resize 1 1
ok "1x1: not a word" shows_not packets
resize 300 100
ok "300x100: everything" shows '^  fd00:3::1 +up +[0-9]+ '
keys q
ok "q: the terminal is as it was" restored 0

for signal in TERM INT HUP; do
	terminal dsrctl top 3600
	ok "drawn before it has rates" shows "^$a .* - "
	kill -s "$signal" "$(top_pid)"
	ok "SIG$signal: the terminal is as it was" restored 0
done

terminal env -u TERM dsrctl top
ok "no TERM" shows '^dsrctl: terminal "" .*-b NUMBER'
ok "no TERM: refused" restored 1
terminal env TERM=dumb dsrctl top
ok "TERM=dumb" shows '^dsrctl: terminal "dumb" '
ok "TERM=dumb: refused" restored 1

# A failure is told when the terminal is itself again.
terminal setpriv --bounding-set=-net_admin --inh-caps=-net_admin dsrctl top
ok "not permitted" shows '^dsrctl: .*(permitted|CAP_NET_ADMIN|Operation)'
ok "not permitted: refused" restored 1
screen kill-server

# As many services as there are in large places.
count=$(scaled 10000 1000)
seq "$count" | awk '{ print "service add 10.9." int($1 / 250) "." $1 % 250 ":9/udp" }' > "$T/many"
director dsrctl -b "$T/many"
samples 2
is "$count services more" "$(last '.services | length')" "$((count + 3))"
in_range "rates as before" "$(of "$a" .packets)" 100 450
terminal dsrctl top
ok "they are counted" shows "$((count + 3)) services"
ok "the busiest are seen first" first_is "$a"
keys End
ok "end: the last one is reached" shows '^10\.9\..*0/0 up'
keys q
ok "it ended" restored 0
screen kill-server
