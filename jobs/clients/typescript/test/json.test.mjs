import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRecord } from "../dist/json.js";

test("integers that a number cannot hold are bigints, all else are numbers", () => {
  assert.deepEqual(parseRecord('{"a": 9223372036854775807, "b": 9007199254740991, "c": -0.024682865, "d": [1e3], "e": null}'), {
    a: 9223372036854775807n, b: 9007199254740991, c: -0.024682865, d: [1000], e: null,
  });
});
