#!/bin/bash
# 10,000 services with 10 backends each: dumps have each of them once.
#
#   director      alone: no packet is sent
# kernels: fast
. "$(dirname "$0")/lib.sh"

services=10000 each=10

configuration() {
	awk -v services="$services" -v each="$each" 'BEGIN {
		for (s = 0; s < services; s++) {
			service = sprintf("10.100.%d.%d:80/tcp", s / 250, s % 250 + 1)
			print "service add", service, "scheduler rr"
			for (b = 1; b <= each; b++)
				print "backend add", service, "10.3.0." b
		}
	}'
}

make_ns director
configuration > "$T/config"
ok "all of them are made at once" director dsrctl apply "$T/config"
tap_comment <<< "in $SECONDS s"
checks dumps_many.py "$services" "$((services * each))"
tap_comment <<< "in $SECONDS s"
is "dsrctl saves them" "$(director dsrctl save | grep -c '^backend add')" "$((services * each))"
ok "all of them are removed" director dsrctl service flush
tap_comment <<< "in $SECONDS s"
