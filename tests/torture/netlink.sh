#!/bin/bash
# netlink.sh [SECONDS [SEED]]: a fuzzer that knows the family's policies sends
# requests from good to bad, and the configuration stays what a model of it says.
#
#   w1, w2, w3     a writer each, whose model is exact
#   director       two writers, and one who watches and sends packets
#   check1         where a model is broken on purpose
#   check2, spare  where what broke one is looked at once more
# kernels: uml kcsan debug
. "$(dirname "$0")/../netns/lib.sh"

seconds=${1:-20} seed=${2:-${SEED:-$(date +%s)}}
tap_comment <<< "seed $seed"

# Each has the same devices with the same indices.
names=(w1 w2 w3 director check1 check2 spare)
make_ns "${names[@]}"
for name in "${names[@]}"; do
	ns_batch "$name" <<-END
		link add d0 type dummy
		link set d0 up
		addr add 10.4.255.254/16 dev d0
		route add 10.2.0.0/16 dev d0
		link add d1 type dummy
	END
	# What walks the table is to be quick.
	in_ns "$name" dsrctl set flows 1024
done

# fuzz SECONDS ARGUMENT...: what it prints goes to $T/fuzz, its figures last
fuzz() {
	nlfuzz seed "$seed" seconds "$@" > "$T/fuzz" || { cat "$T/fuzz"; return 1; }
}

# figure NAME
figure() {
	tail -n 1 "$T/fuzz" | grep -o "\b$1=[0-9]*" | cut -d= -f2
}

# It can fail: all services go and the model isn't told of it.
not_ok "a change behind the model's back is seen" \
	fuzz 120 messages 3000 behind 200 alone "$P-check1" spare "$P-check2"
behind=$(sed -n 's/^# all services go behind message //p' "$T/fuzz" | tail -n 1)
like "and behind which message it was" "$(< "$T/fuzz")" "^# message $behind,"

ok "each configuration is its model's, each dump right by itself" fuzz "$seconds" \
	alone "$P-w1" alone "$P-w2" alone "$P-w3" shared "$P-director" spare "$P-spare"
is "each refusal of the family's says why" "$(figure unexplained)" 0
[ "$(figure unexplained)" -eq 0 ] || tap_comment < "$T/fuzz"
in_range "messages were accepted" "$(figure accepted)" 100 1000000000
in_range "messages were refused" "$(figure refused)" 100 1000000000
echo "# figures: $(tail -n 1 "$T/fuzz")"

backends_removed=yes
check_counters
ok "the module unloads" rmmod dsr
ok "and comes back" insmod "$DSR_MODULE"
