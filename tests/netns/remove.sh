#!/bin/bash
# Removing a backend breaks no download from the others.
#
#   client ── router ── br0 ── director, b1, b2, b3       (lib.sh draws it)
# kernels: uml 6.12
. "$(dirname "$0")/lib.sh"

topo_reference one-armed local
web_start b1 b2 b3
service "$VIP4:80/tcp" rr 10.3.0.1 10.3.0.2 10.3.0.3

# Six downloads of about eight seconds, two from each backend in turn; the
# server of each is asked for in its reply's header.
slow_downloads() {
	local n

	for n in 1 2 3 4 5 6; do
		background client curl -sS --max-time 200 --limit-rate 400k \
			-D "$T/header.$n" -o "$T/file.$n" "http://$VIP4/3m"
	done
	downloads=("${processes[@]: -6}")
	for n in 1 2 3 4 5 6; do
		wait_for 60 test -s "$T/file.$n"
	done
}

# outcome N: the backend, and "whole" or "broken"
outcome() {
	local whole=broken

	! wait "${downloads[$1 - 1]}" || ! cmp -s "$T/file.$1" "$T/3m" || whole=whole
	echo "$(sed -n 's/^X-Backend: \(b.\).*/\1/p' "$T/header.$1") $whole"
}

slow_downloads
backends_removed=yes
ok "a backend can be removed while it serves" \
	director dsrctl backend del "$VIP4:80/tcp" 10.3.0.2
answers=$(ask 30 "$VIP4" | tally)
is "the others share the new connections" "$answers" "b1=15 b3=15"

for n in 1 2 3 4 5 6; do
	outcome "$n"
done > "$T/outcomes"
is "every download from the others is whole" \
	"$(grep -v b2 "$T/outcomes" | tally)" "b1=2 b3=2"
unlike "none of them broke" "$(grep -v b2 "$T/outcomes")" broken
