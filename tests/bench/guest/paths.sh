# shellcheck shell=bash
# The paths that a packet can take, each a function that sets it up in its
# network namespace, whose name it is given.  Sourced by lib.sh.
# shellcheck disable=SC2154 # backends, services and the arrays are lib.sh's

# nft_in PATH < rules
nft_in() {
	in_ns "$1" nft -f -
}

# The least that can happen to a packet, which all figures are to be less of.
path_drop() {
	nft_in "$1" <<-END
		table netdev bench {
			chain ingress {
				type filter hook ingress device in0 priority 0; policy drop;
			}
		}
	END
}

# No look-up, on to the other device.
path_floor() {
	nft_in "$1" <<-END
		table netdev bench {
			chain ingress {
				type filter hook ingress device in0 priority 0;
				fwd to out0
			}
		}
	END
}

# How far it is to the hook.
path_prerouting() {
	nft_in "$1" <<-END
		table inet bench {
			chain prerouting {
				type filter hook prerouting priority raw; policy drop;
			}
		}
	END
}

# What can be had without a load balancer: a hash, and a MAC address by it.
path_nft() {
	local n map='' word

	for ((n = 0; n < backends; n++)); do
		map+="$n : ${lladdr[n + 1]}, "
	done
	{
		echo "table netdev bench {"
		echo "chain ingress {"
		echo "type filter hook ingress device in0 priority 0;"
		# shellcheck disable=SC2086 # one word each
		for word in ${nft_traffic:-udp4}; do
			nft_rule "$word" "$map"
		done
		echo "}"
		echo "}"
	} | nft_in "$1"
}

nft_rule() {
	local ip=ip vip=$VIP4 protocol=${1%?}

	[ "${1#???}" = 4 ] || { ip=ip6 vip=$VIP6; }
	echo "$ip daddr $vip $protocol dport 80 ether daddr set" \
		"jhash $ip saddr . $ip daddr . $protocol sport . $protocol dport" \
		"mod $backends map { $2 } fwd to out0"
}

path_route() {
	:
}

# each_service COMMAND: with each service's address in $vip, in brackets where
# that is the custom, its protocols and its backends in $real.  Where there are
# many, of either, UDP over IPv4 alone is measured.
each_service() {
	local n vip protocols=udp real

	if [ "$services" -eq 1 ] && [ "$backends" -lt 1000 ]; then
		protocols="udp tcp" vip=[$VIP6] real=("${real6[@]}")
		"$1"
	fi
	real=("${real4[@]}")
	for ((n = 1; n <= services; n++)); do
		vip=10.2.$((n / 256)).$((n % 256))
		"$1"
	done
}

ipvs_service() {
	local protocol address

	for protocol in $protocols; do
		echo "-A -${protocol:0:1} $vip:80 $scheduler"
		for address in "${real[@]}"; do
			[[ $address != *:* ]] || address=[$address]
			echo "-a -${protocol:0:1} $vip:80 -r $address:80 -g -w 1"
		done
	done
}

ipvs() {
	local scheduler=$2

	each_service ipvs_service | in_ns "$1" ipvsadm -R
}

path_ipvs_mh() {
	ipvs "$1" "-s mh -b mh-port"
}

path_ipvs_rr() {
	ipvs "$1" "-s rr"
}

dsr_service() {
	local protocol address

	for protocol in $protocols; do
		echo "service add $vip:80/$protocol $options"
		for address in "${real[@]}"; do
			echo "backend add $vip:80/$protocol $address"
		done
	done
}

dsr() {
	local options=${*:2}

	each_service dsr_service | in_ns "$1" dsrctl -b -
}

path_dsr() {
	dsr "$1"
}

path_dsr_rr() {
	dsr "$1" scheduler rr
}

path_dsr_ingress() {
	dsr "$1"
	in_ns "$1" dsrctl device attach in0
}

path_dsr_stateless() {
	dsr "$1" stateless
}

# A packet that isn't for a VIP, without dsr's hook and with it; and the same
# where another hook is there already, which every packet pays for anyway.  A
# route drops it: on the way out, a packet's cost depends on where chance has put
# its neighbour in a hash table.
path_miss() {
	:
}

path_miss_dsr() {
	dsr "$1"
}

hook() {
	nft_in "$1" <<-END
		table inet bench {
			chain prerouting {
				type filter hook prerouting priority raw; policy accept;
			}
		}
	END
}

path_miss_hook() {
	hook "$1"
}

path_miss_hook_dsr() {
	hook "$1"
	dsr "$1"
}

# What this build of dsr doesn't have is left out.
has_ingress() {
	dsrctl device help > /dev/null 2>&1
}

# In a namespace of its own, so that the service goes with it.
has_stateless() {
	unshare --net dsrctl service add 192.0.2.1:1/udp stateless > /dev/null 2>&1
}
