// ffi/ and src/ do not know each other; this is where a change that would part them stops compiling.
// Importing ffi/ here also shows that it opens nothing by itself: unit tests have no permission to.

import { assertEquals } from "@std/assert";
import { EchoSocket } from "../../../ffi/linux/echo_socket.ts";
import { RawSocket, SystemClock, SystemError } from "../../../ffi/mod.ts";
import type { SendError, Transport } from "../../../src/probe/transport.ts";
import type { Clock } from "../../../src/time/mod.ts";

const asTransport = (socket: RawSocket | EchoSocket): Transport => socket;
const asClock = (clock: SystemClock): Clock => clock;
const asSendError = (error: SystemError): SendError => error;

Deno.test("the sockets are transports, its clock a clock, its errors send errors", () => {
  const error = new SystemError("sendmmsg", 1, "send");
  assertEquals(asSendError(error), error);
  assertEquals(asTransport(Object.create(RawSocket.prototype)) instanceof RawSocket, true);
  assertEquals(asTransport(Object.create(EchoSocket.prototype)) instanceof EchoSocket, true);
  assertEquals(asClock(Object.create(SystemClock.prototype)) instanceof SystemClock, true);
});
