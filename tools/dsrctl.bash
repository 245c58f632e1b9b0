# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bash completion for dsrctl(8)

_dsrctl_objects='service backend device flow explain stats metrics set get save apply top monitor doctor realserver import'

# Of the names of services, those that could be where a packet goes.
_dsrctl_destination='^([0-9.]+|\[[^/]+\])(:[0-9]+)?/[a-z]+$'

# _dsrctl_list WORDS: one a line, which is how words that may follow are told.
_dsrctl_list()
{
	local -a words

	read -rd '' -a words <<<"$*"
	[[ ${#words[@]} -eq 0 ]] || printf '%s\n' "${words[@]}"
}

_dsrctl_verbs()
{
	case $1 in
	service) echo add set del show flush help ;;
	backend) echo add set del drain show flush help ;;
	device) echo attach detach show help ;;
	flow) echo show count flush help ;;
	explain) echo help ;;
	stats | doctor) echo show help ;;
	metrics) echo show textfile help ;;
	set) echo flows hash-seed help ;;
	get) echo flows hash-seed flow-bytes generation help ;;
	realserver) echo add del show check help ;;
	import) echo ipvs help ;;
	save | top) echo help ;;
	apply) echo help FILE ;;
	monitor) echo rcvbuf help ;;
	help) echo "$_dsrctl_objects" ;;
	esac
}

_dsrctl_keywords()
{
	case $1 in
	service)
		echo scheduler hash affinity stateless adopt on-remove \
			no-backend timeout-syn timeout-established \
			timeout-fin timeout-udp ;;
	backend)
		echo mode weight state max-flows min-flows slow-start dev \
			lladdr ;;
	drain) echo for ;;
	set) echo flows hash-seed ;;
	explain) echo mark ack ;;
	esac
}

# The values of a keyword; fails for what is none.
_dsrctl_values()
{
	case $1 in
	scheduler) echo maglev rr lc random p2c failover overflow ;;
	hash) echo 5tuple source source-port destination ;;
	stateless | adopt) echo on off ;;
	on-remove) echo reschedule drop ;;
	no-backend) echo unreachable reset drop pass ;;
	mode) echo l2 local ;;
	state) echo up down ;;
	dev) echo none && _dsrctl_devices ;;
	lladdr) echo none ;;
	affinity | mark | weight | timeout-* | *-flows | slow-start | for | flows | \
	hash-seed) ;;
	*) return 1 ;;
	esac
}

# _dsrctl_options KIND WORDS...: what follows those words, which begin behind
# what they are about: a value, or a keyword that isn't there yet.
_dsrctl_options()
{
	local kind=$1 keyword

	shift
	if [[ $# -gt 0 ]] && _dsrctl_values "${!#}" >/dev/null; then
		_dsrctl_list "$(_dsrctl_values "${!#}")"
		[[ ${!#} == stateless ]] || return
	fi
	for keyword in $(_dsrctl_keywords "$kind"); do
		[[ " $* " == *" $keyword "* ]] || echo "$keyword"
	done
}

# _dsrctl_filter BEGINNING WORDS...: those that begin so, one a line.  compgen
# -W would expand what looks like shell in the names that the system has.
_dsrctl_filter()
{
	local word beginning=$1

	shift
	for word; do
		[[ $word == "$beginning"* ]] && echo "$word"
	done
}

# The one of the words that is meant by its beginning.
_dsrctl_whole()
{
	local -a found
	local word=$1

	shift
	[[ " $* " == *" $word "* ]] && echo "$word" && return
	mapfile -t found < <(_dsrctl_filter "$word" "$@")
	[[ ${#found[@]} -eq 1 ]] && echo "${found[0]}"
}

# _dsrctl_live KEY WORDS...: the values of KEY that the kernel has now.  Where
# it can't be asked (no module, no rights) nothing is offered.
_dsrctl_live()
{
	local key=$1

	shift
	"${dsrctl[@]}" -j "$@" 2>/dev/null |
		grep -o "\"$key\":\"[^\"]*\"" | cut -d'"' -f4 | sort -u
}

# The services there are; those of marks are two words, of which this is the
# first, or with MARK the second.
_dsrctl_services()
{
	if [[ ${1-} == mark ]]; then
		_dsrctl_live service service show | sed -n 's/^mark //p'
	else
		_dsrctl_live service service show | sed 's/^mark .*/mark/' |
			sort -u
	fi
}

# The network devices there are.
_dsrctl_devices()
{
	ip "${dsrctl[@]:1}" -br link show 2>/dev/null | sed 's/[@ ].*//'
}

# The words that may follow those that are complete, one a line; FILE stands for
# the names of files.
_dsrctl_next()
{
	local object verb

	[[ $# -eq 0 ]] && _dsrctl_list "$_dsrctl_objects help" && return
	# shellcheck disable=SC2086 # a list of words
	object=$(_dsrctl_whole "$1" $_dsrctl_objects help)
	[[ $# -eq 1 ]] && _dsrctl_list "$(_dsrctl_verbs "$object")" && return
	# shellcheck disable=SC2046 # a list of words
	verb=$(_dsrctl_whole "$2" $(_dsrctl_verbs "$object"))

	[[ $# -eq 3 && $3 == mark ]] && _dsrctl_services mark && return
	case "$object $verb $#" in
	"set "*)
		_dsrctl_options set "${@:2}" ;;
	"explain "*" 2")
		_dsrctl_services | grep -E "$_dsrctl_destination" ;;
	"explain "*)
		_dsrctl_options explain "${@:4}" ;;
	"service add 2" | "backend add 3" | "backend flush 3")
		;;
	"service set 2" | "service del 2" | "service show 2" | \
	"backend "*" 2" | "flow "*" 2")
		_dsrctl_services ;;
	"backend "*" 3" | "flow "*" 3")
		_dsrctl_live address backend show "$3" ;;
	"service add "* | "service set "*)
		_dsrctl_options service "${@:4}" ;;
	"backend add "* | "backend set "*)
		_dsrctl_options backend "${@:5}" ;;
	"backend drain "*)
		_dsrctl_options drain "${@:5}" ;;
	"device attach 2")
		_dsrctl_devices ;;
	"device detach 2" | "device show 2")
		_dsrctl_live device device show ;;
	"realserver del 2" | "realserver show 2" | "realserver check 2")
		_dsrctl_live vip realserver show ;;
	"metrics textfile 2")
		echo FILE ;;
	"apply "*" 2")
		printf '%s\n' --dry-run --generation ;;
	"stats show 2" | "doctor show 2")
		echo --explain ;;
	esac
}

# The network namespaces that -n may name.
_dsrctl_namespaces()
{
	local -a paths=(/run/netns/*)

	[[ ! -e ${paths[0]} ]] || _dsrctl_list "${paths[*]##*/}"
}

# What the option takes that a word is, or nothing.
_dsrctl_option_takes()
{
	if [[ $1 =~ ^(-[jps]*n|--?netns)$ ]]; then
		echo NETNS
	elif [[ $1 =~ ^(-[jps]*b|--?batch)$ ]]; then
		echo FILE
	elif [[ $1 =~ ^--?generation$ ]]; then
		echo NUMBER
	fi
}

# The network namespace that is attached to an option, as in -nNAME, or nothing.
_dsrctl_netns_attached()
{
	[[ $1 =~ ^--?netns=(.+)$ || $1 != -netns && $1 =~ ^-[jps]*n(.+)$ ]] &&
		echo "${BASH_REMATCH[1]}"
}

# The options that go with the object.
_dsrctl_flags()
{
	echo --json --pretty --stats --netns --batch --version --help
	case $1 in
	'') echo --force ;;
	sta* | do*) echo --explain ;;
	a*) echo --dry-run --generation ;;
	esac
}

# The words that may stand where the cursor is.
_dsrctl()
{
	local -a dsrctl=("${COMP_WORDS[0]}") before=() words=() list=()
	local line cur word value='' attached=''

	# Colons are part of the words here, whatever COMP_WORDBREAKS says.
	line=${COMP_LINE:0:COMP_POINT}
	cur=${line##*[[:space:]]}
	read -ra before <<<"${line%"$cur"}"

	for word in "${before[@]:1}"; do
		if [[ -n $value ]]; then
			[[ $value != NETNS ]] || dsrctl+=(-n "$word")
			value=
		elif [[ $word == -* ]]; then
			value=$(_dsrctl_option_takes "$word")
			word=$(_dsrctl_netns_attached "$word")
			[[ -z $word ]] || dsrctl+=(-n "$word")
		else
			words+=("$word")
		fi
	done

	# "mark 7" names a service as one word does.
	if [[ ${#words[@]} -gt 3 && ${words[2]} == mark ]]; then
		words=("${words[@]:0:2}" "mark ${words[3]}" "${words[@]:4}")
	fi

	if [[ -z $value && $cur =~ ^(--?[a-z]+)=(.*)$ ]]; then
		attached=${BASH_REMATCH[1]}=
		cur=${BASH_REMATCH[2]}
		value=$(_dsrctl_option_takes "${BASH_REMATCH[1]}")
		[[ -n $value ]] || value=NUMBER
	fi

	if [[ $value == NETNS ]]; then
		mapfile -t list < <(_dsrctl_namespaces)
	elif [[ $value == FILE ]]; then
		list=(FILE)
	elif [[ -z $value && $cur == -* ]]; then
		mapfile -t list < <(_dsrctl_list "$(_dsrctl_flags "${words[0]-}")")
	elif [[ -z $value ]]; then
		mapfile -t list < <(_dsrctl_next "${words[@]}")
	fi
	mapfile -t COMPREPLY < <(_dsrctl_filter "$cur" "${list[@]#FILE}")
	if [[ " ${list[*]} " == *" FILE "* ]]; then
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -W "${COMPREPLY[*]}" -- "$cur")
	fi

	# bash replaces only what stands behind the last break in the word.
	if [[ -n $attached && $COMP_WORDBREAKS != *=* ]]; then
		COMPREPLY=("${COMPREPLY[@]/#/$attached}")
	fi
	if [[ $cur == *:* && $COMP_WORDBREAKS == *:* ]]; then
		COMPREPLY=("${COMPREPLY[@]#"${cur%"${cur##*:}"}"}")
	fi
}

complete -F _dsrctl dsrctl
