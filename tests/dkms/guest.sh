#!/bin/bash
# In a booted kernel: modprobe the module that host.sh installed by DKMS, whose
# directory is $DSR_EXTRA.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/../netns/lib.sh"

rmmod dsr
installed=$(modinfo -b "$DSR_EXTRA" -F filename dsr)
like "DKMS installed it where modprobe looks first" "$installed" '/updates/dkms/dsr\.ko'
ok "modprobe loads it" modprobe -d "$DSR_EXTRA" dsr
is "it is that build" "$(cat /sys/module/dsr/srcversion)" "$(modinfo -F srcversion "$installed")"
make_ns director
ok "it takes a service" director dsrctl service add "$VIP4:80/tcp"
ok "modprobe -r removes it" modprobe -d "$DSR_EXTRA" -r dsr
