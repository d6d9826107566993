# Shared by the scripts of the emulated boards; sourced after lib.sh, never run.
# shellcheck shell=bash

readonly GUEST_SUITE="bookworm"
GUEST_ROOT="$(project_root)/.build/guest"
# Where ./cross-compile.sh leaves the boards' programs.
GUEST_PROGRAMS="${GUEST_PROGRAMS:-$(project_root)/.build/cross/out}"
readonly GUEST_ROOT GUEST_PROGRAMS

# Makes an apt root of our own once (lists, cache, status of nothing installed but `status`), with this machine's Debian
# sources for every board's architecture and the suite's backports. Prints the path of its apt.conf.
#   guest_apt NAME STATUS-FILE|"" ARCH...
guest_apt() {
  local name=$1 status=$2 folder conf file arch release
  shift 2
  set -- "$(dpkg --print-architecture)" "$@"
  folder="$GUEST_ROOT/apt-$name"
  conf="$folder/apt.conf"
  if [ -f "$folder/.complete" ]; then
    printf '%s\n' "$conf"
    return
  fi
  have apt-get || die "The emulated boards come as Debian packages and apt-get is not on this machine."
  mkdir -p "$folder"/{sources,lists/partial,cache/archives/partial}
  [ -n "$status" ] || status="$folder/status"
  [ -f "$status" ] || : >"$status"
  release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release | tr -d '"')
  local -a sources=()
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
    [ ! -s "$file" ] || sources+=("$file")
  done
  [ ${#sources[@]} -gt 0 ] || die "This machine has no apt sources (/etc/apt/sources.list, /etc/apt/sources.list.d)."
  awk -v from="${release:-$GUEST_SUITE}" -v to="$GUEST_SUITE" -v archs="$*" \
    -f "$(project_root)/scripts/cross-sources.awk" "${sources[@]}" |
    awk -v suite="$GUEST_SUITE" '
      /^Suites: / { for (i = 2; i <= NF; i++) if ($i == suite) { $0 = $0 " " suite "-backports"; break } }
      { print }' >"$folder/sources/debian.sources"
  [ -s "$folder/sources/debian.sources" ] || die "None of this machine's apt sources is Debian's main archive." \
    "Looked in: ${sources[*]}"
  {
    cat <<CONF
Dir::State "$folder";
Dir::State::status "$status";
Dir::State::lists "$folder/lists";
Dir::Cache "$folder/cache";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$folder/sources";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
#clear APT::Architectures;
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
APT::Sandbox::User "root";
APT::Install-Recommends "false";
Acquire::Languages "none";
Acquire::Retries "3";
CONF
    printf 'APT::Architectures { '
    for arch in "$@"; do printf '"%s"; ' "$arch"; done
    printf '};\n'
  } >"$conf"
  if ! apt-get -q -c "$conf" update </dev/null >"$folder/log" 2>&1; then
    grep -E '^(E|W):' "$folder/log" >&2 || tail -n 20 "$folder/log" >&2
    note "warning: apt refused some package lists for the emulated boards (above); going on with those it could verify."
  fi
  : >"$folder/.complete"
  printf '%s\n' "$conf"
}

# Fetches packages and unpacks each into FOLDER; nothing is installed.
#   guest_unpack CONF FOLDER PACKAGE...
guest_unpack() {
  local conf=$1 folder=$2 debs deb
  shift 2
  debs="$folder.debs"
  rm -rf "$debs" "$folder.new"
  mkdir -p "$debs" "$folder.new"
  if ! (cd "$debs" && apt-get -q -c "$conf" download "$@") </dev/null >"$folder.log" 2>&1; then
    tail -n 20 "$folder.log" >&2
    die "apt could not fetch: $*" "Log: $folder.log"
  fi
  for deb in "$debs"/*.deb; do dpkg -x "$deb" "$folder.new"; done
  rm -rf "$debs" "$folder" "$folder.log"
  mv "$folder.new" "$folder"
}

# Asks the separate package lists which kernel a meta-package stands for: prints e.g. 6.1.0-50-arm64.
#   guest_kernel_release CONF ARCH FLAVOUR
guest_kernel_release() {
  local release
  release=$(apt-cache -c "$1" depends "linux-image-$3:$2" 2>/dev/null |
    sed -n 's/^ *Depends: linux-image-\([0-9][^ :]*\).*/\1/p' | head -n 1)
  [ -n "$release" ] || die "apt's lists do not say which kernel linux-image-$3 of $2 is."
  printf '%s\n' "$release"
}

# One script at a time fetches or makes the thing of this name; the lock lives as long as the script.
guest_lock() {
  local descriptor
  mkdir -p "$GUEST_ROOT"
  have flock || return 0
  exec {descriptor}>"$GUEST_ROOT/$1.lock"
  flock "$descriptor"
}
