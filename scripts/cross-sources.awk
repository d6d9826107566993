# Rewrites the machine's apt sources for a cross sysroot: the Debian archive alone, component main, suite `to`, for `archs`.
# Reads one-line (.list) and deb822 (.sources) files; writes deb822 stanzas to stdout.
# Variables: from = the machine's own release name, to = the wanted one, archs = space-separated list.

function is_debian_suite(suite) {
  return suite ~ ("^(" from "|" to "|stable|oldstable|oldoldstable)(-updates|-security|/updates)?$")
}

function wanted_suites(list, words, count, i, out) {
  count = split(list, words, /[ \t]+/)
  out = ""
  for (i = 1; i <= count; i++)
    if (is_debian_suite(words[i])) {
      sub(/^[^\/-]+/, to, words[i])
      out = out " " words[i]
    }
  return substr(out, 2)
}

function has_word(list, word, words, count, i) {
  count = split(list, words, /[ \t]+/)
  for (i = 1; i <= count; i++) if (words[i] == word) return 1
  return 0
}

function write_stanza(uris, suites, extra) {
  if (uris == "" || suites == "") return
  printf "Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nArchitectures: %s\n%s\n", uris, suites, archs, extra
}

function end_stanza() {
  if (has_word(value["types"], "deb") && has_word(value["components"], "main") && tolower(value["enabled"]) !~ /no|false|0/)
    write_stanza(value["uris"], wanted_suites(value["suites"]), kept)
  split("", value)
  kept = ""
  field = ""
}

function one_line(line, options, uri, suites, parts, count, i, extra, pair) {
  sub(/[ \t]*#.*/, "", line)
  sub(/^deb[ \t]+/, "", line)
  options = ""
  if (match(line, /^\[[^]]*\][ \t]*/)) {
    options = substr(line, 2, index(line, "]") - 2)
    line = substr(line, RLENGTH + 1)
  }
  count = split(line, parts, /[ \t]+/)
  if (count < 3) return
  uri = parts[1]
  suites = ""
  for (i = 3; i <= count; i++) if (parts[i] == "main") suites = wanted_suites(parts[2])
  extra = ""
  count = split(options, parts, /[ \t]+/)
  for (i = 1; i <= count; i++) {
    split(parts[i], pair, "=")
    if (pair[1] == "signed-by") { gsub(/,/, " ", pair[2]); extra = extra "Signed-By: " pair[2] "\n" }
    if (pair[1] == "trusted") extra = extra "Trusted: " pair[2] "\n"
    if (pair[1] == "check-valid-until") extra = extra "Check-Valid-Until: " pair[2] "\n"
  }
  write_stanza(uri, suites, extra)
}

FNR == 1 { end_stanza() }
/^[ \t]*#/ { next }
FILENAME ~ /\.list$/ {
  if ($1 == "deb") one_line($0)
  next
}
/^[ \t]*$/ { end_stanza(); next }
/^[ \t]/ {
  if (field in value) value[field] = value[field] " " trim($0)
  else if (field == "kept") kept = kept $0 "\n"
  next
}
{
  name = tolower(substr($0, 1, index($0, ":") - 1))
  rest = trim(substr($0, index($0, ":") + 1))
  if (name ~ /^(types|uris|suites|components|enabled)$/) { field = name; value[name] = rest }
  else if (name ~ /^(signed-by|trusted|check-valid-until|check-date|snapshot)$/) { field = "kept"; kept = kept $0 "\n" }
  else field = "skipped"
}
END { end_stanza() }

function trim(text) { gsub(/^[ \t]+|[ \t\r]+$/, "", text); return text }
