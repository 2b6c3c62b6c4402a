"""Hosts behind a TUN device whose clocks are odd: python3 odd_clocks.py DEVICE, in its own namespace.

10 ms there and 10 ms back. What a host's clock does follows from the last number of its address:
  .1  it transmits 50 ms before it receives      .2  it gains 2000 ppm
  .3  it is set ahead by 10 s after 3 s          .4  it shows the time of TAI
  .5  it is half a day ahead, less 1 ms          .6 and above: it is right
"""

import fcntl
import heapq
import os
import select
import struct
import sys
import time

DAY = 86_400_000
PATH_S = 0.010


def checksum(octets):
    total = sum(struct.unpack(f">{len(octets) // 2}H", octets))
    total = (total & 0xFFFF) + (total >> 16)
    return ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF


def open_tun(name):
    tun = os.open("/dev/net/tun", os.O_RDWR)
    IFF_TUN, IFF_NO_PI, TUNSETIFF = 0x0001, 0x1000, 0x400454CA
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return tun


def clock_ms(host, now, first):
    ms = now * 1000
    if host == 2:
        ms += (now - first) * 2.0
    if host == 3 and now - first >= 3:
        ms += 10_000
    if host == 4:
        ms += 37_000
    if host == 5:
        ms += DAY / 2 - 1
    return ms


def answer(datagram, arrived, first):
    """The reply to a timestamp request that arrived at `arrived`; None for anything else."""
    if len(datagram) != 40 or datagram[9] != 1 or datagram[20] != 13:
        return None
    host = datagram[19]
    receive = int(clock_ms(host, arrived, first)) % DAY
    transmit = (receive - 50) % DAY if host == 1 else receive
    body = bytearray(datagram[20:])
    body[0] = 14
    body[2:4] = b"\0\0"
    body[12:20] = struct.pack(">II", receive, transmit)
    body[2:4] = struct.pack(">H", checksum(bytes(body)))
    header = bytearray(datagram[:20])
    header[12:16], header[16:20] = header[16:20], header[12:16]
    header[10:12] = b"\0\0"
    header[10:12] = struct.pack(">H", checksum(bytes(header)))
    return bytes(header + body)


def main():
    tun = open_tun(sys.argv[1])
    print("ready", flush=True)
    first = {}
    due = []
    order = 0
    while True:
        wait = max(0, due[0][0] - time.time()) if due else None
        # The last stretch is spun: a sleep is late by a tenth of a millisecond.
        if wait is None or wait > 0.0005:
            ready, _, _ = select.select([tun], [], [], None if wait is None else wait - 0.0003)
        else:
            ready, _, _ = select.select([tun], [], [], 0)
        now = time.time()
        if ready:
            datagram = os.read(tun, 2048)
            order += 1
            heapq.heappush(due, (now + PATH_S, order, "arrives", datagram))
        while due and due[0][0] <= time.time():
            at, _, what, datagram = heapq.heappop(due)
            if what == "leaves":
                os.write(tun, datagram)
                continue
            arrived = time.time()
            reply = answer(datagram, arrived, first.setdefault(datagram[16:20], arrived))
            if reply is not None:
                order += 1
                heapq.heappush(due, (arrived + PATH_S, order, "leaves", reply))


main()
