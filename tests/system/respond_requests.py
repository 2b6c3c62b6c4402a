"""Sends the same odd requests to two hosts with scapy, and prints what each answers: one JSON object per request.

Usage: respond_requests.py HOST HOST
"""

import json
import logging
import sys

from scapy.all import ICMP, IP, Raw, conf, raw, sr1

conf.verb = 0
logging.getLogger("scapy").setLevel(logging.ERROR)
ORIGINATE = 36_000_000


def timestamp(**icmp):
    return ICMP(type=13, id=0x1234, seq=7, ts_ori=ORIGINATE, ts_rx=1, ts_tx=2, **icmp)


REQUESTS = {
    "plain": (IP(), timestamp()),
    "tos": (IP(tos=0x28), timestamp()),
    "dont fragment": (IP(flags="DF"), timestamp()),
    "ttl 1": (IP(ttl=1), timestamp()),
    "code 1": (IP(), timestamp(code=1)),
    "wrong checksum": (IP(), timestamp(chksum=0x1234)),
    "56 octets more": (IP(), timestamp() / Raw(bytes(range(56)))),
    "3 octets": (IP(proto=1), Raw(b"\x0d\0\0")),
    "echo": (IP(), ICMP(type=8, id=0x1234, seq=7) / b"abcdefg"),
    "echo, code 3": (IP(), ICMP(type=8, code=3, id=0x1234, seq=7) / b"abcdefg"),
    "echo, 1400 octets": (IP(), ICMP(type=8, id=1, seq=1) / bytes(1400)),
    "echo, wrong checksum": (IP(), ICMP(type=8, id=1, seq=1, chksum=0x4321) / b"abcdefg"),
    "echo, tos": (IP(tos=0x50), ICMP(type=8, id=1, seq=1)),
    "information request": (IP(), ICMP(type=15, id=1, seq=1)),
    "echo reply": (IP(), ICMP(type=0, id=1, seq=1)),
}


def describe(answer):
    if answer is None:
        return None
    message = answer[ICMP]
    octets = raw(answer)
    header_length = answer.ihl * 4
    rebuilt = IP(octets)
    del rebuilt.chksum
    del rebuilt[ICMP].chksum
    found = {
        "tos": answer.tos,
        "flags": str(answer.flags),
        "ttl": answer.ttl,
        "length": answer.len,
        "type": message.type,
        "code": message.code,
        "checksums right": raw(rebuilt) == octets,
    }
    if message.type in (0, 14):
        found["id"], found["seq"] = message.id, message.seq
    if message.type == 14:
        found["originate"] = message.ts_ori
        found["lazy"] = message.ts_rx == message.ts_tx
        found["more"] = octets[header_length + 20:].hex()
    elif message.type == 0:
        found["payload"] = octets[header_length + 8:].hex()
    return found


for name, (header, message) in REQUESTS.items():
    answers = []
    for host in sys.argv[1:]:
        packet = header.copy()
        packet.dst = host
        answers.append(describe(sr1(packet / message, timeout=0.4)))
    print(json.dumps({"request": name, "answers": answers}), flush=True)
