"""Runs the program of this package in the place of Python: same process, same pipes."""

import os
import sys


def program():
    """The program's path."""
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "engagement-rpc")


def main():
    os.execv(program(), ["engagement-rpc", *sys.argv[1:]])
