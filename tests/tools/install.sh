#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What make install installs and make uninstall removes; systemd reads the units
# and Prometheus the dashboard's queries.  Nothing of it is installed here.
#
# usage: install.sh PATH_TO_DSRCTL (prints TAP)
set -u

# shellcheck source=tests/netns/lib/tap.sh
. "$(dirname -- "$0")/../netns/lib/tap.sh"
dsrctl=$(realpath -- "${1:?usage: install.sh PATH_TO_DSRCTL}")
root=$(realpath -- "$(dirname -- "$0")/../..")
tmp=$(mktemp -d)
tools=$tmp/tools
exposure_max=20		# tenths; systemd calls up to 2 "OK"

trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM

# silent COMMAND...: it succeeds and prints nothing.
silent()
{
	local text

	text=$("$@" 2>&1) && [[ -z $text ]] && return
	echo "$text"
	return 1
}

# The tools without what is built, and the dsrctl that the test was given.
mkdir "$tools"
(cd "$root/tools" && cp -a Makefile dsr.conf.5 dsr.7 dsrctl.8 dsrctl.bash examples grafana systemd "$tools")
cp "$dsrctl" "$tools/dsrctl"

# make_tools TARGET VARIABLES...
make_tools() { make -s -C "$tools" -o dsrctl "$@"; }

installed() { (cd "$1" && find . ! -type d | sort); }

expected()
{
	cat <<-END
		./usr/lib/systemd/system/dsr-metrics.service
		./usr/lib/systemd/system/dsr-metrics.service.d/hardening.conf
		./usr/lib/systemd/system/dsr-metrics.timer
		./usr/lib/systemd/system/dsr-realserver@.service
		./usr/lib/systemd/system/dsr.service
		./usr/lib/systemd/system/dsr.service.d/hardening.conf
		./usr/sbin/dsrctl
		./usr/share/bash-completion/completions/dsrctl
		./usr/share/doc/dsr/examples/dsr.conf
		./usr/share/doc/dsr/examples/dsr.json
		./usr/share/doc/dsr/examples/modules-load.conf
		./usr/share/doc/dsr/examples/sysctl.conf
		./usr/share/man/man5/dsr.conf.5
		./usr/share/man/man7/dsr.7
		./usr/share/man/man8/dsrctl.8
	END
}

all_installed() { diff <(expected) <(installed "$tmp/dest"); }

# Every program that a unit starts is that of the PREFIX.
programs_are()
{
	! grep -h '^Exec' "$1"/lib/systemd/system/*.service | grep -vF "=$2/sbin/dsrctl "
}

nothing_left() { [[ -z $(installed "$1") && ! -e $1/usr/share/doc/dsr ]]; }

ok "make install" make_tools install DESTDIR="$tmp/dest" PREFIX=/usr
ok "what it installs, none of it enabled" all_installed
ok "units start the dsrctl of the PREFIX" programs_are "$tmp/dest/usr" /usr
ok "make uninstall" make_tools uninstall DESTDIR="$tmp/dest" PREFIX=/usr
ok "it leaves no file" nothing_left "$tmp/dest"

##### systemd

units=$tmp/usr/lib/systemd/system
make_tools install PREFIX="$tmp/usr"

# Units that were installed here, where what they need is there too.
verified() { silent systemd-analyze verify --man=no "$units/$1"; }

# How much of the system is open to the service, by systemd's reckoning.
exposed_little()
{
	systemd-analyze security --no-pager --offline=true \
		--threshold="$exposure_max" "$units/$1" >"$tmp/exposure" 2>&1 && return
	cat "$tmp/exposure"
	return 1
}

for unit in dsr.service dsr-metrics.service dsr-metrics.timer dsr-realserver@10.2.0.1.service; do
	ok "systemd-analyze verify $unit" verified "$unit"
done
for unit in dsr.service dsr-metrics.service; do
	ok "systemd-analyze security $unit" exposed_little "$unit"
	sed -n 's/^→ /# /p' "$tmp/exposure"
done

##### the examples

examples=$tmp/usr/share/doc/dsr/examples

settings_exist()
{
	sed -n 's/^\([a-z][^ ]*\) = [0-9]*$/\1/p' "$examples/sysctl.conf" >"$tmp/names"
	[[ -s $tmp/names ]] && xargs sysctl -n <"$tmp/names"
}

ok "the settings of sysctl.conf exist" settings_exist
ok "modules-load.conf names the module" \
	[ "$(grep -v '^#' "$examples/modules-load.conf")" = dsr ]

##### the dashboard

dashboard=$examples/dsr.json

# What Grafana needs of it, and its data source is the one that is chosen.
dashboard_loads()
{
	jq -e '.uid and .title and .schemaVersion >= 37 and
		([.panels[].id] | length > 0 and length == (unique | length)) and
		[.templating.list[].name] == ["datasource", "instance", "service"] and
		all(.panels[]; .type and .title and .gridPos and (.targets | length > 0) and
			all(., .targets[]; .datasource == {type: "prometheus", uid: "${datasource}"}))' \
		"$dashboard"
}

# As rules, with what Grafana puts in the places of the variables.
queries_are_read()
{
	jq '{groups: [{name: "dashboard", rules: [.panels[].targets[] |
		{record: "query", expr: .expr |
			gsub("\\$__rate_interval"; "1m") | gsub("\\$[a-z]+"; ".*")}]}]}' \
		"$dashboard" >"$tmp/rules.json"
	promtool check rules --lint=none "$tmp/rules.json"
}

ok "the dashboard has what Grafana loads" dashboard_loads
ok "promtool reads its queries" queries_are_read

echo "1..$tap_count"
