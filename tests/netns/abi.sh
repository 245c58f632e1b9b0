#!/bin/bash
# What the interface promises: the kernel accepts what uapi/dsr.yaml says, up to
# the bounds of each value, and what pads its answers is zero.
#
#   director      alone: no packet is sent
# kernels: uml 6.1
. "$(dirname "$0")/lib.sh"

make_ns director
checks policy.py "$DSR_ROOT/uapi/dsr.yaml"
checks values.py "$DSR_KSRC" "$DSR_ROOT/uapi/dsr.yaml"
checks padding.py
