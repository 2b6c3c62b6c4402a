"""Sends ICMP errors about probes that go on: for each request to HOST that comes in at DEVICE, one that quotes it, and one
that quotes the next sequence number, both in this router's own name. Prints "ready", then runs until it is killed."""

import socket
import struct
import sys

host, device = socket.inet_aton(sys.argv[1]), sys.argv[2]


def checksum(octets):
    total = sum(struct.unpack("!%dH" % (len(octets) // 2), octets))
    while total >> 16:
        total = (total >> 16) + (total & 0xFFFF)
    return ~total & 0xFFFF


def error(quote):
    head = struct.pack("!BBHI", 3, 1, 0, 0)
    return head[:2] + struct.pack("!H", checksum(head + quote)) + head[4:] + quote


watch = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
watch.bind((device, 0x0800))
send = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
print("ready", flush=True)
while True:
    packet, (_, _, kind, _, _) = watch.recvfrom(2048)
    if kind == 4 or packet[9] != 1 or packet[16:20] != host or packet[8] < 2:
        continue
    start = (packet[0] & 15) * 4
    if packet[start] not in (8, 13):
        continue
    source = socket.inet_ntoa(packet[12:16])
    quote = bytearray(packet[: start + 8])
    send.sendto(error(bytes(quote)), (source, 0))
    sequence = struct.unpack("!H", quote[start + 6 : start + 8])[0]
    quote[start + 6 : start + 8] = struct.pack("!H", (sequence + 1) & 0xFFFF)
    send.sendto(error(bytes(quote)), (source, 0))
