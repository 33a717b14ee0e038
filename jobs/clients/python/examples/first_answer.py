"""python3 examples/first_answer.py STACK_FOLDER [TEXT]"""

import sys
from pathlib import Path

from millrace import MillraceClient, read_stack

folder, text = (sys.argv[1:] + ["Call me Ishmael."])[:2]
with MillraceClient(read_stack(folder), Path(folder, "keys/requester-1").read_text().strip()) as client:
    answer = client.ask(text, max_fee_nano=10_000)
    signed = client.is_signed_by_provider(answer)
    print(answer.embedding[:4], f"{answer.debit_nano} nano-USD", f"signed by its provider: {str(signed).lower()}")
