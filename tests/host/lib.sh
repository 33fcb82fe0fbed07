# SPDX-License-Identifier: GPL-2.0-only
#
# For the scripts of tests/host/: KTAP from the shell. Source it, call ok or not_ok, end with `finish`.

count=0
failed=0
here=$(cd "$(dirname "$0")/../.." && pwd)
vm="$here/tools/vm"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# ok TEXT COMMAND...: the command's output is shown when it fails.
ok() {
	text=$1
	shift
	count=$((count + 1))
	if "$@" >"$work/ok.log" 2>&1 </dev/null; then
		echo "ok $count - $text"
	else
		failed=$((failed + 1))
		echo "not ok $count - $text"
		tail -n 15 "$work/ok.log" | sed 's/^/# /'
	fi
}

finish() {
	echo "1..$count"
	[ "$failed" = 0 ]
}
