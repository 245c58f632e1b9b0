#!/bin/bash
# plant.sh BUG: a test that passes but for the bug that it plants: one of
# selfcheck.ko's, or one of its own.
set -u

echo "TAP version 13"
case $1 in
notok) echo "not ok 1 - this one fails"; echo "1..1"; exit 0 ;;
noplan) echo "ok 1 - and then nothing"; exit 0 ;;
status) echo "ok 1 - and then a bad end"; echo "1..1"; exit 3 ;;
nothing) echo "1..0"; exit 0 ;;
slow) exec sleep 1000 ;;
poweroff) busybox poweroff -f ;;
# The sanitizers' reports: the one is in a file, whatever becomes of standard error.
address | undefined)
	"${DSR_EXTRA%/*}/tool" "$1" 2>&1 | { [ "$1" = undefined ] && cat; }
	echo "ok 1 - $1"
	echo "1..1"
	exit 0
	;;
esac

insmod "$DSR_EXTRA" plant="$1" && rmmod selfcheck
echo "ok 1 - $1"
echo "1..1"
