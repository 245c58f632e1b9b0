#!/bin/bash
# README's procedure for an upgrade, as it is written there, under 200 downloads and
# 200 clients that connect again and again, and a tenth as many over IPv6: none of
# them breaks.
#
#   client ── router ── br0 ── director, b1, b2, b3       (lib.sh draws it)
# kernels: 6.12
. "$(dirname "$0")/lib.sh"

skip_unless "the module was not given" test -n "$DSR_MODULE"

web=$VIP4:80/tcp web6=[$VIP6]:80/tcp
newer=$T/dsr.ko

# The same module with another version in it.
make_newer() {
	LC_ALL=C sed "s/version=$1/version=${1//[0-9]/9}/" "$DSR_MODULE" > "$newer"
}

# procedure: the commands of README's section, and for IPv6 what it says of it
procedure() {
	awk -v vip6="$VIP6" '/^### Upgrading$/ { on = 1; next }
		/^##/ { on = 0 }
		on && sub(/^    /, "") { print }
		on && sub(/ip daddr [^ ]*/, "ip6 daddr " vip6) { print }' "$DSR_ROOT/README.md"
}

# What they meet with: the newer version isn't installed here, it's a file.
cat > "$T/prelude" <<END
set -e
modprobe() {
	case "\$*" in
	"-r dsr") rmmod dsr ;;
	dsr) insmod "$newer" ;;
	*) command modprobe "\$@" ;;
	esac
}
END

# upgrade < COMMANDS
upgrade() {
	cat "$T/prelude" - > "$T/commands"
	(cd "$T" && director bash "$T/commands")
}

# reload: back to the module under test
reload() {
	rmmod dsr
	insmod "$DSR_MODULE"
}

# load FAMILY ADDRESS DOWNLOADS VISITORS
load() {
	ip netns exec "$P-client" python3 "$traffic_dir/transfer.py" load "$2" 80 "${@:3}" \
		> "$T/rounds$1" 2> "$T/broken$1" &
	loads+=("$!")
	processes+=("$!")
}

# load_start DOWNLOADS VISITORS
load_start() {
	loads=()
	load 4 "$VIP4" "$1" "$2"
	load 6 "$VIP6" $(($1 / 10)) $(($2 / 10))
	more_rounds
}

load_end() {
	kill "${loads[@]}"
	wait "${loads[@]}" 2> /dev/null || :
}

# rounds FAMILY
rounds() {
	wc -l < "$T/rounds$1"
}

# rounds_are V4 V6
rounds_are() {
	[ "$(rounds 4)" -ge "$1" ] && [ "$(rounds 6)" -ge "$2" ]
}

# Every download has got further since now, every other client has been new.
more_rounds() {
	wait_for 120 rounds_are $(($(rounds 4) + 2)) $(($(rounds 6) + 2))
}

topo_reference one-armed local
for name in b1 b2 b3; do
	background "$name" python3 "$traffic_dir/transfer.py" serve 80
done
for name in b1 b2 b3; do
	wait_for 60 in_ns "$name" grep -q ':0050 ' /proc/net/tcp6
done
modprobe -q nf_tables || :
director dsrctl set hash-seed 4711
service "$web" maglev 10.3.0.1=2 10.3.0.3 10.3.0.2
service "$web6" maglev fd00:3::1=2 fd00:3::3 fd00:3::2
up=$SECONDS
make_newer "$(< /sys/module/dsr/version)"

load_start 200 200
# A slow start that is over.  It begins anew with the module, and is no reason to
# move a connection.
director dsrctl backend set "$web" 10.3.0.1 slow-start $((SECONDS - up - 1))
before=$(director dsrctl save)
started=$SECONDS
ok "the commands of README, one after another" upgrade < <(procedure)
tap_comment <<< "in $((SECONDS - started)) s"
like "it is the newer one" "$(< /sys/module/dsr/version)" '^[9.]+$'
is "the configuration is the same" "$(director dsrctl save)" "$before"
ok "everyone gets further" more_rounds
tail -qn 1 "$T"/rounds? | tap_comment
is "no connection has broken" "$(sort "$T"/broken? | uniq -c)" ""
load_end

# So that the above can fail.
reload
director dsrctl apply "$T/dsr.conf"
wait_for 20 backends_up "$web"
wait_for 20 backends_up "$web6"
load_start 20 20
ok "without holding the packets back" upgrade < <(procedure | grep -v nft)
ok "everyone comes again" more_rounds
ok "connections do break" test -s "$T/broken4"
ok "over IPv6 too" test -s "$T/broken6"
load_end
reload
