#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# dsrctl import, without the module: what the real ipvsadm has saved becomes what
# import/*.dsr and *.err say (import/make.sh makes all of them), and what no
# ipvsadm would save is refused.  In a namespace that has no address but those
# that a test gives it.
#
# usage: import.sh PATH_TO_DSRCTL (root; prints TAP)
set -u

dsrctl=$(realpath -- "${1:?usage: import.sh PATH_TO_DSRCTL}")
here=$(realpath -- "$(dirname -- "$0")")
# shellcheck source=tests/netns/lib/tap.sh
. "$here/../netns/lib/tap.sh"
ns=dsrctl-import-$$
T=$(mktemp -d)
trap 'ip netns del "$ns"; rm -rf "$T"' EXIT
trap 'exit 1' INT TERM
ip netns add "$ns" || exit

# import TEXT: with the escapes of printf
import() {
	# shellcheck disable=SC2059 # that is what it is for
	printf -- "$1" | "$dsrctl" -n "$ns" import ipvs
}

# import_file FILE: what it prints goes to $T/dsr and $T/err
import_file() {
	"$dsrctl" -n "$ns" import ipvs < "$1" > "$T/dsr" 2> "$T/err"
}

lines() {
	import "$1" 2> "$T/err" | sed '/^#/d'
}

# becomes NAME TEXT LINES [WARNING]
becomes() {
	is "$1" "$(lines "$2")" "$3"
	[ $# -lt 4 ] || like "$1: a warning" "$(< "$T/err")" "^dsrctl: standard input:[0-9]+: warning: $4"
}

# refuses PATTERN TEXT: about a line, and as the only message
refuses() {
	fails_with 1 "^dsrctl: standard input:$1" import "$2"
}

##### what the real ipvsadm saved

golden() {
	local status=0

	import_file "$1.ipvs" || status=$?
	[ "$status" -eq $((! $(wc -c < "$1.dsr"))) ] || echo "exit status $status"
	diff "$1.dsr" "$T/dsr" && diff "$1.err" "$T/err"
}

for file in "$here"/import/*.ipvs; do
	file=${file%.ipvs}
	ok "${file##*/} becomes what it should" golden "$file"
done

##### what others write

S='-A -t 10.2.0.1:80 -s rr\n'
A='-a -t 10.2.0.1:80 -r 10.3.0.1:80'
service='service add 10.2.0.1:80/tcp scheduler rr'
both="$service"$'\nbackend add 10.2.0.1:80/tcp 10.3.0.1'

becomes "nothing" '' ''
becomes "the default scheduler is wlc" '-A -t 10.2.0.1:80' 'service add 10.2.0.1:80/tcp scheduler lc'
becomes "long options" \
	'--add-service --tcp-service 10.2.0.1:80 --scheduler=rr --persistent 60 --netmask 255.0.0.0\n--add-server --tcp-service 10.2.0.1:80 --real-server 10.3.0.1:80 --gatewaying --weight 3 --u-threshold 9 --l-threshold 5' \
	"$service affinity 60/8"$'\nbackend add 10.2.0.1:80/tcp 10.3.0.1 max-flows 9 min-flows 5' \
	'weight 3: left out'
becomes "long options of marks and datagrams" \
	'--add-service --fwmark-service 7 --ipv6 --scheduler mh --sched-flags mh-port --ops' \
	'service add mark 7/ipv6 scheduler maglev hash source-port stateless'
becomes "values attached to their options" "-At10.2.0.1:80 -srr -p60\n$A -w0" \
	"$service affinity 60"$'\nbackend add 10.2.0.1:80/tcp 10.3.0.1 weight 0'
becomes "ipvsadm's own name, comments and empty lines" \
	"# a comment\n\nipvsadm $S  \t\n# another\nipvsadm $A" "$both"
becomes "carriage returns" "${S/\\n/\\r\\n}$A\\r\\n" "$both"
becomes "no end of the last line" "$S$A" "$both"
becomes "no port" '-A -t 10.2.0.1 -p 9 -s rr\n-a -t 10.2.0.1 -r 10.3.0.1' \
	$'service add 10.2.0.1/tcp scheduler rr affinity 9\nbackend add 10.2.0.1/tcp 10.3.0.1'
becomes "another port of the real server" "$S${A%80}8080" "$both" \
	'port 8080 of the real server: left out'
becomes "a real server of the other family" "$S-a -t 10.2.0.1:80 -r [fd00:3::1]:80" \
	"$service"$'\nbackend add 10.2.0.1:80/tcp fd00:3::1'
becomes "a name spelt in two ways is one" '-A -t [FD00:0::1]:80 -s rr\n-a -t [fd00::1]:80 -r 10.3.0.1:80' \
	$'service add [fd00::1]:80/tcp scheduler rr\nbackend add [fd00::1]:80/tcp 10.3.0.1'
ip -n "$ns" address add 10.3.0.1/16 dev lo
becomes "a real server that is this machine" "$S$A" "$both mode local" \
	'10.3.0.1 is an address of this machine: mode local'
ip -n "$ns" address del 10.3.0.1/16 dev lo

like "it says what ipvsadm -S leaves out" "$(import "$S" 2>&1 > "$T/dsr")" 'thresholds .* timeouts'
like "... also in what it prints" "$(< "$T/dsr")" '^# - thresholds'

##### what is refused

refuses '2: masquerading' "$S$A -m"
refuses '2: masquerading' "$S$A --masquerading"
refuses '2: tunnels' "$S$A -i"
refuses '2: tunnels' "$S$A --tun-type gre"
refuses '1: service 10.2.0.1:80/tcp isn.t there' "$A"
refuses '2: service 10.2.0.1:80/tcp is there already' "$S$S"
refuses '3: backend 10.3.0.1 is there already' "$S$A\n$A"
refuses '1: scheduler "best"' '-A -t 10.2.0.1:80 -s best'
refuses '1: scheduler ""' '-A -t 10.2.0.1:80 --scheduler='
refuses '1: -o with ovf' '-A -u 10.2.0.1:80 -s ovf -o'
for weight in -1 65536 2147483647 1x ''; do
	refuses "2: weight \"$weight\"" "$S$A --weight=$weight"
done
for persistence in 0 2592001 99999999999999999999 1m; do
	refuses "1: persistence \"$persistence\"" "-A -t 10.2.0.1:80 -p $persistence"
done
for mask in 0.0.0.0 255.0.255.0 0.0.0.255 24 fd00::; do
	refuses "1: netmask \"$mask\"" "-A -t 10.2.0.1:80 -p 9 -M $mask"
done
for mask in 0 129 255.255.255.0; do
	refuses "1: netmask \"$mask\"" "-A -t [fd00::1]:80 -p 9 -M $mask"
done
for thresholds in '-x 65536' '-x many' '-x 5 -y 5' '-y 5'; do
	refuses '2: thresholds' "$S$A $thresholds"
done
for address in web:80 10.2.0.1:http 10.2.0.1:65536 10.2.0.1: 10.2.0.1:-1 fd00::1:80 [fd00::1:80 \
	'[10.2.0.1]:80' '[fd00::1]80' 10.2.0.256:80 '""'; do
	refuses '1: service .*in numbers' "-A -t $address"
	refuses '2: real server .*in numbers' "${S}-a -t 10.2.0.1:80 -r $address"
done
for mark in 0 -0 -2147483649 4294967296 0x7 seven; do
	refuses "1: mark \"$mark\"" "-A -f $mark"
done
for command in -E --edit-service -D -d -C --clear -R -S -L -Z --set; do
	refuses "1: \"$command\": a save of ipvsadm doesn.t have this" "$command -t 10.2.0.1:80"
done
refuses '1: "10.2.0.1:80": a save' '10.2.0.1:80'
refuses '1: "x": a save' '-A x -t 10.2.0.1:80'
refuses '1: "-z": a save' '-Az'
refuses '1: "--rate=1": a save' '-A --rate=1'
refuses '1: "x": an option' '-A -- x'
refuses '1: "-t": a value' '-A -t'
refuses '1: "--tcp-service": a value' '-A --tcp-service'
refuses '1: "-t" is given twice' '-A -t 10.2.0.1:80 -t 10.2.0.1:81'
refuses '1: a line of ipvsadm' '-t 10.2.0.1:80'
refuses '1: a line of ipvsadm' '-A -a -t 10.2.0.1:80'
refuses '1: no service' '-A -s rr'
refuses '2: no real server' "${S}-a -t 10.2.0.1:80"
refuses '1: a NUL byte' '-A -t 10.2.0.1:80\0 -s rr'
refuses '1: a NUL byte' '\0'
refuses '1: .*\?\[31m\?' '-A -t \033[31m\007'

long_word() {
	head -c 1000000 /dev/zero | tr '\0' x | "$dsrctl" import ipvs
}

words() {
	yes x | head -n "$1" | paste -sd' ' | "$dsrctl" import ipvs
}

fails_with 1 'standard input:1: a word of more than 255 characters' long_word
fails_with 1 'standard input:1: a line of 100000 words' words 100000
fails_with 1 'standard input:1: a line of 64 words' words 64
fails_with 1 'standard input:1: "x": a save' words 63

# A program is no save: all of it is refused, in words that can be shown.
not_ok "a binary is refused" import_file /bin/true
is "... without its control characters" "$(LC_ALL=C tr -d '\n -~\200-\377' < "$T/err" | wc -c)" 0

# A line that is refused hides no other, and nothing is half imported.
text="$S$A -m\n$A -w x\n-A -f 0\n-A -f 7"
not_ok "several lines are refused" import "$text"
is "... each by its number" \
	"$(import "$text" 2>&1 > "$T/out" | sed -n 's/^dsrctl: standard input:\([0-9]*\): .*/\1/p' | paste -sd' ')" \
	"2 3 4"
is "... and nothing is printed" "$(wc -c < "$T/out")" 0

##### usage

fails_with 2 'no import verb given: one of ipvs, help' "$dsrctl" import
fails_with 2 'import verb "keepalived": one of ipvs' "$dsrctl" import keepalived
fails_with 2 '"file": nothing more' "$dsrctl" import ipvs file
fails_with 2 'option "--json": import prints lines' "$dsrctl" -j import ipvs
directory() {
	"$dsrctl" import ipvs < "$T"
}

full() {
	import "$S" 2> /dev/null > /dev/full
}

fails_with 1 'standard input: ' directory
not_ok "a full disk is a failure" full

echo "1..$tap_count"
