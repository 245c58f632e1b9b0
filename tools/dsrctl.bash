# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bash completion for dsrctl(8)

_dsrctl_verbs()
{
	case $1 in
	service | backend) echo add set del show flush help ;;
	stats) echo show help ;;
	realserver) echo add del show check help ;;
	help) echo service backend stats realserver ;;
	esac
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

# The words that may follow those that are complete.
_dsrctl_next()
{
	local object verb

	[[ $# -eq 0 ]] && echo service backend stats realserver help && return
	object=$(_dsrctl_whole "$1" service backend stats realserver help)
	[[ $# -eq 1 ]] && _dsrctl_verbs "$object" && return
	# shellcheck disable=SC2046 # a list of words
	verb=$(_dsrctl_whole "$2" $(_dsrctl_verbs "$object"))

	case "$object $verb $#" in
	"service set 2" | "service del 2" | "service show 2")
		_dsrctl_live service service show ;;
	"service add 3" | "service set 3")
		echo scheduler ;;
	"service add 4" | "service set 4")
		echo maglev rr ;;
	"backend add 2" | "backend set 2" | "backend del 2" | \
	"backend show 2" | "backend flush 2")
		_dsrctl_live service service show ;;
	"backend set 3" | "backend del 3" | "backend show 3")
		_dsrctl_live address backend show "$3" ;;
	"backend add "[46] | "backend set "[46])
		echo weight mode ;;
	"backend add "[57] | "backend set "[57])
		[[ ${!#} == mode ]] && echo l2 ;;
	"realserver del 2" | "realserver show 2" | "realserver check 2")
		_dsrctl_live vip realserver show ;;
	"stats show 2")
		echo --explain ;;
	esac
}

# The words that may stand where the cursor is.
_dsrctl()
{
	local -a dsrctl=("${COMP_WORDS[0]}") before=() words=() list=()
	local line cur word netns=

	# Colons are part of the words here, whatever COMP_WORDBREAKS says.
	line=${COMP_LINE:0:COMP_POINT}
	cur=${line##*[[:space:]]}
	read -ra before <<<"${line%"$cur"}"

	for word in "${before[@]:1}"; do
		if [[ -n $netns ]]; then
			dsrctl+=(-n "$word")
			netns=
		elif [[ $word == --netns || $word == -netns ||
			$word =~ ^-[jps]*n$ ]]; then
			netns=expected
		elif [[ $word != -* ]]; then
			words+=("$word")
		fi
	done

	if [[ -n $netns ]]; then
		list=(/run/netns/*)
		list=("${list[@]##*/}")
	elif [[ $cur == -* ]]; then
		list=(--json --pretty --stats --netns --version --help)
		[[ ${words[0]} == sta* ]] && list+=(--explain)
	else
		read -ra list -d '' < <(_dsrctl_next "${words[@]}")
	fi
	mapfile -t COMPREPLY < <(_dsrctl_filter "$cur" "${list[@]}")

	# bash replaces only what stands behind the last break in the word.
	if [[ $cur == *:* && $COMP_WORDBREAKS == *:* ]]; then
		COMPREPLY=("${COMPREPLY[@]#"${cur%"${cur##*:}"}"}")
	fi
}

complete -F _dsrctl dsrctl
