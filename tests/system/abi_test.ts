// Nothing checks a wrong foreign declaration at run time: it is memory corruption. So a C compiler, which knows the
// real headers, is asked about every constant, every offset and every function that ffi/ declares.

import { assert, assertEquals, assertRejects } from "@std/assert";
import * as linuxConstants from "../../ffi/linux/constants.ts";
import * as linkConstants from "../../ffi/linux/link_constants.ts";
import * as linuxLayout from "../../ffi/linux/layout.ts";
import * as netlinkConstants from "../../ffi/linux/netlink_constants.ts";
import * as packetConstants from "../../ffi/linux/packet_constants.ts";
import * as posixConstants from "../../ffi/posix/constants.ts";
import { linuxErrors } from "../../ffi/linux/errno_table.ts";
import * as posixLayout from "../../ffi/posix/layout.ts";
import { LINUX_SYMBOLS } from "../../ffi/linux/libc.ts";
import { CONNECTION_SYMBOLS, PORTABLE_SYMBOLS } from "../../ffi/posix/libc.ts";
import {
  evaluateC,
  linkFunctions,
  MUSL_COMPILER,
  readPrototypes,
  runC,
} from "../support/c_compiler.ts";
import { systemTest } from "../support/tools.ts";

const requirements = {
  tools: ["gcc"],
  missing: Deno.build.os === "linux" ? undefined : "Linux numbers",
};

/** What C calls, or would have to write for, a constant that its headers do not have under our name. */
const cNames: Readonly<Record<string, string>> = {
  LINUX_CAPABILITY_VERSION_3: "_LINUX_CAPABILITY_VERSION_3",
  // The kernel's own names, not in the headers that it exports.
  MSG_PROBE: "MSG_PROXY",
  NUD_SILENT: "NUD_INCOMPLETE|NUD_FAILED",
  NUD_VALID: "NUD_PERMANENT|NUD_NOARP|NUD_REACHABLE|NUD_PROBE|NUD_STALE|NUD_DELAY",
};
/** Sizes of buffers: where musl's are shorter, ours do. */
const mayBeShorter: ReadonlySet<string> = new Set(["NI_MAXHOST"]);
/** Newer than the headers of some distributions: compared where they are known. */
const mayBeMissing: ReadonlySet<string> = new Set(["SCM_TS_OPT_ID"]);
const constants = {
  ...posixConstants,
  ...linuxConstants,
  ...linkConstants,
  ...netlinkConstants,
  ...packetConstants,
};
const layout = { ...posixLayout, ...linuxLayout };

/** Processors and C libraries whose tables are compared, by the name of their compiler; what is compiled is not run. */
const COMPILERS = ["gcc", "aarch64-linux-gnu-gcc", MUSL_COMPILER] as const;

for (const compiler of COMPILERS) {
  systemTest({
    name: `every constant is what the C headers say: ${compiler}`,
    ...requirements,
    tools: [compiler],
  }, async () => {
    const ours = Object.entries(constants);
    assert(ours.length > 50, "the constants were not found");
    const expressions = ours.map(([name, value]) => {
      const expression = `(long long)(${cNames[name] ?? name})`;
      return !mayBeMissing.has(name) ? expression : `
#ifdef ${name}
${expression}
#else
${value}
#endif
`;
    });
    const theirs = await evaluateC(expressions, compiler);
    for (const [index, [name, value]] of ours.entries()) {
      const isShorter = mayBeShorter.has(name) && (theirs[index] ?? NaN) < value;
      if (compiler !== MUSL_COMPILER || !isShorter) assertEquals(theirs[index], value, name);
    }
  });
}

interface Structure {
  readonly type: string;
  /** C's name of each of our fields. */
  readonly members: Readonly<Record<string, string>>;
}

const structures: Readonly<Record<string, Structure>> = {
  SockaddrIn: {
    type: "struct sockaddr_in",
    members: { family: "sin_family", port: "sin_port", address: "sin_addr" },
  },
  Sigaction: {
    type: "struct sigaction",
    members: { handler: "sa_handler" },
  },
  SockaddrLl: {
    type: "struct sockaddr_ll",
    members: {
      family: "sll_family",
      protocol: "sll_protocol",
      interfaceIndex: "sll_ifindex",
      linkType: "sll_hatype",
      addressLength: "sll_halen",
      address: "sll_addr",
    },
  },
  SockaddrNl: {
    type: "struct sockaddr_nl",
    members: { family: "nl_family", port: "nl_pid", groups: "nl_groups" },
  },
  Nlmsghdr: {
    type: "struct nlmsghdr",
    members: {
      length: "nlmsg_len",
      type: "nlmsg_type",
      flags: "nlmsg_flags",
      sequence: "nlmsg_seq",
      port: "nlmsg_pid",
    },
  },
  Rtmsg: {
    type: "struct rtmsg",
    members: {
      family: "rtm_family",
      destinationBits: "rtm_dst_len",
      sourceBits: "rtm_src_len",
      table: "rtm_table",
      protocol: "rtm_protocol",
      scope: "rtm_scope",
      type: "rtm_type",
    },
  },
  Ndmsg: {
    type: "struct ndmsg",
    members: { family: "ndm_family", interfaceIndex: "ndm_ifindex", state: "ndm_state" },
  },
  Ifinfomsg: {
    type: "struct ifinfomsg",
    members: {
      family: "ifi_family",
      linkType: "ifi_type",
      interfaceIndex: "ifi_index",
      flags: "ifi_flags",
      change: "ifi_change",
    },
  },
  Ifaddrmsg: {
    type: "struct ifaddrmsg",
    members: { family: "ifa_family", prefixBits: "ifa_prefixlen", interfaceIndex: "ifa_index" },
  },
  Rtattr: { type: "struct rtattr", members: { length: "rta_len", type: "rta_type" } },
  Iovec: { type: "struct iovec", members: { base: "iov_base", length: "iov_len" } },
  Msghdr: {
    type: "struct msghdr",
    members: {
      name: "msg_name",
      nameLength: "msg_namelen",
      iov: "msg_iov",
      iovCount: "msg_iovlen",
      control: "msg_control",
      controlLength: "msg_controllen",
      flags: "msg_flags",
    },
  },
  Mmsghdr: { type: "struct mmsghdr", members: { header: "msg_hdr", length: "msg_len" } },
  Cmsghdr: {
    type: "struct cmsghdr",
    members: { length: "cmsg_len", level: "cmsg_level", type: "cmsg_type" },
  },
  Timespec: {
    type: "struct timespec",
    members: { seconds: "tv_sec", nanoseconds: "tv_nsec" },
  },
  Pollfd: {
    type: "struct pollfd",
    members: { descriptor: "fd", events: "events", returnedEvents: "revents" },
  },
  SockFilter: {
    type: "struct sock_filter",
    members: { code: "code", jumpTrue: "jt", jumpFalse: "jf", k: "k" },
  },
  SockFprog: { type: "struct sock_fprog", members: { length: "len", filter: "filter" } },
  SockExtendedErr: {
    type: "struct sock_extended_err",
    members: {
      errno: "ee_errno",
      origin: "ee_origin",
      type: "ee_type",
      code: "ee_code",
      info: "ee_info",
      data: "ee_data",
    },
  },
  InPktinfo: { type: "struct in_pktinfo", members: { destination: "ipi_addr" } },
  Addrinfo: {
    type: "struct addrinfo",
    members: {
      flags: "ai_flags",
      family: "ai_family",
      socketType: "ai_socktype",
      protocol: "ai_protocol",
      addressLength: "ai_addrlen",
      address: "ai_addr",
      next: "ai_next",
    },
  },
  Ifaddrs: {
    type: "struct ifaddrs",
    members: {
      next: "ifa_next",
      name: "ifa_name",
      flags: "ifa_flags",
      address: "ifa_addr",
      netmask: "ifa_netmask",
      broadcast: "ifa_broadaddr",
    },
  },
  Timex: {
    type: "struct timex",
    members: {
      modes: "modes",
      offset: "offset",
      frequency: "freq",
      maximumError: "maxerror",
      estimatedError: "esterror",
      status: "status",
      tai: "tai",
    },
  },
  SpawnFileActions: { type: "posix_spawn_file_actions_t", members: {} },
  Ifreq: {
    type: "struct ifreq",
    members: { name: "ifr_name", data: "ifr_data", index: "ifr_ifindex" },
  },
  EthtoolTsInfo: {
    type: "struct ethtool_ts_info",
    members: { command: "cmd", flags: "so_timestamping", clockIndex: "phc_index" },
  },
};

for (const compiler of COMPILERS) {
  systemTest({
    name: `every size and offset is what a C compiler says: ${compiler}`,
    ...requirements,
    tools: [compiler],
  }, async () => {
    const labels: string[] = [], expected: string[] = [], expressions: string[] = [];
    const ask = (label: string, ours: number, expression: string) => {
      labels.push(label);
      expected.push(`${label} ${ours}`);
      expressions.push(`(long long)(${expression})`);
    };
    for (const [table, fields] of Object.entries(layout)) {
      if (typeof fields === "function" || table === "Capabilities") continue;
      const structure = structures[table];
      assert(
        structure !== undefined,
        `layout.ts has ${table}, and this test does not know its C name`,
      );
      for (const [field, offset] of Object.entries(fields)) {
        if (field === "size") ask(`${table}.size`, offset, `sizeof(${structure.type})`);
        else if (structure.members[field] !== undefined) {
          const expression = `offsetof(${structure.type}, ${structure.members[field]})`;
          ask(`${table}.${field}`, offset, expression);
        } else assert(table === "Cmsghdr", `${table}.${field} has no C name in this test`);
      }
    }
    const { Capabilities, Cmsghdr, cmsgLength, cmsgSpace } = layout;
    ask("Cmsghdr.data", Cmsghdr.data, "CMSG_LEN(0)");
    ask("Cmsghdr.alignment", Cmsghdr.alignment, "CMSG_ALIGN(1)");
    for (const bytes of [0, 1, 4, 8, 32, 48]) {
      ask(`CMSG_SPACE(${bytes})`, cmsgSpace(bytes), `CMSG_SPACE(${bytes})`);
      ask(`CMSG_LEN(${bytes})`, cmsgLength(bytes), `CMSG_LEN(${bytes})`);
    }
    const header = "struct __user_cap_header_struct";
    const data = "struct __user_cap_data_struct";
    ask("Capabilities.headerSize", Capabilities.headerSize, `sizeof(${header})`);
    ask("Capabilities.version", Capabilities.version, `offsetof(${header}, version)`);
    ask("Capabilities.process", Capabilities.process, `offsetof(${header}, pid)`);
    ask("Capabilities.dataSize", Capabilities.dataSize, `sizeof(${data})`);
    ask("Capabilities.effective", Capabilities.effective, `offsetof(${data}, effective)`);
    ask("Capabilities.permitted", Capabilities.permitted, `offsetof(${data}, permitted)`);
    ask("Capabilities.inheritable", Capabilities.inheritable, `offsetof(${data}, inheritable)`);
    const theirs = await evaluateC(expressions, compiler);
    assertEquals(labels.map((label, index) => `${label} ${theirs[index]}`), expected);
  });
}

systemTest({ name: "every error number has C's name and text", ...requirements }, async () => {
  const statement = `for (int number = 1; number < 200; number++)
    if (strerrorname_np(number))
      printf("%d %s %s\\n", number, strerrorname_np(number), strerror(number));`;
  const ours = Object.entries(linuxErrors()).map(([number, names]) =>
    `${number} ${names.join(" ")}`
  );
  assertEquals(ours, await runC(statement));
});

systemTest(
  { name: "every function is in musl's library", ...requirements, tools: ["gcc", MUSL_COMPILER] },
  async () => {
    const names = Object.entries({ ...PORTABLE_SYMBOLS, ...CONNECTION_SYMBOLS, ...LINUX_SYMBOLS })
      .map(([key, symbol]) => "name" in symbol ? symbol.name : key);
    assert(names.length > 40, "the functions were not found");
    await linkFunctions(names, MUSL_COMPILER);
    // The linker knows what is missing.
    await assertRejects(() => linkFunctions(["strerrorname_np"], MUSL_COMPILER));
  },
);

/** Functions that return ssize_t and are declared i32, because their buffers are far smaller than 2 GiB. */
const shortSizes: ReadonlySet<string> = new Set(
  ["sendto", "recvfrom", "recvmsg", "sendmsg", "read", "write"],
);

systemTest(
  { name: "every function has the signature of C's headers", ...requirements },
  async () => {
    const prototypes = await readPrototypes();
    const types = new Set<string>();
    const functions: {
      name: string;
      ours: string;
      result: string;
      parameters: readonly string[];
    }[] = [];
    for (
      const [key, symbol] of Object.entries({
        ...PORTABLE_SYMBOLS,
        ...CONNECTION_SYMBOLS,
        ...LINUX_SYMBOLS,
      })
    ) {
      const name = "name" in symbol ? symbol.name : key;
      const prototype = prototypes.get(name);
      assert(prototype !== undefined, `no header declares ${name}`);
      const ours = `${name}(${symbol.parameters.map(normalize).join(", ")}) ${
        normalize(symbol.result)
      }`;
      functions.push({ name, ours, ...prototype });
      for (const type of [prototype.result, ...prototype.parameters]) types.add(type);
    }
    const classes = await classify([...types]);
    assert(functions.length > 40, "the functions were not found");
    for (const { name, ours, result, parameters } of functions) {
      let returned = classes.get(result);
      if (shortSizes.has(name)) {
        assertEquals(returned, "isize", name);
        returned = "i32";
      }
      const told = parameters.flatMap((type) =>
        type === "..." ? furtherArguments[name] ?? ["pointer"] : classes.get(type)
      );
      assertEquals(ours, `${name}(${told.join(", ")}) ${returned}`);
    }
  },
);

/** What we pass to a variadic function beyond what its prototype names, where that is not one pointer. */
const furtherArguments: Readonly<Record<string, readonly string[]>> = {
  open: ["u32"],
  prctl: ["usize", "usize", "usize", "usize"],
};

function normalize(type: string): string {
  if (type === "buffer") return "pointer";
  return type === "u64" ? "usize" : type;
}

/** Asks the compiler for the size and signedness of each C type. */
async function classify(types: readonly string[]): Promise<Map<string, string>> {
  const classes = new Map<string, string>();
  const numbers: string[] = [];
  for (const type of types) {
    // glibc's socket functions take their address as a transparent union of pointers.
    if (/[*]|SOCKADDR_ARG|^cap_user_/.test(type)) classes.set(type, "pointer");
    else if (type === "void" || type === "...") classes.set(type, type);
    else numbers.push(type);
  }
  const lines = await runC(
    numbers.map((type) => `printf("%d %zu\\n", (${type})-1 < 0, sizeof(${type}));`).join("\n"),
  );
  numbers.forEach((type, index) => {
    const [signed, size] = (lines[index] ?? "").split(" ");
    const width = size === "8" ? "size" : String(Number(size) * 8);
    classes.set(type, (signed === "1" ? "i" : "u") + width);
  });
  return classes;
}
