/** SmokePing with our fping: after five rounds its databases hold what the lab did. */

import { assert, assertEquals } from "@std/assert";
import { Lab, labTest } from "../lab/lab.ts";
import { until } from "../support/until.ts";
import { WrappedPath, WRAPPERS } from "../support/wrapped_path.ts";

const ROUNDS = 5;
const STEP_S = 4;
const PINGS = 5;
const GUARD_MS = 180_000;

/** Two hosts: one with a round trip of 20 ms, and one that loses two probes of five besides. */
const SCENARIO = {
  defaults: { out: 12, back: 8 },
  hosts: {
    "198.18.0.2": { loss: { kind: "pattern", out: "xx..." }, out: 30, back: 10 },
    "198.18.0.3": { silent: true },
  },
} as const;

function formatConfig(folder: string): string {
  return `*** General ***
owner = lab
contact = lab@example.org
mailhost = localhost
imgcache = ${folder}/images
imgurl = images
datadir = ${folder}/data
piddir = ${folder}
cgiurl = http://localhost/smokeping.cgi
smokemail = /etc/smokeping/smokemail
tmail = /etc/smokeping/tmail
*** Database ***
step = ${STEP_S}
pings = ${PINGS}
AVERAGE 0.5 1 1000
*** Presentation ***
template = /etc/smokeping/basepage.html
+ overview
width = 600
height = 50
range = 10h
+ detail
width = 600
height = 200
unison_tolerance = 2
"Last 3 Hours" 3h
*** Probes ***
+ FPing
binary = ${WRAPPERS}/fping
hostinterval = 0.1
mininterval = 0.001
timeout = 2
tos = 8
sourceaddress = 192.0.2.1
*** Targets ***
probe = FPing
menu = Top
title = Lab
+ Near
menu = Near
title = Near
host = 198.18.0.1
+ Lossy
menu = Lossy
title = Lossy
host = 198.18.0.2
+ Silent
menu = Silent
title = Silent
host = 198.18.0.3
`;
}

/** Rows of a database that hold a round: loss, median and round-trip times, in milliseconds. */
async function readRounds(lab: Lab, file: string): Promise<{ loss: number; medianMs: number }[]> {
  const { code, stdout } = await lab.run(["rrdtool", "fetch", file, "AVERAGE", "-s", "-300"]);
  if (code !== 0) return [];
  return stdout.split("\n").flatMap((line) => {
    const [, , loss = NaN, median = NaN] = line.split(/[:\s]+/).map(Number);
    return Number.isFinite(loss) ? [{ loss, medianMs: median * 1e3 }] : [];
  });
}

labTest({
  name: "SmokePing with our fping: loss and median of five rounds are those of the lab",
  tools: ["smokeping", "rrdtool", "setsid"],
}, async () => {
  await using lab = await Lab.open({ scenario: SCENARIO });
  // SmokePing tries its fping on localhost first.
  await lab.mustRun(["ip", "link", "set", "lo", "up"]);
  await using wrapped = await WrappedPath.open();
  const folder = await Deno.makeTempDir();
  try {
    for (const name of ["data", "images"]) await Deno.mkdir(`${folder}/${name}`);
    await Deno.writeTextFile(`${folder}/config`, formatConfig(folder));
    await using smokeping = lab.spawn(
      wrapped.argv("setsid", "smokeping", `--config=${folder}/config`, "--nodaemon"),
      { timeoutMs: GUARD_MS },
    );
    await smokeping.output(/FPing: probing 3 targets/, "stderr");
    const rounds = (name: string) => readRounds(lab, `${folder}/data/${name}.rrd`);
    await until(`${ROUNDS} rounds are there`, async () => {
      return (await rounds("Silent")).length >= ROUNDS;
    });
    smokeping.sendSignal("SIGTERM");
    const { stderr } = await smokeping.result();
    // It warns of an fping that it cannot read, or that lacks an option.
    assertEquals(stderr.match(/assuming you are using|fping binary doesn.t support|ERROR/g), null);
    for (const { loss, medianMs } of await rounds("Near")) {
      assertEquals(loss, 0);
      // Not below the lab's; how far above is the affair of a busy machine, up to the time-out: a wrong unit is a thousand times.
      assert(medianMs >= 20 && medianMs < 2000, `${medianMs} ms`);
    }
    const lossy = await rounds("Lossy");
    assert(lossy.length >= ROUNDS - 1);
    // Any five in a row lose two.
    for (const { loss, medianMs } of lossy) {
      assertEquals(loss, 2);
      assert(medianMs >= 40 && medianMs < 2000, `${medianMs} ms`);
    }
    for (const { loss, medianMs } of await rounds("Silent")) {
      assertEquals([loss, medianMs], [PINGS, NaN]);
    }
    const { requests } = await lab.log();
    const asked = requests.filter(({ host }) => host === "198.18.0.1");
    // A round that is late fills two rows of the database.
    assert(asked.length >= (ROUNDS - 1) * PINGS, `${asked.length} requests`);
    assertEquals(new Set(asked.map(({ source }) => source)), new Set(["192.0.2.1"]));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
