/** IPv4 datagrams with ICMP messages: octets to values, values to octets, and both to text. */

export { formatAddress, parseAddress } from "./address.ts";
export { annotateDatagram, type AnnotatedField } from "./annotate.ts";
export { formatAnnotated } from "./annotated_table.ts";
export { internetChecksum, updateChecksum, updateChecksumU32 } from "./checksum.ts";
export {
  type Datagram,
  type DatagramFields,
  datagramLength,
  emitDatagram,
  parseDatagram,
} from "./datagram.ts";
export type { EchoFields, EchoMessage } from "./echo_message.ts";
export {
  type IcmpErrorFields,
  type IcmpErrorMessage,
  isErrorType,
  isFinalErrorType,
} from "./icmp_error.ts";
export { fragmentDatagram } from "./fragment.ts";
export { ICMP_TYPE, type IcmpHeader, type IcmpHeaderFields } from "./icmp_header.ts";
export {
  type IcmpFields,
  type IcmpMessage,
  type OtherIcmpFields,
  type OtherIcmpMessage,
  parseIcmpMessage,
} from "./icmp_message.ts";
export { icmpCodeName, icmpErrorName, icmpTypeName, protocolName } from "./icmp_names.ts";
export { hasRecordingOption, type IpOption, ipOptionName, parseIpOptions } from "./ip_options.ts";
export {
  emitIpTimestampOption,
  IP_TIMESTAMP_FLAG,
  type IpTimestampEntry,
  type IpTimestampFields,
  type IpTimestampFlag,
  type IpTimestampOption,
  parseIpTimestampOption,
} from "./ip_timestamp_option.ts";
export {
  DEFAULT_TTL,
  type Ipv4Fields,
  type Ipv4Header,
  parseIpv4Header,
  PROTOCOL_ICMP,
} from "./ipv4_header.ts";
export { formatMalformed, type Layer, type Malformed, type ParseResult } from "./malformed.ts";
export { formatDatagram } from "./one_line.ts";
export { type ProbeFields, ProbeTemplate, type ProbeTemplateOptions } from "./probe_template.ts";
export { parseQuotedDatagram, type QuotedDatagram, type QuotedIcmp } from "./quoted_datagram.ts";
export { describeStamp, formatStamp } from "./stamp.ts";
export type { TimestampFields, TimestampMessage } from "./timestamp_message.ts";
