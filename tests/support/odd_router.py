"""A router that sends ICMP errors in its own name: odd_router.py DEVICE HOST=ACT ...

What it does about each echo or timestamp request to HOST that comes in at DEVICE:
  forge      host unreachable about a request that goes on, and another one that quotes the next sequence number
  TYPE.CODE  that error about a request that would go on; the firewall drops the request
  mpls       time exceeded, with a label stack (RFC 4950), about a request that expires here; the firewall drops it
Prints "ready", then runs until it is killed."""

import socket
import struct
import sys

device = sys.argv[1]
acts = dict(word.split("=") for word in sys.argv[2:])
# Two entries: label 24005, class 1, not the last, TTL 254; label 17, the last, TTL 1.
STACK = bytes.fromhex("000c0101 05dc52fe 00011101")


def checksum(octets):
    octets += b"\0" * (len(octets) % 2)
    total = sum(struct.unpack("!%dH" % (len(octets) // 2), octets))
    while total >> 16:
        total = (total >> 16) + (total & 0xFFFF)
    return ~total & 0xFFFF


def error(kind, code, quote, rest=0):
    head = struct.pack("!BBHI", kind, code, 0, rest)
    return head[:2] + struct.pack("!H", checksum(head + quote)) + head[4:] + quote


def labelled(quote):
    head = b"\x20\0\0\0"
    total = checksum(head + STACK)
    extension = head[:2] + struct.pack("!H", total) + STACK
    return error(11, 0, quote[:128].ljust(128, b"\0") + extension, 32 << 16)


watch = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
watch.bind((device, 0x0800))
send = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
print("ready", flush=True)
while True:
    packet, (_, _, kind, _, _) = watch.recvfrom(2048)
    act = acts.get(socket.inet_ntoa(packet[16:20]))
    start = (packet[0] & 15) * 4
    expires = packet[8] < 2
    if kind == 4 or act is None or packet[9] != 1 or packet[start] not in (8, 13):
        continue
    if expires != (act == "mpls"):
        continue
    source = socket.inet_ntoa(packet[12:16])
    quote = bytearray(packet[: start + 8])
    if act == "mpls":
        send.sendto(labelled(bytes(packet)), (source, 0))
    elif act == "forge":
        send.sendto(error(3, 1, bytes(quote)), (source, 0))
        sequence = struct.unpack("!H", quote[start + 6 : start + 8])[0]
        quote[start + 6 : start + 8] = struct.pack("!H", (sequence + 1) & 0xFFFF)
        send.sendto(error(3, 1, bytes(quote)), (source, 0))
    else:
        number, code = map(int, act.split("."))
        send.sendto(error(number, code, bytes(quote)), (source, 0))
