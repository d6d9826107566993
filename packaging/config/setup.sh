#!/bin/sh
# Makes this board's identity at its first boot (edged-setup.service).
#
# Name and id come from /etc/edged/identity, lines "name=TEXT" and "board_id=32 HEX DIGITS", "#" for comments. What is not
# there, or the whole file, is made up: the host's name, a random id.
set -eu

file=/etc/edged/identity
name=
board_id=
if [ -e "$file" ]; then
  number=0
  carriage_return=$(printf '\r')
  # The last line counts without its line feed too, and a file written on Windows is understood.
  while IFS= read -r line || [ -n "$line" ]; do
    number=$((number + 1))
    line=${line%"$carriage_return"}
    case $line in
      '' | '#'*) ;;
      name=*) name=${line#name=} ;;
      board_id=*) board_id=${line#board_id=} ;;
      *)
        echo "<3>$file, line $number: '$line' is neither name=... nor board_id=...: mend or remove it" >&2
        exit 1
        ;;
    esac
  done <"$file"
fi
[ -n "$name" ] || name=$(uname -n)

set -- --state /var/lib/edged --name "$name" --trusted /etc/edged/trusted.d
[ -z "$board_id" ] || set -- "$@" --board-id "$board_id"
exec /usr/bin/edged init "$@"
