# SPDX-License-Identifier: GPL-2.0-only
#
# For the scripts of tests/host/: KTAP from the shell. Source it, call ok or not_ok, end with `finish`.

count=0
failed=0
here=$(cd "$(dirname "$0")/../.." && pwd)
vm="$here/tools/vm"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# ok CONDITION... -- TEXT: the condition is a command; its output goes to the log shown on failure.
ok() {
	command=""
	while [ "$1" != -- ]; do
		command="$command '$(printf %s "$1" | sed "s/'/'\\\\''/g")'"
		shift
	done
	shift
	count=$((count + 1))
	if eval "$command" >"$work/ok.log" 2>&1; then
		echo "ok $count - $*"
	else
		failed=$((failed + 1))
		echo "not ok $count - $*"
		tail -n 15 "$work/ok.log" | sed 's/^/# /'
	fi
}

finish() {
	echo "1..$count"
	[ "$failed" = 0 ]
}
