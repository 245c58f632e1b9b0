# shellcheck shell=bash
# Step 5: a backend goes and comes back, while clients go on.  Sourced.
#
# The log of all connections decides what is true; the live view is a line a
# second with a character for each connection as it ends.

victim=3
log=()
never=9999999999999
zero=0 shown='' state='' state_since=0

# port up|down: of the victim, at the switch: the director's carrier stays
port() {
	typed lan ip link set "b$victim" "$1"
}

probe_every_second() {
	local parameter=/sys/module/dsr/parameters/probe_interval

	prompt director "echo 1 > $parameter"
	echo 1 > "$parameter"
	note "By default it is 5, to spare the network; to notice then takes 5 to 8 s."
}

line_begin() {
	local second

	now second
	second=$(((second - zero) / 1000))
	[ "$second|$state" != "$shown" ] || return 0
	line_end
	shown="$second|$state"
	printf '%5d s   %-12s' "$second" "$state"
}

line_end() {
	[ -z "$shown" ] || echo
	shown=''
}

look() {
	local new

	new=$(state_of "$victim")
	if [ "$new" != "$state" ]; then
		state=$new
		now state_since
	fi
	line_begin
}

# show_ended SECONDS: what has ended by then
show_ended() {
	local patience=$1 began ended answer

	while read -r -t "$patience" -u "$results" began ended answer; do
		log+=("$began $ended $answer")
		case $answer in
		backend*) printf ' %s' "${answer#backend }" ;;
		*) printf ' %s' "$(bad x)" ;;
		esac
		patience=0.01
	done
}

# watch SECONDS COMMAND...: until it succeeds, or so long
watch() {
	local end

	now end
	end=$((end + $1 * 1000))
	until "${@:2}" || past "$end"; do
		look
		show_ended 0.2
	done
	line_end
}

state_is() { [ "$state" = "$1" ]; }

past() {
	local time

	now time
	[ "$time" -ge "$1" ]
}

# count FROM TO PATTERN: connections that began in between and ended so.  One
# that fails because it was under way when the port went down, failed after that.
count() {
	local began ended answer n=0

	while read -r began ended answer; do
		if [ "$answer" = failed ] && [ "$began" -lt "$down" ] && [ "$ended" -ge "$down" ]; then
			began=$down
		fi
		# shellcheck disable=SC2053 # a pattern
		if [ "$began" -ge "$1" ] && [ "$began" -lt "$2" ] && [[ $answer == $3 ]]; then
			n=$((n + 1))
		fi
	done <<< "$(printf '%s\n' "${log[@]}")"
	echo "$n"
}

some() { [ "$(count "$@")" -gt 0 ]; }

none() { [ "$(count "$@")" -eq 0 ]; }

victim_answers_since() { some "$1" "$never" "backend $victim"; }

# summary TEXT FROM TO
summary() {
	printf '  %-27s%11d%9d%22d\n' "$1" "$(count "$2" "$3" '*')" \
		"$(count "$2" "$3" failed)" "$(count "$2" "$3" "backend $victim")"
}

clients_start() {
	mkfifo "$T/results"
	ip netns exec "$P-client" "$HERE/clients" "http://$VIP4/" > "$T/results" & clients=$!
	disown
	exec {results}< "$T/results"
}

# Those under way still count.
clients_stop() {
	kill "$clients"
	line_begin
	show_ended 5
	line_end
	exec {results}<&-
}

step_unplug() {
	local results clients start down=$never found up back end

	heading 5 "A backend is unplugged: found out in seconds, without a health checker"
	probe_every_second
	note "" "     time   backend $victim    connections as they end: who answered; x: nobody"

	clients_start
	now start
	zero=$start
	watch 5 past $((start + 1500))
	port down
	now down
	watch 20 state_is unresolved
	state_is unresolved || die "20 s later backend $victim is still taken for $state"
	found=$state_since
	watch 5 past $((found + 2000))
	now up
	port up
	watch 20 state_is up
	state_is up || die "20 s later backend $victim is still taken for $state"
	back=$state_since
	watch 10 victim_answers_since "$back"
	now end
	watch 5 past $((end + 1000))
	clients_stop
	now end

	printf '\n  %-27s%11s%9s%22s\n' "" begun failed "answered by $victim"
	summary "before" "$start" "$down"
	summary "unplugged" "$down" "$found"
	summary "unplugged, and known to be" "$found" "$up"
	summary "plugged in again" "$up" "$back"
	summary "back in service" "$back" "$end"
	claim "nobody failed before" none "$start" "$down" failed
	claim "noticed $(seconds $((found - down))) s after it was unplugged" past "$found"
	claim "until then the others went on answering" some "$down" "$found" 'backend [12]'
	claim "from then on nobody failed" none "$found" "$end" failed
	claim "back in service $(seconds $((back - up))) s after it was plugged in" \
		some "$back" "$end" "backend $victim"
}
