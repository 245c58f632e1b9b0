#!/bin/bash
# Load the module of KUnit tests and say its results as TAP.  Loading succeeds
# even when tests fail: what counts is in debugfs.
set -u
results=/sys/kernel/debug/kunit

echo "TAP version 13"
insmod "$DSR_EXTRA" || exit
suites=("$results"/*/results)
if ! [ -e "${suites[0]}" ]; then
	echo "Bail out! the module has no tests"
	exit 1
fi

# A suite's cases are indented by four columns, after their plan; a case's
# parameters by eight.
awk '
	FNR == 1 { finish_suite(); split(FILENAME, part, "/"); suite = part[6]; opened = 1 }
	/^    1\.\./ { planned = substr($1, 4) + 0 }
	/^    (not )?ok / {
		cases++
		result = $1 == "ok" ? "ok" : "not ok"
		sub(/^    (not )?ok [0-9]+ (- )?/, "")
		print result " " ++count " - " suite ": " $0
		if (result != "ok") {
			bad++
			printf "%s", notes
		}
		notes = ""
		next
	}
	/^(not )?ok / { verdict = $1 }
	/^    / { notes = notes "# " $0 "\n" }
	function finish_suite() {
		if (opened && ((verdict != "ok" && !bad) || cases != planned || !cases))
			print "not ok " ++count " - " suite ": " cases + 0 " of " planned + 0 \
				" cases, ended " (verdict ? verdict : "never")
		cases = planned = opened = bad = 0
		verdict = notes = ""
	}
	END { finish_suite(); print "1.." count }
' "${suites[@]}"
rmmod dsr_kunit
