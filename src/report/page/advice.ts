/** What an auditor asks next: what CVE-1999-0524 is about, and how answers are switched off on each system. */

import { escapeHtml, Html, html } from "./html.ts";

/** How to switch answers off on one family of systems. */
interface Advice {
  readonly system: string;
  readonly words: string;
  readonly commands: string;
  readonly source: string;
}

const ADVICE: readonly Advice[] = [
  {
    system: "Linux",
    words: "The kernel answers always and has no switch for it: a firewall rule drops the " +
      "requests. The first line is for a table and chain that exist already, the second for " +
      "iptables, the last two for firewalld.",
    commands: "nft insert rule inet filter input icmp type timestamp-request drop\n" +
      "iptables -I INPUT -p icmp --icmp-type timestamp-request -j DROP\n" +
      "firewall-cmd --permanent --add-icmp-block=timestamp-request\nfirewall-cmd --reload",
    source: "nft(8), iptables-extensions(8), firewall-cmd(1); icmp_timestamp() in net/ipv4/icmp.c",
  },
  {
    system: "Windows",
    words: "A rule of Windows Defender Firewall blocks the requests, ICMPv4 type 13.",
    commands: 'New-NetFirewallRule -DisplayName "Block ICMP timestamp requests" ' +
      "-Direction Inbound -Protocol ICMPv4 -IcmpType 13 -Action Block",
    source: "Microsoft Learn: New-NetFirewallRule (NetSecurity)",
  },
  {
    system: "Cisco IOS, IOS XE",
    words: "An access list on the interfaces that face the askers; for the router's own " +
      "addresses the same match in a control-plane policy.",
    commands: "ip access-list extended FROM-OUTSIDE\n deny icmp any any timestamp-request\n" +
      " permit ip any any",
    source: "Cisco IOS Security Command Reference: deny (IP), ip access-list",
  },
  {
    system: "Cisco ASA",
    words: "The icmp command decides what the firewall itself answers on an interface. Once " +
      "there is one line, everything that no line permits is denied.",
    commands: "icmp deny any timestamp-request outside\nicmp permit any outside",
    source: "Cisco ASA Series Command Reference: icmp",
  },
  {
    system: "Juniper Junos",
    words: "A term of the filter that protects the routing engine, before the one that accepts " +
      "ICMP. Have a last term that accepts the rest, or you lock yourself out.",
    commands: "set firewall family inet filter PROTECT-RE term NO-TIMESTAMP from protocol icmp\n" +
      "set firewall family inet filter PROTECT-RE term NO-TIMESTAMP from icmp-type timestamp\n" +
      "set firewall family inet filter PROTECT-RE term NO-TIMESTAMP then discard",
    source: "Junos OS Routing Policies, Firewall Filters: match conditions for IPv4 traffic",
  },
  {
    system: "FreeBSD, OpenBSD",
    words: "A switch of the kernel; also as a line of /etc/sysctl.conf.",
    commands: "sysctl net.inet.icmp.tstamprepl=0",
    source: "FreeBSD icmp(4); OpenBSD sysctl(2)",
  },
  {
    system: "macOS",
    words: "Does not answer unless it is set to. The switch is:",
    commands: "sysctl -w net.inet.icmp.timestamp=0",
    source: "bsd/netinet/ip_icmp.c of XNU",
  },
  {
    system: "Solaris, illumos",
    words: "A property of the IP driver; the second line is for old releases.",
    commands: "ipadm set-prop -p _respond_to_timestamp=0 ip\n" +
      "ndd -set /dev/ip ip_respond_to_timestamp 0",
    source: "Oracle Solaris Tunable Parameters Reference Manual; ndd(8)",
  },
  {
    system: "Others, and all at once",
    words: "Drop ICMP type 13 (timestamp request) towards your hosts at the border, or type 14 " +
      "(timestamp reply) on its way out. Leave types 3, 11 and 12 alone: path MTU discovery " +
      "and traceroute need them.",
    commands: "",
    source: "RFC 792; RFC 4890 says for IPv6 what not to filter, the reasons hold here too",
  },
];

/** The section on what answers give away, and how to switch them off. */
export function adviceSection(): Html {
  return html`<section id="advice"><h2>What answers give away, and how to switch them off</h2>
<p><b>CVE-1999-0524</b> is the entry that scanners file against every host that answers ICMP timestamp
or address mask requests from anywhere. It is no flaw of a program: the host does what RFC 792 describes.</p>
<p>What a stranger learns is the time on the host's clock, to the millisecond. From several answers he
learns how fast that clock runs, which distinguishes machines even behind one address or several; from the
form of the number, which kind of system answers; from a clock that counts since the start, when it was
started. Where a program still derives keys or session numbers from the time of day, knowing the clock
makes guessing easier. Scanners rate it low, and so it is, alone.</p>
<p>Answers have a use: they show wrong clocks without an account on the host, as in this report. Instead
of switching them off everywhere, consider to allow them from the addresses of your monitoring alone: put
a rule that permits these before the one that drops.</p>
${
    ADVICE.map(({ system, words, commands, source }) =>
      html`
        <details><summary><b>${system}</b></summary><p>${words}</p>${commands === ""
          ? ""
          : html`<pre tabindex="0">${
            linesOf(commands)
          }</pre>`}<p class="note">Source: ${source}.</p></details>
      `
    )
  }
<p class="note">Try a rule on one host first, then audit it again: a host that is silent now is done. Names of
chains, interfaces and filters are examples.</p></section>`;
}

/** Line breaks are kept: escaping would replace them. */
function linesOf(commands: string): Html {
  return new Html(commands.split("\n").map(escapeHtml).join("\n"));
}
