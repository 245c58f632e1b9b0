# shellcheck shell=bash
# How a kernel of our own is built, for either kind of guest.  Sourced.
#
# usage: arch=ARCH configs=(FILE...); kernel_make KIND KERNEL-TARGET
#
# The caller has a function `configure DIRECTORY`, which makes a .config of the
# files in `configs`.

here_kernel=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=tests/lib/cache.sh
. "$here_kernel/cache.sh"
source=$("$here_kernel/linux-source")
arch='' configs=()

# kmake DIRECTORY ARGUMENT...
kmake() {
	make -C "$source" ARCH="$arch" O="$1" -j"$(nproc)" "${@:2}"
}

# A line of our configuration that Kconfig dropped is a test that silently
# tests nothing.
kernel_config_holds() {
	local line lost=0

	while read -r line; do
		case $line in
		CONFIG_*=n) ! grep -q "^${line%n}[ym]" "$1/.config" ;;
		CONFIG_*) grep -qxF "$line" "$1/.config" ;;
		esac || { echo "Kconfig dropped $line"; lost=1; }
	done < <(cat "${configs[@]}")
	return "$lost"
}

kernel_fail() {
	tail -n 30 "$1"
	exit 1
}

# Modules need headers, scripts and symbols: no objects.
kernel_trim() {
	find "$1" \( -path "$1/scripts" -o -path "$1/tools" \) -prune -o \
		\( -name '*.o' -o -name '*.a' -o -name '*vmlinux*' \) -type f -exec rm {} +
}

# kernel_build NAME TARGET DIRECTORY
kernel_build() {
	echo "building the $1 kernel, once; this takes some minutes"
	{ configure "$3" && kernel_config_holds "$3"; } > "$3/build.log" 2>&1 ||
		kernel_fail "$3/build.log"
	kmake "$3" "$2" modules 2>&1 | tee -a "$3/build.log" |
		progress compiling || kernel_fail "$3/build.log"
	[ -e "$3/linux" ] || objcopy --strip-all "$3/vmlinux" "$3/linux"
	kernel_trim "$3"
}

# kernel_make KIND TARGET: print where it is, after building it when it isn't there
kernel_make() {
	cache_make "$1" "$(cache_key "$source" "$(gcc --version)" "${configs[@]}" "$0" \
		"$here_kernel/kernel.sh")" kernel_build "$1" "$2"
}
