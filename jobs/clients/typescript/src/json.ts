import { isInteger, isSafeNumber, parse } from "lossless-json";

/** Records of the topics: an integer that a number cannot hold is a bigint. */
export function parseRecord<T>(text: string): T {
  return parse(text, undefined, (digits) =>
    isInteger(digits) && !isSafeNumber(digits) ? BigInt(digits) : Number(digits),
  ) as T;
}
