"""A wheel that holds one program; auditwheel puts the libraries beside it."""

import os
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel


class Binary(Distribution):
    def has_ext_modules(self):
        return True


class Wheel(bdist_wheel):
    def get_tag(self):
        return "py3", "none", super().get_tag()[2]


def shared():
    """What goes into the environment's share, each file to where its kind is looked for."""
    folders = {}
    for file in sorted(path for path in Path("share").rglob("*") if path.is_file()):
        folders.setdefault(str(file.parent), []).append(str(file))
    return list(folders.items())


setup(
    name="engagement-rpc",
    version=os.environ["version"],
    description="The AskElephant Public API v2 as JSON-RPC 2.0 over stdin and stdout, and as an MCP server",
    # The MCP registry takes the package for this server's by this line.
    long_description=f"mcp-name: {os.environ['registry_name']}\n\nDocumentation: {os.environ['homepage']}\n",
    long_description_content_type="text/markdown",
    url=os.environ["homepage"],
    packages=["engagement_rpc"],
    package_data={"engagement_rpc": ["engagement-rpc"]},
    data_files=shared(),
    entry_points={"console_scripts": ["engagement-rpc = engagement_rpc:main"]},
    python_requires=">=3.8",
    distclass=Binary,
    cmdclass={"bdist_wheel": Wheel},
)
