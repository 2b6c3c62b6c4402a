/**
 * The few system calls of the reflector: a TUN device, a wake-up descriptor, waiting, the clock.
 *
 * Linux only (x86-64 and arm64 share these numbers). Nothing here comes from the project's
 * own ffi folder: the lab must not share its mistakes.
 */

const LIBC = {
  open: { parameters: ["buffer", "i32", "u32"], result: "i32" },
  ioctl: { parameters: ["i32", "u64", "buffer"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  write: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
  ppoll: { parameters: ["buffer", "u64", "buffer", "pointer"], result: "i32" },
  clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
  prctl: { parameters: ["i32", "u64", "u64", "u64", "u64"], result: "i32" },
  sched_setscheduler: { parameters: ["i32", "i32", "buffer"], result: "i32" },
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  if_nametoindex: { parameters: ["buffer"], result: "u32" },
  mmap: { parameters: ["pointer", "usize", "i32", "i32", "i32", "i64"], result: "pointer" },
  __errno_location: { parameters: [], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

const O_RDWR = 0o2;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
const TUNSETIFF = 0x400454can;
const IFF_TUN = 0x0001;
const IFF_NO_PI = 0x1000;
const IFREQ_BYTES = 40;
const IFREQ_FLAGS = 16;
const CLOCK_REALTIME = 0;
const POLLIN = 1;
const PR_SET_TIMERSLACK = 29;
const SCHED_FIFO = 1;
const EAGAIN = 11;
const EINTR = 4;
const POLLFD_BYTES = 8;
const AF_PACKET = 17;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
/** Only a socket for all protocols is shown what leaves. */
const ETH_P_ALL = 3;
const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;
const SOL_PACKET = 263;
const PACKET_RX_RING = 5;
const PACKET_VERSION = 10;
const TPACKET_V2 = 1;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const SOCKADDR_LL_BYTES = 20;
/** struct sock_filter[]: pass what leaves (packet type 4, PACKET_OUTGOING), drop the rest. */
const OUTGOING_ONLY: readonly (readonly [number, number, number, number])[] = [
  [0x28, 0, 0, 0xfffff004], // load the packet type (an ancillary halfword)
  [0x15, 0, 1, 4], // is it 4?
  [0x06, 0, 0, 0xffff], // take all of it
  [0x06, 0, 0, 0], // take nothing
];
const MAX_LENGTH_BYTES = 65536;

/** The kernel, as the reflector sees it. One instance per thread. */
export class Kernel {
  readonly #libc = Deno.dlopen("libc.so.6", LIBC);
  readonly #errno: Int32Array;
  // struct timespec { int64 seconds; int64 nanoseconds; }: the low words suffice until 2106.
  readonly #time = new Uint32Array(4);
  readonly #timeout = new BigInt64Array(2);
  readonly #pollfds = new Int32Array(2 * POLLFD_BYTES / 4);
  // A BigInt made per call would be garbage per packet.
  readonly #lengths: bigint[] = [];
  readonly #baseSeconds: number;

  /** Opens libc. Times will be nanoseconds since `baseUnixMs`, a whole number of seconds. */
  constructor(baseUnixMs: number) {
    this.#baseSeconds = baseUnixMs / 1000;
    const errno = this.#libc.symbols.__errno_location();
    if (errno === null) throw new Error("Cannot find errno: libc returned no address");
    this.#errno = new Int32Array(Deno.UnsafePointerView.getArrayBuffer(errno, 4));
  }

  /** CLOCK_REALTIME in nanoseconds since the base. */
  nowNs(): number {
    this.#libc.symbols.clock_gettime(CLOCK_REALTIME, this.#time);
    const seconds = this.#time[0] as number;
    const nanoseconds = this.#time[2] as number;
    return (seconds - this.#baseSeconds) * 1e9 + nanoseconds;
  }

  /** Opens a TUN device of this name, without a packet information header; returns its descriptor. */
  openTun(name: string): number {
    const path = new TextEncoder().encode("/dev/net/tun\0");
    const descriptor = this.#libc.symbols.open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC, 0);
    if (descriptor < 0) this.#fail("open /dev/net/tun");
    const request = new Uint8Array(IFREQ_BYTES);
    request.set(new TextEncoder().encode(name).subarray(0, IFREQ_FLAGS - 1));
    new DataView(request.buffer).setUint16(IFREQ_FLAGS, IFF_TUN | IFF_NO_PI, true);
    if (this.#libc.symbols.ioctl(descriptor, TUNSETIFF, request) < 0) this.#fail("ioctl TUNSETIFF");
    return descriptor;
  }

  /** Opens a packet socket with a ring (TPACKET_V2) on the packets that leave through a device. */
  openPacketRing(
    device: string,
    blockBytes: number,
    frameBytes: number,
    frames: number,
  ): { descriptor: number; memory: ArrayBuffer } {
    const { symbols } = this.#libc;
    // Protocol 0: deaf until bound, so that nothing unfiltered gets in.
    const descriptor = symbols.socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) this.#fail("open a packet socket");
    this.#attachFilter(descriptor);
    const set = (option: number, ...words: number[]) => {
      const value = new Uint8Array(new Uint32Array(words).buffer);
      if (symbols.setsockopt(descriptor, SOL_PACKET, option, value, value.length) < 0) {
        this.#fail("set up a packet ring");
      }
    };
    const sizeBytes = frameBytes * frames;
    set(PACKET_VERSION, TPACKET_V2);
    set(PACKET_RX_RING, blockBytes, sizeBytes / blockBytes, frameBytes, frames);
    const pointer = symbols.mmap(
      null,
      BigInt(sizeBytes),
      PROT_READ_WRITE,
      MAP_SHARED,
      descriptor,
      0n,
    );
    if (pointer === null || Deno.UnsafePointer.value(pointer) === 0xffffffffffffffffn) {
      this.#fail("mmap a packet ring");
    }
    const address = new Uint8Array(SOCKADDR_LL_BYTES);
    const view = new DataView(address.buffer);
    view.setUint16(0, AF_PACKET, true);
    view.setUint16(2, ETH_P_ALL, false);
    view.setUint32(4, symbols.if_nametoindex(new TextEncoder().encode(`${device}\0`)), true);
    if (symbols.bind(descriptor, address, address.length) < 0) this.#fail("bind a packet socket");
    return { descriptor, memory: Deno.UnsafePointerView.getArrayBuffer(pointer, sizeBytes) };
  }

  #attachFilter(descriptor: number): void {
    const program = new Uint8Array(8 * OUTGOING_ONLY.length);
    const view = new DataView(program.buffer);
    OUTGOING_ONLY.forEach(([code, whenTrue, whenFalse, operand], i) => {
      view.setUint16(8 * i, code, true);
      view.setUint8(8 * i + 2, whenTrue);
      view.setUint8(8 * i + 3, whenFalse);
      view.setUint32(8 * i + 4, operand, true);
    });
    // struct sock_fprog { unsigned short len; struct sock_filter *filter; }
    const prog = new Uint8Array(16);
    const progView = new DataView(prog.buffer);
    progView.setUint16(0, OUTGOING_ONLY.length, true);
    const pointer = Deno.UnsafePointer.value(Deno.UnsafePointer.of(program));
    progView.setBigUint64(8, BigInt(pointer), true);
    const { setsockopt } = this.#libc.symbols;
    if (setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, prog, prog.length) < 0) {
      this.#fail("attach a filter");
    }
  }

  /** Opens a descriptor on which `wake` ends another thread's `wait`. */
  openWaker(): number {
    const descriptor = this.#libc.symbols.eventfd(0, O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0) this.#fail("eventfd");
    return descriptor;
  }

  /** Ends the wait of the thread that watches this waker. */
  wake(waker: number): void {
    this.#libc.symbols.write(waker, new Uint8Array(new BigUint64Array([1n]).buffer), 8n);
  }

  /** Forgets the wake-ups so far. */
  clearWaker(waker: number): void {
    this.#libc.symbols.read(waker, new Uint8Array(8), 8n);
  }

  /** Reads one packet; 0 when none is there. */
  read(descriptor: number, buffer: Uint8Array<ArrayBuffer>): number {
    const length = this.#libc.symbols.read(descriptor, buffer, this.#length(buffer.length));
    if (length >= 0) return length;
    const errno = this.#errno[0] as number;
    if (errno === EAGAIN || errno === EINTR) return 0;
    this.#fail("read");
  }

  /** Writes one packet; false when the kernel refused it (a packet that no kernel accepts is not an error here). */
  write(descriptor: number, buffer: Uint8Array<ArrayBuffer>, lengthBytes: number): boolean {
    return this.#libc.symbols.write(descriptor, buffer, this.#length(lengthBytes)) === lengthBytes;
  }

  /** Waits until one of two descriptors is readable or `timeoutNs` (may be Infinity) has passed. */
  wait(first: number, second: number, timeoutNs: number): void {
    this.#pollfds[0] = first;
    this.#pollfds[1] = POLLIN;
    this.#pollfds[2] = second;
    this.#pollfds[3] = POLLIN;
    // An hour is as good as forever: the caller loops.
    const boundedNs = Math.max(0, Math.min(timeoutNs, 3.6e12));
    this.#timeout[0] = BigInt(Math.floor(boundedNs / 1e9));
    this.#timeout[1] = BigInt(Math.floor(boundedNs % 1e9));
    this.#libc.symbols.ppoll(this.#pollfds, 2n, this.#timeout, null);
  }

  /** Makes the calling thread's waits end on time: no timer slack and, if the kernel permits, real-time priority. */
  makePrompt(): void {
    this.#libc.symbols.prctl(PR_SET_TIMERSLACK, 1n, 0n, 0n, 0n);
    this.#libc.symbols.sched_setscheduler(0, SCHED_FIFO, new Int32Array([1]));
  }

  #length(lengthBytes: number): bigint {
    if (lengthBytes > MAX_LENGTH_BYTES) return BigInt(lengthBytes);
    return this.#lengths[lengthBytes] ??= BigInt(lengthBytes);
  }

  #fail(call: string): never {
    throw new Error(`Cannot ${call}: errno ${this.#errno[0]}`);
  }
}
