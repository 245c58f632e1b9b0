#!/bin/bash
# Parameters of the module: one that is out of its range is refused by its name,
# when the module is loaded and later; one that isn't works.
#
#   director      alone: no packet is sent
# kernels: uml 6.12
. "$(dirname "$0")/lib.sh"

skip_unless "the module was not given" test -n "$DSR_MODULE"

parameters=/sys/module/dsr/parameters
wrong=(flows=-1 flows=0 flows=64 flows=1023 flows=33554433 flows=2147483648 flows=4294967296
	flows= flows=many probe_interval=-1 probe_interval=3601 probe_interval=2147483648
	probe_interval=4294967296 hash_seed=-1 hash_seed=18446744073709551616)
right=(flows=1024 probe_interval=0 probe_interval=64 probe_interval=3600
	hash_seed=0 hash_seed=64 hash_seed=2147483648 hash_seed=18446744073709551615)

# written PARAMETER=VALUE: while the module is loaded
written() {
	echo "${1#*=}" > "$parameters/${1%%=*}"
}

values() {
	grep . "$parameters"/*
}

make_ns director
rmmod dsr
for each in "${wrong[@]}"; do
	not_ok "no module with $each" insmod "$DSR_MODULE" "$each"
	like "the log names it" "$(dmesg | tail -n 20)" "dsr: \`${each#*=}' invalid for parameter \`${each%%=*}'"
done
for each in "${right[@]}"; do
	ok "a module with $each" insmod "$DSR_MODULE" "$each"
	is "${each%%=*} is so" "$(< "$parameters/${each%%=*}")" "${each#*=}"
	ok "it takes a service" director dsrctl service add "$VIP4:80/tcp"
	rmmod dsr
done

insmod "$DSR_MODULE"
before=$(values)
for each in "${wrong[@]}"; do
	not_ok "not changed to $each" written "$each"
done
is "the parameters are as they were" "$(values)" "$before"
