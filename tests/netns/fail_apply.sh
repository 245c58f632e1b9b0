#!/bin/bash
# Every allocation of a change of everything fails once: each time it is refused
# and leaves everything as it was, or it is made.
#
#   director      alone: no packet is sent
# time limit: 900
# not in 6.12, nor in 6.1
. "$(dirname "$0")/lib.sh"

faults=/sys/kernel/debug
skip_unless "this kernel injects no faults" test -d "$faults/failslab"
make_ns director
ns_batch director <<-END
	link add vip type dummy
	link set vip up
	link add spare type dummy
	addr add 10.3.0.254/16 dev vip
END

# Only what the module asks for; the kernel's own complaint about a failed vmalloc
# would be a failure of this script.
module_at=$(sed -n 's/^dsr .* \(0x[0-9a-f]*\).*/\1/p' /proc/modules)
module_end=$((module_at + $(sed -n 's/^dsr \([0-9]*\) .*/\1/p' /proc/modules)))
vmalloc_at=0x$(sed -n 's/ [tT] __vmalloc_node_range\(_noprof\)\?$//p' /proc/kallsyms | head -n 1)
for kind in failslab fail_page_alloc; do
	echo "$module_at" > "$faults/$kind/require-start"
	echo "$module_end" > "$faults/$kind/require-end"
	echo "$vmalloc_at" > "$faults/$kind/reject-start"
	echo "$((vmalloc_at + 8192))" > "$faults/$kind/reject-end"
	echo N > "$faults/$kind/ignore-gfp-wait"
	echo 0 > "$faults/$kind/verbose"
done
echo 0 > "$faults/fail_page_alloc/min-order"

cat > "$T/before" <<END
set flows 4096
set hash-seed 1
device attach vip
service add 10.2.0.1:80/tcp
backend add 10.2.0.1:80/tcp 10.3.0.1
backend add 10.2.0.1:80/tcp 10.3.0.2
backend add 10.2.0.1:80/tcp 10.3.0.3
service add 10.2.0.1:8000-8099/udp scheduler rr
backend add 10.2.0.1:8000-8099/udp 10.3.0.1
service add 10.2.0.2
service add mark 1
END
cat > "$T/after" <<END
set flows 8192
set hash-seed 2
device attach spare
service add 10.2.0.1:80/tcp scheduler lc affinity 60
backend add 10.2.0.1:80/tcp 10.3.0.1 weight 5
backend add 10.2.0.1:80/tcp 10.3.0.2 dev vip lladdr 02:00:00:00:00:02
backend add 10.2.0.1:80/tcp 10.3.0.4 state down
service add 10.2.0.1:8050-8199/udp
backend add 10.2.0.1:8050-8199/udp fd00:3::1
service add [2001:db8::/64]/udp scheduler failover
backend add [2001:db8::/64]/udp fd00:3::1
backend add [2001:db8::/64]/udp fd00:3::2 max-flows 5
service add 10.2.0.2 scheduler random
service add mark 2/ipv6
backend add mark 2/ipv6 10.3.0.9 mode local
END

# injected: whether the last command has had an allocation fail
injected() {
	[ "$(cat "$faults"/{failslab,fail_page_alloc}/times)" != $'1\n1' ]
}

cat > "$T/failing" <<'END'
echo "$1" > /proc/self/fail-nth || exit
exec dsrctl apply "$2"
END

# apply_failing NAME N FILE: in that namespace; the N-th allocation fails
apply_failing() {
	echo 1 | tee "$faults"/{failslab,fail_page_alloc}/times > "$T/tee"
	in_ns "$1" sh "$T/failing" "$2" "$3" 2> "$T/stderr"
}

saved() {
	director dsrctl save
	director dsrctl get generation
}

outcomes() {
	sort "$T/outcomes" | uniq -c | awk '{ sub(/^ *[0-9]+ /, ""); print }'
}

# each_fails FILE OTHER: over all allocations of the change from OTHER to FILE
each_fails() {
	local n=0 before status

	director dsrctl apply "$2"
	before=$(saved)
	: > "$T/outcomes"
	while n=$((n + 1)); do
		status=0
		apply_failing director "$n" "$1" || status=$?
		injected || break
		if [ "$status" -eq 0 ]; then
			echo made >> "$T/outcomes"
			director dsrctl apply "$2"
			before=$(saved)
		elif [ "$(saved)" != "$before" ]; then
			echo "half made, at $n: $(< "$T/stderr")" >> "$T/outcomes"
			director dsrctl apply "$2"
			before=$(saved)
		else
			sed "s|$1:[0-9]*|FILE:LINE|" "$T/stderr" >> "$T/outcomes"
		fi
	done
	allocations=$((n - 1))
}

for way in "after before" "before after"; do
	read -r to from <<< "$way"
	each_fails "$T/$to" "$T/$from"
	in_range "from $from to $to, each allocation failed once" "$allocations" 20 2000
	unlike "and none left half a change" "$(outcomes)" 'half made'
	is "each has a message, and only one" \
		"$(outcomes | grep -vE '^(made|dsrctl: (FILE:LINE: )?.+: Cannot allocate memory|dsrctl: Cannot allocate memory)$' || :)" ""
	outcomes | tap_comment
	ok "then it is applied" director dsrctl apply "$T/$to"
	is "and is there" "$(saved | sed '$d')" "$(< "$T/$to")"
done

# Into a kernel that has nothing yet, nor tables.
make_ns fresh
n=0
while n=$((n + 1)); do
	ip netns del "$P-fresh"
	ip netns add "$P-fresh"
	ip -n "$P-fresh" link add vip type dummy
	apply_failing fresh "$n" "$T/before" || in_ns fresh dsrctl save >> "$T/left"
	injected || break
done
like "the first services of a namespace that are refused leave none" \
	"$(sort -u "$T/left" | tr '\n' ' ')" '^set flows 262144 set hash-seed 0 $'
in_range "the first services of a namespace, each allocation failed once" "$n" 20 2000
