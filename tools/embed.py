#!/usr/bin/env python3
"""Makes a C file of a text file: embed.py NAME INPUT OUTPUT declares `const char NAME[]` and `const unsigned long NAME_size`."""
import sys
from pathlib import Path

name, source, target = sys.argv[1:4]
data = Path(source).read_bytes()
rows = [", ".join(str(byte) for byte in data[i:i + 32]) for i in range(0, len(data), 32)]
Path(target).write_text(f"/* Made of {Path(source).name} by tools/embed.py. */\n"
                        f"extern const char {name}[];\nextern const unsigned long {name}_size;\n"
                        f"const unsigned long {name}_size = {len(data)};\n"
                        f"const char {name}[] = {{\n" + ",\n".join(rows) + ",\n0};\n")
