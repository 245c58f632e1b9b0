#!/bin/bash
# allocations.sh [SECONDS [SEED]]: each allocation that the kernel makes for dsr
# fails: of every command, of changes of everything, of a network namespace's
# beginning, of the module's.  Each time it is refused and has changed nothing, or
# it is made.  Then, for SECONDS, those of `dsrctl apply`, in an order that SEED
# names.  tests/torture/allocations says more.
#
#   director      alone: packets are its own
# One processor is as good as two for it, and emulated ones take too long.
# kernels: uml
. "$(dirname "$0")/../netns/lib.sh"

seconds=${1:-20} seed=${2:-${SEED:-1}}
echo "# seed $seed"
skip_unless "this kernel injects no faults" test -d /sys/kernel/debug/failslab
make_ns director
ns_batch director <<-END
	link add vip type dummy
	link set vip up
	link add spare type dummy
	addr add 10.3.0.254/16 dev vip
	addr add fd00:3::d/64 dev vip nodad
	route add 10.2.0.0/16 dev vip
END
# Device numbers are each namespace's own.
cat > "$T/applied" <<-END
	set flows 8192
	set hash-seed 2
	device attach spare
	service add 10.2.0.1:80/udp scheduler lc affinity 60
	backend add 10.2.0.1:80/udp 10.3.0.1 weight 5
	backend add 10.2.0.1:80/udp 10.3.0.2 dev vip lladdr 02:00:00:00:00:02
	backend add 10.2.0.1:80/udp 10.3.0.4 state down
	service add 10.2.0.1:8050-8199/udp
	backend add 10.2.0.1:8050-8199/udp 10.3.0.5
	service add [2001:db8::/64]/udp scheduler failover
	backend add [2001:db8::/64]/udp fd00:3::1
	service add 10.2.0.2 scheduler random
	service add mark 2
	backend add mark 2 10.3.0.9 mode local
END

# The refusals wait for readers more often than anything else does.
echo 1 > /sys/kernel/rcu_expedited
# Not ip netns exec, whose /sys is a new one without the fault injection.
status=0
mkfifo "$T/results"
nsenter --net="/run/netns/$P-director" allocations "$DSR_MODULE" "$T/applied" "$seconds" "$seed" \
	> "$T/results" 2> "$T/stderr" &
while read -r ok name; do
	case $ok in
	'#') echo "# $name" ;;
	*) tap "$ok" "$name" ;;
	esac
done < "$T/results"
wait "$!" || status=$?
tap "$status" "it came to its end" "$(< "$T/stderr")"
backends_removed=yes
