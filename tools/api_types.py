#!/usr/bin/env python3
"""The console's view of the HTTP interface: tools/api_types.py [--check]

Writes web/src/lib/api-types.ts from api/openapi.yaml (a type for each schema, a row for each operation), src/base/currency.def
(currencies whose minor digits are not two) and src/ledger/event.def (kinds of events). With --check nothing is written: it
says whether the file is what it would be. The same input gives the same bytes."""
import json
import os
import re
import sys

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OUT = os.path.join(ROOT, 'web', 'src', 'lib', 'api-types.ts')
METHODS = ('get', 'put', 'post', 'patch', 'delete')


class Loader(yaml.SafeLoader):
    """No dates: examples stay the texts that they are."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != 'tag:yaml.org,2002:timestamp']
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}


def read(*path):
    with open(os.path.join(ROOT, *path), encoding='utf-8') as file:
        return file.read()


def member(name):
    return name if re.fullmatch(r'[A-Za-z_][A-Za-z0-9_]*', name) else json.dumps(name)


def both(left, right):
    """The type of what fits both; either may be empty."""
    return ' & '.join(f'({part})' if ' | ' in part else part for part in (left, right) if part)


def object_type(schema):
    """An object's members. Objects without named members are records."""
    members = schema.get('properties', {})
    extra = schema.get('additionalProperties')
    if not members:
        if extra is False and 'properties' in schema:
            return 'Record<string, never>'
        return f'Record<string, {type_of(extra) if isinstance(extra, dict) else "unknown"}>'
    required = schema.get('required', [])
    return '{ ' + '; '.join(
        f'{member(name)}{"" if name in required else "?"}: {type_of(inner)}' for name, inner in members.items()) + ' }'


def array_type(schema):
    inner = type_of(schema.get('items', {}))
    return f'({inner})[]' if ' | ' in inner or ' & ' in inner else f'{inner}[]'


def plain(schema, kind):
    if kind == 'object':
        return object_type(schema)
    if kind == 'array':
        return array_type(schema)
    return {'string': 'string', 'integer': 'number', 'number': 'number', 'boolean': 'boolean', 'null': 'null'}[kind]


def union(parts):
    return ' | '.join(dict.fromkeys(parts))


def type_of(schema):
    """A schema as a type. Limits (lengths, patterns) have no types; where a schema only narrows another, the other counts."""
    if '$ref' in schema:
        return schema['$ref'].rsplit('/', 1)[1]
    if 'const' in schema:
        return json.dumps(schema['const'], ensure_ascii=False)
    if 'enum' in schema:
        return union(json.dumps(value, ensure_ascii=False) for value in schema['enum'])
    if 'allOf' in schema:
        whole = ''
        for part in schema['allOf']:
            whole = both(whole, type_of(part))
        return whole
    kinds = schema.get('type')
    if kinds is not None:
        return union(plain(schema, kind) for kind in (kinds if isinstance(kinds, list) else [kinds]))
    for word in ('oneOf', 'anyOf'):
        if word in schema:
            return union(type_of(part) for part in schema[word])
    return object_type(schema) if 'properties' in schema else 'unknown'


def schema_text(name, schema):
    inner = type_of(schema)
    note = schema.get('description', '').replace('*/', '* /')
    head = f'/** {note} */\n' if note else ''
    if inner.startswith('{') and ' & ' not in inner and ' | ' not in inner.split('{', 1)[0]:
        return f'{head}export interface {name} {inner}\n'
    return f'{head}export type {name} = {inner}\n'


def content(part):
    """The type of a body: JSON where there is some, else a text."""
    forms = part.get('content', {})
    for form, inner in forms.items():
        if form == 'application/json':
            return type_of(inner.get('schema', {}))
    return 'string' if forms else 'never'


def reply(operation):
    found = [content(answer) for status, answer in operation.get('responses', {}).items()
             if str(status).startswith('2') and '$ref' not in answer]
    return union(part for part in found if part != 'never') or 'void'


def resolved(document, parameter):
    while '$ref' in parameter:
        parameter = document['components']['parameters'][parameter['$ref'].rsplit('/', 1)[1]]
    return parameter


def query(document, path, operation):
    rows = [resolved(document, row) for row in path.get('parameters', []) + operation.get('parameters', [])]
    rows = [row for row in rows if row['in'] == 'query']
    if not rows:
        return 'never'
    return '{ ' + '; '.join(f'{member(row["name"])}?: {type_of(row.get("schema", {}))}' for row in rows) + ' }'


def operations(document):
    for name, path in document['paths'].items():
        for method in METHODS:
            if method in path:
                yield path[method]['operationId'], method.upper(), name, path, path[method]


def ops_text(document):
    types, rows = [], []
    for op, method, name, path, operation in operations(document):
        body = content(operation['requestBody']) if 'requestBody' in operation else 'never'
        types.append(f'  {op}: {{ method: "{method}"; path: "{name}"; query: {query(document, path, operation)}; '
                     f'body: {body}; reply: {reply(operation)} }};')
        rows.append(f'  {op}: "{method} {name}",')
    return ('export interface Ops {\n' + '\n'.join(types) + '\n}\n\n'
            '/** How each operation is called. */\nexport const ops = {\n' + '\n'.join(rows) + '\n} as const;\n')


def digits_text():
    rows = re.findall(r'^LW_CURRENCY\((\w+), (\d), ', read('src', 'base', 'currency.def'), re.M)
    by_digits = {}
    for code, digits in rows:
        if digits != '2':
            by_digits.setdefault(digits, []).append(code)
    return ('/** Currencies whose minor digits are not two: by the number of digits, the codes with a space between. */\n'
            'export const currencyDigits: Record<number, string> = {\n' +
            ''.join(f'  {digits}: "{" ".join(sorted(codes))}",\n' for digits, codes in sorted(by_digits.items())) + '};\n')


def kinds_text():
    kinds = re.findall(r'^LW_EVENT\(\w+, "([^"]+)"', read('src', 'ledger', 'event.def'), re.M)
    return ('/** Every kind of entry of the journal. */\nexport const eventKinds: readonly string[] = [\n' +
            ''.join(f'  "{kind}",\n' for kind in kinds) + '];\n')


def text():
    document = yaml.load(read('api', 'openapi.yaml'), Loader)
    schemas = ''.join(schema_text(name, schema) + '\n' for name, schema in document['components']['schemas'].items())
    return ('// Made by tools/api_types.py from api/openapi.yaml, src/base/currency.def and src/ledger/event.def: not edited.\n\n' +
            schemas + ops_text(document) + '\n' + digits_text() + '\n' + kinds_text())


def main():
    now = text()
    if sys.argv[1:] == ['--check']:
        if not os.path.exists(OUT) or read('web', 'src', 'lib', 'api-types.ts') != now:
            sys.exit('web/src/lib/api-types.ts is not what tools/api_types.py makes of api/openapi.yaml')
        return
    with open(OUT, 'w', encoding='utf-8') as file:
        file.write(now)


if __name__ == '__main__':
    main()
