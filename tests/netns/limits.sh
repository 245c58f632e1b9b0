#!/bin/bash
# A namespace holds 65,536 services, 4,096 backends of each, 524,288 in all, and
# 64 MiB of unfinished changes; one more is refused, and changes nothing.  Another
# namespace has limits of its own.
#
#   director, spare      no packet is sent
# kernels: fast
. "$(dirname "$0")/lib.sh"

make_ns director spare
SECONDS=0
checks limits.py "$P-spare"
tap_comment <<< "in $SECONDS s"
