"""Compiles the .py members of the package for build.py, in a fresh process of the Lambda runtime's Python.

{name: text} as JSON on stdin, lines "<name> <.pyc in hex>" on stdout. The .pyc are of the unchecked-hash kind:
Lambda never looks at the dates or the text of the source, and the bytes hang on text, name and compiler alone.
"""

import importlib.util
import json
import marshal
import sys

UNCHECKED_HASH = (1).to_bytes(4, "little")


def compiled(name: str, text: str) -> bytes:
    """The .pyc of one member, with the file name its tracebacks will show in Lambda."""
    code = compile(text, f"/var/task/{name}", "exec", dont_inherit=True, optimize=2)
    # As `python -OO` compiles: the texts, docstrings among them, lie beside it, and need no place in memory too.
    # Which objects marshal writes as references hangs on what else shares them in memory. A code object written without
    # references (format 2) and read back shares nothing but its names, so its own bytes hang on the code alone.
    alone = marshal.loads(marshal.dumps(code, 2))
    header = importlib.util.MAGIC_NUMBER + UNCHECKED_HASH + importlib.util.source_hash(text.encode())
    return header + marshal.dumps(alone)


if __name__ == "__main__":
    for member, source in json.load(sys.stdin).items():
        print(member, compiled(member, source).hex())
