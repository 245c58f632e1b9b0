#!/bin/bash
# host.sh DIRECTORY: add, build and install the module by DKMS for both kernels,
# in trees below DIRECTORY, so that this machine stays as it is.  Prints TAP.
#
# DIRECTORY/lib/modules/VERSION/updates/dkms is what guest.sh then loads from.
set -u
root=$(readlink -f "$(dirname "$0")/../..")
top=$1
installed=$top/lib/modules
# shellcheck source=tests/netns/lib/tap.sh
. "$root/tests/netns/lib/tap.sh"

prepare() {
	rm -rf "$top"
	mkdir -p "$top/tree" "$top/source/dsr-$version"
	cp -a "$root"/{Kbuild,dkms.conf,kmod,uapi} "$top/source/dsr-$version/"
}

dkms_here() {
	# The signing key, too, stays here.
	mok_signing_key=$top/mok.key mok_certificate=$top/mok.pub \
		dkms "$1" -m dsr -v "$version" --dkmstree "$top/tree" --sourcetree "$top/source" \
		--installtree "$installed" "${@:2}"
}

field_is() {
	[ "$(modinfo -F "$2" "$1")" = "$3" ]
}

version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' "$root/dkms.conf")
echo "TAP version 13"
prepare
ok "dkms add" dkms_here add
for kernel in $("$root/tests/lib/kernels"); do
	mkdir -p "$installed/$kernel"
	cp "/lib/modules/$kernel"/modules.{order,builtin,builtin.modinfo} "$installed/$kernel/"
	ok "dkms build for $kernel" dkms_here build -k "$kernel"
	ok "dkms install for $kernel" dkms_here install -k "$kernel" --no-depmod
	module=$(find "$installed/$kernel/updates/dkms" -name 'dsr.ko*')
	ok "its version is $version" field_is "$module" version "$version"
	ok "its licence is GPL" field_is "$module" license GPL
	ok "it is built for $kernel" grep -q "^$kernel " <<< "$(modinfo -F vermagic "$module")"
	ok "depmod finds it" depmod -b "$top" "$kernel"
	ok "it comes by no alias of the family" field_is "$module" alias ""
done
echo "1..$tap_count"
