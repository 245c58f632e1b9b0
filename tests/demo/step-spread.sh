# shellcheck shell=bash
# Step 2: who answers new connections.  Sourced.

connections=20
declare -A answers

# flows_of NUMBER: new flows that the director has given to that backend
flows_of() {
	dsrctl -n "$P-director" -s backend show "$SERVICE" "10.3.0.$1" |
		sed -n 's/.*packets .* flows \([0-9]*\).*/\1/p'
}

ask_all() {
	local n=0 answer

	mkfifo "$T/answers"
	# shellcheck disable=SC2016 # the client's variables
	client bash -c 'for ((n = 0; n < $1; n++)); do
		curl -s --max-time 60 "$2" || echo none
	done' - "$connections" "http://$VIP4/" > "$T/answers" &
	while read -r answer; do
		n=$((n + 1))
		answers[$answer]=$((${answers[$answer]:-0} + 1))
		printf '%4d %-9s' "$n" "$answer"
		[ $((n % 5)) -ne 0 ] || echo
	done < "$T/answers"
}

chart() {
	local i count

	echo
	for i in "${BACKENDS[@]}"; do
		count=${answers["backend $i"]:-0}
		printf '  backend %d  weight %d  %2d  %s\n' "$i" "$i" "$count" \
			"$(marked "$(bar $((count * 2)))")"
	done
}

nobody_failed() {
	local i sum=0

	for i in "${BACKENDS[@]}"; do
		sum=$((sum + ${answers["backend $i"]:-0}))
	done
	[ "$sum" -eq "$connections" ]
}

counters_agree() {
	local i

	for i in "${BACKENDS[@]}"; do
		[ "$(flows_of "$i")" -eq "${answers["backend $i"]:-0}" ] || return
	done
}

step_spread() {
	heading 2 "Balancing: one address, three web servers; weights 1:2:3 share the load"
	prompt client "curl http://$VIP4/         ($connections times)"
	ask_all
	chart
	note "Each connection is hashed (maglev): many go by weight, $connections about so."
	claim "all $connections were answered" nobody_failed
	claim "the director counted the same number for each backend" counters_agree
}
