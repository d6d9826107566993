#!/usr/bin/env bash
# Makes .build/venv-peers: the libraries `make bench-twins` measures against, in exact versions, apart from the tests'
# environment. Prints its python's path on stdout. What is there already is left alone; what failed is tried again.
#
# Exit code 1 where there is no environment at all, 3 where some of the peers are missing (they are named).
#
#   EDGETWIN_TORCH_INDEX   a package index that has PyTorch's builds for the CPU alone, where pip's own index has none
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

readonly PYTHON_WANTED="3.11 to 3.13"
venv="$(project_root)/.build/venv-peers"
python="$venv/bin/python"
log="$venv/install.log"

# Name, module that must import, requirements. Later ones build on earlier ones.
peers=(
  "NumPy|numpy|numpy==2.4.6"
  "JAX|jax, optax|jax==0.10.2 jaxlib==0.10.2 optax==0.2.8"
  "diffrax|diffrax|diffrax==0.7.2 equinox==0.13.8"
  "PyTorch|torch|torch==2.13.0"
  "torchsde|torchsde|torchsde==0.2.6"
  "LiteRT|ai_edge_litert.interpreter, ai_edge_litert.schema_py_generated|ai-edge-litert==2.3.0 flatbuffers==25.12.19"
)
all_requirements() { printf '%s\n' "${peers[@]}" | sed 's/.*|//' | tr ' ' '\n'; }

pip_install() {
  "$python" -m pip install --disable-pip-version-check --no-input --progress-bar off -c "$venv/constraints.txt" "$@" \
    </dev/null >>"$log" 2>&1
}

# PyTorch's build for the CPU alone is a tenth of the one with CUDA, which is the last resort.
install_torch() {
  local version=${1#torch==}
  pip_install "torch==$version+cpu" && return
  if [ -n "${EDGETWIN_TORCH_INDEX:-}" ]; then
    pip_install --extra-index-url "$EDGETWIN_TORCH_INDEX" "torch==$version+cpu" && return
  fi
  note "pip's index has no torch $version+cpu; fetching the full build (gigabytes)"
  note "EDGETWIN_TORCH_INDEX may name an index that has the small one"
  pip_install "torch==$version"
}

have python3 || die "python3 is not on PATH." "On Debian: apt-get install python3 python3-venv"
version=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
case "$version" in
  3.11 | 3.12 | 3.13) ;;
  *) note "warning: python3 is $version; the peers' versions are known to install with $PYTHON_WANTED" ;;
esac

if [ ! -x "$python" ] || [ "$(cat "$venv/.python" 2>/dev/null)" != "$version" ]; then
  say "Python environment .build/venv-peers, Python $version"
  rm -rf "$venv"
  mkdir -p "$(dirname "$venv")"
  python3 -m venv "$venv" >&2 || die "python3 cannot make a virtual environment." "On Debian: apt-get install python3-venv"
  printf '%s' "$version" >"$venv/.python"
fi
mkdir -p "$venv/.installed"

missing=()
for peer in "${peers[@]}"; do
  IFS='|' read -r name modules requirements <<<"$peer"
  stamp="$venv/.installed/$name"
  [ "$(cat "$stamp" 2>/dev/null)" != "$requirements" ] || continue
  say "installing $name: $requirements"
  rm -f "$stamp"
  : >"$log"
  read -r -a words <<<"$requirements"
  # The other peers' versions hold for what this one drags in.
  all_requirements | grep -v -x -F "${words[@]/#/--regexp=}" >"$venv/constraints.txt"
  installed=yes
  case "$name" in
    PyTorch) install_torch "${words[0]}" || installed=no ;;
    *) pip_install "${words[@]}" || installed=no ;;
  esac
  if [ "$installed" = yes ] && "$python" -c "import $modules" </dev/null >>"$log" 2>&1; then
    printf '%s' "$requirements" >"$stamp"
  else
    # pip's own words on what failed, or the last of whatever there is.
    reasons=$(grep -E '^ERROR' "$log" || tail -n 3 "$log")
    printf '%s\n' "$reasons" | head -n 4 | sed 's/^/   | /' >&2
    missing+=("$name ($requirements)")
  fi
done

"$python" -m pip --disable-pip-version-check list --format=freeze 2>/dev/null |
  awk -v wanted="$(all_requirements | sed 's/==.*//' | tr '\n' ' ')" '
    BEGIN { count = split(wanted, names, " "); for (i = 1; i <= count; i++) known[names[i]] = 1 }
    { name = $0; sub(/==.*/, "", name); gsub(/_/, "-", name); if (tolower(name) in known) line = line " " $0 }
    END { print "   peers:" (line == "" ? " none" : line) }
  ' >&2
printf '%s\n' "$python"
if [ ${#missing[@]} -gt 0 ]; then
  printf 'error: these peers could not be installed:\n' >&2
  printf '   %s\n' "${missing[@]}" >&2
  note "Check the network, or pip's own configuration of its index. They are reported as missing, their figures as not holding."
  exit 3
fi
