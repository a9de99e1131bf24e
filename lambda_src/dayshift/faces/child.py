"""A child: reads one image after the other with a model that is loaded once, within limits.

    python -m dayshift.faces.child <fd of the socket> <module:function> <argument> <limits>

`module:function` is what loads the model: given the argument, it answers what finds faces in bytes.
"""

import os
import socket
import sys
import traceback
from importlib import import_module

from dayshift.domain.errors import PermanentError
from dayshift.domain.plain_image import plain_png
from dayshift.faces.limits import (
    OUT_OF_MEMORY,
    ChildLimits,
    allow_cpu_for_one_image,
    die_with_parent,
    hold_memory,
    open_nothing_more,
)
from dayshift.faces.wire import READY, Gone, answer_of, receive, refusal_of, send

PLAIN_SIDE = 80


def main(arguments: list[str]) -> None:
    """Until the parent goes, or an image is too much."""
    descriptor, loader, argument, limits_text = arguments
    limits = ChildLimits.from_text(limits_text)
    wire = socket.socket(fileno=int(descriptor))
    die_with_parent()
    hold_memory(limits)
    module, _, name = loader.partition(":")
    read = getattr(import_module(module), name)(argument)
    read(plain_png(PLAIN_SIDE))  # proves it, and loads what is loaded at first use
    open_nothing_more()
    send(wire, READY)
    while True:
        try:
            content = receive(wire, limits.image_bytes)
        except Gone:
            return
        allow_cpu_for_one_image(limits)
        try:
            answer = answer_of(read(content))
        except PermanentError as error:
            answer = refusal_of(error)
        except MemoryError:
            traceback.print_exc()
            os._exit(OUT_OF_MEMORY)  # what it holds meanwhile nobody knows
        send(wire, answer)


if __name__ == "__main__":
    main(sys.argv[1:])
