#!/usr/bin/env bash
# The project's own rules that no formatter knows. Prints every offence and ends with 1 if there is one.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$(project_root)"

if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
  mapfile -t files < <(git ls-files --cached --others --exclude-standard)
else
  mapfile -t files < <(find . -path ./.build -prune -o -type f -print | sed 's|^\./||')
fi

offences=0
offend() {
  printf '%s: %s\n' "$1" "$2" >&2
  offences=$((offences + 1))
}
# forbid REASON REGEX FILE...: the regex must match no line, comments and plain string literals taken out of Swift files.
forbid() {
  local reason=$1 regex=$2 hit
  shift 2
  [ $# -gt 0 ] || return 0
  while IFS= read -r hit; do offend "$hit" "$reason"; done < <(
    awk -v regex="$regex" '
      { line = $0 }
      FILENAME ~ /\.swift$/ { gsub(/"([^"\\]|\\.)*"/, "\"\"", line); sub(/\/\/.*/, "", line) }
      line ~ regex { print FILENAME ":" FNR }
    ' "$@"
  )
}
select_files() {
  local file
  for file in "${files[@]}"; do
    if [[ $file =~ $1 ]] && [ -f "$file" ]; then printf '%s\n' "$file"; fi
  done
}

mapfile -t board < <(select_files '^Sources/Board/.*\.swift$')
mapfile -t tests < <(select_files '^Tests/.*\.swift$')
mapfile -t code < <(select_files '\.(swift|c|h|sh|py|awk)$|^Makefile$|^\.ci/run$')
mapfile -t prose < <(select_files '\.(swift|c|h|sh|py|awk|md|toml|json|yml|service)$|^Makefile$|^\.ci/run$')

forbid 'Foundation on the board' '^[ \t]*(@[A-Za-z_()]+ +)?(public |internal |private )?import +(struct +|class +|func +)?Foundation' "${board[@]}"
forbid 'existential type on the board; use a generic' '(^|[^A-Za-z0-9_])any +[A-Z(]' "${board[@]}"
forbid 'untyped throws on the board; write throws(SomeError)' '(^|[^A-Za-z0-9_])throws *([^( ]|$)' "${board[@]}"
forbid 'skipped or excused test' '\.disabled\(|XCTSkip|withKnownIssue' "${tests[@]}"
# In brackets, so that these lines do not match themselves.
forbid 'path of one machine' '(^|[^A-Za-z0-9._$}-])/(wor[k]|hom[e]|op[t]|roo[t]|tm[p])/[A-Za-z]' "${prose[@]}"
forbid 'name of a package host' 'deb[.]debian[.]org|security[.]debian|py[p]i[.]org|pythonhoste[d]|registry[.]npm' "${prose[@]}"

for file in "${code[@]}"; do
  lines=$(wc -l <"$file")
  [ "$lines" -le 500 ] || offend "$file" "$lines lines; 500 at most"
done
for file in "${files[@]}"; do
  case "$file" in */Package.resolved | Package.resolved) offend "$file" "not kept: versions are exact in Package.swift" ;; esac
done

[ "$offences" -eq 0 ] || die "$offences offence(s) against the rules of the tree."
