#!/usr/bin/env python3
"""The console and what it starts with, as C files of the program.

    tools/console_files.py DIST OUT.c DEPFILE       web/dist, as web/build.mjs has made it (and src/http/assets.h wants it)
    tools/console_files.py --none OUT.c             a program without a console
    tools/console_files.py --starters OUT.c FOLDER... example policies that an organization may begin with (src/http/starters.h)

Every file of DIST is held against the manifest beside it. What is text goes in twice, plain and compressed by gzip. The same
input gives the same bytes; nothing is fetched, and no node is needed. Without DIST the program has no console, and says so.
"""
import base64
import gzip
import hashlib
import html
import json
import pathlib
import re
import sys

COMPRESSED = ('text/', 'image/svg', 'application/manifest')
LANGUAGES = ('en', 'de')
MARK = re.compile('\ue000([a-z_]+)(?:=([^\ue000\ue001]*))?\ue001')  # what the program puts into a look (web/looks.mjs)
SMALLER = 0.9  # a form that saves less is not worth its place

HEAD = '''/* Made by tools/console_files.py. */
#include "http/assets.h"

'''


class Bytes:
    """Byte arrays, each declared once."""

    def __init__(self):
        self.lines = []
        self.count = 0

    def add(self, data):
        """The initializer of an lw_str with these bytes."""
        if not data:
            return '{"", 0}'
        name = f'bytes_{self.count}'
        self.count += 1
        rows = ',\n'.join(','.join(map(str, data[at:at + 40])) for at in range(0, len(data), 40))
        self.lines.append(f'static const unsigned char {name}[] = {{{rows}}};\n')
        return f'{{(const char *){name}, sizeof {name}}}'


def text(value):
    """A C string literal as an lw_str; what is no plain ASCII is escaped byte by byte."""
    data = value.encode()
    escaped = ''.join(chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\?' else f'\\{byte:03o}' for byte in data)
    return f'{{"{escaped}", {len(data)}}}'


def write(path, content):
    """Only when it differs, so that nothing is built again for nothing."""
    target = pathlib.Path(path)
    if not target.exists() or target.read_text(encoding='utf-8') != content:
        target.write_text(content, encoding='utf-8')


def read_files(dist, manifest):
    files = {}
    for path, said in manifest['files'].items():
        data = (dist / path.lstrip('/')).read_bytes()
        if hashlib.sha256(data).hexdigest() != said['sha256']:
            sys.exit(f'console_files: {dist}{path} is not what its manifest says; run node web/build.mjs')
        files[path] = (data, said['type'])
    return files


def asset_row(made, path, data, kind):
    tag = hashlib.sha256(data).hexdigest()[:16]
    small = gzip.compress(data, 9, mtime=0) if kind.startswith(COMPRESSED) else b''
    small = small if len(small) < SMALLER * len(data) else b''
    charset = '; charset=utf-8' if kind.startswith('text/') else ''
    return (f'  {{{text(path)}, "{kind}{charset}", "\\"{tag}\\"", "\\"{tag}-g\\"", {made.add(data)}, {made.add(small)}, '
            f'{"true" if path.startswith("/assets/") else "false"}}},\n')


def later(fonts, scripts):
    """What is seen comes first: the page's script asks for these, all at once, when its first look is on the screen."""
    return html.escape(' '.join([fonts, *scripts]))


def style(files, paths):
    """Styles as they stand within the page, so that its first look waits for no second answer."""
    css = ''.join(files[path][0].decode() for path in paths)
    if '<' in css:
        sys.exit('console_files: a style has a sign that could end it within a page')
    return css


def heads(pages):
    """(surface, language, styles, scripts that come next, the script)"""
    for name in sorted(pages):
        page = pages[name]
        for language in LANGUAGES:
            first = name if name != 'app' else ''
            yield first, language, page['styles'], page['preload'][language], page['script']
            for surface, lazy in sorted(page.get('surfaces', {}).items()):
                preload = list(dict.fromkeys(page['preload'][language] + lazy['preload'][language]))
                yield surface, language, page['styles'] + lazy['styles'], preload, page['script']


def head_rows(made, files, pages, fonts):
    kept = {}
    for surface, language, styles, scripts, script in heads(pages):
        from_ = ' '.join(styles)
        if from_ not in kept:
            css = style(files, styles).encode()
            kept[from_] = made.add(css), base64.b64encode(hashlib.sha256(css).digest()).decode()
        css, digest = kept[from_]
        yield (f'  {{{text(surface)}, {text(language)}, {text(later(fonts, scripts))}, {text(script)}, {css}, {text(from_)}, '
               f'{text(digest)}}},\n')


NO_LOOK = '  {{"", 0}, {"", 0}, NULL, 0},\n'


def look_pieces(look):
    """A look, cut at its marks: (what it is, its text). What is between if_... and end is there only if."""
    at = 0
    for found in MARK.finditer(look):
        if found.start() > at:
            yield 'TEXT', look[at:found.start()]
        yield found[1].upper(), html.escape(found[2] or '')
        at = found.end()
    if at < len(look):
        yield 'TEXT', look[at:]


def looks(manifest):
    """The tables of what pages show before their scripts have run."""
    tables, rows = [], []
    for name, forms in sorted(manifest.items()):
        for language in LANGUAGES:
            pieces = ''.join(f'  {{LW_LOOK_{is_}, {text(said)}}},\n' for is_, said in look_pieces(forms[language]))
            table = f'look_{len(rows)}'
            tables.append(f'static const struct lw_look_piece {table}[] = {{\n{pieces}}};\n')
            rows.append(f'  {{{text(name)}, {text(language)}, {table}, sizeof {table} / sizeof {table}[0]}},\n')
    return ''.join(tables) + f'const struct lw_look lw_looks[] = {{\n{"".join(rows) or NO_LOOK}}};\nconst size_t lw_looks_count = {len(rows)};\n'


def console(dist):
    manifest = json.loads((dist / 'manifest.json').read_text(encoding='utf-8'))
    files, made = read_files(dist, manifest), Bytes()
    assets = ''.join(asset_row(made, path, *files[path]) for path in sorted(files))
    rows = ''.join(head_rows(made, files, manifest['pages'], manifest['fonts']))
    styles = {name: {'styles': lazy['styles']} for page in manifest['pages'].values() for name, lazy in page.get('surfaces', {}).items()}
    lazy = json.dumps(styles, sort_keys=True, separators=(',', ':'))
    parts = [HEAD, *made.lines, f'\nconst struct lw_asset lw_assets[] = {{\n{assets}}};\n',
             f'const size_t lw_assets_count = {len(files)};\n',
             f'const struct lw_page_head lw_page_heads[] = {{\n{rows}}};\n',
             looks(manifest.get('looks', {})), 'const size_t lw_page_heads_count = sizeof lw_page_heads / sizeof lw_page_heads[0];\n',
             f'const lw_str lw_page_worker = {text(manifest["worker"])};\n', f'const lw_str lw_page_styles = {text(lazy)};\n']
    return ''.join(parts), [dist / 'manifest.json', *(dist / path.lstrip('/') for path in files)]


NONE = HEAD + '''const struct lw_asset lw_assets[] = {{{"", 0}, "", "", "", {"", 0}, {"", 0}, false}};
const size_t lw_assets_count = 0;
const struct lw_page_head lw_page_heads[] = {{{"", 0}, {"", 0}, {"", 0}, {"", 0}, {"", 0}, {"", 0}, {"", 0}}};
const size_t lw_page_heads_count = 0;
const struct lw_look lw_looks[] = {{{"", 0}, {"", 0}, NULL, 0}};
const size_t lw_looks_count = 0;
const lw_str lw_page_worker = {"", 0};
const lw_str lw_page_styles = {"{}", 2};
'''


def starter_row(made, folder):
    import yaml  # only the examples are read with it
    source = (folder / 'policy.yaml').read_bytes()
    policy = yaml.safe_load(source)
    first = json.loads((folder / 'first.json').read_text(encoding='utf-8'))
    teams = sorted({first['you']['team']} | {row.split(',')[2] for row in first['people_csv'].splitlines()[1:]})
    said = {'id': folder.name, 'organization': policy['organization'], 'whose': first['whose'], 'look_for': first['look_for'],
            'currency': policy['currency'], 'actions': list(policy['actions']), 'grants': len(policy['grants'])}
    more = {'id': folder.name, 'source': source.decode(), 'first': {'case': first['case'], 'request': first['request']},
            'you': first['you'], 'teams': [team for team in teams if team], 'people_csv': first['people_csv']}
    forms = [json.dumps(form, ensure_ascii=False, separators=(',', ':')).encode()
             for form in (said, more, first['case'], first['request'])]
    return f'  {{{text(folder.name)}, {", ".join(made.add(form) for form in forms)}}},\n'


def starters(folders):
    made = Bytes()
    rows = ''.join(starter_row(made, pathlib.Path(folder)) for folder in folders)
    return (HEAD.replace('assets.h', 'starters.h') + ''.join(made.lines) + f'\nconst struct lw_starter lw_starters[] = {{\n{rows}}};\n'
            f'const size_t lw_starters_count = {len(folders)};\n')


def main():
    if sys.argv[1] == '--starters':
        write(sys.argv[2], starters(sys.argv[3:]))
    elif sys.argv[1] == '--none':
        write(sys.argv[2], NONE)
    else:
        dist, out, depfile = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
        there = (dist / 'manifest.json').exists()
        content, inputs = console(dist) if there else (NONE, [dist / 'manifest.json'])
        if not there:
            print(f'console_files: {dist} is not there (node web/build.mjs makes it): a program without its console', file=sys.stderr)
        write(out, content)
        write(depfile, f'{pathlib.Path(out).name}: ' + ' '.join(str(path) for path in inputs) + '\n')


if __name__ == '__main__':
    main()
