#!/usr/bin/env python3
"""Makes a C file of text files.

    embed.py NAME INPUT OUTPUT            declares `const char NAME[]` and `const unsigned long NAME_size`
    embed.py --files NAME OUTPUT INPUT... declares `const struct lw_embedded NAME[]` (src/cli/demo.h), in this order, and `NAME_count`;
                                          each by the name of its folder and its own
"""
import sys
from pathlib import Path


def rows(data):
    return ",\n".join(", ".join(str(byte) for byte in data[i:i + 32]) for i in range(0, len(data), 32))


def one(name, source, target):
    data = Path(source).read_bytes()
    Path(target).write_text(f"/* Made of {Path(source).name} by tools/embed.py. */\n"
                            f"extern const char {name}[];\nextern const unsigned long {name}_size;\n"
                            f"const unsigned long {name}_size = {len(data)};\n"
                            f"const char {name}[] = {{\n{rows(data)},\n0}};\n")


def files(name, target, *sources):
    made = ['/* Made by tools/embed.py. */\n#include "cli/demo.h"\n']
    table = []
    for i, source in enumerate(map(Path, sources)):
        data = source.read_bytes()
        made.append(f"static const char file_{i}[] = {{\n{rows(data)},\n0}};\n")
        table.append(f'    {{LW_STR_INIT("{source.parent.name}"), LW_STR_INIT("{source.name}"), {{file_{i}, {len(data)}}}}},\n')
    Path(target).write_text("".join(made) + f"const struct lw_embedded {name}[] = {{\n{''.join(table)}}};\nconst size_t {name}_count = {len(table)};\n")


if sys.argv[1] == "--files":
    files(*sys.argv[2:])
else:
    one(*sys.argv[1:4])
