#!/usr/bin/env bash
# Makes .build/venv with the Python packages the tests check against, and prints its python's path on stdout.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

readonly PACKAGES="mcap numpy scipy safetensors==0.8.0"
venv="$(project_root)/.build/venv"
if [ ! -f "$venv/.complete" ] || [ "$(cat "$venv/.complete")" != "$PACKAGES" ]; then
  have python3 || die "python3 is not on PATH." "On Debian: apt-get install python3 python3-venv"
  say "Python environment .build/venv: $PACKAGES"
  rm -rf "$venv"
  mkdir -p "$(dirname "$venv")"
  python3 -m venv "$venv" >&2 || die "python3 cannot make a virtual environment." "On Debian: apt-get install python3-venv"
  # shellcheck disable=SC2086 # one word a package
  "$venv/bin/python" -m pip install -q --disable-pip-version-check $PACKAGES </dev/null >&2 ||
    die "pip could not install: $PACKAGES" "Check the network, or pip's own configuration of its index."
  printf '%s' "$PACKAGES" >"$venv/.complete"
fi
"$venv/bin/python" -m pip --disable-pip-version-check list --format=freeze 2>/dev/null |
  grep -i -E '^(mcap|numpy|scipy|safetensors)==' | tr '\n' ' ' | sed 's/^/   python packages: /; s/ *$/\n/' >&2
printf '%s\n' "$venv/bin/python"
