#!/bin/bash
# Transactions by raw netlink, in orders that dsrctl never sends: one change of
# many parts comes to the same as the parts one by one, or to nothing.
#
#   director, other      no wire: packets are the director's own
# kernels: uml
. "$(dirname "$0")/lib.sh"

make_ns director other
ns_batch director <<-END
	link add vip type dummy
	link set vip up
	addr add 10.2.0.1/32 dev vip
	addr add 10.2.0.2/32 dev vip
	addr add 10.3.0.254/16 dev vip
END
director python3 "$netns_dir/lib/transaction.py" "$DSR_ROOT/uapi/dsr.h" "$P-other" "${SEED:-1}" "$(scaled 2000 300)" > "$T/results"
while read -r status name; do
	case $status in
	'#') tap_comment <<< "$name" ;;
	*) tap "$status" "$name" ;;
	esac
done < "$T/results"
in_range "it came to its end" "$(wc -l < "$T/results")" 50 199
backends_removed=yes
