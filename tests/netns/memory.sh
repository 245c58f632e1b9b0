#!/bin/bash
# What a namespace holds is charged to whoever makes it hold that: the root of a
# user namespace, in a memory cgroup with a limit, can take no more than the limit
# with services, backends and flow tables, and the rest of the machine has its own.
#
#   director      a network namespace of the first user namespace
#   an unnamed    one of another user namespace, whose root is in the cgroup
# kernels: 6.12
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/netns/lib/owners.sh
. "$(dirname "$0")/lib/owners.sh"

cgroup=/sys/fs/cgroup/owner
limit=$((96 << 20))

make_cgroup() {
	mountpoint -q "${cgroup%/*}" || mount -t cgroup2 cgroup2 "${cgroup%/*}"
	echo +memory > "${cgroup%/*}/cgroup.subtree_control"
	mkdir "$cgroup"
	echo "$limit" > "$cgroup/memory.max"
}

# in_cgroup COMMAND...
in_cgroup() {
	sh -c 'echo $$ > "$0" && exec "$@"' "$cgroup/cgroup.procs" "$@"
}

owner() {
	in_cgroup nsenter -t "$owner_pid" -U -n -m "$@"
}

charged() {
	cat "$cgroup/memory.current"
}

# kernel_memory: what all of the kernel's objects take, in bytes; charged_objects:
# how much of it the cgroup is charged
kernel_memory() {
	awk '/^(SUnreclaim|Percpu):/ { sum += $2 } END { print sum * 1024 }' /proc/meminfo
}

charged_objects() {
	awk '/^(slab_unreclaimable|percpu) / { sum += $2 } END { print sum }' "$cgroup/memory.stat"
}

# configuration BACKENDS: of ten services
configuration() {
	echo "set flows 2048"
	awk -v n="$1" 'BEGIN {
		for (i = 0; i < n; i++) {
			if (i % int(n / 10) == 0)
				print "service add mark", ++mark, "scheduler rr"
			printf "backend add mark %d 10.64.%d.%d dev d0 lladdr 02:00:00:00:00:01\n",
				mark, i / 250, i % 250 + 1
		}
	}'
}

make_ns director
make_cgroup
# Its namespaces last as long as a process that isn't in the cgroup.
open_to_users
make_owner 65534
owner ip link set d0 up
director dsrctl service add "$VIP4:80/tcp"
director dsrctl backend add "$VIP4:80/tcp" 10.3.0.1
before=$(director dsrctl save)

# A table of flows.
owner dsrctl service add mark 1
empty=$(charged)
owner dsrctl set flows 1000000
in_range "a larger flow table is charged" "$(($(charged) - empty))" $((40 << 20)) $((64 << 20))
owner dsrctl set flows 2048
in_range "and no more when it is gone" "$(charged)" 0 $((16 << 20))

# Services and backends.
settled=$(kernel_memory) paid=$(charged_objects)
configuration 20000 > "$T/many"
owner dsrctl apply "$T/many"
# Not in the cgroup: who reads them has not the room there that the kernel has.
is "20,000 backends are there" \
	"$(as_owner "$owner_pid" dsrctl -j backend show | jq length)" 20000
paid=$(($(charged_objects) - paid)) taken=$(($(kernel_memory) - settled))
tap_comment <<< "they take $taken bytes, of which $paid are charged"
in_range "they are charged" "$paid" $((8 << 20)) "$limit"
in_range "and nothing of that size that isn't" "$((taken - paid))" $((-4 << 20)) $((4 << 20))
kept=$(owner dsrctl save | md5sum)

# Beyond the limit: refused, not killed.
fails_with 1 'no memory for a table of this size' owner dsrctl set flows 33554432
fails_with 1 'no memory for a table of this size' owner dsrctl set flows 2000000
is "what there was is as it was" "$(owner dsrctl save | md5sum)" "$kept"
in_range "no more is charged than the limit" "$(charged)" 0 "$limit"

is "the rest of the machine has not noticed: its configuration" "$(director dsrctl save)" "$before"
ok "nor is its memory short" director dsrctl set flows 4000000
ok "it has not been asked to pay" director dsrctl set flows 262144
rmdir "$cgroup"
