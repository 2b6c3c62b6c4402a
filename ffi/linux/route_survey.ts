/**
 * Which routes lead to some blocks of addresses.
 *
 * The kernel is asked once for each stretch of addresses within which no route begins or ends: that many questions answer for all
 * addresses, however many blocks there are. What else may part routes, several next hops or rules, is not gone into.
 */

import { SystemError } from "../posix/errno.ts";
import {
  hasUnusualRules,
  listRoutePrefixes,
  lookUpRoute,
  type NetlinkRoute,
  type NetlinkRouteQuery,
} from "./netlink.ts";
import { addressText } from "../posix/socket_address.ts";

/** Both ends included, unsigned 32-bit numbers. */
export interface SurveyedBlock {
  /** Lowest address. */
  readonly first: number;
  /** Highest address. */
  readonly last: number;
}

/** Blocks in order, in an array or any other form. */
export interface SurveyedBlocks extends Iterable<SurveyedBlock> {
  /** Number of blocks. */
  readonly length: number;
  /** A block; undefined beyond the end. */
  at(index: number): SurveyedBlock | undefined;
}

/** What the routes to some blocks have in common, and what not. */
export interface RouteSurvey {
  /** The route to the lowest address that has one. */
  readonly route: NetlinkRoute;
  /** Why it may not be the route to all of them; undefined when it is. */
  readonly difference: string | undefined;
  /** Interfaces on which some targets are reached without a gateway. */
  readonly directInterfaces: ReadonlySet<number>;
  /** Addresses of ours that the kernel would send from. */
  readonly sources: ReadonlySet<number>;
  /** One route for each gateway; {@linkcode route} first when it has one. */
  readonly gateways: readonly NetlinkRoute[];
}

/** More stretches than this are not looked at one by one. */
const MOST_STRETCHES = 4096;
const SPACE_END = 2 ** 32;

/**
 * Surveys the routes to blocks.
 *
 * @param blocks sorted, at least one
 * @throws {SystemError} ENETUNREACH and the like when there is a route to none of them
 */
export function surveyRoutes(
  blocks: SurveyedBlocks,
  query: NetlinkRouteQuery,
): RouteSurvey {
  const prefixes = listRoutePrefixes();
  const samples = listSamples(blocks, prefixes.flatMap(({ first, last }) => [first, last + 1]));
  const gateways = new Map<string, NetlinkRoute>();
  const directInterfaces = new Set<number>(), sources = new Set<number>();
  let difference: string | undefined;
  let route: NetlinkRoute | undefined;
  let failure: SystemError | undefined;
  for (const address of samples.slice(0, MOST_STRETCHES)) {
    try {
      const found = lookUpRoute(address, query);
      if (found.source !== undefined) sources.add(found.source);
      const key = `${found.interfaceIndex} ${found.gateway}`;
      if (found.gateway === undefined) directInterfaces.add(found.interfaceIndex);
      else if (!gateways.has(key)) gateways.set(key, found);
      route ??= found;
      if (isSameWay(found, route)) continue;
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      // No route, or a forbidden one: the kernel must refuse these probes one by one.
      failure ??= error;
    }
    difference ??= `targets have several routes: see ${addressText(address)}`;
  }
  if (route === undefined) throw failure;
  if (samples.length > MOST_STRETCHES) difference ??= "there are too many routes to look at";
  if (prefixes.some((each) => each.isMultipath && overlapsAny(blocks, each))) {
    difference ??= "a route has several next hops";
  }
  if (hasUnusualRules()) difference ??= "there are routing rules beside the usual ones";
  return { route, difference, directInterfaces, sources, gateways: [...gateways.values()] };
}

function isSameWay(a: NetlinkRoute, b: NetlinkRoute): boolean {
  return a.type === b.type && a.interfaceIndex === b.interfaceIndex &&
    a.gateway === b.gateway && a.source === b.source;
}

/** One address of each stretch between borders that has some in the blocks, the lowest. One more than the limit at most. */
function listSamples(blocks: SurveyedBlocks, borders: readonly number[]): number[] {
  const starts = [...new Set([0, ...borders])].filter((start) => start < SPACE_END);
  starts.sort((a, b) => a - b);
  const samples: number[] = [];
  let index = 0;
  for (const [position, start] of starts.entries()) {
    const end = starts[position + 1] ?? SPACE_END;
    while (index < blocks.length && (blocks.at(index) as SurveyedBlock).last < start) index++;
    const block = blocks.at(index);
    if (block === undefined || samples.length > MOST_STRETCHES) return samples;
    const sample = Math.max(block.first, start);
    if (sample < end) samples.push(sample);
  }
  return samples;
}

function overlapsAny(blocks: SurveyedBlocks, { first, last }: SurveyedBlock): boolean {
  for (const block of blocks) if (block.first <= last && first <= block.last) return true;
  return false;
}
