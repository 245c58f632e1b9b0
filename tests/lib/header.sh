# shellcheck shell=bash
# What a script's header says of it.  Sourced.

# kernels_of SCRIPT: those which it names ("# kernels: uml 6.1")
kernels_of() {
	sed -n 's/^# kernels: //p' "$1"
}
