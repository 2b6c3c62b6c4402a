"""Sends packets that no other tool makes; argv[1] is the destination. Run by recapture.ts."""

import sys

from scapy.all import ICMP, IP, Raw, UDP, conf, send
from scapy.layers.inet import IPOption, IPOption_NOP

conf.verb = 0
far = sys.argv[1]

# The bit that says: not milliseconds since midnight UT.
HIGH = 0x80000000


def stamp(message_type, **fields):
    """A timestamp message of the type, fields set by name."""
    return ICMP(type=message_type, id=0x1234, seq=7, **fields)


def error(message_type, code, rest, quote):
    """An ICMP error with four chosen octets after the checksum."""
    head = bytes([message_type, code, 0, 0]) + rest + quote
    words = [int.from_bytes(head[i : i + 2].ljust(2, b"\0"), "big") for i in range(0, len(head), 2)]
    total = sum(words)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return head[:2] + (~total & 0xFFFF).to_bytes(2, "big") + head[4:]


def carry(octets, **fields):
    """The octets as the payload of an IPv4 datagram with protocol 1."""
    return IP(dst=far, proto=1, **fields) / Raw(octets)


quote = bytes(IP(src=far, dst="192.0.2.9") / stamp(13, ts_ori=42694656))
options_quote = bytes(
    IP(src=far, dst="192.0.2.9", options=[IPOption_NOP()] * 4) / stamp(13, ts_ori=42694656)
)
udp_quote = bytes(IP(src=far, dst="192.0.2.9") / UDP(sport=4000, dport=33434) / b"payload!")
extension = bytes.fromhex("2000dfff00080101" + "00010140")

send(
    [
        IP(dst=far) / stamp(13, ts_ori=42694656),
        IP(dst=far) / stamp(13, ts_ori=HIGH | 42694656, ts_rx=1, ts_tx=0xFFFFFFFF),
        IP(dst=far) / stamp(13, code=5, ts_ori=86400000),
        IP(dst=far) / stamp(13, chksum=0xDEAD, ts_ori=1),
        IP(dst=far) / stamp(13, ts_ori=2) / Raw(b"trailing"),
        IP(dst=far, tos=0xB9, ttl=3, id=0xBEEF, flags="DF") / stamp(13, ts_ori=3),
        IP(dst=far, options=[IPOption(bytes([68, 12, 5, 0]) + bytes(8))])
        / stamp(13, ts_ori=4),
        IP(dst=far, options=[IPOption(bytes([68, 12, 3, 0]) + bytes(8))]) / stamp(13, ts_ori=4),
        IP(dst=far, proto=253) / Raw(b"to nobody"),
        IP(dst=far) / stamp(14, ts_ori=5, ts_rx=6, ts_tx=7),
        IP(dst=far, flags="evil") / ICMP(id=1, seq=2) / Raw(b"odd"),
        IP(dst=far) / ICMP(type=17, id=1, seq=2),
        IP(dst=far) / ICMP(type=15, id=1, seq=2),
        carry(error(3, 1, bytes(4), quote[:28])),
        carry(error(3, 2, bytes(4), quote[:28])),
        carry(error(3, 3, bytes(4), udp_quote[:28])),
        carry(error(3, 4, bytes([0, 0, 5, 0x78]), options_quote[:32])),
        carry(error(3, 13, bytes(4), options_quote)),
        carry(error(4, 0, bytes(4), quote[:28])),
        carry(error(5, 0, bytes([10, 77, 0, 9]), quote[:28])),
        carry(error(5, 1, bytes([10, 77, 0, 9]), quote[:28])),
        carry(error(11, 0, bytes([0, 32, 0, 0]), quote.ljust(128, b"\0") + extension)),
        carry(error(11, 1, bytes(4), quote[:28])),
        carry(error(12, 0, bytes([20, 0, 0, 0]), quote[:28])),
        carry(error(12, 1, bytes(4), quote[:28])),
    ],
    inter=0.005,
)
