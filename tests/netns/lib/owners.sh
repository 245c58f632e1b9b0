# shellcheck shell=bash
# Users who own network namespaces through a user namespace.  Sourced after lib.sh.

# open_to_users: what they run is in a folder that they may enter, as the checkout
# may be none
open_to_users() {
	chmod 755 "$T"
	cp "$(command -v dsrctl)" "$T/"
	PATH=$T:$PATH
}

# make_owner USER: namespaces of that user's, with a device d0, for as long as the
# process $owner_pid
make_owner() {
	setpriv --reuid "$1" --regid "$1" --clear-groups unshare -Ur unshare -nm sh -c \
		'mount -t sysfs sysfs /sys && ip link add d0 type dummy && exec sleep inf' &
	owner_pid=$!
	processes+=("$owner_pid")
	wait_for 30 as_owner "$owner_pid" test -e /sys/class/net/d0
}

# as_owner PROCESS COMMAND...: as their root
as_owner() {
	nsenter -t "$1" -U -n -m "${@:2}"
}
