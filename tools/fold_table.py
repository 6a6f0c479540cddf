#!/usr/bin/env python3
"""Writes src/guide/fold.def: letters and digits beyond ASCII as they are looked for, without marks and in small letters.

    tools/fold_table.py            anew
    tools/fold_table.py --check    compare; exit 1 when it differs

By Unicode's own data (compatibility decomposition, case folding), for the scripts that have marks or cases and a few forms of
Latin letters; what is in no row stands for itself.
"""
import pathlib
import sys
import unicodedata

TARGET = pathlib.Path(__file__).resolve().parent.parent / 'src' / 'guide' / 'fold.def'
RANGES = [(0x80, 0x2100), (0xFB00, 0xFB07), (0xFF10, 0xFF5B)]
OWN = {0xDF: 'ss', 0x1E9E: 'ss', 0xC6: 'ae', 0xE6: 'ae', 0x152: 'oe', 0x153: 'oe', 0xD8: 'o', 0xF8: 'o', 0x110: 'd', 0x111: 'd', 0x141: 'l', 0x142: 'l',
       0x126: 'h', 0x127: 'h', 0xDE: 'th', 0xFE: 'th', 0xD0: 'd', 0xF0: 'd', 0x131: 'i'}


def folded(code):
    if code in OWN:
        return OWN[code]
    sign = chr(code)
    plain = unicodedata.normalize('NFKD', unicodedata.normalize('NFKD', sign).casefold())
    bare = (one for one in plain if not 0x300 <= ord(one) <= 0x36F)
    return ''.join(OWN.get(ord(one), one) for one in bare)


def rows():
    for first, end in RANGES:
        for code in range(first, end):
            if unicodedata.category(chr(code))[0] not in 'LN':
                continue
            to = folded(code)
            if to != chr(code) and to and all(unicodedata.category(one)[0] in 'LN' for one in to):
                yield f'LW_FOLD(0x{code:04x}, "{to}")'


def text():
    lines = ['/* Letters and digits beyond ASCII as they are looked for: LW_FOLD(code point, "UTF-8"), by code point. Made by tools/fold_table.py. */']
    every = list(rows())
    for at in range(0, len(every), 6):
        lines.append(' '.join(every[at:at + 6]))
    return '\n'.join(lines) + '\n'


def main():
    if '--check' in sys.argv[1:]:
        return 0 if TARGET.read_text(encoding='utf-8') == text() else print(f'{TARGET.name} is not what tools/fold_table.py makes') or 1
    TARGET.write_text(text(), encoding='utf-8')
    return 0


if __name__ == '__main__':
    sys.exit(main())
