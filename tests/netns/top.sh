#!/bin/bash
# Live rates: what flows is what top says, to scripts and on a terminal of any
# size; what comes and goes meanwhile makes no rate absurd.
#
#   router ──(eth1) director (eth0)── br0 ── b1, b2
#   floods          top
# kernels: fast
. "$(dirname "$0")/lib.sh"

topo_reference two-armed routed 2
drop_floods
a=$VIP4:9/udp b="[$VIP6]:10/udp" c=$VIP4:11/udp
service "$a" rr 10.3.0.1 10.3.0.2
service "$b" rr fd00:3::1
director dsrctl service add "$c" no-backend drop

# How fast packets come is the machine's business, how many come is not: what is
# compared is each rate times its interval, added up over the samples.  They
# begin before the packets do and end behind them.

# samples_start: without end, to $T/samples
samples_start() {
	: > "$T/samples"
	background director sh -c "exec dsrctl -j top > $T/samples"
	sampling=$!
	sampled 1
}

# sampled COUNT: wait for so many samples more
sampled() {
	wait_for 60 samples_are "$(($(wc -l < "$T/samples") + $1))"
}

samples_are() {
	[ "$(wc -l < "$T/samples")" -ge "$1" ]
}

# One of the next two began when all had been counted.
samples_stop() {
	sampled 2
	kill "$sampling"
	wait "$sampling" || :
}

# counts FILTER...: what the rates that it picks come to
counts() {
	jq -s "[.[] | .interval * ($1)] | add | round" "$T/samples"
}

# of SERVICE FILTER: for counts
of() {
	echo "[.services[] | select(.service == \"$1\") | $2] | add // 0"
}

# last FILTER: of the last sample
last() {
	tail -n 1 "$T/samples" | jq -r "$1"
}

# burst_a COUNT, burst_b COUNT, burst_c COUNT: packets of 50 flows; each of a flow
# of its own; of 50 flows
burst_a() { flood udp from 172.16.0.1 to "$VIP4" port 9 flows 50 size 72 count "$1" >> "$T/log"; }
burst_b() { flood udp from fd00:5::1 to "$VIP6" port 10 flows 1000000 count "$1" >> "$T/log"; }
burst_c() { flood udp from 172.17.0.1 to "$VIP4" port 11 flows 50 count "$1" >> "$T/log"; }

samples_start
burst_a 400
burst_b 200
burst_c 100
wait_for 60 counted received 700
samples_stop
is "packets" "$(counts "$(of "$a" .packets)")" 400
is "bytes: 100 a packet" \
	"$(jq "$(of "$a" '.bytes - 100 * .packets') | fabs | round" "$T/samples" | sort -u)" 0
is "new flows" "$(counts "$(of "$a" .flows)")" 50
is "each packet of another flow" "$(counts "$(of "$b" .flows)")" 200
for backend in 0 1; do
	is "half of them to each backend" "$(counts "$(of "$a" ".backends[$backend].packets")")" 200
	is "active flows" "$(last "$(of "$a" ".backends[$backend].active")")" 25
done
is "a service without backends has no packets" "$(counts "$(of "$c" .packets)")" 0
is "all that is received" "$(counts .total.received)" 700
is "forwarded" "$(counts .total.forwarded)" 600
is "the services' packets are what was forwarded" "$(counts .total.packets)" 600
is "dropped, for a reason" "$(counts .total.drop_no_backend)" 100
is "every service is there, in their order" "$(last '[.services[].service] | join(" ")')" \
	"$a $c $b"
is "a backend's address and state" \
	"$(last '.services[0].backends[1] | "\(.address) \(.state)"')" "10.3.0.2 up"
is "the table's room" "$(last .total.room)" "$(director dsrctl -j get flows | jq '.[0].flows')"

begin=$EPOCHSECONDS
director dsrctl -j -b 2 top 2 > "$T/samples"
end=$EPOCHSECONDS
is "-b: a line a sample" "$(wc -l < "$T/samples")" 2
in_range "the interval that was asked for" "$(last '.interval | floor')" 2 "$((end - begin))"
in_range "time" "$(last .time)" "$((begin + 2))" "$end"

# What comes and goes: the counters of a thing begin anew with it, so it has never
# more packets than were sent meanwhile.
cat > "$T/churn" <<-END
	service del $b
	service add $b
	backend add $b fd00:3::1 dev eth0 lladdr $(mac b1 eth0)
	service add 10.2.0.9:9/udp
	service del 10.2.0.9:9/udp
END
churn() {
	while [ -e "$T/churn" ]; do
		director dsrctl -b "$T/churn"
	done
}

# a_has NUMBER: packets
a_has() {
	[ "$(director dsrctl -j -s service show "$a" | jq '.[0].stats.packets')" -ge "$1" ]
}

backends_removed=yes
samples_start
churn >> "$T/log" 2>&1 &
processes+=($!)
churning=$!
burst_a 300
burst_b 100
wait_for 60 a_has 700
samples_stop
rm "$T/churn"
wait "$churning" || :
director dsrctl service del "$b"
service "$b" rr fd00:3::1
is "services that come and go have no absurd rates" \
	"$(jq -c '.interval as $interval | .services[] | ., .backends[] |
		[.packets, .flows, .bytes / 100 | . * $interval] |
		select(any(. < 0 or . > 301))' "$T/samples")" ""
in_range "nor in all" "$(counts "$(of "$b" .packets)")" 0 100
is "the others have theirs" "$(counts "$(of "$a" .packets)")" 300
is "and no new flows" "$(counts "$(of "$a" .flows)")" 0

flood_start udp from 172.16.0.1 to "$VIP4" port 9 flows 50 size 72 rate 400
flood_start udp from 172.17.0.1 to "$VIP4" port 11 flows 50 rate 50
some='[1-9][0-9.]*k?'
wait_for 60 counted drop_no_backend 150
director dsrctl -b 1 top > "$T/text"
like "text: totals" "$(sed -n 1p "$T/text")" \
	"^packets/s: received $some, forwarded $some, passed 0, dropped $some\$"
like "text: drops by reason" "$(sed -n 2p "$T/text")" "^drops/s: no_backend $some\$"
like "text: bytes and flows" "$(sed -n 3p "$T/text")" \
	"^bytes/s: $some; flows/s: 0; flows: [0-9]+ active, 0 closing, room for [0-9]+\$"
like "text: when, how much" "$(sed -n 4p "$T/text")" \
	'^[0-9:]{8}, over [0-9]+\.[0-9] s: 3 services, 3 of 3 backends up$'
is "text: the busiest first, backends behind their service" \
	"$(sed -n '6,$p' "$T/text" | awk '{ print $1 }' | sed 's/^10.3.0.[12]/backend/' | xargs)" \
	"$a backend backend $c $b fd00:3::1"
like "text: a service" "$(grep -F "$a" "$T/text")" "^$a +2/2 up +$some +$some +0 +50\$"

# A terminal, whose programs run on the director.
tmux=(env LC_ALL=C.UTF-8 tmux -S "$T/tmux" -f /dev/null)
screen() {
	"${tmux[@]}" "$@"
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
	local script="stty -g > $T/before; $*; status=\$?; stty -g > $T/after; echo ended \$status; cat"

	if [ -S "$T/tmux" ]; then
		resize 80 24
		screen respawn-pane -k "$script"
	else
		director "${tmux[@]}" new-session -d -x 80 -y 24 "$script"
	fi
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
ok "80x24: totals" shows "^packets/s: received $some, forwarded"
ok "80x24: drops by reason" shows "^drops/s: no_backend $some"
ok "80x24: what the columns are" shows \
	'^SERVICE +STATE +>PACKETS/s +BYTES/s +FLOWS/s +ACTIVE$'
ok "80x24: a service" shows "^$a +2/2 up +$some +$some +0 +50\$"
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
wait_for 60 counted received $(($(counter received) + 900))
is "paused: nothing changes" "$(picture)" "$paused"
keys Space
ok "space: goes on" shows_not "; paused|$(sed -n '4s/,.*//p' <<< "$paused")"

resize 20 5
ok "20x5: totals" shows '^packets/s: received$|^packets/s: received '
ok "20x5: columns for which there is room" shows '^SERVICE +PACKETS/s$|^>SERVICE +PACKETS/s$'
ok "20x5: a name without room" shows "^10.2.0.1:~ +$some\$"
is "20x5: no line more" "$(picture | wc -l)" 5
keys Down Down
ok "20x5: down" shows '^10.2.0.1:~ +0$'
keys NPage NPage NPage NPage NPage
ok "20x5: page down: to the last" shows '^  fd00:3:~'
keys Home
ok "20x5: home" shows "^10.2.0.1:~ +$some\$"
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
	ok "drawn, still without rates" shows "^$a .* - "
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

# More services than a screen has lines, many times.
count=1000
seq "$count" | awk '{ print "service add 10.9." int($1 / 250) "." $1 % 250 ":9/udp" }' > "$T/many"
director dsrctl -b "$T/many"
director dsrctl -j -b 1 top > "$T/samples"
is "$count services more" "$(last '.services | length')" "$((count + 3))"
terminal dsrctl top
ok "they are counted" shows "$((count + 3)) services"
ok "the busiest are seen first" first_is "$a"
keys End
ok "end: the last one is reached" shows '^10\.9\..*0/0 up'
keys q
ok "it ended" restored 0
screen kill-server
