#!/bin/bash
# make.sh: what tests/tools/import.sh and tests/netns/import.sh compare with.
#
# NAME.ipvs is what the real ipvsadm saves: it loads each into IPVS in a guest,
# saves it, and that is the file from then on.  A new one is written by hand as
# "ipvsadm -R" reads it, before this is run.  NAME.dsr is what dsrctl makes of it,
# nothing where that is refused, and NAME.err what it says: read them before they
# are committed.
#
# usage: make.sh (root; needs what make check needs)
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
root=$(readlink -f "$here/../../..")

# In the guest: every line that IPVS has saved, behind the name of its file.
save_all() {
	local file

	modprobe ip_vs
	for file in "$here"/*.ipvs; do
		"$here/resave" "$file" | sed "s/^/saved $(basename "$file") /"
	done
}

if [ "${1:-}" = save ]; then
	save_all
	exit
fi

saved=$(mktemp)
trap 'rm -f "$saved"' EXIT
"$root/tests/vm/run" 6.12 --stream --no-module "$here/make.sh save" | tr -d '\r' > "$saved"
dsrctl=$("$root/tests/lib/build-tools")/dsrctl
for file in "$here"/*.ipvs; do
	name=$(basename "$file")
	sed -n "s/^saved $name //p" "$saved" > "$file"
	[ -s "$file" ] || { echo "nothing was saved of $name" >&2; exit 1; }
	unshare --net "$dsrctl" import ipvs < "$file" \
		> "${file%.ipvs}.dsr" 2> "${file%.ipvs}.err" || :
done
