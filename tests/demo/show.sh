#!/bin/bash
# show.sh [--colours]: the show itself, in a kernel that has dsr loaded and with
# dsrctl in PATH: the reference network in namespaces, then step after step.
# Exit status 0: every claim that it made was checked and held.
set -euo pipefail
export LC_ALL=C
HERE=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/demo/ui.sh
. "$HERE/ui.sh"
# shellcheck source=tests/lib/wait.sh
. "$HERE/../lib/wait.sh"
# shellcheck source=tests/demo/net.sh
. "$HERE/net.sh"
# shellcheck source=tests/demo/step-configure.sh
. "$HERE/step-configure.sh"
# shellcheck source=tests/demo/step-spread.sh
. "$HERE/step-spread.sh"
# shellcheck source=tests/demo/step-packet.sh
. "$HERE/step-packet.sh"
# shellcheck source=tests/demo/step-download.sh
. "$HERE/step-download.sh"
# shellcheck source=tests/demo/step-unplug.sh
. "$HERE/step-unplug.sh"
# shellcheck source=tests/demo/step-counters.sh
. "$HERE/step-counters.sh"

case ${1:-} in
--colours) colours_on ;;
'') ;;
*) die "usage: show.sh [--colours]" ;;
esac

clean_up() {
	trap '' INT TERM HUP
	network_down
	rm -rf "$T"
	[ -n "$dsrctl_was_here" ] || rm -rf /run/dsrctl
}

complaints() {
	dmesg | grep -cE 'WARNING:|BUG:|Oops|Call Trace|unregister_netdevice: waiting' || :
}

kernel_stayed_calm() {
	[ "$(complaints)" -eq "$complaints_before" ]
}

[ -d /sys/module/dsr ] || die "the module dsr is not loaded"
for host in "${HOSTS[@]}"; do
	[ ! -e "/run/netns/$P-$host" ] || die "the namespace $P-$host is in the way: another demo runs, or was killed"
done

T=$(mktemp -d)
# The notes of `dsrctl realserver`, which it may not have kept here before.
dsrctl_was_here=$(find /run -maxdepth 1 -name dsrctl)
complaints_before=$(complaints)
trap clean_up EXIT
trap 'exit 130' INT TERM HUP
network_up

step_configure
step_spread
step_packet
step_download
step_unplug
step_counters
claim "the kernel's log has no warning" kernel_stayed_calm
verdict
