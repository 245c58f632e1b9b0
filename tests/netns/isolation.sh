#!/bin/bash
# Nothing of one namespace is seen or changed from another: not by netlink, not by
# its events, not in /proc, /proc/PID and sysfs.
#
#   director      n = 1: a network namespace of the first user namespace
#   an unnamed    n = 2: one of another user namespace, whose root looks about
#   an unnamed    n = 3: one of a third user namespace, of another user
#   Each has the service 10.2.0.n:9/udp, the backend 10.3.0.n and one flow.
# kernels: 6.12
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/netns/lib/owners.sh
. "$(dirname "$0")/lib/owners.sh"

open_to_users
pids=()

# in_owned N COMMAND...: in the namespaces of N, as their root
in_owned() {
	as_owner "${pids[$1]}" "${@:2}"
}

# in_one N COMMAND...
in_one() {
	if [ "$1" = 1 ]; then director "${@:2}"; else in_owned "$@"; fi
}

# furnish N: a datagram of its own is its flow, and lasts however slow the kernel is;
# its seed is longer than any port, so that it is found in nothing else
furnish() {
	[ "$1" != 1 ] || director ip link add d0 type dummy
	in_one "$1" bash -ec "
		ip link set lo up
		ip link set d0 up
		ip addr add 10.3.0.25$1/16 dev d0
		ip route add default dev d0
		dsrctl set hash-seed 880004711$1
		dsrctl service add 10.2.0.$1:9/udp ${lasting[*]}
		dsrctl backend add 10.2.0.$1:9/udp 10.3.0.$1 dev d0 lladdr 02:00:00:00:00:01
		dsrctl device attach d0
		exec 3> /dev/udp/10.2.0.$1/9
		echo hello >&3
		echo hello >&3"
}

# look: all that is to be seen from where it runs, as it is and as JSON
look() {
	for j in "" -j; do
		dsrctl $j -s service show; dsrctl $j backend show; dsrctl $j flow show
		dsrctl $j flow count; dsrctl $j stats; dsrctl $j get; dsrctl $j device show
	done
	dsrctl save; dsrctl metrics; dsrctl doctor
	cat /proc/net/dsr/*; ls -R /sys/class/dsr/
	find /sys/class/dsr/*/ -type f -exec cat {} +
}
export -f look

views() {
	in_one "$1" bash -c look 2> /dev/null || :
}

# state N: what others could have changed
state() {
	in_one "$1" sh -c 'dsrctl save; dsrctl stats; dsrctl flow count; dsrctl device show'
}

# explained N M: whether a packet for M's service would find one in N
explained() {
	in_one "$1" dsrctl -j explain "192.0.2.1:1" "10.2.0.$2:9/udp" | jq -r '.[0].decision'
}

# has_heard LINES
has_heard() {
	[ "$(wc -l < "$T/heard")" -ge "$1" ]
}

make_ns director
for n in 2 3; do
	make_owner "$((65530 + n))"
	pids[n]=$owner_pid
done
for n in 1 2 3; do
	furnish "$n"
done

for n in 1 2 3; do
	views "$n" > "$T/views.$n"
	like "$n sees its service" "$(cat "$T/views.$n")" "10\.2\.0\.$n"
	like "$n sees its flow" "$(in_one "$n" cat /proc/net/dsr/flows)" "service 10.2.0.$n:9/udp"
	is "$n sees no more than one flow" "$(in_one "$n" dsrctl -j flow show | jq length)" 1
	is "$n has its own packets counted" "$(in_one "$n" sed -n 's/^received //p' /proc/net/dsr/stats)" 2
	for other in 1 2 3; do
		[ "$n" != "$other" ] || continue
		unlike "$n sees nothing of $other" "$(cat "$T/views.$n")" \
			"10\.[23]\.0\.$other\>|880004711$other"
		is "$n has no explanation of $other's" "$(explained "$n" "$other")" not-vip
	done
done
unlike "and the first namespace sees none of them" "$(dsrctl save)" "10\.2\.0"

# By the processes of others, which everyone sees.
for pid in 1 "${pids[3]}"; do
	for file in services flows stats; do
		not_ok "2 can't read /proc/$pid/net/dsr/$file" \
			in_owned 2 cat "/proc/$pid/net/dsr/$file"
	done
	not_ok "2 can't enter the namespace of $pid" in_owned 2 nsenter -t "$pid" -n true
done
is "2 reads its own" "$(in_owned 2 cat "/proc/${pids[2]}/net/dsr/services" | grep -c 10.2.0.2)" 1

# Changes, and their events: not even to who listens in all namespaces.
for n in 1 3; do
	state "$n" > "$T/before.$n"
done
cat > "$T/listen.py" <<'EOF'
import sys
sys.path.insert(0, sys.argv[1])
import genl
dsr = genl.Socket()
dsr.socket.setsockopt(genl.SOL_NETLINK, genl.NETLINK_LISTEN_ALL_NSID, 1)
dsr.join(genl.groups()["events"])
print("listening", flush=True)
while True:
    print(dsr.socket.recv(65536).hex(), flush=True)
EOF
cp -r "$netns_dir/lib" "$T/"
in_owned 2 python3 "$T/listen.py" "$T/lib" > "$T/heard" 2>> "$T/log" &
processes+=("$!")
wait_for 30 grep -q listening "$T/heard"
# Only who has an id for a namespace can be told of it.  The kernel tells who may
# listen there, root of all namespaces.
ip netns attach "$P-third" "${pids[3]}"
namespaces+=("$P-third")
nsenter -t "${pids[2]}" -n ip netns set "$P-third" 7
nsenter -t "${pids[2]}" -n python3 "$T/listen.py" "$T/lib" > "$T/heard.by-all" 2>> "$T/log" &
processes+=("$!")
wait_for 30 grep -q listening "$T/heard.by-all"

for n in 1 3; do
	in_one "$n" dsrctl service add 10.2.9.9:9/udp
	in_one "$n" dsrctl service del 10.2.9.9:9/udp
done
in_owned 2 dsrctl service flush
in_owned 2 dsrctl flow flush
in_owned 2 dsrctl set flows 1024
in_owned 2 dsrctl device detach d0
ok "2 hears its own events" wait_for 30 has_heard 4
# In hexadecimal: the address 10.2.9.9.
is "2 hears nobody else's" "$(grep -c 0a020909 "$T/heard" || :)" 0
ok "but who may listen everywhere hears them there" wait_for 30 grep -q 0a020909 "$T/heard.by-all"
for n in 1 3; do
	is "$n is as it was" "$(state "$n" | diff "$T/before.$n" -)" ""
done
