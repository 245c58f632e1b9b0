#!/bin/bash
# dsrctl apply and save: the kernel ends as the file says, or stays as it was, and
# what is the same in both keeps its flows, counters and neighbours.
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1, b2, b3
# kernels: fast
. "$(dirname "$0")/lib.sh"

WEB=$VIP4:7/tcp ECHO=$VIP4:7/udp
topo_reference two-armed routed
ip -n "$P-director" link add spare type dummy
crowd_start b1 b2 b3

# apply [OPTION...] < FILE; where a message names the file it is $T/conf
apply() {
	cat > "$T/conf"
	director dsrctl apply "$T/conf" "$@"
}

saved() {
	director dsrctl save
}

generation() {
	director dsrctl get generation
}

# All that a refusal must leave as it was, packets that come by themselves apart.
everything() {
	saved
	generation
	director dsrctl -s -j service show
	director dsrctl -j device show
	director dsrctl -j flow show | jq -c 'map(del(.idle, .left)) | sort_by(.client)'
}

# exits STATUS COMMAND...: prints what it prints, both ways
exits() {
	local status=$1 got=0

	shift
	"$@" 2>&1 || got=$?
	[ "$got" -eq "$status" ] || echo "exit status $got instead of $status"
}

##### the first file

flows="set $(director dsrctl get flows)"

cat > "$T/first" <<END
# comments, blanks and empty lines

set hash-seed 5		# the same on every director
device attach eth1
service add $ECHO scheduler rr ${lasting[*]}
	backend add $ECHO 10.3.0.1 weight 2
	backend add $ECHO 10.3.0.2
service add $WEB scheduler lc affinity 300/24
backend add $WEB 10.3.0.1
END
apply < "$T/first"
wait_for 20 backends_up "$ECHO"
is "a file into an empty kernel" "$(saved)" "$(cat <<END
$flows
set hash-seed 5
device attach eth1
service add $ECHO scheduler rr ${lasting[*]}
backend add $ECHO 10.3.0.1 weight 2
backend add $ECHO 10.3.0.2
service add $WEB scheduler lc affinity 300/24
backend add $WEB 10.3.0.1
END
)"
before=$(generation)
apply < "$T/first"
saved | apply
is "a file that changes nothing, and what was saved, change nothing" "$(generation)" "$before"
is "the dry run of it has nothing to say" "$(exits 0 apply --dry-run < "$T/first")" ""
is "nor as JSON" "$(exits 0 director dsrctl -j apply --dry-run "$T/first")" "[]"
is "from standard input too" "$(exits 0 director dsrctl apply - --dry-run < "$T/first")" ""

##### every kind of change

crowd_gather flows "$VIP4" 7 udp
like "flows" "$(crowd flows open 30)" 'failed=0$'
crowd_gather held "$VIP4" 7 tcp
is "connections" "$(crowd held open 3)" "b1=3 failed=0"
cat > "$T/second" <<END
set hash-seed 6
device attach spare
service add $ECHO scheduler rr ${lasting[*]}
backend add $ECHO 10.3.0.1 weight 2
backend add $ECHO 10.3.0.2
service add $WEB hash source stateless adopt off on-remove drop no-backend reset timeout-syn 5 timeout-established 500 timeout-fin 6 timeout-udp 7
backend add $WEB 10.3.0.1 weight 3 max-flows 100 min-flows 50 slow-start 9 dev eth0 lladdr 02:00:00:00:00:01
backend drain $WEB 10.3.0.1 for 90
backend add $WEB 10.3.0.2 mode local state down
service add mark 7/ipv6
service add [2001:db8:2::/64]:5000-5009/sctp scheduler failover
backend add [2001:db8:2::/64]:5000-5009/sctp fd00:3::1
END
cp "$T/second" "$T/conf"
is "a dry run says what would change" "$(exits 3 director dsrctl apply "$T/conf" --dry-run)" "$(cat <<END
~ set hash-seed 6 (was 5)
~ service set $WEB scheduler maglev hash source affinity 0 stateless adopt off on-remove drop no-backend reset timeout-syn 5 timeout-established 500 timeout-fin 6 timeout-udp 7 (was scheduler lc hash 5tuple affinity 300/24 stateless off adopt on on-remove reschedule no-backend unreachable timeout-syn 60 timeout-established 900 timeout-fin 120 timeout-udp 300)
~ backend drain $WEB 10.3.0.1 for 90
~ backend set $WEB 10.3.0.1 weight 3 max-flows 100 min-flows 50 slow-start 9 dev eth0 lladdr 02:00:00:00:00:01 (was weight 1 max-flows 0 min-flows 0 slow-start 0 dev none lladdr none)
+ backend add $WEB 10.3.0.2 mode local state down
+ service add mark 7/ipv6
+ service add [2001:db8:2::/64]:5000-5009/sctp scheduler failover
+ backend add [2001:db8:2::/64]:5000-5009/sctp fd00:3::1
- device detach eth1
+ device attach spare
END
)"
is "and changes nothing" "$(generation)" "$before"
is "as JSON: how often which change of which object" \
	"$(exits 3 director dsrctl -j apply "$T/conf" --dry-run |
		jq -r '.[] | .change + " " + (.object // "")' | sort | uniq -c | awk '{ print $1, $2, $3 }')" \
	"$(printf '%s\n' '2 add backend' '2 add service' '1 attach device' '1 detach device' \
		'1 drain backend' '1 set ' '1 set backend' '1 set service')"
is "as JSON: what was and what would be" \
	"$(exits 3 director dsrctl -j apply "$T/conf" --dry-run |
		jq -c '.[] | select(.object == "backend" and .change == "set") | [.address, .weight, .lladdr, .was.weight, .was.lladdr]')" \
	'["10.3.0.1",3,"02:00:00:00:00:01",1,"none"]'

kept() {
	director dsrctl -s -j service show "$ECHO" |
		jq -c '.[0] | [.stats, (.backends | map([.address, .state, .lladdr, .stats]))]'
	director dsrctl -j flow show "$ECHO" | jq -c 'map(del(.idle, .left)) | sort_by(.client)'
}

before=$(kept)
neighbours=$(director ip -s -j neigh show dev eth0 to 10.3.0.2 | jq -c '.[0] | [.lladdr, .dst]')
apply < "$T/second"
is "the service that both files have keeps flows, counters and neighbours" "$(kept)" "$before"
is "and they go on" "$(crowd flows ask)" "b1=20 b2=10 moved=0 broken=0"
is "the neighbour is the one it was" \
	"$(director ip -s -j neigh show dev eth0 to 10.3.0.2 | jq -c '.[0] | [.lladdr, .dst]')" "$neighbours"
# Order: what stays stays where it is, what comes stands last.
is "save prints the second file" "$(saved)" "$(sed "1i $flows" "$T/second")"
is "a drain that goes on isn't begun anew" "$(generation)" "$(apply < "$T/second"; generation)"

apply <<END
device attach spare
service add $ECHO scheduler rr ${lasting[*]}
backend add $ECHO 10.3.0.1 weight 2
backend add $ECHO 10.3.0.2
service add $WEB
backend add $WEB 10.3.0.1
backend add $WEB 10.3.0.2
END
is "an option that is left out is as it is by default, a setting stays" "$(saved)" "$(cat <<END
$flows
set hash-seed 6
device attach spare
service add $ECHO scheduler rr ${lasting[*]}
backend add $ECHO 10.3.0.1 weight 2
backend add $ECHO 10.3.0.2
service add $WEB
backend add $WEB 10.3.0.1
backend add $WEB 10.3.0.2
END
)"

##### a drain that is over

drained() {
	[ "$(backend_state "$WEB" 10.3.0.2)" = down ]
}

drain_file() {
	saved | sed '/drain/d; s/ state down//'
	echo "backend drain $WEB 10.3.0.2"
}

drain_file > "$T/drain"
apply < "$T/drain"
wait_for 20 drained
is "who wants a drain is content with one that is over" "$(exits 0 apply --dry-run < "$T/drain")" ""
saved | sed 's/ state down//' | apply
wait_for 20 backends_up "$WEB"

##### refusals

unchanged=$(everything)

# refused STATUS LINE MESSAGE: the file on standard input; LINE 0: no line's fault
refused() {
	local where="dsrctl: $T/conf:$2: " message

	[ "$2" -gt 0 ] || where="dsrctl: "
	message=$(exits "$1" apply)
	like "refused: $3" "$message" "^$where.*$3"
	[ "$(everything)" = "$unchanged" ] || is "refused and unchanged: $3" "$(everything)" "$unchanged"
}

# refused_with STATUS LINE MESSAGE MORE...: the configuration, and more lines
refused_with() {
	{ saved; printf '%s\n' "${@:4}"; } > "$T/wrong"
	refused "${@:1:3}" < "$T/wrong"
}

lines=$(($(saved | wc -l) + 1))
refused_with 2 "$lines" 'configuration line "frobnicate": one of service, backend, device, set' "frobnicate"
refused_with 2 "$lines" 'service verb "del"' "service del $WEB"
refused_with 2 "$lines" 'backend verb "del"' "backend del $WEB 10.3.0.1"
refused_with 2 "$lines" 'backend verb "set"' "backend set $WEB 10.3.0.1 weight 3"
refused_with 2 "$lines" 'device verb "detach"' "device detach eth1"
refused_with 2 "$lines" 'device verb' "device"
refused_with 2 "$lines" 'a service is expected' "service add"
refused_with 2 "$lines" 'a protocol is expected' "service add 10.2.0.1:80"
refused_with 2 "$lines" 'scheduler' "service add 10.2.0.9 scheduler"
refused_with 2 "$lines" 'option "wibble"' "service add 10.2.0.9 wibble 3"
refused_with 2 "$lines" 'timeout-syn "0"' "service add 10.2.0.9 timeout-syn 0"
refused_with 2 "$lines" 'hash is given twice' "service add 10.2.0.9 hash source hash source"
refused_with 2 "$lines" "line $((lines - 3)) has this service already" "service add $WEB"
refused_with 2 "$lines" "line $((lines - 2)) has this backend already" "backend add $WEB 10.3.0.1"
refused_with 2 "$lines" 'service 10.9.9.9: a line that adds it is expected before' "backend add 10.9.9.9 10.3.0.1"
refused_with 2 "$lines" 'backend 10.3.0.9: a line that adds it is expected before' "backend drain $WEB 10.3.0.9"
refused_with 2 "$lines" 'for "0"' "backend drain $WEB 10.3.0.1 for 0"
refused_with 2 "$lines" 'backend "10.3.0.1:80"' "backend add $WEB 10.3.0.1:80"
refused_with 2 "$lines" 'weight "65536"' "backend add $WEB 10.3.0.7 weight 65536"
refused_with 2 "$lines" 'line [0-9]+ attaches it already' "device attach spare"
refused_with 1 "$lines" 'absent' "device attach absent"
refused_with 1 "$lines" 'absent' "backend add $WEB 10.3.0.7 dev absent"
refused_with 2 "$lines" 'nothing to change' "set"
refused_with 2 "$lines" 'flows "1"' "set flows 1"
refused_with 2 "$lines" "hash-seed: line 2 has this setting already" "set hash-seed 9"
refused_with 2 "$lines" 'generation' "set generation 9"
# What only the kernel knows.
refused_with 1 "$lines" 'a unicast address is expected' "service add 127.0.0.1:80/tcp"
refused_with 1 "$lines" 'scheduler' "service add 10.2.0.9 scheduler sideways"
refused_with 1 "$lines" 'a unicast address is expected' "backend add $WEB 224.0.0.1"
refused_with 1 "$lines" "the VIP can't be its own backend" "backend add $WEB $VIP4"
refused_with 1 "$lines" 'min-flows must be below max-flows' "backend add $WEB 10.3.0.7 min-flows 9"
refused_with 1 "$lines" 'a pinned MAC address needs a pinned device' "backend add $WEB 10.3.0.7 lladdr 02:00:00:00:00:07"
refused_with 1 "$lines" 'must be a unicast one' "backend add $WEB 10.3.0.7 dev eth0 lladdr 03:00:00:00:00:07"
refused_with 1 $((lines + 1)) 'overlap with another range' "service add $VIP4:90-99/tcp" "service add $VIP4:95-100/tcp"
saved | sed "s|^backend add $WEB 10.3.0.1|& min-flows 9|" > "$T/wrong"
refused 1 $((lines - 2)) 'min-flows must be below max-flows' < "$T/wrong"
# All else would come and go, but for the last line.
{
	sed "s/$VIP4/10.2.0.77/" "$T/second"
	echo "device attach eth0"
	echo "backend add 10.2.0.77:7/tcp 224.0.0.1"
} > "$T/wrong"
refused 1 14 'a unicast address is expected' < "$T/wrong"
is "a refused change of everything changes nothing" "$(everything)" "$unchanged"

##### settings that are refused by what there is

where_flows_are() {
	director dsrctl -j flow show "$ECHO" | jq -c 'map([.client, .backend]) | sort'
}

drop_floods
flood udp from 172.16.0.1 to "$VIP4" port 7 flows 900 count 1800 > "$T/sent"
unchanged=$(everything)
saved | sed 's/^set flows .*/set flows 1024/' > "$T/small"
# Beside something else that would change.
sed "s|^service add $WEB|& hash source|" "$T/small" > "$T/wrong"
refused 1 1 'the flows that there are would fill a table of this size' < "$T/wrong"
before=$(where_flows_are)
saved | sed 's/^set flows .*/set flows 4096/' | apply
like "another size that they fit into" "$(saved)" '^set flows 4096'
is "moves no flow" "$(where_flows_are)" "$before"
is "and no connection" "$(crowd flows ask)" "b1=20 b2=10 moved=0 broken=0"

##### files that can't be read

unchanged=$(everything)
is "no file" "$(exits 1 director dsrctl apply "$T/absent")" "dsrctl: $T/absent: No such file or directory"
is "a directory" "$(exits 1 director dsrctl apply "$T")" "dsrctl: $T: Is a directory"
like "no argument" "$(exits 2 director dsrctl apply)" 'no file given'
is "and nothing is changed by that" "$(everything)" "$unchanged"

##### two writers

old=$(generation | cut -d' ' -f2)
director dsrctl service set "$WEB" scheduler lc
now=$(generation | cut -d' ' -f2)
unchanged=$(everything)
like "a file for another generation is refused" "$(exits 1 apply --generation "$old" < "$T/first")" \
	"^dsrctl: the configuration has changed: generation $now, not $old$"
like "and a number that is none" "$(exits 2 apply --generation x < "$T/first")" 'a number from 0 to'
is "and nothing is changed by that" "$(everything)" "$unchanged"
apply --generation "$now" < "$T/first"
is "one for this generation is applied" "$(saved | grep -c "$WEB scheduler lc affinity 300/24")" 1

writer() {
	local n

	for ((n = 0; n < $(scaled 12 4); n++)); do
		director dsrctl apply "$1" || :
	done
}

saved | sed '/^set flows/d' > "$T/one"
sed "s/10\.3\.0\.1/10.3.0.3/; s|$WEB|$VIP4:8/tcp|; s/hash-seed 5/hash-seed 8/" "$T/one" > "$T/two"
for file in one two; do
	sort "$T/$file" > "$T/$file.sorted"
done
apply < "$T/one"
for file in one two one two; do
	writer "$T/$file" &
	writers+=($!)
done 2> "$T/refusals"
torn=0
while kill -0 "${writers[@]}" 2> /dev/null; do
	saved > "$T/now"
	grep -v '^set flows' "$T/now" | sort > "$T/sorted"
	cmp -s "$T/sorted" "$T/one.sorted" || cmp -s "$T/sorted" "$T/two.sorted" ||
		torn=$((torn + 1))
done 2> /dev/null
wait "${writers[@]}"
is "two writers of two files: at every moment it is one of the files" "$torn" 0
unlike "and nobody is refused but for the other" "$(cat "$T/refusals")" '^(dsrctl: the configuration has changed)?.+[^d]$'

##### round trips

empty() {
	director dsrctl service flush
	director dsrctl device detach spare
}

python3 "$netns_dir/lib/random_config.py" "${SEED:-1}" "$(scaled 300 60)" > "$T/random"
director dsrctl service flush
director dsrctl device detach eth1
apply < "$T/random"
saved > "$T/saved"
is "a large file with all options is saved as it is" "$(diff "$T/random" "$T/saved" | head -n 5)" ""
is "and differs from the kernel in nothing" "$(exits 0 apply --dry-run < "$T/random")" ""
director dsrctl service flush
apply < "$T/saved"
is "saved, emptied, applied: the same, byte for byte" "$(saved | cmp - "$T/saved")" ""
empty
ok "by -b" director dsrctl -b "$T/saved"
is "the same" "$(saved | cmp - "$T/saved")" ""
is "and by -b from standard input" \
	"$(empty; director dsrctl -b - < "$T/saved"; saved | cmp - "$T/saved")" ""

##### batches

director dsrctl service flush
cat > "$T/batch" <<END
service add $WEB

backend add $WEB 10.3.0.1	# fine
backend add $WEB 10.3.0.1
backend add $WEB 10.3.0.2
service add
backend add $WEB 10.3.0.3
END
is "a batch stops at its first failure" "$(exits 1 director dsrctl -b "$T/batch")" \
	"dsrctl: $T/batch:4: backend 10.3.0.1 of $WEB: the service has this backend already"
is "and has made what stands before it" "$(director dsrctl -j backend show "$WEB" | jq length)" 1
director dsrctl service flush
like "with --force it goes on" "$(exits 1 director dsrctl --force -b "$T/batch" | tr '\n' ' ')" \
	"^dsrctl: $T/batch:4: backend 10.3.0.1 of $WEB: the service has this backend already dsrctl: $T/batch:6: .*a service is expected"
is "and makes the rest" "$(director dsrctl -j backend show "$WEB" | jq length)" 3
like "from standard input it has a name too" "$(printf 'service add\n' | exits 2 director dsrctl -b -)" \
	'^dsrctl: standard input:1: '

apply <<< "# nothing"
is "a file of comments empties the kernel, but for settings" "$(saved | grep -v ^set || :)" ""
backends_removed=yes
