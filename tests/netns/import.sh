#!/bin/bash
# Coming from IPVS: a director of IPVS is saved, imported and replaced by dsr, and
# its clients are served by the same backends as before.  And the files that
# tests/tools/import.sh compares with are what this kernel's IPVS saves.
#
#   client ── router ── br0 ── director 10.3.0.254, which serves a part itself
#                        ├──── b1, b2, b3
# kernels: 6.12
. "$(dirname "$0")/lib.sh"

modprobe -q -a ip_vs nf_tables || :
skip_unless "this kernel has no IPVS" ipvsadm -L -n
topo_reference one-armed local
web_start director b1 b2 b3
dns_start b1 b2

# is_saved FILE: loaded into IPVS, it is saved as it was
is_saved() {
	director "$netns_dir/../tools/import/resave" "$1" | diff "$1" -
}

# Debian's 6.1 is built without one of the schedulers.
for file in "$netns_dir"/../tools/import/*.ipvs; do
	[ "${file##*/}" != twos.ipvs ] || modprobe -q ip_vs_twos || continue
	ok "${file##*/} is what ipvsadm saves" is_saved "$file"
done

# Of the client's addresses two have a mark; by itself it uses the others.
marked4=192.168.1.7 marked6=fd00:1::7
ns_batch client <<-END
	addr add $marked4/24 dev eth0
	addr add $marked6/64 dev eth0 nodad preferred_lft 0
END
director nft "add table inet t; add chain inet t c { type filter hook prerouting priority raw; };
	add rule inet t c ip saddr $marked4 meta mark set 7; add rule inet t c ip6 saddr $marked6 meta mark set 7"
director ipvsadm -C
director ipvsadm -R <<-END
	-A -t $VIP4:80 -s wrr
	-a -t $VIP4:80 -r 10.3.0.1:80 -g -w 3
	-a -t $VIP4:80 -r 10.3.0.2:80 -g -w 1
	-a -t $VIP4:80 -r 10.3.0.3:80 -g -w 0
	-a -t $VIP4:80 -r 10.3.0.254:80 -g -w 1
	-A -u $VIP4:53 -s rr
	-a -u $VIP4:53 -r 10.3.0.2:53 -g
	-A -t [$VIP6]:80 -s rr -p 300 -M 64
	-a -t [$VIP6]:80 -r [fd00:3::3]:80 -g
	-A -f 7 -s rr
	-a -f 7 -r 10.3.0.2 -g
	-a -f 7 -r 10.3.0.3 -g
	-A -f 7 -6 -s mh -b mh-port
	-a -f 7 -6 -r [fd00:3::1]:0 -g
	-a -f 7 -6 -r [fd00:3::2]:0 -g
END

# The backends of each kind of client, by how many of its connections they had.
served() {
	echo "$VIP4: $(ask 20 "$VIP4" | tally)"
	echo "$VIP6: $(ask 4 "$VIP6" | tally)"
	echo "datagrams: $(client dig +short +time=30 "@$VIP4" who TXT)"
	echo "mark: $(ask 10 "$VIP4" --interface "$marked4" | tally)"
	echo "mark, IPv6: $(ask 40 "$VIP6" --interface "$marked6" | sort -u | paste -sd' ')"
}

expected="$VIP4: b1=12 b2=4 director=4
$VIP6: b3=4
datagrams: \"b2\"
mark: b2=5 b3=5
mark, IPv6: b1 b2"
is "IPVS serves" "$(served)" "$expected"

director ipvsadm -S -n > "$T/ipvs"
director ipvsadm -C
not_ok "without it b1 serves nobody" grep -q b1 <<< "$(ask 5 "$VIP4")"
ok "what IPVS has saved is imported" director dsrctl import ipvs < "$T/ipvs"
director dsrctl import ipvs < "$T/ipvs" 2> "$T/stderr" > "$T/lines"
like "its own address becomes mode local" "$(< "$T/stderr")" \
	'10.3.0.254 is an address of this machine: mode local'

ok "the lines are applied" director dsrctl apply "$T/lines"
# Another file, as what was applied last isn't compared with anything.
sed '/^#/d' "$T/lines" > "$T/bare"
ok "... and are all that there is" director dsrctl apply "$T/bare" --dry-run
for key in "$VIP4:80/tcp" "$VIP4:53/udp" "[$VIP6]:80/tcp" "mark 7" "mark 7/ipv6"; do
	wait_for 20 backends_up "$key"
done
is "dsr serves the same clients by the same backends" "$(served)" "$expected"
is "... IPVS has no part in it" "$(director ipvsadm -S -n)" ""
