#!/bin/bash
# Who may do what: every command of the family, its dumps, its multicast group,
# and the files, for everyone from a plain user to root.
#
#   director      a network namespace of the first user namespace; a plain user
#                 and root of another user namespace are in it too
#   an unnamed    one of another user namespace, with that one's root in it
#   the first one with the machine's root
# kernels: uml 6.12
. "$(dirname "$0")/lib.sh"

# A command that is new in uapi/dsr.yaml needs a line here.  - : there is none.
table() {
	cat <<-END
		what                          plain  user-ns  owner  netns  init
		/proc/net/dsr/services        no     no       yes    yes    yes
		/proc/net/dsr/flows           no     no       yes    yes    yes
		/proc/net/dsr/stats           no     no       yes    yes    yes
		names in /sys/class/dsr       yes    yes      -      yes    yes
		/sys/class/dsr/*/scheduler    no     no       -      yes    yes
		/sys/class/dsr/*/packets      no     no       -      yes    yes
		/sys/class/dsr/*/*/weight     no     no       -      yes    yes
		/sys/class/dsr/*/*/packets    no     no       -      yes    yes
		parameter flows               yes    yes      yes    yes    yes
		parameter flows written       no     no       no     yes    yes
		parameter hash_seed           no     no       no     yes    yes
		parameter hash_seed written   no     no       no     no     no
		parameter probe_interval      yes    yes      yes    yes    yes
		parameter probe_interval written no  no       no     yes    yes
		service-add                   no     no       yes    yes    yes
		service-set                   no     no       yes    yes    yes
		service-get                   no     no       yes    yes    yes
		service-get dump              no     no       yes    yes    yes
		backend-add                   no     no       yes    yes    yes
		backend-set                   no     no       yes    yes    yes
		backend-get                   no     no       yes    yes    yes
		backend-get dump              no     no       yes    yes    yes
		stats-get                     no     no       yes    yes    yes
		settings-set                  no     no       yes    yes    yes
		settings-get                  no     no       yes    yes    yes
		flow-get dump                 no     no       yes    yes    yes
		flow-count                    no     no       yes    yes    yes
		flow-flush                    no     no       yes    yes    yes
		explain                       no     no       yes    yes    yes
		device-attach                 no     no       yes    yes    yes
		device-get dump               no     no       yes    yes    yes
		device-detach                 no     no       yes    yes    yes
		config-get dump               no     no       yes    yes    yes
		config-change                 no     no       yes    yes    yes
		backend-del                   no     no       yes    yes    yes
		backend-flush                 no     no       yes    yes    yes
		service-del                   no     no       yes    yes    yes
		service-flush                 no     no       yes    yes    yes
		join events                   no     no       yes    yes    yes
	END
}

plain=(setpriv --reuid 65534 --regid 65534 --clear-groups)
user_ns=("${plain[@]}" unshare -Ur)

# As container managers do it: whom /proc/net belongs to is settled when the
# network namespace is made, so the user namespace's root has to be known by then.
owner() {
	"${user_ns[@]}" unshare -nm sh -c \
		'mount -t sysfs sysfs /sys && ip link add d0 type dummy && exec "$@"' sh "$@"
}

# What there is to see.
prepare() {
	ip link add d0 type dummy
	dsrctl service add "$VIP4:80/tcp"
	dsrctl backend add "$VIP4:80/tcp" 10.3.0.1
}

try() {
	"$@" env DSR_ROOT="$T" python3 "$T/lib/permissions.py" "$T/uapi/dsr.yaml" d0
}

# column USER COMMAND...: who runs what COMMAND begins is held against the table
column() {
	local name

	name=$(table | awk -v n="$1" 'NR == 1 { print $(n + 2) }')
	table | sed 1d | awk -v n="$1" '{ what = $1; for (i = 2; i <= NF - 5; i++) what = what " " $i
		said = $(NF - 5 + n + 1); print (said == "-" ? "ENOENT" : said), what }' > "$T/table"
	try "${@:2}" > "$T/tried" 2> "$T/stderr" || cat "$T/stderr"
	is "$name: as the table says" "$(diff "$T/table" "$T/tried")" ""
}

make_ns director
chmod 755 "$T"
cp -r "$netns_dir/lib" "$DSR_ROOT/uapi" "$T/"
export -f prepare
export VIP4
director bash -ec prepare
prepare

before=$(director dsrctl save; director cat /proc/net/dsr/stats)
column 0 director "${plain[@]}"
column 1 director "${user_ns[@]}"
is "who may not has changed nothing" \
	"$(director dsrctl save; director cat /proc/net/dsr/stats)" "$before"
column 2 owner
column 3 director
column 4 env
ip link del d0
dsrctl set flows 262144
