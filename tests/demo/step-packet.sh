# shellcheck shell=bash
# Step 3: one packet, before and after the director.  Sourced.

# The two captures as hexadecimal digits.
before='' after=''

# capture_start DEVICE: into $T/DEVICE.pcap
capture_start() {
	in_ns director tcpdump -i "$1" -U --immediate-mode -w - "dst host $VIP4 and tcp" \
		> "$T/$1.pcap" 2> "$T/$1.err" &
	captures+=("$!")
	wait_for 10 grep -q 'listening on' "$T/$1.err" || die "tcpdump: $(cat "$T/$1.err")"
}

# The packet with the request in it: the one with data.
request_in() {
	tcpdump -r "$T/$1.pcap" -nxx -c 1 'tcp[tcpflags] & tcp-push != 0' 2> /dev/null |
		sed -n 's/^\t0x[0-9a-f]*: *//p' | tr -d ' \n'
}

both_caught() {
	before=$(request_in eth1) after=$(request_in eth0)
	[ -n "$before" ] && [ -n "$after" ]
}

# owner PACKET FIRST: of that MAC address
owner() {
	mac_name "${1:$2 * 2:12}"
}

# as_ip PACKET FIRST
as_ip() {
	local i=$(($2 * 2))

	echo "$((16#${1:i:2})).$((16#${1:i + 2:2})).$((16#${1:i + 4:2})).$((16#${1:i + 6:2}))"
}

# row LABEL FIRST COUNT MEANING-BEFORE MEANING-AFTER
row() {
	local one=${before:$2 * 2:$3 * 2} two=${after:$2 * 2:$3 * 2} differs=' '
	# printf would count the colours in.
	local pad=$((39 - $3 * 3 - ${#4}))

	[ "$one" = "$two" ] || differs=$(marked '*')
	printf ' %s %-9s %s%s%*s%s%s\n' "$differs" "$1" \
		"$(hex_diff "$one" "$two")" "$4" "$pad" '' "$(hex_diff "$two" "$one")" "$5"
}

# row_mac LABEL FIRST
row_mac() {
	row "$1" "$2" 6 " $(owner "$before" "$2")" " $(owner "$after" "$2")"
}

# row_ip LABEL FIRST
row_ip() {
	row "$1" "$2" 4 " $(as_ip "$before" "$2")" " $(as_ip "$after" "$2")"
}

table() {
	local rest=$((${#before} / 2 - 34))

	printf '   %-9s %-38s%s\n' '' "in, by eth1" "out, by eth0"
	row_mac "to MAC" 0
	row_mac "from MAC" 6
	row "type" 12 2 " IPv4" " IPv4"
	row "IP header" 14 8 "" ""
	row "  TTL" 22 1 " $((16#${before:44:2}))" " $((16#${after:44:2}))"
	row "  proto" 23 1 " TCP" " TCP"
	row "  sum" 24 2 "" ""
	row_ip "  from" 26
	row_ip "  to" 30
	printf '   %-9s %-38s%s\n' "TCP, data" "$rest bytes, GET / HTTP/1.1" \
		"$(same_payload && echo "the same bytes")"
}

# header_sum PACKET: 65535 when the checksum of its IP header is right
header_sum() {
	local i sum=0

	for ((i = 14; i < 34; i += 2)); do
		sum=$((sum + 16#${1:i * 2:4}))
	done
	echo $(((sum & 0xffff) + (sum >> 16)))
}

# From the type on, without the TTL and the checksum.
immutable() {
	echo "${1:24:20}${1:46:2}${1:52}"
}

same_payload() { [ "${before:68}" = "${after:68}" ]; }

same_packet() { [ "$(immutable "$before")" = "$(immutable "$after")" ]; }

ttl_is_one_less() {
	[ $((16#${before:44:2})) -eq $((16#${after:44:2} + 1)) ] &&
		[ "$(header_sum "$before")" -eq 65535 ] && [ "$(header_sum "$after")" -eq 65535 ]
}

# The MAC address is that of the backend whose answer came.
right_macs() {
	[ "$(owner "$before" 6)" = "client-side router" ] &&
		[ "$(owner "$before" 0)" = director ] &&
		[ "$(owner "$after" 6)" = director ] &&
		[ "$(owner "$after" 0)" = "$1" ]
}

step_packet() {
	local answer captures=()

	heading 3 "One packet, in and out: new MAC addresses, no NAT, nothing to undo later"
	prompt director "tcpdump -i eth1 -w in.pcap & tcpdump -i eth0 -w out.pcap &"
	capture_start eth1
	capture_start eth0
	prompt client "curl http://$VIP4/"
	answer=$(in_ns client curl -s --max-time 60 "http://$VIP4/") || answer="no answer"
	echo "$answer"
	wait_for 10 both_caught || :
	kill "${captures[@]}"
	wait "${captures[@]}" 2> /dev/null || :
	both_caught || die "the request was not seen on both sides of the director"
	table
	claim "sent to the MAC of the one that answered ($answer)" right_macs "$answer"
	claim "TTL one less, both header checksums right" ttl_is_one_less
	claim "every other byte after the MACs is the same" same_packet
}
