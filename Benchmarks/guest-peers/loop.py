"""A control step as one would write it in Python: smbus2 for the transfers, numpy for the network.

    loop.py DEVICE CALLS STEPS LOG

CALLS is what loop.c takes. Each step computes drive codes from the last responses through a read-out and a mixing matrix,
writes them where the calls write a DAC's code (three bytes, pointer 0x10 to 0x17), makes the same calls in the same
batches, decodes what was read, and logs the codes to the file LOG, which is on the disk four times a second. Prints one
JSON object; CPU seconds are those of the steps alone, without imports.
"""

import json
import os
import resource
import struct
import sys
import time

import numpy as np
from smbus2 import SMBus, i2c_msg


def parse(path):
    calls = []
    with open(path, encoding="ascii") as file:
        for line in file:
            call = []
            for word in line.split():
                address, direction, rest = word.split(":")
                call.append((int(address, 0), bytes.fromhex(rest) if direction == "w" else int(rest)))
            if call:
                calls.append(call)
    return calls


def is_drive(content):
    return isinstance(content, bytes) and len(content) == 3 and 0x10 <= content[0] <= 0x17


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return np.array([used.ru_utime, used.ru_stime])


def main():
    device, path, steps, kept = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    calls = parse(path)
    drives = sum(is_drive(content) for call in calls for _, content in call)
    reads = sum(content // 2 for call in calls for _, content in call if isinstance(content, int))
    random = np.random.default_rng(1)
    mixing = random.normal(0, 0.3, (drives, reads)).astype(np.float32)
    readout = random.normal(0, 0.3, (2, reads)).astype(np.float32)
    responses = np.zeros(reads, np.float32)
    with SMBus(device) as bus, open(kept, "wb", buffering=1 << 17) as log:
        begun, spent = time.monotonic(), cpu()
        synced = begun
        for step in range(steps):
            inputs = np.sin(0.1 * step)
            wanted = np.tanh(mixing @ responses + inputs)
            codes = np.clip(2048 + 1500 * wanted, 0, 4095).astype(np.uint16)
            place = 0
            raw = []
            for call in calls:
                messages = []
                for address, content in call:
                    if isinstance(content, int):
                        messages.append(i2c_msg.read(address, content))
                    elif is_drive(content):
                        code = int(codes[place])
                        place += 1
                        messages.append(i2c_msg.write(address, [content[0], content[1] & 0xF0 | code >> 8, code & 0xFF]))
                    else:
                        messages.append(i2c_msg.write(address, content))
                bus.i2c_rdwr(*messages)
                for message, (_, content) in zip(messages, call):
                    if isinstance(content, int):
                        raw.append(bytes(message))
            words = np.frombuffer(b"".join(raw), ">u2")
            responses = ((words & 0x0FFF).astype(np.float32) - 2048) / 2048
            _ = readout @ responses
            log.write(struct.pack("<Q", step) + codes.tobytes() + words.tobytes())
            if time.monotonic() - synced > 0.25:
                log.flush()
                os.fdatasync(log.fileno())
                synced = time.monotonic()
        seconds, spent = time.monotonic() - begun, cpu() - spent
    print(json.dumps({"steps": steps, "seconds": seconds, "user_seconds": spent[0], "system_seconds": spent[1]}))


if __name__ == "__main__":
    main()
