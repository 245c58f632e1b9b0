#!/bin/bash
# Two network namespaces see nothing of each other's services.
#
#   east, west      a director each, with the same VIP; no packet is sent
# kernels: uml 6.1 6.12
. "$(dirname "$0")/lib.sh"

web=$VIP4:80/tcp
make_ns east west
in_ns east dsrctl service add "$web" scheduler rr
in_ns east dsrctl backend add "$web" 10.3.0.1

is "west's list is empty" "$(in_ns west dsrctl -j service show)" "[]"
is "west's backends too" "$(in_ns west dsrctl -j backend show)" "[]"
is "and its /proc" "$(in_ns west cat /proc/net/dsr/services)" ""
is "and its sysfs" "$(in_ns west ls /sys/class/dsr)" ""
is "and the first namespace's" "$(dsrctl -j service show)$(ls /sys/class/dsr)" "[]"

ok "west may have the same service" in_ns west dsrctl service add "$web" scheduler maglev
is "east keeps its own" \
	"$(in_ns east dsrctl -j service show | jq -r '.[0].scheduler')" rr
is "-n looks into another namespace" \
	"$(dsrctl -n "$P-west" -j service show | jq -r '.[0].scheduler')" maglev
ok "west flushes" in_ns west dsrctl service flush
is "east is as it was" \
	"$(in_ns east dsrctl -j service show | jq '.[0].backends | length')" 1

# The namespaces go with services in them: what lib.sh proves at the end.
in_ns west dsrctl service add "$web"
