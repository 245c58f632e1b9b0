#!/bin/bash
# dsrctl monitor: each kind of event, with who made it or why it is so; what is
# lost is told as lost, and nobody hears what isn't his.
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1, b2
#                               its events are heard in it, and not in router
# kernels: uml
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/netns/lib/golden.sh
. "$(dirname "$0")/lib/golden.sh"

web=$VIP4:7/tcp
topo_reference two-armed routed 2
drop_floods
crowd_start b1 b2

# listen NAME NAMESPACE [ARG...]: a monitor, its output in $T/NAME; its process
# is $!.  From its first event on it misses nothing.
listen() {
	ip netns exec "$P-$2" dsrctl monitor "${@:3}" > "$T/$1" 2>> "$T/log" < /dev/null &
	processes+=($!)
	wait_for 20 grep -q listening "$T/$1"
}

# heard FILTER [NAME]: an event for which it holds
heard() {
	jq -es "any($1)" "$T/${2:-json}"
}

# hears NAME FILTER
hears() {
	if ! wait_for 60 heard "$2"; then
		tail -n 3 "$T/json" | tap_comment
	fi
	ok "$1" heard "$2"
}

# who COMMAND...: in the director, with its process id printed first
who() {
	# shellcheck disable=SC2016 # of the inner shell
	director sh -c 'echo $$; exec "$@"' sh "$@" | head -n 1
}

listen json director -j
listen text director
listen elsewhere router -j

# Configuration, by whom.
pid=$(who dsrctl service add "$web" scheduler rr)
hears "service add, by the process that did it" ".event == \"service-add\" and .by == $pid and .service == \"$web\""
is "its keys are those of show" \
	"$(jq -cs --argjson show "$(director dsrctl -j service show | jq '.[0]')" \
		'map(select(.event == "service-add"))[0] | del(.time, .event, .by) | to_entries |
		 map(select($show[.key] != .value) | .key)' "$T/json")" "[]"
pid=$(who dsrctl service set "$web" timeout-syn 3600)
hears "service set" ".event == \"service-set\" and .by == $pid and .\"timeout-syn\" == 3600"
pid=$(who dsrctl backend add "$web" 10.3.0.1)
hears "backend add" ".event == \"backend-add\" and .by == $pid and .service == \"$web\" and .address == \"10.3.0.1\""
director dsrctl backend add "$web" 10.3.0.9
pid=$(who dsrctl backend set "$web" 10.3.0.9 weight 0)
hears "backend set" ".event == \"backend-set\" and .by == $pid and .weight == 0"
director dsrctl backend del "$web" 10.3.0.9
hears "backend del" '.event == "backend-del" and .address == "10.3.0.9" and (has("weight") | not)'
director dsrctl service add "$VIP4:8/tcp"
director dsrctl backend flush "$VIP4:8/tcp"
hears "backend flush" ".event == \"backend-flush\" and .service == \"$VIP4:8/tcp\""
director dsrctl service del "$VIP4:8/tcp"
hears "service del" ".event == \"service-del\" and .service == \"$VIP4:8/tcp\" and (has(\"scheduler\") | not)"
director dsrctl set flows 1024
hears "settings set" '.event == "settings-set" and .flows == 1024 and .by > 0'
ip -n "$P-director" link add gone type dummy
director dsrctl device attach gone
hears "device attach" '.event == "device-attach" and .device == "gone" and .by > 0'
ip -n "$P-director" link del gone
hears "device detach, as the device went: by nobody" \
	'.event == "device-detach" and .device == "gone" and (has("by") | not)'
fails_with 1 'exists' director dsrctl service add "$web"
director dsrctl set hash-seed 1
hears "the event behind what was refused" '.event == "settings-set" and ."hash-seed" == 1'
is "which has made none" "$(jq -s "map(select(.event == \"service-add\" and .service == \"$web\")) | length" "$T/json")" 1

# Backends: reached or not, and why not.
wait_for 20 backends_up "$web"
old=$(mac b1 eth0)
ip -n "$P-director" neigh replace 10.3.0.1 lladdr 02:aa:aa:aa:aa:aa dev eth0 nud permanent
hears "another MAC address, and the one before" \
	".event == \"backend-lladdr\" and .lladdr == \"02:aa:aa:aa:aa:aa\" and .\"lladdr-before\" == \"$old\""
ip -n "$P-director" neigh del 10.3.0.1 dev eth0

# why_is ADDRESS WHY [OPTION...]: of a backend that can't be reached
why_is() {
	director dsrctl backend add "$web" "$1" "${@:3}"
	wait_for 30 unresolved "$1" "$2"
	ok "$1 ${*:3}: unresolved, why $2" unresolved "$1" "$2"
	director dsrctl backend del "$web" "$1"
}

unresolved() {
	director dsrctl -j backend show "$web" "$1" |
		jq -e ".[0] | .state == \"unresolved\" and .why == \"$2\""
}

why_is 10.3.0.7 no-answer
hears "an event tells when nobody answers" \
	'.event == "backend-unresolved" and .address == "10.3.0.7" and .why == "no-answer"'
why_is fd00:3::7 no-answer
why_is 192.168.1.1 gateway
why_is fd00:1::1 gateway
why_is 10.3.0.254 own-address
why_is fd00:3::d own-address
why_is 10.3.0.6 not-ethernet dev lo
ip -n "$P-director" route add unreachable 10.9.0.0/16
why_is 10.9.0.1 no-route
ip -n "$P-director" link add other type dummy
why_is 10.3.0.6 device-down dev other
ip -n "$P-director" link set eth0 down
hears "unresolved, as its device is down" \
	'.event == "backend-unresolved" and .address == "10.3.0.1" and .why == "device-down"'
ip -n "$P-director" link set eth0 up
ip -n "$P-director" addr replace fd00:3::d/64 dev eth0 nodad
wait_for 30 backends_up "$web"
hears "and is resolved again, with its MAC address" \
	".event == \"backend-resolved\" and .address == \"10.3.0.1\" and .lladdr == \"$old\" and .dev == \"eth0\""

# Full, and not full; drained.
crowd_gather c "$VIP4" 7 tcp
director dsrctl backend set "$web" 10.3.0.1 max-flows 5
like "five connections" "$(crowd c open 5)" 'failed=0$'
hears "full" ".event == \"backend-full\" and .service == \"$web\" and .flows == 5"
director dsrctl flow flush
hears "not full any more" ".event == \"backend-not-full\" and .service == \"$web\""
director dsrctl backend drain "$web" 10.3.0.1
hears "drained" '.event == "backend-drained" and .state == "down" and (has("by") | not)'
director dsrctl backend set "$web" 10.3.0.1 state up max-flows 0

# The table: each is told once.
# times KIND: how often it was heard
times() {
	jq -s "map(select(.event == \"$1\")) | length" "$T/json"
}

flood syn from 172.16.0.1 to "$VIP4" port 7 flows 500 count 500 > "$T/sent"
hears "a flood begins" '.event == "flood-begins" and .flows == 1024 and .new >= 128'
director dsrctl flow flush
hears "and ends" '.event == "flood-ends" and .new < 64'
director dsrctl service add "$VIP4:9/udp"
director dsrctl backend add "$VIP4:9/udp" 10.3.0.1
wait_for 20 backends_up "$VIP4:9/udp"
flood udp from 172.17.0.1 to "$VIP4" port 9 flows 1000 count 3000 > "$T/sent"
hears "the table is nearly full" '.event == "table-nearly-full" and .open >= 960'
is "which is no flood" "$(times flood-begins)" 1
director dsrctl flow flush
hears "and has room again" '.event == "table-has-room" and .open < 768'
is "each is told once" "$(times table-nearly-full) $(times table-has-room) $(times flood-ends)" "1 1 1"

as_many() {
	[ "$(wc -l < "$T/text")" -eq "$(wc -l < "$T/json")" ]
}

director dsrctl service flush
hears "service flush" '.event == "service-flush" and .by > 0'
is "a line is an object" "$(jq -c . "$T/json" | wc -l)" "$(wc -l < "$T/json")"
like "as text" "$(cat "$T/text")" "^\[20.*Z\] service add $web scheduler rr .*by [0-9]+\$"
like "as text, the reason" "$(cat "$T/text")" '\] backend unresolved 10.3.0.7 why no-answer$'
ok "as many as in JSON" wait_for 20 as_many
is "nothing is heard in another namespace" "$(jq -r .event "$T/elsewhere")" listening

# Who doesn't keep up is told so, and hears what comes after.
listen slow director -j rcvbuf 4096
slow=${processes[-1]}
kill -STOP "$slow"
printf 'set hash-seed %u\n' {1..2000} | director dsrctl -b -
kill -CONT "$slow"
ok "what is lost is told as lost" wait_for 30 heard '.event == "overrun"' slow
# Until it has read what was there, more may be lost.
seed_is_heard() {
	director dsrctl set hash-seed 1
	director dsrctl set hash-seed 4242
	heard '."hash-seed" == 4242' slow
}
ok "and what comes then is heard" wait_for 30 seed_is_heard
in_range "some were lost" "$(wc -l < "$T/slow")" 3 1999
wait_for 60 heard '."hash-seed" == 4242'
is "with room for them none is" "$(jq -s 'map(select(.event == "overrun")) | length' "$T/json")" 0

# Of each kind of event, which keys it has in all, and what they are.
kinds='[., inputs] | group_by(.event) | map({(.[0].event):
	(map(to_entries[] | {(.key): (.value | type)}) | add)}) | add'
golden monitor "$kinds" cat "$T/json" "$T/slow"

# Who may not, and who may.
without=(setpriv '--bounding-set=-all' '--inh-caps=-all')
fails_with 1 'permitted|CAP_NET_ADMIN' director "${without[@]}" dsrctl monitor
fails_with 1 'permitted|CAP_NET_ADMIN' director unshare -Ur dsrctl monitor
fails_with 1 'permitted|CAP_NET_ADMIN' setpriv --reuid 65534 --clear-groups dsrctl monitor
fails_with 2 'rcvbuf' dsrctl monitor rcvbuf much
fails_with 2 'rcvbuf' dsrctl monitor service
unshare -Urn dsrctl monitor -j > "$T/own" 2>> "$T/log" &
own=$!
processes+=("$own")
ok "in a namespace of one's own" wait_for 30 grep -q listening "$T/own"

# Its end: when it's told to, when nobody reads it, when the module goes.
# ends STATUS NAME PROCESS
ends() {
	local status=0

	wait "$3" || status=$?
	is "$2 ends it with $1" "$status" "$1"
}

for signal in INT TERM; do
	listen "$signal" director
	kill -"$signal" "${processes[-1]}"
	ends 0 "SIG$signal" "${processes[-1]}"
done
ok "it ends when its reader does" director timeout 30 sh -c 'dsrctl monitor | head -n 1'
if [ -n "$DSR_MODULE" ]; then
	rmmod dsr
	ends 1 "the module that goes" "$own"
	insmod "$DSR_MODULE"
fi
