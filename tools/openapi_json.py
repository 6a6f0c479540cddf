#!/usr/bin/env python3
"""api/openapi.yaml as a C file with its JSON: tools/openapi_json.py IN.yaml OUT.c

Reads the part of YAML that the contract is written in with PyYAML's safe loader, dates left as text. The same input gives the
same bytes."""
import json
import sys

import yaml


class Loader(yaml.SafeLoader):
    """No dates: examples stay the texts that they are."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != 'tag:yaml.org,2002:timestamp']
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}


def main():
    with open(sys.argv[1], encoding='utf-8') as source:
        text = json.dumps(yaml.load(source, Loader), ensure_ascii=False, separators=(',', ':')).encode()
    lines = [','.join(str(byte) for byte in text[at:at + 32]) for at in range(0, len(text), 32)]
    with open(sys.argv[2], 'w', encoding='ascii') as out:
        out.write('#include "http/openapi.h"\n\nstatic const unsigned char bytes[] = {\n' + ',\n'.join(lines) + '};\n\n'
                  'lw_str lw_openapi_text(void)\n{\n  return (lw_str){(const char *)bytes, sizeof bytes};\n}\n')


if __name__ == '__main__':
    main()
