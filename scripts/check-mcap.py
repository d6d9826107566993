#!/usr/bin/env python3
"""Reads an exported MCAP file with the reader from PyPI and says what is in it.

Usage: check-mcap.py FILE.mcap [--steps N]

Needs `pip install mcap`. Every checksum is verified; the file is read in order and through its index. Exit code 0: sound.
"""

import argparse
import json
import sys

try:
    from mcap.reader import NonSeekingReader, make_reader
except ImportError:
    sys.exit("check-mcap: the Python package 'mcap' is missing; install it with: python3 -m pip install mcap")


def main() -> int:
    arguments = argparse.ArgumentParser(description="Checks an exported MCAP file.")
    arguments.add_argument("file")
    arguments.add_argument("--steps", type=int, help="how many steps the recording must have")
    options = arguments.parse_args()

    with open(options.file, "rb") as stream:
        in_order = sum(1 for _ in NonSeekingReader(stream, validate_crcs=True).iter_messages())

    with open(options.file, "rb") as stream:
        reader = make_reader(stream, validate_crcs=True)
        summary = reader.get_summary()
        if summary is None or summary.statistics is None:
            return fail(options.file, "there is no summary")
        if summary.statistics.message_count != in_order:
            return fail(options.file, f"the summary counts {summary.statistics.message_count} messages, there are {in_order}")
        steps, last, columns = 0, -1, None
        for schema, channel, message in reader.iter_messages(log_time_order=False):
            content = json.loads(message.data)
            if not channel.topic.endswith("/samples"):
                continue
            if schema is None or schema.encoding != "jsonschema" or channel.message_encoding != "json":
                return fail(options.file, f"{channel.topic} is not JSON with a schema")
            shape = (sorted(content["drives"]), sorted(content["responses"]))
            columns = columns or shape
            if shape != columns:
                return fail(options.file, f"step {content['step']} has other channels than the steps before")
            if content["step"] <= last:
                return fail(options.file, f"step {content['step']} comes after step {last}")
            last, steps = content["step"], steps + 1
        facts = {record.name: record.metadata for record in reader.iter_metadata()}
    if options.steps is not None and steps != options.steps:
        return fail(options.file, f"{steps} steps instead of {options.steps}")
    drives, responses = (len(columns[0]), len(columns[1])) if columns else (0, 0)
    print(
        json.dumps(
            {"steps": steps, "messages": in_order, "drives": drives, "responses": responses, "facts": facts.get("run", {})},
            sort_keys=True,
        )
    )
    return 0


def fail(path: str, why: str) -> int:
    print(f"check-mcap: {path}: {why}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
