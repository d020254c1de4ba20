"""Many requests over a Spark cluster: each partition goes through an engagement-rpc of its own.

    run.py REQUESTS.jsonl ANSWERS [--master URL] [--partitions N] [--] [engagement-rpc's flags]

ANSWERS becomes a folder of parts, as Spark writes them. A partition whose process or executor dies is run again, whole: send
what is safe to repeat. Requests about one engagement stay in one partition, in the order of the file.
"""

import argparse
import json
import os
import shlex
import shutil
import sys
import zlib
from pathlib import Path

from pyspark import SparkConf, SparkContext

REPOSITORY = Path(__file__).resolve().parents[2]


def engagement(line):
    """What the request is about: its first parameter."""
    try:
        params = json.loads(line).get("params")
        return str(params["engagement_id"] if isinstance(params, dict) else params[0])
    except (ValueError, AttributeError, TypeError, LookupError):
        return line


def environment():
    """What a piped process needs of the environment, which Spark gives it none of. A token is not sent over the wire."""
    if os.environ.get("ENGAGEMENT_RPC_TOKEN"):
        sys.exit("run.py: ENGAGEMENT_RPC_TOKEN stays on this machine; give --token-file or --token-command")
    kept = ("PATH", "HOME", "SSL_CERT_FILE", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy",
            "NO_PROXY", "no_proxy")
    return {name: value for name, value in os.environ.items() if name in kept or name.startswith("ENGAGEMENT_RPC_")}


def program():
    """The binary, at the same place on each executor."""
    if found := os.environ.get("ENGAGEMENT_RPC") or shutil.which("engagement-rpc"):
        # An executor works in a folder of its own.
        return os.path.abspath(found) if "/" in found else found
    built = REPOSITORY / ".build/release/engagement-rpc"
    return str(built) if built.exists() else sys.exit("run.py: engagement-rpc is not on the PATH")


def main():
    parser = argparse.ArgumentParser(allow_abbrev=False, usage=__doc__.split("\n")[2].strip())
    parser.add_argument("requests")
    parser.add_argument("answers")
    parser.add_argument("--master", help="else what spark-submit says, else this machine")
    parser.add_argument("--partitions", type=int, default=16)
    given, flags = parser.parse_known_args()
    command = shlex.join([program(), *(flag for flag in flags if flag != "--")])
    handed_on = environment()
    if Path(given.answers).exists():
        sys.exit(f"run.py: {given.answers} is there already")

    conf = SparkConf().setAppName("engagement-rpc").set("spark.log.level", "ERROR")
    # A second copy of a slow partition would write at the same time as the first.
    conf.set("spark.speculation", "false")
    conf.setIfMissing("spark.ui.showConsoleProgress", str(sys.stderr.isatty()).lower())
    if given.master or not conf.contains("spark.master"):
        conf.setMaster(given.master or "local[*]")
    context = SparkContext(conf=conf)
    try:
        print(answered(context, given, command, handed_on))
    finally:
        context.stop()


def answered(context, given, command, variables):
    """Writes the answers; gives a sentence about them."""
    lines = context.textFile(given.requests).filter(str.strip)
    numbered = lines.zipWithIndex().map(lambda pair: ((engagement(pair[0]), pair[1]), pair[0]))
    placed = numbered.repartitionAndSortWithinPartitions(
        given.partitions, lambda key: zlib.crc32(key[0].encode()), keyfunc=lambda key: key[1]
    )
    placed.values().pipe(command, variables, checkCode=True).saveAsTextFile(given.answers)

    answers = context.textFile(given.answers).map(lambda line: "error" in json.loads(line))
    outcomes = answers.countByValue()
    return f"{lines.count()} requests, {sum(outcomes.values())} answers in {given.answers}, {outcomes[True]} of them errors"


if __name__ == "__main__":
    main()
