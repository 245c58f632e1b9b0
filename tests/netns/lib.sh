# shellcheck shell=bash
# What a behaviour test needs: TAP, the reference network in namespaces of its
# own, servers, and a proof at the end that nothing is left.  Sourced.
#
# The reference network (topo_reference; names as `in_ns` takes them):
#
#   client 192.168.1.1 ──── 192.168.1.254 router 10.3.255.254 ──┐
#          fd00:1::1        fd00:1::fe           fd00:3::fe     │ br0
#                                                 ┌─────────────┤ in `lan`
#   VIPs 10.2.0.1 and 2001:db8:2::1     10.3.0.254│             ├── b1 10.3.0.1
#   director, one-armed: leg `eth0`     fd00:3::d director      ├── b2 10.3.0.2
#             two-armed: requests come                          └── b3 10.3.0.3
#             by `eth1` 10.4.0.2 ── router's `director` 10.4.0.1        fd00:3::N
#
# The backends' way to the client is the router: replies pass by the director.

set -Eeuo pipefail
netns_dir=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=tests/lib/wait.sh
. "$netns_dir/../lib/wait.sh"
# shellcheck source=tests/netns/lib/tap.sh
. "$netns_dir/lib/tap.sh"
# shellcheck source=tests/netns/lib/topology.sh
. "$netns_dir/lib/topology.sh"
# shellcheck source=tests/netns/lib/servers.sh
. "$netns_dir/lib/servers.sh"
# shellcheck source=tests/netns/lib/traffic.sh
. "$netns_dir/lib/traffic.sh"

VIP4=10.2.0.1
VIP6=2001:db8:2::1
# Options of a service: none of its flows ends by itself while the kernel is slow; of
# UDP none that has had a second packet, as the first one's minute is fixed.
# shellcheck disable=SC2034 # the scripts'
lasting=(timeout-syn 3600 timeout-udp 3600)
P=dsr$$
T=$(mktemp -d)
namespaces=() processes=() tap_skipped=0

# in_ns NAME COMMAND...
in_ns() {
	ip netns exec "$P-$1" "${@:2}"
}

client() { in_ns client "$@"; }
router() { in_ns router "$@"; }
director() { in_ns director "$@"; }

# background NAME COMMAND...: run it in the namespace until the script ends;
# its process is $!, what it prints goes to $T/log
background() {
	ip netns exec "$P-$1" "${@:2}" >> "$T/log" 2>&1 < /dev/null &
	processes+=($!)
}

# bytes_all NAME: bytes that crossed any device but lo
bytes_all() {
	in_ns "$1" ip -s -j link |
		jq '[.[] | select(.ifname != "lo") | .stats64 | .rx.bytes + .tx.bytes] | add'
}

# checks FILE ARGUMENT...: a file of lib/ in python, in the director; each line that
# it prints is a result, 0 or 1 and a name
checks() {
	local status name

	director python3 "$netns_dir/lib/$1" "${@:2}" > "$T/results" 2> "$T/stderr" ||
		tap 1 "$1 got to its end" "$(< "$T/stderr")"
	while read -r status name; do
		tap "$status" "$name" "$(grep -A 2 -Fx "$name" "$T/stderr" || :)"
	done < "$T/results"
}

# counter NAME [NAMESPACE]: of the module, as /proc has it
counter() {
	in_ns "${2:-director}" sed -n "s/^$1 //p" /proc/net/dsr/stats
}

stop_processes() {
	local ns

	[ "${#processes[@]}" -eq 0 ] || kill "${processes[@]}" 2> /dev/null || :
	for ns in "${namespaces[@]}"; do
		# A connection that lost its process and its peer would keep the
		# namespace for minutes.
		ip netns exec "$ns" sh -c 'echo 1 > /proc/sys/net/ipv4/tcp_orphan_retries'
		ip netns pids "$ns" 2> /dev/null | xargs -r kill -9 2> /dev/null || :
	done
	wait 2> /dev/null || :
}

# The kernel forgets a namespace's id only when the last reference to the
# namespace is gone.
ids_are_gone() {
	local ids

	# Not a pipe: grep -q would end ip early, and pipefail call that "no match".
	ids=$(ip netns list-id)
	! grep -qE "^nsid ${id_base}[0-9][0-9]\>" <<< "$ids"
}

# What the director counted adds up: received is what became of it, and a
# service's traffic that of its backends.  A script that removes backends says
# so: their share stays in the service's counters.
backends_removed=no

counters_of_packets_agree() {
	director cat /proc/net/dsr/stats | awk '$1 == "received" { n += $2 }
		$1 ~ /^(forwarded|passed|drop_)/ { n -= $2 }
		END { exit n != 0 }'
}

counters_of_services_agree() {
	director dsrctl -s -j service show | jq -e --arg removed "$backends_removed" '
		all(.[] | . as $service | ("packets", "bytes", "flows") as $name |
			$service.stats[$name] - ([$service.backends[].stats[$name]] | add // 0);
			if $removed == "yes" then . >= 0 else . == 0 end)'
}

counters_agree() {
	counters_of_packets_agree && counters_of_services_agree
}

# Whatever was on its way may have to arrive first.
check_counters() {
	local status=0 text=

	[[ " ${namespaces[*]} " == *" $P-director "* ]] || return 0
	director test -e /proc/net/dsr/stats || return 0
	if ! wait_for 60 counters_agree; then
		status=1
		text=$(director cat /proc/net/dsr/stats; director dsrctl -s service show)
	fi
	tap "$status" "the director's counters add up" "$text"
}

all_destroyed() {
	! grep -q "^$P-" <<< "$(ip netns list)" || return 1
	wait_for 120 ids_are_gone
}

# Tear down what topo_* built, and prove it.
topo_destroy() {
	local ns

	[ "${#namespaces[@]}" -gt 0 ] || return 0
	stop_processes
	check_counters
	for ns in "${namespaces[@]}"; do
		ip netns del "$ns"
	done
	ok "everything made was destroyed" all_destroyed
	namespaces=() processes=()
}

# The script has failed: the next one needs the names and ids.
topo_abandon() {
	local ns

	[ "${#namespaces[@]}" -gt 0 ] || return 0
	stop_processes
	for ns in "${namespaces[@]}"; do
		ip netns del "$ns" || :
	done
	wait_for 120 ids_are_gone || :
}

finish() {
	local status=$?

	trap - EXIT ERR
	if [ "$status" -eq 0 ] && [ "$tap_skipped" -eq 0 ]; then
		topo_destroy
		echo "1..$tap_count"
	elif [ "$status" -ne 0 ]; then
		[ ! -s "$T/log" ] || tail -n 20 "$T/log" | sed 's/^/# /'
		topo_abandon
	fi
	rm -rf "$T"
	exit "$status"
}

trap finish EXIT
trap 'echo "# ${BASH_SOURCE[0]##*/}:$LINENO: status $? of: $BASH_COMMAND"' ERR
trap 'exit 130' INT TERM
echo "TAP version 13"
