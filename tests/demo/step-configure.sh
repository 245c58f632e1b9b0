# shellcheck shell=bash
# Step 1: the network, and the whole configuration of it.  Sourced.

SERVICE=$VIP4:80/tcp

drawing() {
	cat <<-END

	  client -----> router --------> director ------+--> backend 1  10.3.0.1
	  192.168.1.1     ^    requests  VIP $VIP4   +--> backend 2  10.3.0.2
	                  |    to the    dsr.ko         +--> backend 3  10.3.0.3
	                  |    VIP                             |
	                  +------------------------------------+
	                     answers, in the VIP's name, past the director

	END
}

# state_of NUMBER: of that backend, as the director sees it
state_of() {
	local line

	line=$(dsrctl -n "$P-director" backend show "$SERVICE" "10.3.0.$1")
	line=${line#* state }
	echo "${line%% *}"
}

all_up() {
	local i

	for i in "${BACKENDS[@]}"; do
		[ "$(state_of "$i")" = up ] || return
	done
}

step_configure() {
	local i

	heading 1 "Set-up: four commands on the director, one on each backend, no agents"
	drawing
	for i in "${BACKENDS[@]}"; do
		typed "b$i" dsrctl realserver add "$VIP4"
	done
	typed director dsrctl service add "$SERVICE"
	for i in "${BACKENDS[@]}"; do
		typed director dsrctl backend add "$SERVICE" "10.3.0.$i" weight "$i"
	done
	wait_for 10 all_up || :
	typed director dsrctl service show
	claim "the director found the MAC address of every backend" all_up

	note "Starting nginx on each backend."
	web_up
}
