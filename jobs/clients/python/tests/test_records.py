from __future__ import annotations

import types
import unittest
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict

from shared import schema

from millrace.records import Epoch, Receipt, Rejection, Result

PLAIN = {"string": str, "integer": int, "number": float}


class RecordsTest(unittest.TestCase):
    def test_the_types_are_those_of_the_published_schemas(self) -> None:
        records = {
            "inference.results": Result,
            "inference.rejections": Rejection,
            "settlement.receipts": Receipt,
            "settlement.epochs": Epoch,
        }
        for topic, kind in records.items():
            with self.subTest(topic):
                self.compare(kind, schema(topic), topic)

    def compare(self, kind: Any, published: Any, path: str) -> None:
        if get_origin(kind) in (Union, types.UnionType) and type(None) not in get_args(kind):
            # one of several records, by their titles
            parts = {part.__name__: part for part in get_args(kind)}
            self.assertEqual([each["title"] for each in published["oneOf"]], list(parts), path)
            for each in published["oneOf"]:
                self.compare(parts[each["title"]], each, f"{path}.{each['title']}")
        elif get_origin(kind) in (Union, types.UnionType):
            self.assertIn(type(None), get_args(kind), path)
            present = [part for part in get_args(kind) if part is not type(None)][0]
            self.compare(present, self.without_null(published, path), path)
        elif is_typeddict(kind):
            hints = get_type_hints(kind)
            self.assertEqual(sorted(published["required"]), sorted(hints), path)
            for name, member in hints.items():
                self.compare(member, published["properties"][name], f"{path}.{name}")
        elif get_origin(kind) is list:
            self.compare(get_args(kind)[0], published["items"], f"{path}[]")
        elif "enum" in published or "const" in published:
            values = tuple(published.get("enum", [published.get("const")]))
            self.assertTrue(kind is str or get_args(kind) == values, path)
        else:
            self.assertEqual(PLAIN[published["type"]], kind, path)

    def without_null(self, published: Any, path: str) -> Any:
        if "oneOf" in published:
            return [each for each in published["oneOf"] if each.get("type") != "null"][0]
        self.assertEqual("null", published["type"][1], path)
        return published | {"type": published["type"][0]}
