# shellcheck shell=bash
# A configuration with an example of everything that can be shown.  Sourced after
# lib.sh, by json.sh and by what records the answers for tests/tools/peer.sh.

# shellcheck disable=SC2154 # lib.sh
web=$VIP4:80/tcp

apply_everything() {
	director dsrctl apply - <<-END
		set flows 4096 hash-seed 42
		device attach eth1
		service add $VIP4:9/udp scheduler rr
		backend add $VIP4:9/udp 10.3.0.1
		service add $web hash source affinity 300/24 adopt off on-remove drop no-backend reset timeout-syn 600
		backend add $web 10.3.0.1 weight 2 max-flows 100 min-flows 50
		backend add $web 10.3.0.3 weight 0 dev eth0 lladdr 02:00:00:00:00:03 slow-start 60
		backend add $web 10.3.0.2 state down
		service add [$VIP6]:8000-8099/udp stateless
		backend add [$VIP6]:8000-8099/udp fd00:3::1
		service add mark 7/ipv6
	END
}
