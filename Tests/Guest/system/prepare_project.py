#!/usr/bin/env python3
"""Turns the virtual board of a project into one that is reached by ssh and has its bench behind /dev/i2c-0.

    prepare_project.py PROJECT PORT KEY KNOWN-HOSTS [STEP-US [combi]]

With `combi`, the board knows the first two AD5593R of the bench alone, none of the chips whose conversions are waited for,
and no node on the channel that is kept for live runs.
"""

import pathlib
import sys


def main():
    project, port, key, hosts = pathlib.Path(sys.argv[1]), *sys.argv[2:5]
    folder = project / "boards/virtual"
    # The virtual board's identity is not the emulated one's, so it gets a name of its own.
    folder = folder.rename(project / "boards/guest")
    board = folder / "board.toml"
    text = board.read_text()
    assert 'device = "virtual"' in text, "the board file has changed"
    text = text.replace('device = "virtual"', 'device = "/dev/i2c-0"').replace('name = "virtual"', 'name = "guest"')
    if len(sys.argv) > 5:
        step = int(sys.argv[5])
        text = text.replace("step_us = 20000", f"step_us = {step}")
        if step < 4000:  # steps without a pause, to be timed
            text = text.replace("response_delay_us = 2000", "response_delay_us = 0")
    if len(sys.argv) > 6:
        two = ('"combi0"', '"combi1"')

        def stays(block):
            kind = block[:4]
            if kind == "node":
                return any(chip in block for chip in two) and 'response = { chip = "combi1", channel = 7' not in block
            return kind != "chip" or any(f"name = {chip}" in block for chip in two) or '"tca9548a"' in block

        text = "\n[[".join(block for block in text.split("\n[[") if stays(block))
        if not text.endswith("\n"):
            text += "\n"
    # A channel nobody has, so that there is something to run live on; a board of many nodes has none left.
    if 'response = { chip = "combi1", channel = 7' not in text:
        text += '\n[[input]]\nchip = "combi1"\nchannel = 7\nrange_volts = [0.25, 2.25]\n'
    # An emulated board on a busy machine may stand still for seconds.
    text += '\n[faults]\nhang_ms = 20000\n'
    board.write_text(text)
    options = [
        "-F", "none", "-p", port, "-i", key, "-o", "IdentitiesOnly=yes", "-o", f"UserKnownHostsFile={hosts}",
        "-o", "StrictHostKeyChecking=yes",
    ]
    listed = ", ".join(f'"{option}"' for option in options)
    (project / "edgetwin.toml").write_text(
        'schema = 1\nname = "guest"\n\n[[board]]\nname = "guest"\ntransport = "ssh"\nhost = "edged@127.0.0.1"\n'
        f"options = [{listed}]\n")


if __name__ == "__main__":
    main()
