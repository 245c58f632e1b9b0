#!/bin/bash
# In a booted kernel: modprobe the module that host.sh installed by DKMS, whose
# directory is $DSR_EXTRA.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/../netns/lib.sh"
installed=/lib/modules/$(uname -r)/updates/dkms

mkdir -p "$installed"
cp "$DSR_EXTRA/modules/$(uname -r)/updates/dkms/"dsr.ko* "$installed"
depmod "$(uname -r)"
rmmod dsr

ok "modprobe finds it and loads it" modprobe dsr
like "the one that DKMS installed" "$(modinfo -F filename dsr)" "^$installed/dsr\.ko"
is "of the version that was built" "$(cat /sys/module/dsr/version)" "$(modinfo -F version dsr)"
make_ns director
ok "it takes a service" director dsrctl service add "$VIP4:80/tcp"
ok "modprobe -r removes it" modprobe -r dsr
