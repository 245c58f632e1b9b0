# shellcheck shell=bash
# Step 4: what of a large answer crosses the director.  Sourced.

# Bytes received and sent by eth1, received and sent by eth0.
count_all() {
	in_ns director sh -c 'cd /sys/class/net && cat eth1/statistics/rx_bytes \
		eth1/statistics/tx_bytes eth0/statistics/rx_bytes eth0/statistics/tx_bytes' |
		tr '\n' ' '
}

# share PART WHOLE: in percent
share() {
	awk -v part="$1" -v whole="$2" 'BEGIN { printf "%.3f %%", 100 * part / whole }'
}

# crossed NAME BYTES WHOLE
crossed() {
	printf '  %-27s %12s bytes  %10s\n' "$1" "$(grouped "$2")" "$(share "$2" "$3")"
}

next_to_nothing() {
	local each

	for each in "${@:2}"; do
		[ $((each * 100)) -lt "$1" ] || return
	done
}

step_download() {
	local start=() end=() size i delta=()
	local names=("director, eth1, received" "director, eth1, sent"
		"director, eth0, received" "director, eth0, sent")

	heading 4 "A 20 MB download: answers pass by the director, it needs no room for them"
	prompt client "curl -o big http://$VIP4/big"
	read -r -a start <<< "$(count_all)"
	size=$(in_ns client curl -s --max-time 60 -o "$T/copy" -w '%{size_download}' "http://$VIP4/big") ||
		die "the download failed"
	read -r -a end <<< "$(count_all)"

	crossed "client, received" "$size" "$size"
	for i in 0 1 2 3; do
		delta+=($((end[i] - start[i])))
		crossed "${names[i]}" "${delta[i]}" "$size"
	done
	claim "the client's copy is the same as the servers' file" cmp -s "$T/copy" "$T/big"
	claim "each device of the director saw less than 1 % of it" next_to_nothing "$size" "${delta[@]}"
	rm -f "$T/copy"
}
