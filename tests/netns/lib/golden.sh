# shellcheck shell=bash
# What -j prints has the shape that programs rely on.  Sourced after lib.sh.
#
# A key that is new belongs into golden/ too; one that is gone or means something
# else breaks somebody's program.  What differs is shown as a patch:
#
#   tests/vm/run 6.12 --stream tests/netns/SCRIPT | sed -n 's/^#   //p' | patch -p1

# golden NAME FILTER COMMAND...: it prints JSON that, through the filter, is what
# golden/NAME.json has.  Its exit status is not looked at: that of apply --dry-run
# is 3 where there are differences.
golden() {
	local file=tests/netns/golden/$1.json filter=$2

	shift 2
	# shellcheck disable=SC2154 # lib.sh
	"$@" > "$T/shown" || :
	/usr/bin/jq -S "$filter" "$T/shown" > "$T/got" || :
	ok "${file##*/}: $*" diff -uN --label "a/$file" --label "b/$file" "$DSR_ROOT/$file" "$T/got"
}
