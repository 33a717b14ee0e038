"""The vectors that the contracts, the engine and the audit are held to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[4]


def vectors(name: str) -> Any:
    return json.loads((_ROOT / "contracts/test/vectors" / f"{name}.json").read_text())


def schema(topic: str) -> Any:
    return json.loads((_ROOT / "jobs/src/main/resources/io/millrace/job/topic" / f"{topic}.schema.json").read_text())
