#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A folder to run noroshi_consume.py from: setup.sh [DIR]. A venv with what
# requirements.txt names, and the classes that protoc makes of proto/ in it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
proto=$here/../../../proto
dir=${1:-build/clients/python}

# What was set up from the same files is left as it is.
stamp=$(cat "$here/requirements.txt" "$proto"/noroshi/v1/*.proto | sha256sum)
[ "$(cat "$dir/stamp" 2>/dev/null)" != "$stamp" ] || exit 0

"${PYTHON:-python3}" -m venv "$dir"
"$dir/bin/pip" install -q --disable-pip-version-check \
	-r "$here/requirements.txt"
site=$("$dir/bin/python" -c 'import sysconfig
print(sysconfig.get_path("purelib"))')
"$dir/bin/python" -m grpc_tools.protoc -I "$proto" --python_out="$site" \
	"$proto"/noroshi/v1/*.proto
echo "$stamp" >"$dir/stamp"
