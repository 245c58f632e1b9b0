#!/bin/bash
# dsrctl metrics: Prometheus's own readers take both forms, the numbers are those
# that dsrctl shows, and a file is replaced as a whole or not at all.
#
#   client ── router ── br0 ── director, b1, b2, b3       (lib.sh draws it)
# kernels: fast
. "$(dirname "$0")/lib.sh"

web=$VIP4:80/tcp
topo_reference one-armed
web_start b1 b2
service "$web" rr 10.3.0.1 10.3.0.2=3
service "[$VIP6]:8000-8099/udp" rr
service "$VIP4:53/udp" rr "10.3.0.1"
director dsrctl service add "$VIP4"
director dsrctl service add 10.2.7.0/24/udp
director dsrctl service add '[2001:db8:7::/64]:443/sctp'
director dsrctl service add 'mark 7'
director dsrctl service add 'mark 7/ipv6'
director dsrctl backend add "$web" 10.3.0.99 weight 0
director dsrctl backend add "$VIP4" 10.3.0.3
director dsrctl backend set "$VIP4" 10.3.0.3 state down
director dsrctl backend add "[$VIP6]:8000-8099/udp" fd00:3::9
director dsrctl backend set "$VIP4:53/udp" 10.3.0.1 max-flows 1

ask 8 "$VIP4" > "$T/answers"
client bash -c "echo > /dev/udp/$VIP4/53"
has_flow() {
	director dsrctl -j backend show "$VIP4:53/udp" 10.3.0.1 | jq -e '.[0].flows == 1'
}
wait_for 20 has_flow
# What no backend takes is dropped, and pings of an address without backends too.
client bash -c "echo > /dev/udp/$VIP4/53"

director dsrctl metrics > "$T/openmetrics"
director dsrctl metrics textfile > "$T/text"
director dsrctl -j stats | jq 'del(.[]["flow-table"])' > "$T/stats"
director dsrctl -j -s service show > "$T/services"
director dsrctl -j flow count > "$T/count"

ok "OpenMetrics, read strictly" \
	sh -c "python3 '$netns_dir/lib/openmetrics.py' '$T/openmetrics' > '$T/parsed'"
is "the text format: nothing that promtool has to say" \
	"$(promtool check metrics < "$T/text" 2>&1; echo $?)" 0
is "the samples of both are the same" "$(grep -v '^#' "$T/openmetrics")" \
	"$(grep -v '^#' "$T/text")"
is "the last line" "$(tail -n 1 "$T/openmetrics")" "# EOF"
ok "bytes are told as such" grep -qx '# UNIT dsr_backend_bytes bytes' "$T/openmetrics"
is "counters are told as such" "$(grep -c '^counter ' "$T/parsed")" \
	"$(jq '.[0] | [keys[] | select(startswith("drop_") | not)] | length + 1 + 2 * 3' "$T/stats")"

# sample NAME{LABELS}: its number
sample() {
	awk -v "name=$1" 'substr($0, 1, length(name) + 1) == name " " {
		print substr($0, length(name) + 2) }' "$T/openmetrics"
}

# What dsrctl stats has, by the names of metrics: a new counter is one by itself.
of_stats() {
	jq -r '.[0] | to_entries[] | "\(.value) \(.key)"' "$T/stats" | sed -E '
		s/^(.*) drop_(.*)/dsr_dropped_packets_total{reason="\2"} \1/
		s/^(.*) ([a-z]+)$/dsr_\2_packets_total \1/
		s/^([0-9]+) (.*)/dsr_\2_total \1/' | sort
}
is "the counters of dsrctl stats, each as it is there" "$(of_stats)" \
	"$(grep -E '^dsr_(dropped_packets|[a-z]+_packets|(fragment|flow)_[a-z]+)_total' "$T/openmetrics" |
		grep -v '^dsr_\(service\|backend\)' | sort)"
in_range "and they are some" "$(sample dsr_forwarded_packets_total)" 40 200

web_labels='local_address="10.2.0.1",local_mark="",local_port="80",proto="tcp"'
for name in packets bytes flows; do
	is "service's $name" "$(sample "dsr_service_${name}_total{$web_labels}")" \
		"$(jq ".[] | select(.service == \"$web\") | .stats.$name" "$T/services")"
	is "backend's $name" \
		"$(sample "dsr_backend_${name}_total{$web_labels,remote_address=\"10.3.0.2\",remote_port=\"80\"}")" \
		"$(jq ".[] | select(.service == \"$web\").backends[] | select(.address == \"10.3.0.2\") |
			.stats.$name" "$T/services")"
done

# The services by their labels, as dsrctl names them.
labels() {
	sed -n 's/^dsr_service_backends{\(.*\)} .*/\1/p' "$T/openmetrics" | sort
}
is "the labels of every kind of service" "$(labels)" "$(sort <<-END
	local_address="",local_mark="7",local_port="",proto="any"
	local_address="",local_mark="7/ipv6",local_port="",proto="any"
	local_address="10.2.0.1",local_mark="",local_port="",proto="any"
	local_address="10.2.0.1",local_mark="",local_port="53",proto="udp"
	local_address="10.2.0.1",local_mark="",local_port="80",proto="tcp"
	local_address="10.2.7.0/24",local_mark="",local_port="",proto="udp"
	local_address="2001:db8:2::1",local_mark="",local_port="8000-8099",proto="udp"
	local_address="2001:db8:7::/64",local_mark="",local_port="443",proto="sctp"
END
)"
is "how many services" "$(sample dsr_services)" 8
is "how many backends" "$(sample dsr_backends)" 6
is "backends of a service" "$(sample "dsr_service_backends{$web_labels}")" 3

# The one state of each backend, in the order of its service.
states() {
	sed -nE 's/^dsr_backend_state.*remote_address="([^"]*)".*state="([a-z]*)"\} 1$/\1 \2/p' \
		"$T/openmetrics" | sort
}
is "each backend is in one state" "$(states)" "$(sort <<-END
	10.3.0.1 up
	10.3.0.1 full
	10.3.0.2 up
	10.3.0.3 down
	10.3.0.99 unresolved
	fd00:3::9 unresolved
END
)"
is "and the four others are 0" "$(grep -c '^dsr_backend_state.* 0$' "$T/openmetrics")" $((4 * 6))
dns_labels='local_address="10.2.0.1",local_mark="",local_port="53",proto="udp"'
is "active flows" \
	"$(sample "dsr_backend_active_flows{$dns_labels,remote_address=\"10.3.0.1\",remote_port=\"53\"}")" 1
is "weight 0" \
	"$(sample "dsr_backend_weight{$web_labels,remote_address=\"10.3.0.99\",remote_port=\"80\"}")" 0
is "what dsrctl get says of the flow table" \
	"$(sample dsr_flow_table_size) $(sample dsr_flow_table_bytes)" \
	"$(director dsrctl -j get | jq -r '.[0] | "\(.flows) \(."flow-bytes")"')"
is "its flows are those that dsrctl counts" "$(sample dsr_flow_table_flows)" \
	"$(jq '.[0].total' "$T/count")"
is "the versions" "$(grep '^dsr_build_info' "$T/openmetrics")" \
	"dsr_build_info{module=\"$(cat /sys/module/dsr/version)\",tool=\"$(dsrctl -V | cut -d' ' -f2)\"} 1"

# The dashboard asks for nothing that isn't there.
jq -r '.. | .expr?, .definition? // empty' "$DSR_ROOT/tools/grafana/dsr.json" |
	grep -oE '\bdsr_[a-z_]+' | sort -u > "$T/asked"
in_range "metrics of the dashboard" "$(wc -l < "$T/asked")" 12 50
is "each of them is printed" \
	"$(sed -n 's/^\(dsr_[a-z_]*\).*/\1/p' "$T/text" | sort -u | comm -23 "$T/asked" -)" ""

# A namespace that -n names is a label of every sample, whatever its name.
odd=$P-'o"d\d'
ip netns add "$odd"
dsrctl -n "$odd" metrics > "$T/odd"
dsrctl -n "$odd" metrics textfile > "$T/odd.prom"
label="{netns=\"$P-o\\\"d\\\\d\""
is "every sample has the namespace" "$(sed '/^#/d' "$T/odd" | grep -vF "$label" || :)" ""
ok "the odd name is read strictly" \
	sh -c "python3 '$netns_dir/lib/openmetrics.py' '$T/odd' > '$T/odd.parsed'"
ok "and comes out as it was" grep -qxF "dsr_services{netns=\"$odd\"} 0" "$T/odd.parsed"
is "and promtool has nothing to say" "$(promtool check metrics < "$T/odd.prom" 2>&1)" ""
ip netns del "$odd"

# A file: whole, readable by node_exporter's user, or as it was.
mkdir "$T/dir"
mount -t tmpfs -o size=8k tmpfs "$T/dir"
# Flows may end between the two.
file_is_output() {
	(umask 077; director dsrctl metrics textfile "$T/new.prom")
	director dsrctl metrics textfile | cmp - "$T/new.prom"
}
ok "a file has what standard output has" wait_for 60 file_is_output
is "everybody may read it" "$(stat -c %a "$T/new.prom")" 644
echo old > "$T/dir/dsr.prom"
fails_with 1 "/dsr.prom: No space left" director dsrctl metrics textfile "$T/dir/dsr.prom"
is "a file without room is as it was" "$(ls "$T/dir"; cat "$T/dir/dsr.prom")" "dsr.prom"$'\n'"old"
fails_with 1 "not permitted|CAP_NET_ADMIN" director setpriv --bounding-set=-net_admin \
	--inh-caps=-net_admin dsrctl metrics textfile "$T/dir/dsr.prom"
is "without the capability it is as it was" "$(cat "$T/dir/dsr.prom")" old
umount "$T/dir"
fails_with 1 "none/dsr.prom: No such file" director dsrctl metrics textfile "$T/none/dsr.prom"
fails_with 1 "$T/dir: a regular file" director dsrctl metrics textfile "$T/dir"
is "nothing is left of it" "$(ls -d "$T"/dir*)" "$T/dir"
not_ok "a full device" director sh -c 'dsrctl metrics > /dev/full'
