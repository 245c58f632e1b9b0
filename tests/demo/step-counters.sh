# shellcheck shell=bash
# Step 6: the counters, which account for every packet.  Sourced.

# Of a packet to the VIP there is nothing that is not counted somewhere.
packets_add_up() {
	dsrctl -n "$P-director" stats | awk '
		$1 == "received" { in_all = $2 }
		$1 == "forwarded" || $1 == "passed" || /^drop_/ { sum += $2 }
		END { exit !(in_all > 0 && in_all == sum) }'
}

step_counters() {
	heading 6 "Counters: each packet to the VIP is accounted for, each drop has a reason"
	typed director dsrctl -s service show
	typed director dsrctl stats
	claim "received = forwarded + passed + dropped" packets_add_up
}
