#!/bin/bash
# What the man pages show works as it stands there: the commands of their examples
# one after another, and their configuration files.  And who has read no more than
# dsrctl(8) can change 1,000 services, and take it back.
#
#   client ── router ── br0 ── director, b1, b2, b3       (lib.sh draws it)
# kernels: fast
. "$(dirname "$0")/lib.sh"

modprobe -q -a nf_tables || :
topo_reference one-armed
web_start b1
mkdir -p "$T/work" /var/lib/prometheus/node-exporter

# examples PAGE: its examples, each behind a line "%% SECTION", as people read them
examples() {
	awk '/^\.SH/ { section = $2 }
		/^\.EE$/ { shown = 0 }
		shown
		/^\.EX$/ { shown = 1; print "%%", section }' "$DSR_ROOT/tools/$1" |
		sed 's/\\-/-/g; s/\\(ti/~/g; s/\\(ha/^/g; s/\\e/\\/g; s/\\&//g'
}

# What the examples' commands meet with: the module is loaded already, and there
# was an IPVS before it.  An exit status may be an answer.
cat > "$T/prelude" <<'END'
set -o pipefail
modprobe() { :; }
systemctl() { :; }
ipvsadm() {
	[ "$1" != -S ] || printf '%s\n' '-A -t 10.2.0.9:80 -s wrr' \
		'-a -t 10.2.0.9:80 -r 10.3.0.1:80 -g -w 1'
}
ended() {
	case "$1 $2" in
	"0 "* | "3 dsrctl apply "*--dry-run* | "1 dsrctl realserver check "* | "1 dsrctl doctor"*) ;;
	*) echo "exit status $1: $2" ;;
	esac
}
END

# commands_run FILE: none of them is refused.  Some go on until they're ended.
commands_run() {
	local where=director line status=0

	! grep -q '^# dsrctl realserver ' "$1" || where=b1
	cp "$T/prelude" "$T/script"
	sed -n 's/^# //p' "$1" | while read -r line; do
		printf '%s\nended $? %q\n' "$line" "$line"
	done >> "$T/script"
	(cd "$T/work" && in_ns "$where" timeout 20 bash "$T/script") > "$T/said" 2>&1 ||
		status=$?
	[[ $status == 0 || $status == 124 ]] &&
		! grep -E '^exit status |^dsrctl: ' "$T/said" | grep -v '^dsrctl: warning: '
}

# configures FILE: it is applied, and then there is what it says
configures() {
	director dsrctl apply "$1" && director dsrctl apply "$1" --dry-run
}

empty() {
	director dsrctl apply /dev/null
}

# example PAGE SECTION NUMBER: the one in $T/example
example() {
	[ "$2" = EXAMPLES ] || director dsrctl apply "$T/base"
	if grep -qE '^(service|backend|device|set) ' "$T/example"; then
		ok "$1, example $3: the file is applied" configures "$T/example"
	elif grep -q '^# ' "$T/example"; then
		ok "$1, example $3: $(grep -m 1 '^# ' "$T/example")" commands_run "$T/example"
	fi
}

# page PAGE: each example for itself, on the director that dsrctl(8) begins with;
# those under EXAMPLES one after another, from the beginning
page() {
	local number=0 section='' word next line

	examples "$1" > "$T/examples"
	echo "%% end" >> "$T/examples"
	while read -r -u 3 line; do
		read -r word next <<< "$line"
		if [ "$word" != %% ]; then
			echo "$line" >> "$T/example"
			continue
		fi
		[ -z "$section" ] || example "$1" "$section" "$number"
		[[ $next != EXAMPLES || $section == EXAMPLES ]] || empty
		section=$next number=$((number + 1))
		: > "$T/example"
	done 3< "$T/examples"
}

# The first example under EXAMPLES.
examples dsrctl.8 | awk '/^%%/ { n += $2 == "EXAMPLES" } n == 1' > "$T/example"
ok "dsrctl.8: the director of the examples" commands_run "$T/example"
director dsrctl save > "$T/base"
cp "$T/base" "$T/work/dsr.conf"
is "... has three backends" "$(grep -c '^backend add ' "$T/base")" 3
for each in dsrctl.8 dsr.conf.5 dsr.7; do
	page "$each"
done

##### 1,000 services, with no other words than those under "dsrctl apply"

empty
for n in {1..1000}; do
	echo "service add 10.2.$((n / 250)).$((n % 250)):80/tcp"
	echo "backend add 10.2.$((n / 250)).$((n % 250)):80/tcp 10.3.0.1"
	echo "backend add 10.2.$((n / 250)).$((n % 250)):80/tcp 10.3.0.2 weight 2"
done > "$T/thousand"
ok "a file of 1,000 services is applied" director dsrctl apply "$T/thousand"
director dsrctl save > "$T/before"
is "and saved as it was" "$(grep -v '^set ' "$T/before")" "$(< "$T/thousand")"
sed -e 's/^\(backend add 10.2.1.*\) weight 2/\1 weight 3/' -e '/ 10.2.2.7:80/d' \
	-e 's/10.2.3.9:80/10.2.3.9:8080/' "$T/before" > "$T/after"
director dsrctl apply "$T/after" --dry-run > "$T/difference" || is "a difference" $? 3
is "what would change" "$(cut -d' ' -f1-3 "$T/difference" | sort | uniq -c | tr -s ' ')" \
	" 2 + backend add
 1 + service add
 2 - service del
 250 ~ backend set"
is "has not changed yet" "$(director dsrctl save)" "$(< "$T/before")"
ok "the edited file is applied" director dsrctl apply "$T/after"
is "and is what there is" "$(director dsrctl save | sort)" "$(sort "$T/after")"
ok "the file from before is applied" director dsrctl apply "$T/before"
is "and everything is as before" "$(director dsrctl save | sort)" "$(sort "$T/before")"

cat > "$T/complete" <<-'END'
	. "$1"
	COMP_LINE=$2 COMP_POINT=${#2} COMP_WORDS=(dsrctl) COMP_WORDBREAKS=" "
	_dsrctl
	printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort | paste -sd " "
END

# completed LINE: what bash completion makes of it
completed() {
	director bash "$T/complete" "$DSR_ROOT/tools/dsrctl.bash" "$1"
}
is "completion has the kernel's services" "$(completed "dsrctl service del 10.2.3.24")" \
	"$(echo 10.2.3.24{0,1,2,3,4,5,6,7,8,9,}:80/tcp)"
is "and their backends" "$(completed "dsrctl backend set 10.2.3.24:80/tcp ")" "10.3.0.1 10.3.0.2"
