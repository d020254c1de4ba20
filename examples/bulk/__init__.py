"""What the examples that change many engagements share, and how they end."""

import os
import sys


class Failed(Exception):
    """Why the program ends: one sentence for a person, and an exit status of sysexits.h."""

    def __init__(self, sentence: str, status: int):
        super().__init__(sentence)
        self.status = status


USAGE, DATA, NO_INPUT, SOFTWARE, CANT_CREATE, IO = 64, 65, 66, 70, 73, 74


def say(text: str) -> None:
    """Writes a line for a person to stderr, whether or not anybody is there to read it."""
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        pass


def exit_status(main) -> int:
    """What `main` gives for the words of the command line; a failure that ends it is said."""
    if sys.stdout is None:  # closed; what is shown is then shown to nobody
        sys.stdout = open(os.devnull, "w")
    try:
        return main(sys.argv[1:])
    except Failed as failed:
        if str(failed):
            say(str(failed))
        return failed.status
    except BrokenPipeError:
        return 0
    except (OSError, MemoryError) as problem:
        say(f"It can't go on: {problem}.")
        return SOFTWARE
