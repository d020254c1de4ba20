"""What is asked on the command line."""

import argparse

from . import USAGE, Failed


class Arguments(argparse.ArgumentParser):
    """Words that are none of the program's own are flags of engagement-rpc."""

    def __init__(self, program: str, description: str, success: str, bad_data: str):
        super().__init__(
            prog=program, description=description, formatter_class=argparse.RawDescriptionHelpFormatter,
            usage=f"{program} FILE.csv [OPTIONS] [FLAGS OF engagement-rpc ...]", allow_abbrev=False,
            epilog=f"exit status: 0 {success}, 1 not all, 64 bad arguments, 65 {bad_data}, 66 no such file, 70 the "
            "bridge ended, 73 the report is there already, 74 the report can't be written, 130 and 143 interrupted")

    def error(self, message):
        raise Failed(f"{message}; --help tells more.", USAGE)

    def options_and_flags(self, words: list):
        given, flags = self.parse_known_args(words)
        return given, [flag for flag in flags if flag != "--"]
