#!/bin/bash
# HTTP through the VIP: every kind of director, both families; the reply never
# crosses the director.
#
#   client ── router ── br0 ── director, b1, b2, b3       (lib.sh draws it)
#
#   one-armed: the router sends the VIP's packets over br0
#   two-armed: over a link of its own
# kernels: 6.1 6.12
. "$(dirname "$0")/lib.sh"

serve() {
	web_start b1 b2 b3
	service "$VIP4:80/tcp" maglev 10.3.0.1 10.3.0.2 10.3.0.3
	service "[$VIP6]:80/tcp" maglev fd00:3::1 fd00:3::2 fd00:3::3
}

through() {
	local address=$1 what="$1, $2, VIP $3" answers before crossed

	# That one of three gets none of them is a chance of 10^-10.
	answers=$(ask 60 "$address" | tally)
	like "$what: backends answer ($answers)" "$answers" '^b1=.* b2=.* b3='

	before=$(bytes_all director)
	ok "$what: three megabytes arrive as they were" download "$address"
	# Acknowledgements cross the director, in and out.
	crossed=$(($(bytes_all director) - before))
	in_range "$what: less than 1% of it crosses the director" "$crossed" 1 31457
}

for arms in one-armed two-armed; do
	for vip in local routed; do
		topo_reference "$arms" "$vip"
		serve
		through "$VIP4" "$arms" "$vip"
		through "$VIP6" "$arms" "$vip"
		topo_destroy
	done
done
