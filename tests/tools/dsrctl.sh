#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# dsrctl without the module: wrong usage, help, its man page and completion, and
# "realserver" in network namespaces of its own:
#
#	$client                                    $server
#	+-----------------------+                  +----------------------------+
#	| veth0 10.3.0.100/16   |------------------| veth0 10.3.0.1/16          |
#	|       fd03::100/64    |                  |       fd03::1/64           |
#	+-----------------------+                  | lo    the VIPs 10.2.0.1 and|
#	                                           |       2001:db8::1          |
#	                                           +----------------------------+
# The client asks for the VIPs by ARP and neighbour discovery.
#
# usage: dsrctl.sh PATH_TO_DSRCTL (root; prints TAP)
set -u

dsrctl=$(realpath -- "${1:?usage: dsrctl.sh PATH_TO_DSRCTL}")
here=$(realpath -- "$(dirname -- "$0")")
tools=$here/../../tools
uapi=$here/../../uapi
client=dsrctl-client-$$
server=dsrctl-server-$$
# shellcheck source=tests/lib/wait.sh
. "$here/../lib/wait.sh"
tmp=$(mktemp -d)
count=0
failed=0

cleanup()
{
	ip netns del "$client" 2>/dev/null
	ip netns del "$server" 2>/dev/null
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

# check TEXT COMMAND...: a test, passed when the command succeeds.
check()
{
	local text=$1

	shift
	count=$((count + 1))
	if "$@"; then
		echo "ok $count - $text"
	else
		failed=$((failed + 1))
		echo "not ok $count - $text"
		[[ ! -s $tmp/err ]] || sed 's/^/# stderr: /' "$tmp/err"
	fi
}

# run STATUS ARGS...: dsrctl ends with STATUS; what it prints is kept.
run()
{
	local status=$1 got

	shift
	"$dsrctl" "$@" >"$tmp/out" 2>"$tmp/err"
	got=$?
	[[ $got -eq $status ]] && return
	echo "# exit status $got instead of $status: dsrctl $*"
	return 1
}

# fails STATUS PATTERN ARGS...: one line on stderr that matches, no output.
fails()
{
	local status=$1 pattern=$2

	shift 2
	run "$status" "$@" && [[ ! -s $tmp/out ]] &&
		[[ $(wc -l <"$tmp/err") -eq 1 ]] &&
		grep -q '^dsrctl: ' "$tmp/err" &&
		grep -qE -- "$pattern" "$tmp/err"
}

# prints PATTERN ARGS...: done, nothing on stderr.
prints()
{
	local pattern=$1

	shift
	run 0 "$@" && [[ ! -s $tmp/err ]] && grep -qE -- "$pattern" "$tmp/out"
}

quiet() { run 0 "$@" && [[ ! -s $tmp/out && ! -s $tmp/err ]]; }

usage() { check "usage: $1" fails 2 "$2" "${@:3}"; }

# sysctl_is NAME VALUE: of the server.
sysctl_is()
{
	[[ $(ip netns exec "$server" sysctl -n "net.ipv4.conf.$1") == "$2" ]]
}

sysctl_set() { ip netns exec "$server" sysctl -q "net.ipv4.conf.$1=$2"; }

on_lo() { ip -n "$server" address show dev lo | grep -qF "$1"; }

# The files of other namespaces are none of our business.
state_file()
{
	echo "/run/dsrctl/realserver-$(stat -Lc %i "/run/netns/$server")"
}

not() { ! "$@"; }

##### wrong usage

svc=10.2.0.1:80/tcp

usage "no object" 'no object given: one of service, backend'
usage "unknown object" '"rule": one of service, backend' rule
usage "ambiguous object" '"s" may mean service, stats, set' s
usage "empty object" 'one of service' ''
usage "unknown verb" '"drain": one of add, set, del, show, flush, help' \
	service drain
usage "ambiguous new verb" 'verb "d" may mean del, drain' backend d
usage "ambiguous verb" 'verb "s" may mean set, show' service s
usage "unknown option" 'option "-q": one of -j' -q service
usage "option of a later release" 'option "-z": one of -j' -z file
usage "unknown long option" 'option "--jsonx"' --jsonx stats
usage "unknown letter among options" 'option "-jx"' -jx stats
usage "value for an option without one" 'takes no value' --json=1 stats
usage "-n without a name" 'name of a network namespace' service -n
usage "-n with a path" 'name of a network namespace' -n ../etc stats
usage "--explain elsewhere" 'only stats' service --explain
usage "a word too many" '"now": nothing more' service del "$svc" now
usage "a word after stats" '"reset"' stats reset
usage "a word after stats show" '"all": nothing more' stats show all
usage "a word after metrics show" '"all": nothing more' metrics show all
usage "a word after metrics' file" '"b.prom": nothing more' metrics textfile a.prom b.prom
usage "metrics as JSON" '"--json": metrics are not JSON' -j metrics
usage "no service" 'a service is expected' service add
usage "service with a port but no protocol" \
	'port of "10.2.0.1:80": a protocol is expected .* 10.2.0.1:80/tcp' \
	service add 10.2.0.1:80
for address in 10.2.0.256 10.2.0 localhost 010.2.0.1 ''; do
	usage "service with the address '$address'" \
		"address \"$address\" of \"$address:80/tcp\": an ADDRESS or" \
		service add "$address:80/tcp"
done
usage "service of nothing" 'ADDRESS.* or mark NUMBER' service add ''
for word in 2001:db8::1:80/tcp 2001:db8::1 2001:db8::/64; do
	usage "IPv6 service $word without brackets" 'brackets: \[ADDRESS6\]' \
		service add "$word"
done
usage "IPv4 service in brackets" 'address "10.2.0.1" .*\[ADDRESS6\]' \
	service add '[10.2.0.1]:80/tcp'
usage "brackets that don't end" 'ADDRESS.* or mark' service add '[2001:db8::1'
usage "words behind brackets" 'ADDRESS.* or mark' service add '[2001:db8::1]x'
usage "very long service" 'ADDRESS.* or mark' \
	service add "$(printf '%0999d' 0):80/tcp"
usage "a line break in a word stays one line" 'address "a.b" of "a.b"' \
	service add $'a\nb'
for port in 0 65536 70000 -1 +1 http 80x ' 80' 0x50 99999999999999999999 ''; do
	usage "port '$port'" 'port ".*" of .*: a number from 1 to 65535' \
		service add "10.2.0.1:$port/tcp"
done
for range in 90-80 80-80 65535-1; do
	usage "port range $range" "port range \"$range\" .*the last port must" \
		service add "10.2.0.1:$range/udp"
done
for range in 80- 80-65536 80-0 80-90-95 80--90; do
	usage "port range $range" 'port ".*" of .*: a number from 1 to 65535' \
		service add "10.2.0.1:$range/udp"
done
usage "port range without protocol" 'a protocol is expected' \
	service add '[2001:db8::1]:80-90'
for protocol in icmp TCP 6x udplite tcp/udp ''; do
	usage "protocol '$protocol'" \
		"protocol \"$protocol\" of .*: tcp, udp or sctp" \
		service add "10.2.0.1:80/$protocol"
done
usage "protocol of every port" 'protocol "icmp" of "10.2.0.1/icmp"' \
	service add 10.2.0.1/icmp
for len in 0 33 128 24x; do
	usage "prefix length $len" \
		"prefix length \"$len\" of .*: a number from 1 to 32" \
		service add "10.2.0.0/$len:80/tcp"
done
for len in 0 129 x ''; do
	usage "IPv6 prefix length '$len'" \
		"prefix length \"$len\" of .*: a number from 1 to 128" \
		service add "[2001:db8::/$len]:80/tcp"
done
usage "prefix length behind the brackets" 'prefix length "64.*\[ADDRESS6/LEN\]' \
	service add '[2001:db8::]/64'
usage "bits behind a prefix" \
	'address "10.2.0.1" .*bits behind the prefix, 10.2.0.0 would be right' \
	service add 10.2.0.1/24:80/tcp
usage "bits behind a prefix within a byte" '10.2.0.128 would be right' \
	service add 10.2.0.200/25
usage "bits behind an IPv6 prefix" '"2001:db8::1" .*2001:db8:: would be right' \
	service add '[2001:db8::1/64]/tcp'
usage "mark without a number" 'mark: a number is expected' service add mark
for mark in 0 4294967296 -1 0x7 7/ipv4 7/ 7/ipv6x seven ''; do
	usage "mark '$mark'" "mark \"$mark\": a number from 1 to 4294967295" \
		service add mark "$mark"
	usage "mark '$mark' in one word" "mark \"$mark\": a number from 1 to" \
		service del "mark $mark"
done
usage "unknown option of a service" 'option "weight": one of scheduler, hash,' \
	service add "$svc" weight 1
usage "scheduler without a name" 'scheduler: the name of' \
	service add "$svc" scheduler
usage "scheduler with a long name" 'scheduler "abcdefghijklmnop"' \
	service add "$svc" scheduler abcdefghijklmnop
usage "an option twice" 'scheduler is given twice' \
	service add "$svc" scheduler rr scheduler rr
usage "nothing to change in a service" 'nothing to change: one of scheduler,' \
	service set "$svc"

# option OBJECT NAME EXPECTED VALUE...: each of the values is refused.
option()
{
	local words="$1 set $svc" name=$2 expected=$3 value

	[[ $1 == service ]] || words+=" 10.3.0.1"
	shift 3
	# shellcheck disable=SC2086 # words
	usage "$name without a value" "$name: $expected is expected" \
		$words "$name"
	for value; do
		# shellcheck disable=SC2086 # words
		usage "$name '$value'" "$name \"$value\": $expected is expected" \
			$words "$name" "$value"
	done
}

option service hash 'one of 5tuple, source, source-port, destination' port ''
option service affinity 'SECONDS up to 2592000, or SECONDS/LEN with .*' \
	-1 2592001 300/0 300/33 300/ /24 300/24/1 five ''
option service adopt 'one of off, on' yes 1 ''
option service on-remove 'one of reschedule, drop' keep ''
option service no-backend 'one of unreachable, reset, drop, pass' reject ''
for timeout in syn established fin udp; do
	option service "timeout-$timeout" \
		'a number of seconds from 1 to 2592000' 0 2592001 -1 1.5 1m ''
done
usage "IPv6 clients have 128 bits" 'affinity "300/129"' \
	service add '[2001:db8::1]' affinity 300/129
usage "... those of an IPv6 mark too" 'affinity "300/129"' \
	service add mark 7/ipv6 affinity 300/129
usage "stateless takes on, off or nothing" 'option "maybe": one of scheduler' \
	service add "$svc" stateless maybe
usage "stateless twice" 'stateless is given twice' \
	service add "$svc" stateless on stateless
usage "flush of one service" 'flush takes no service' service flush "$svc"
usage "no backend" 'no backend given: its address' backend add "$svc"
usage "backend with a bad address" 'backend "10.3.0": an address without a port' \
	backend add "$svc" 10.3.0
usage "backend with a port" 'without a port' backend add "$svc" 10.3.0.1:80
usage "backend and service in the wrong order" 'expected here' \
	backend add 10.3.0.1 "$svc"
for weight in -1 65536 99999999999999999999 1.5 many ''; do
	usage "weight '$weight'" \
		"weight \"$weight\": a number from 0 to 65535" \
		backend add "$svc" 10.3.0.1 weight "$weight"
done
option backend mode 'one of l2, local' ipip ''
option backend state 'one of up, down' draining full ''
option backend max-flows 'a number from 0 to 4294967295' -1 4294967296 many
option backend min-flows 'a number from 0 to 4294967295' -1 4294967296 many
option backend slow-start 'a number of seconds from 0 to 3600' 3601 -1 ''
option backend dev 'the name of a network device or none' \
	a-very-long-device-name ''
option backend lladdr 'a MAC address .* or none' 52:54:00:00:00 \
	52:54:00:00:00:01:02 52:54:00:00:00:0g 525400000001 eth0 ''
check "a device that isn't there" fails 1 'dev "no-such": there is no such' \
	backend set "$svc" 10.3.0.1 dev no-such
usage "unknown option of a backend" 'option "hash": one of mode, weight' \
	backend add "$svc" 10.3.0.1 hash source
usage "nothing to change in a backend" 'nothing to change: one of mode' \
	backend set "$svc" 10.3.0.1
usage "flush of no service" 'a service is expected' backend flush
usage "drain of no backend" 'no backend given: its address' backend drain "$svc"
usage "drain for nothing" 'for: a number of seconds' \
	backend drain "$svc" 10.3.0.1 for
for seconds in 0 -1 2592001 x ''; do
	usage "drain for '$seconds'" "for \"$seconds\": a number of seconds" \
		backend drain "$svc" 10.3.0.1 for "$seconds"
done
usage "drain of another kind" 'option "in": for is expected' \
	backend drain "$svc" 10.3.0.1 in 5

for verb in attach detach; do
	usage "$verb no device" 'no device given: the name of' device "$verb"
done
for verb in attach detach show; do
	for name in a-very-long-device-name eth/0 ''; do
		usage "device $verb '$name'" \
			"device \"$name\": the name of a network device" \
			device "$verb" "$name"
	done
	usage "device $verb and a word too many" '"eth1": nothing more' \
		device "$verb" eth0 eth1
	check "device $verb of one that isn't there" \
		fails 1 'device "no-such": there is no such device' \
		device "$verb" no-such
done

for verb in show count flush; do
	usage "flow $verb of a bad service" 'a protocol is expected' \
		flow "$verb" 10.2.0.1:80
	usage "flow $verb of a bad backend" 'backend "x": an address without' \
		flow "$verb" mark 7 x
	usage "flow $verb and a word too many" '"now": nothing more' \
		flow "$verb" "$svc" 10.3.0.1 now
done
usage "explain nothing" 'no packet given' explain
usage "explain a client alone" 'no destination given' explain 192.0.2.7:1
for end in '' x 192.0.2.7: 192.0.2.7:65536 192.0.2.7:1:2 '[fd00::1' \
	'[fd00::1]:x' fd00::1:2:3:4:5:6:7:8; do
	usage "explain client '$end'" "client \"" explain "$end" "$svc"
done
for word in 10.2.0.1 10.2.0.1:80; do
	usage "explain to $word" 'a protocol is expected' \
		explain 192.0.2.7:1 "$word"
done
for word in 10.2.0.1:80/tcpp 10.2.0.1:80/0 10.2.0.1:80/256 10.2.0.1/any; do
	usage "explain to $word" 'tcp, udp, sctp, icmp, icmpv6 or a number' \
		explain 192.0.2.7:1 "$word"
done
for word in /tcp x/tcp 10.2.0.1:x/tcp 10.2.0.1:80-90/tcp '[fd00::1:80/tcp'; do
	usage "explain to $word" "destination \"" explain 192.0.2.7:1 "$word"
done
usage "explain with what is no option" 'one of mark, ack' \
	explain 192.0.2.7:1 "$svc" syn
usage "explain with mark 0" 'mark "0": a number from 1' \
	explain 192.0.2.7:1 "$svc" mark 0
usage "set nothing" 'nothing to change: one of flows, hash-seed' set
usage "set what is for reading" 'option "flow-bytes": one of flows, hash-seed' \
	set flow-bytes 1
usage "set without a value" 'flows: a number from 1024 to 33554432' set flows
for flows in 0 1023 33554433 -1 1k ''; do
	usage "flows '$flows'" "flows \"$flows\": a number from 1024 to 33554432" \
		set flows "$flows"
done
for seed in -1 18446744073709551616 0x1 ''; do
	usage "hash-seed '$seed'" "hash-seed \"$seed\": a number from 0" \
		set hash-seed "$seed"
done
usage "a name is not cut" 'option "flow": one of' set flow 5000
usage "get of what isn't there" \
	'setting "seed": one of flows, hash-seed, flow-bytes' get seed
usage "get of two" '"hash-seed": nothing more' get flows hash-seed
usage "monitor of something" 'rcvbuf BYTES is expected' monitor service
usage "no room for events" 'rcvbuf: a number of bytes' monitor rcvbuf
usage "no number of bytes" 'rcvbuf "4k": a number of bytes' monitor rcvbuf 4k
usage "a word too many" '"now": nothing more' monitor rcvbuf 4096 now
usage "no VIP" 'a VIP is expected' realserver add
usage "realserver with a service" 'VIP "10.2.0.1:80/tcp"' \
	realserver add "$svc"
for vip in 10.2.0.1/32 127.0.0.1 0.0.0.0 224.0.0.1 255.255.255.255 ::1 :: \
	ff02::1 fe80::1 ::ffff:10.2.0.1 lo; do
	usage "VIP $vip" "a unicast IPv4 or IPv6 address" realserver add "$vip"
done

##### what it says of itself

check "-V prints the version" prints '^dsrctl [0-9]+\.[0-9]' -V
check "--version is the same" prints '^dsrctl [0-9]+\.[0-9]' --version
for help in help -h --help -help; do
	check "$help lists the objects" prints '^ +realserver ' "$help"
done
for object in service backend device flow explain stats metrics set get save apply top \
	monitor doctor realserver import; do
	check "$object help" prints "^Usage: dsrctl $object " "$object" help
	check "help $object" prints "^Usage: dsrctl $object " help "$object"
	check "$object -h" prints "^Usage: dsrctl $object " "$object" -h
done
check "objects and verbs may be cut" prints '^Usage: dsrctl backend' b h
check "options may be joined and stand anywhere" \
	prints '^Usage: dsrctl stats' -jps stats -h
check "help of an unknown object" fails 2 '"rule"' help rule

full()
{
	"$dsrctl" help 2>"$tmp/err" >/dev/full
	[[ $? -eq 1 && $(wc -l <"$tmp/err") -eq 1 ]]
}

closed()
{
	"$dsrctl" help 2>"$tmp/err" >&-
	[[ $? -eq 1 && $(wc -l <"$tmp/err") -eq 1 ]]
}
check "a full disk is a failure" full
check "a closed standard output is a failure" closed

##### the kernel refuses

check "no such network namespace" \
	fails 1 "no network namespace \"no-such-$$\"" -n "no-such-$$" stats

# Nor is one of the commands run in another namespace.
elsewhere()
{
	printf 'realserver show\nrealserver show\n' >"$tmp/batch"
	run 1 -n "no-such-$$" --force -b "$tmp/batch" && [[ ! -s $tmp/out ]] &&
		[[ $(grep -c "no network namespace" "$tmp/err") -eq 2 ]]
}
check "no such network namespace, for each line of a batch" elsewhere
if grep -qw '^dsr' /proc/modules 2>/dev/null; then
	check "module not loaded # SKIP it is" true
else
	check "doctor says so" run 1 doctor
	check "... and that it is one error" grep -qx '1 error, 0 warnings' "$tmp/out"
	for words in "service" "service show $svc" "service add $svc" \
		"service del $svc" "service flush" "backend show" \
		"backend add $svc 10.3.0.1 weight 2 mode l2" "stats" \
		"-j service" "-jps backend show $svc 10.3.0.1" \
		"service add 10.2.0.1:8000-8099/udp" "service add 10.2.0.1/sctp" \
		"service add 10.2.0.1" "service add 10.2.0.0/24:80/tcp" \
		"service add 10.2.0.0/24/tcp" "service add 10.2.0.0/24" \
		"service add 10.2.0.1/32" "service add [2001:db8::/64]:443/tcp" \
		"service add [2001:db8::1]:1-65535/udp" \
		"service add [2001:db8::1]/tcp" "service add [2001:db8::1]" \
		"service add mark 4294967295" "service del mark 7/ipv6" \
		"service add $svc scheduler lc hash source affinity 300/24 stateless adopt off on-remove drop no-backend pass" \
		"service set $svc stateless off timeout-syn 1 timeout-established 2592000 timeout-fin 2 timeout-udp 3" \
		"service set mark 7/ipv6 affinity 0/64 stateless" \
		"backend add $svc 10.3.0.1 state down max-flows 9 min-flows 5 slow-start 60 dev lo lladdr 52:54:00:00:00:01" \
		"backend set mark 7 fd00:3::1 dev none lladdr none mode local" \
		"backend drain $svc 10.3.0.1" "backend drain mark 7 10.3.0.1 for 9" \
		"device" "-j device show lo" "device attach lo" \
		"device detach lo" \
		"flow" "-j flow show $svc" "flow show mark 7/ipv6 fd00:3::1" \
		"flow count" "-s flow flush $svc 10.3.0.1" \
		"explain 192.0.2.7:40000 $svc" "-j explain [fd00::1]:1 [2001:db8::1]:80/udp mark 7" \
		"explain 192.0.2.7:1 $svc ack" "explain fd00::1 [2001:db8::1]/icmpv6" \
		"explain 192.0.2.7 10.2.0.1/47" \
		"set flows 1048576" "set hash-seed 18446744073709551615" \
		"get" "-j get flow-bytes"; do
		# shellcheck disable=SC2086 # words
		check "module not loaded: $words" \
			fails 1 'no dsr module loaded: modprobe dsr' $words
	done
fi

##### top

usage "top: no terminal" 'no terminal: -b NUMBER' top
usage "top: no interval" 'interval "0": seconds from 1' -b 1 top 0
usage "top: parts of a second" 'interval "1.5"' -b 1 top 1.5
usage "top: too long an interval" 'from 1 to 3600' -b 1 top 3601
usage "top: a word too many" '"2": nothing more' -b 1 top 1 2
usage "top: no samples" '-b "0": the number of samples' -b 0 top
usage "top: samples that are no number" '-b "x": the number of' -j top -b x
usage "top: -b without a number" '--batch: .* for top a number is expected' top -b

rates_test()
{
	local -a sources libs
	local source

	# shellcheck disable=SC2016 # for make
	read -ra libs < <(make -s -C "$tools" --eval='libs: ; @echo $(libs)' libs)
	for source in "$tools"/*.c; do
		[[ $source == */main.c ]] || sources+=("$source")
	done
	cc -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -g \
		-fsanitize=address,undefined -fno-sanitize-recover=all \
		-DDSR_VERSION='"0"' -I"$tools" -I"$uapi" -o "$tmp/rates_test" \
		"$here/rates_test.c" "${sources[@]}" \
		"${libs[@]}" 2>"$tmp/err" &&
		"$tmp/rates_test" 2>"$tmp/err"
}
check "top: rates of two samples" rates_test

##### man page, completion, installation

man_clean()
{
	LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l -Tutf8 -Z \
		"$1" 2>"$tmp/err" >/dev/null && [[ ! -s $tmp/err ]]
}

# The page as plain text in one line: where it breaks lines doesn't matter.
MANWIDTH=10000 LC_ALL=C man -l "$tools/dsrctl.8" 2>/dev/null | col -bx |
	tr -s '[:space:]' ' ' >"$tmp/page"

man_has() { grep -qF -- "$1" "$tmp/page"; }

for page in dsr.conf.5 dsr.7 dsrctl.8; do
	check "the man page $page is clean" man_clean "$tools/$page"
done
while IFS=$'\t' read -r name meaning; do
	check "the man page has the counter $name with its meaning" \
		man_has " $name $meaning"
done < <(sed -nE -e '/, \\$/ { N; s/ \\\n[[:space:]]*/ /; }' \
	-e 's/^\tX\([A-Z_]+, ([a-z_]+), "(.*)"\).*/\1\t\2/p' "$uapi/dsr.h")
for words in service:{add,set,del,show,flush} \
	backend:{add,set,del,drain,show,flush} device:{attach,detach,show} \
	flow:{show,count,flush} set get realserver:{add,del,show,check} \
	import:ipvs explain top monitor doctor save apply metrics:{show,textfile}; do
	check "the man page has ${words/:/ }" man_has "dsrctl ${words/:/ } "
done
# What things are called in JSON.
while read -r key; do
	check "the man page has the key $key" grep -qE "[ (]${key}[ ,.;:)]" "$tmp/page"
done < <(sed -nE 's/.*out_[a-z_]+\("([a-z_-]+)",.*/\1/p' "$tools"/*.c | sort -u)
for option in json pretty stats netns batch force version help explain dry-run \
	generation; do
	check "the man page has --$option" man_has " --$option"
done
for option in scheduler hash affinity stateless adopt on-remove no-backend \
	timeout-{syn,established,fin,udp}; do
	check "the man page has an example of $option" \
		grep -qE "# dsrctl service (add|set) [^#]* $option" "$tmp/page"
done
for option in mode weight state max-flows min-flows slow-start dev lladdr; do
	check "the man page has an example of $option" \
		grep -qE "# dsrctl backend (add|set) [^#]* $option" "$tmp/page"
done
for scheduler in rr wrr lc wlc lblc lblcr dh sh sed nq fo ovf mh twos; do
	check "the man page says what becomes of IPVS's $scheduler" \
		grep -qE "IPVS .*\b$scheduler\b" "$tmp/page"
done

# completes LINE WORD...: exactly these, in any order; $asked has the dsrctl that
# is asked for names.
completes()
{
	local line=$1 got want

	shift
	want=$(printf '%s\n' "$@" | sort)
	got=$(PATH=${asked-${dsrctl%/*}}:$PATH bash --norc -c '
		COMP_WORDBREAKS=$3
		. "$1" || exit
		COMP_LINE=$2 COMP_POINT=${#2} COMP_WORDS=(dsrctl)
		_dsrctl && [[ ${#COMPREPLY[@]} -eq 0 ]] ||
			printf "%s\n" "${COMPREPLY[@]}"
		' - "$tools/dsrctl.bash" "$line" "${wordbreaks-}" \
		2>"$tmp/err" | sort)
	[[ $got == "$want" && ! -s $tmp/err ]] && return
	echo "# got: ${got//$'\n'/ }"
	return 1
}

check "completion of objects" \
	completes "dsrctl " service backend device flow explain stats metrics \
	set get save apply top monitor doctor realserver import help
check "completion of a beginning" completes "dsrctl -j ser" service
check "completion of verbs" \
	completes "dsrctl service " add set del show flush help
check "completion of verbs of a cut object" \
	completes "dsrctl b s" set show
check "completion of flow verbs" \
	completes "dsrctl fl " show count flush help
check "completion of explain's options" \
	completes "dsrctl explain 192.0.2.7:1 $svc mark 7 " ack
check "completion of settings" completes "dsrctl get f" flows flow-bytes
check "completion of what monitor takes" completes "dsrctl monitor " rcvbuf help
check "completion of the options of apply" \
	completes "dsrctl apply --d" --dry-run
check "... behind its file" completes "dsrctl apply x " --dry-run --generation
wordbreaks=$' \t\n='
check "completion of files behind =" \
	completes "dsrctl --batch=${tools%/*}/READ" "${tools%/*}/README.md"
wordbreaks=$' \t\n'
check "... where = breaks no word" \
	completes "dsrctl --batch=${tools%/*}/READ" "--batch=${tools%/*}/README.md"
unset wordbreaks
check "completion of nothing behind another =" completes "dsrctl --json=" ""
check "completion of a batch's option" completes "dsrctl -b x --f" --force
check "completion of nothing for a generation" \
	completes "dsrctl apply x --generation " ""
check "completion of help instead of a file" completes "dsrctl save h" help
touch "$tmp/first.conf" "$tmp/second.conf"
for words in "apply" "-b" "-jb" "--batch" "metrics textfile"; do
	check "completion of files for $words" \
		completes "dsrctl $words $tmp/fi" "$tmp/first.conf"
done
check "completion of realserver verbs" \
	completes "dsrctl realserver " add del show check help
check "completion of options" completes "dsrctl --js" --json
check "completion of a scheduler" \
	completes "dsrctl service add $svc scheduler " maglev rr lc random p2c \
	failover overflow
check "completion of service options" \
	completes "dsrctl service add $svc timeout-fin 5 timeout-" \
	timeout-syn timeout-established timeout-udp
check "completion behind a mark" \
	completes "dsrctl service add mark 7 no-backend " \
	unreachable reset drop pass
check "completion behind stateless" \
	completes "dsrctl service set $svc stateless o" on off on-remove
check "completion of backend options" \
	completes "dsrctl backend add $svc 10.3.0.1 weight 1 m" mode max-flows \
	min-flows
check "completion of devices" \
	completes "dsrctl backend add $svc 10.3.0.1 dev lo" lo
check "completion of devices to attach" completes "dsrctl dev att lo" lo
check "completion of device verbs" \
	completes "dsrctl device " attach detach show help
check "completion of drain" completes "dsrctl backend drain $svc 10.3.0.1 " for
check "completion without a module offers nothing" \
	completes "dsrctl backend show " ""

# A dsrctl that has names to tell; without rights it would have none.
asked=$tmp/asked
mkdir "$asked"
cat >"$asked/dsrctl" <<-'END'
	#!/bin/bash
	services='{"service":"10.2.0.1:80/tcp","backends":[{"address":"10.3.0.1"}]},
	{"service":"10.2.0.0/24:443/tcp","backends":[]},
	{"service":"[2001:db8::1]:53/udp","backends":[]},
	{"service":"mark 7","backends":[]},{"service":"mark 9/ipv6","backends":[]}'
	case "$*" in
	"-j service show" | "-n there -j service show") echo "[$services]" ;;
	"-j backend show 10.2.0.1:80/tcp") echo '[{"address":"10.3.0.1"},{"address":"10.3.0.2"}]' ;;
	"-j backend show mark 7") echo '[{"address":"fd00:3::1"}]' ;;
	"-j device show") echo '[{"device":"eth7"}]' ;;
	"-j realserver show") echo '[{"vip":"10.2.0.1"}]' ;;
	*) echo "dsrctl: not permitted" >&2; exit 1 ;;
	esac
END
chmod +x "$asked/dsrctl"

live=("$svc" 10.2.0.0/24:443/tcp '[2001:db8::1]:53/udp' mark)
for words in "service set" "service del" "service show" "backend add" \
	"backend show" "backend flush" "flow show" "flow flush" "b drain"; do
	check "completion of services for $words" \
		completes "dsrctl $words " "${live[@]}"
done
check "completion of services with another option before" \
	completes "dsrctl -s service del 10.2.0.1" "$svc"
for words in "-n there" -nthere -jnthere "-netns there" --netns=there -netns=there; do
	check "completion of another namespace's services, by $words" \
		completes "dsrctl $words service show [" '[2001:db8::1]:53/udp'
done
check "... and none of this one's" completes "dsrctl -nelsewhere service show " ""
check "completion of marks" completes "dsrctl service del mark " 7 9/ipv6
check "completion of destinations" completes "dsrctl explain 192.0.2.7:1 " \
	"$svc" '[2001:db8::1]:53/udp'
check "completion of a service's backends" \
	completes "dsrctl backend set $svc " 10.3.0.1 10.3.0.2
check "completion of a mark's backends" \
	completes "dsrctl flow count mark 7 " fd00:3::1
check "completion of no backend to add" completes "dsrctl backend add $svc " ""
check "completion of attached devices" completes "dsrctl device detach " eth7
check "completion of VIPs to remove" completes "dsrctl realserver del " 10.2.0.1
check "completion without rights offers nothing" \
	completes "dsrctl -n elsewhere service show " ""
unset asked

installed()
{
	local list=(sbin/dsrctl share/man/man{5/dsr.conf.5,7/dsr.7,8/dsrctl.8}
		share/bash-completion/completions/dsrctl)
	local file

	make -s -C "$tools" install DESTDIR="$tmp/root" PREFIX=/usr \
		>"$tmp/err" 2>&1 || return
	for file in "${list[@]}"; do
		[[ -f $tmp/root/usr/$file ]] || return
	done
	touch "$tmp/root/usr/sbin/other"
	make -s -C "$tools" uninstall DESTDIR="$tmp/root" PREFIX=/usr \
		>"$tmp/err" 2>&1 || return
	[[ $(find "$tmp/root" -type f) == "$tmp/root/usr/sbin/other" ]]
}
check "install, and uninstall of exactly that" installed

##### realserver

if ! ip netns add "$client" || ! ip netns add "$server"; then
	check "network namespaces can be made" false
	echo "1..$count"
	exit 1
fi

ip -n "$server" link set lo up
ip link add veth0 netns "$server" type veth peer name veth0 netns "$client"
for side in "$server 10.3.0.1 fd03::1" "$client 10.3.0.100 fd03::100"; do
	read -r netns ip4 ip6 <<<"$side"
	ip -n "$netns" address add "$ip4/16" dev veth0
	ip -n "$netns" address add "$ip6/64" dev veth0 nodad
	ip -n "$netns" link set veth0 up
done
ip -n "$client" route add 10.2.0.1 dev veth0
ip -n "$client" route add 2001:db8::1 dev veth0

# What the client comes to know of ADDRESS when it wants to send to it.
probe()
{
	ip -n "$client" neigh flush dev veth0 2>/dev/null
	ip netns exec "$client" ping -q -c 1 -W 1 "$1" >/dev/null 2>&1
	wait_for 10 probe_decided "$1"
}

probe_decided()
{
	ip -n "$client" neigh show to "$1" dev veth0 |
		grep -qE 'REACHABLE|FAILED|STALE|DELAY|PROBE'
}

answered() { probe "$1" && neigh_is "$1" lladdr; }
unanswered() { probe "$1" && neigh_is "$1" FAILED; }
neigh_is() { ip -n "$client" neigh show to "$1" dev veth0 | grep -q "$2"; }

rs=(-n "$server" realserver)

check "the wire: the server answers for its own address" answered 10.3.0.1
check "the wire: ... by IPv6" answered fd03::1
ip -n "$server" address add 10.2.0.1/32 dev lo
check "the probe sees a VIP that is not silent" answered 10.2.0.1
check "check: ARP is not silent" run 1 "${rs[@]}" check 10.2.0.1
check "check: ... and says how to mend it" \
	grep -q '^FAIL  net.ipv4.conf.all.arp_ignore is 0  (mend: sysctl' "$tmp/out"
ip -n "$server" address del 10.2.0.1/32 dev lo

check "show: nothing" quiet "${rs[@]}" show
check "show -j: nothing" prints '^\[\]$' -j "${rs[@]}" show
check "show of an absent VIP" fails 1 'is not on lo' "${rs[@]}" show 10.2.0.1
check "check of an absent VIP" run 1 "${rs[@]}" check 10.2.0.1
check "del of an absent VIP" quiet "${rs[@]}" del 10.2.0.1

check "add" quiet "${rs[@]}" add 10.2.0.1
check "add: the VIP is on lo, of scope host" \
	on_lo 'inet 10.2.0.1/32 scope host'
check "add: arp_ignore" sysctl_is all.arp_ignore 1
check "add: arp_announce" sysctl_is all.arp_announce 2
check "add: other namespaces are left alone" \
	test "$(ip netns exec "$client" sysctl -n net.ipv4.conf.all.arp_ignore)" = 0
check "add: ARP for the VIP is not answered" unanswered 10.2.0.1
check "add: ARP for the server's own address is" answered 10.3.0.1
check "add again" quiet "${rs[@]}" add 10.2.0.1
check "show" prints \
	'^10.2.0.1 dev lo arp_ignore 1 arp_announce 2 managed$' "${rs[@]}" show
check "show -j" prints '^\[\{"vip":"10.2.0.1","dev":"lo","arp_ignore":1,' \
	-j "${rs[@]}" show 10.2.0.1
check "check: all holds" run 0 "${rs[@]}" check 10.2.0.1
check "check: each in a line" not grep -qvE '^(ok  |note)  ' "$tmp/out"
check "check -j" prints '"check":"arp_ignore","result":"ok","message":"' \
	-j "${rs[@]}" check 10.2.0.1

# The backend sends from the VIP: whom does it ask, and in whose name?
from_vip()
{
	ip -n "$client" neigh flush dev veth0 2>/dev/null
	ip -n "$server" neigh flush dev veth0 2>/dev/null
	ip netns exec "$server" ping -q -c 1 -W 1 -I "$1" "$2" >/dev/null 2>&1
	wait_for 10 eval "ip -n $server neigh show to $2 | grep -q lladdr"
}

unknown() { [[ -z $(ip -n "$client" neigh show to "$1" nud reachable nud stale) ]]; }

ip -n "$client" route del 10.2.0.1
check "the server asks its neighbour when it sends from the VIP" \
	from_vip 10.2.0.1 10.3.0.100
check "... and not in the VIP's name" unknown 10.2.0.1
ip -n "$client" route add 10.2.0.1 dev veth0

source_of() { ip -n "$server" route get "$1" | grep -oP 'src \K\S+'; }
ip -n "$server" address del 10.3.0.1/16 dev veth0
ip -n "$server" route add 192.168.1.0/24 dev veth0
check "the VIP is not chosen as a source, even for lack of another" \
	not grep -qxF 10.2.0.1 <(source_of 192.168.1.1)
ip -n "$server" address add 10.3.0.1/16 dev veth0

check "add a second VIP" quiet "${rs[@]}" add 10.2.0.2
check "del the first" quiet "${rs[@]}" del 10.2.0.1
check "del: it is gone" not on_lo 'inet 10.2.0.1/'
check "del: ARP stays silent for the second" sysctl_is all.arp_ignore 1
check "del the second" quiet "${rs[@]}" del 10.2.0.2
check "del: arp_ignore is as before" sysctl_is all.arp_ignore 0
check "del: arp_announce is as before" sysctl_is all.arp_announce 0
check "del: nothing is left in /run/dsrctl" not test -e "$(state_file)"
check "del again" quiet "${rs[@]}" del 10.2.0.2

sysctl_set all.arp_ignore 2
sysctl_set all.arp_announce 1
check "add where arp_ignore is stricter" quiet "${rs[@]}" add 10.2.0.1
check "add: stricter is kept" sysctl_is all.arp_ignore 2
check "add: laxer is not" sysctl_is all.arp_announce 2
check "del there" quiet "${rs[@]}" del 10.2.0.1
check "del: both are as before" sysctl_is all.arp_ignore 2
check "del: ... and arp_announce" sysctl_is all.arp_announce 1
sysctl_set all.arp_ignore 0
sysctl_set all.arp_announce 0

"$dsrctl" "${rs[@]}" add 10.2.0.1
sysctl_set all.arp_ignore 8
check "del after a change by hand warns" run 0 "${rs[@]}" del 10.2.0.1
check "... in one line" grep -q '^dsrctl: warning: .*arp_ignore is left at 8' \
	"$tmp/err"
check "... and leaves the change" sysctl_is all.arp_ignore 8
check "... but restores the other" sysctl_is all.arp_announce 0
sysctl_set all.arp_ignore 0

"$dsrctl" "${rs[@]}" add 10.2.0.1
ip -n "$server" address del 10.2.0.1/32 dev lo
check "del after the VIP was removed by hand" quiet "${rs[@]}" del 10.2.0.1
check "... restores arp_ignore" sysctl_is all.arp_ignore 0

"$dsrctl" "${rs[@]}" add 10.2.0.1
rm "$(state_file)"
check "del without its file" run 0 "${rs[@]}" del 10.2.0.1
check "... says what it leaves" grep -q '^dsrctl: warning: .*left' "$tmp/err"
check "... removes the VIP" not on_lo 10.2.0.1
check "... leaves the settings" sysctl_is all.arp_ignore 1
sysctl_set all.arp_ignore 0
sysctl_set all.arp_announce 0

"$dsrctl" "${rs[@]}" add 10.2.0.1
sed -i 's/^netns .*/netns 0/; s/arp_ignore 0/arp_ignore 3/' "$(state_file)"
check "del with the file of a dead namespace" run 0 "${rs[@]}" del 10.2.0.1
check "... does not believe it" sysctl_is all.arp_ignore 1
sysctl_set all.arp_ignore 0
sysctl_set all.arp_announce 0

ip -n "$server" address add 10.2.0.1/24 dev lo
check "add of a VIP that was put on lo by hand" quiet "${rs[@]}" add 10.2.0.1
check "del of it" quiet "${rs[@]}" del 10.2.0.1
check "del: it is gone whatever its prefix" not on_lo 'inet 10.2.0.1/'

together()
{
	local i pids=() pid

	for i in {1..20}; do
		"$dsrctl" "${rs[@]}" add "10.2.1.$i" &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || return
	done
	pids=()
	[[ $("$dsrctl" "${rs[@]}" show | grep -c managed) -eq 20 ]] || return
	for i in {1..20}; do
		"$dsrctl" "${rs[@]}" del "10.2.1.$i" &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || return
	done
	sysctl_is all.arp_ignore 0 && [[ ! -e $(state_file) ]]
}
check "twenty at the same time" together

"$dsrctl" "${rs[@]}" add 10.2.0.1
ip -n "$server" address add 10.2.0.1/32 dev veth0
check "check: the VIP on a device that answers" run 1 "${rs[@]}" check 10.2.0.1
check "check: ... is named" grep -q '^FAIL .* is on veth0' "$tmp/out"
ip -n "$server" address del 10.2.0.1/32 dev veth0
sysctl_set veth0.arp_ignore 4
check "check: a device that undoes arp_ignore" run 1 "${rs[@]}" check 10.2.0.1
check "check: ... is named" grep -q '^FAIL .*veth0.arp_ignore is 4' "$tmp/out"
sysctl_set veth0.arp_ignore 0
sysctl_set veth0.rp_filter 1
check "check: rp_filter is a note, not a failure" \
	run 0 "${rs[@]}" check 10.2.0.1
check "check: ... that names the device" \
	grep -q '^note  rp_filter on veth0 is strict' "$tmp/out"
sysctl_set veth0.rp_filter 0
ip -n "$server" link set lo down
check "check: lo is down" run 1 "${rs[@]}" check 10.2.0.1
ip -n "$server" link set lo up
sysctl_set all.arp_ignore 3
check "check: arp_ignore=3 is silent about scope host" \
	run 0 "${rs[@]}" check 10.2.0.1
check "... really" unanswered 10.2.0.1
ip -n "$server" address add 10.2.0.3/32 dev lo
check "check: ... and about no other" run 1 "${rs[@]}" check 10.2.0.3
ip -n "$client" route add 10.2.0.3 dev veth0
check "... really" answered 10.2.0.3
ip -n "$server" address del 10.2.0.3/32 dev lo
sysctl_set all.arp_ignore 1
"$dsrctl" "${rs[@]}" del 10.2.0.1

check "IPv6: add" quiet "${rs[@]}" add 2001:db8::1
check "IPv6: on lo, not tentative" on_lo \
	'inet6 2001:db8::1/128 scope global nodad deprecated'
check "IPv6: add again, in brackets" quiet "${rs[@]}" add '[2001:db8::1]'
check "IPv6: solicitations for the VIP are not answered" \
	unanswered 2001:db8::1
check "IPv6: those for the server's own address are" answered fd03::1
check "IPv6: check" run 0 "${rs[@]}" check 2001:db8::1
check "IPv6: check shows duplicate address detection" \
	grep -q '^ok .*duplicate' "$tmp/out"
check "IPv6: the settings of IPv4 are left alone" sysctl_is all.arp_ignore 0
ip -n "$client" route del 2001:db8::1
check "IPv6: the server asks its neighbour when it sends from the VIP" \
	from_vip 2001:db8::1 fd03::100
check "IPv6: ... and not in the VIP's name" unknown 2001:db8::1
ip -n "$client" route add 2001:db8::1 dev veth0
check "IPv6: the VIP is not chosen as a source" \
	not grep -qxF 2001:db8::1 <(source_of fd03::100)
check "IPv6: show" prints '^2001:db8::1 dev lo managed$' "${rs[@]}" show
check "completion of VIPs" completes \
	"dsrctl -n $server realserver del " 2001:db8::1
wordbreaks=$' \t\n:'
check "completion behind a colon" completes \
	"dsrctl -n $server realserver del 2001:d" db8::1
unset wordbreaks
check "completion of another namespace's devices" completes \
	"dsrctl -n $server device attach ve" veth0
check "completion of network namespaces" completes \
	"dsrctl -jn ${server%?}" "$server"
check "IPv6: del" quiet "${rs[@]}" del 2001:db8::1
check "IPv6: it is gone" not on_lo 2001:db8::1
check "IPv6: del again" quiet "${rs[@]}" del 2001:db8::1

check "without rights" bash -c "
	setpriv --reuid=65534 --clear-groups -- '$dsrctl' realserver \
		add 10.2.0.1 2>'$tmp/err'
	[[ \$? -eq 1 ]] && grep -q '^dsrctl: not permitted' '$tmp/err'"

echo "1..$count"
[[ $failed -eq 0 ]]
