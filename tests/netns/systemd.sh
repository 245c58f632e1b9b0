#!/bin/bash
# The units do their work as hardened as they are: a systemd of its own starts,
# reloads and stops them.
#
#   director      alone: no packet is sent; systemd is process 1 of a pid
#                 namespace of its own in there
# kernels: fast
. "$(dirname "$0")/lib.sh"

units=/run/systemd/system
conf=/etc/dsr/dsr.conf
prom=/var/lib/prometheus/node-exporter/dsr.prom
make_ns director
mkdir -p "$units" "${conf%/*}" "${prom%/*}"
# The one of another script would be taken for that of the timer.
rm -f "$prom"
install "$(command -v dsrctl)" /usr/local/sbin/
cp "$DSR_ROOT"/tools/systemd/dsr*.{service,timer} "$units"

# dropin UNIT: what make install puts there; and nothing of the machine's own is
# started, which would take minutes
dropin() {
	mkdir -p "$units/$1.d"
	printf '[Unit]\nDefaultDependencies=no\n' > "$units/$1.d/test.conf"
	[[ $1 == *.service ]] || return 0
	cp "$DSR_ROOT/tools/systemd/hardening.conf" "$units/$1.d"
	# Where dsrctl has been built to find leaks: that takes ptrace(), which is not
	# among what a unit so hardened may call.
	printf '[Service]\nEnvironment=ASAN_OPTIONS=detect_leaks=0\n' > "$units/$1.d/asan.conf"
}
dropin dsr.service
dropin dsr-metrics.service
dropin dsr-metrics.timer
dropin modprobe@dsr.service

cat > "$units/script.service" <<END
[Unit]
DefaultDependencies=no
SuccessAction=exit-force
FailureAction=exit-force
[Service]
Type=oneshot
ExecStart=/bin/bash $T/script
END

# boot < SCRIPT: what systemd runs before it ends
boot() {
	{ declare -p conf prom T; declare -f configuration; cat; } > "$T/script"
	director timeout -s KILL 300 unshare --pid --fork --mount --mount-proc --kill-child \
		env container=test /lib/systemd/systemd --unit=script.service \
		--log-target=console --show-status=no >> "$T/log" 2>&1 < /dev/null || :
}

# configuration: what the kernel has, as lines
configuration() {
	dsrctl -j service show | jq -r '.[] | "\(.service) \([.backends[].address] | join(" "))"'
}

sed 's/\(10.3.0.1\)$/\1 dev lo/' "$DSR_ROOT/tools/examples/dsr.conf" > "$conf"
boot <<'END'
exec > "$T/said" 2>&1
systemctl start dsr
echo "start $? $(systemctl is-active dsr): $(configuration)"
echo 'service add 10.2.0.2:80/tcp' >> "$conf"
systemctl reload dsr
echo "reload $? $(systemctl is-active dsr):" $(configuration)
echo 'service add 10.2.0.3:80/nonsense' >> "$conf"
systemctl reload dsr 2> /dev/null
echo "wrong $? $(systemctl is-active dsr):" $(configuration)
systemctl start dsr-metrics.timer
until [ -s "$prom" ]; do sleep 0.1; done
systemctl stop dsr
echo "stop $? $(systemctl is-active dsr):" $(configuration)
END

# said WORD: what the script has said of this step
said() {
	sed -n "s/^$1 //p" "$T/said"
}
is "start: the file is applied" "$(said start)" "0 active: 10.2.0.1:80/tcp 10.3.0.1 10.3.0.2"
is "reload: it is applied again" "$(said reload)" \
	"0 active: 10.2.0.1:80/tcp 10.3.0.1 10.3.0.2 10.2.0.2:80/tcp"
is "reload with a wrong line: refused, and nothing changes" "$(said wrong)" \
	"1 active: 10.2.0.1:80/tcp 10.3.0.1 10.3.0.2 10.2.0.2:80/tcp"
is "stop: everything is still served" "$(said stop)" \
	"0 inactive: 10.2.0.1:80/tcp 10.3.0.1 10.3.0.2 10.2.0.2:80/tcp"
is "the timer's file, which promtool reads" "$(promtool check metrics < "$prom" 2>&1; echo $?)" 0
is "it is of this namespace" "$(sed -n 's/^dsr_services //p' "$prom")" 2
is "everybody may read it" "$(stat -c %a "$prom")" 644
