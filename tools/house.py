#!/usr/bin/env python3
"""The house rules that people forget and a machine does not.

    tools/house.py                 all rules; needs a build for the rules about symbols (build/release)
    tools/house.py --build DIR     symbols of another build
    tools/house.py --no-build      without the rules about symbols
    tools/house.py --lengths       also the longest functions and files
    tools/house.py --names         also exported names that do not carry their file's noun
    tools/house.py --ratchet       write today's lengths to tools/house.ratchet (the diff is reviewed)

Each rule is one line, each fault one more. The last line is `N passed, N failed`; exit 1 if a rule failed.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
RATCHET = ROOT / 'tools' / 'house.ratchet'

# What a folder of src/ may include beside itself: always from a line below (docs/ARCHITECTURE.md).
LAYERS = {
    'base': [],
    'data': ['base'],
    'db': ['base'],
    'net': ['base'],
    'cel': ['data', 'base'],
    'budget': ['data', 'base'],
    'policy': ['cel', 'budget', 'data', 'base'],
    'measure': ['base'],
    'learn': ['data', 'base'],
    'replay': ['policy', 'cel', 'budget', 'data', 'base'],
    'ledger': ['budget', 'db', 'data', 'base'],
    'people': ['db', 'net', 'data', 'base'],
    'engine': ['policy', 'ledger', 'people', 'cel', 'budget', 'data', 'db', 'base'],
    'embed': ['policy', 'cel', 'budget', 'data', 'base', 'leeway.h'],
    'desk': ['engine', 'measure', 'policy', 'ledger', 'people', 'cel', 'budget', 'data', 'db', 'base'],
    'track': ['engine', 'replay', 'measure', 'policy', 'ledger', 'people', 'cel', 'budget', 'data', 'db', 'base'],
    'tweak': ['engine', 'replay', 'measure', 'policy', 'ledger', 'people', 'cel', 'budget', 'data', 'db', 'base'],
    'train': ['engine', 'replay', 'learn', 'policy', 'ledger', 'people', 'cel', 'budget', 'data', 'db', 'base'],
    'guide': ['engine', 'learn', 'policy', 'ledger', 'people', 'cel', 'budget', 'data', 'db', 'base'],
    'connect': ['engine', 'policy', 'ledger', 'people', 'cel', 'budget', 'data', 'db', 'net', 'base'],
    'listen': ['desk', 'track', 'engine', 'replay', 'measure', 'policy', 'ledger', 'people', 'cel', 'budget', 'data', 'db', 'base'],
    'http': ['listen', 'desk', 'track', 'tweak', 'train', 'guide', 'connect', 'engine', 'replay', 'measure', 'learn', 'policy', 'ledger', 'people', 'cel', 'budget',
             'data', 'db', 'base'],
    'cli': ['http', 'listen', 'desk', 'track', 'tweak', 'train', 'guide', 'connect', 'engine', 'replay', 'measure', 'learn', 'embed', 'policy', 'ledger', 'people',
            'cel', 'budget', 'data', 'db', 'net', 'base', 'leeway.h'],
}

# (folder, header): reason. An exception never closes a circle: the rule about circles counts it too.
LAYER_EXCEPTIONS = {
    ('people', 'policy/actor.h'): 'people fill in what a policy reads of a person: one struct, no function of policy',
}

# Headers of libraries, and the one folder that may know them.
FENCES = [
    (re.compile(r'simdjson\.h|libfyaml\.h'), 'data'),
    (re.compile(r'boost/'), 'measure'),
    (re.compile(r'sqlite3|libpq'), 'db'),
    (re.compile(r'curl/'), 'net'),
    (re.compile(r'microhttpd'), 'http'),
    (re.compile(r'sodium|openssl/'), 'base'),
]

BANNED = {
    'strcpy': 'a bounded copy of lw_str or lw_buf',
    'strcat': 'lw_buf',
    'sprintf': 'lw_buf or snprintf',
    'vsprintf': 'lw_buf or vsnprintf',
    'gets': 'fgets',
    'strtok': 'lw_str',
    'strtok_r': 'lw_str',
    'atoi': 'base/num.h', 'atol': 'base/num.h', 'atoll': 'base/num.h', 'atof': 'base/num.h',
    'strtod': 'lw_double_read: strtod obeys the locale',
    'localtime': 'base/tz.h', 'localtime_r': 'base/tz.h', 'mktime': 'base/tz.h', 'tzset': 'base/tz.h',
    'gmtime': 'base/date.h', 'gmtime_r': 'base/date.h', 'ctime': 'base/date.h', 'asctime': 'base/date.h',
    'rand': 'randomness as an interface', 'srand': 'randomness as an interface', 'random': 'randomness as an interface',
    'tmpnam': 'mkstemp', 'getpwnam': 'the _r form', 'inet_ntoa': 'inet_ntop', 'setenv': 'nothing: no global state',
    'alloca': 'an arena', 'system': 'nothing: no shell', 'popen': 'nothing: no shell',
    'assert': 'LW_ASSERT: it stays on in release',
}

# Tests may: they prove that it makes no difference.
BANNED_IN_PRODUCT = {'setlocale': 'nothing: texts and numbers do not depend on a locale'}

# No binary floating point near money.
NO_FLOATS = ['src/base/money.*', 'src/budget/*', 'src/ledger/*', 'src/engine/*', 'src/policy/decide*',
             'src/policy/reach*', 'src/policy/options*']

# (library, name): reason. What belongs to the process belongs to nobody's struct.
GLOBAL_STATE = {
    ('liblw_crypto.a', 'settings'): 'where and how to log: set once, before threads',
    ('liblw_db.a', 'once'): 'a library\'s own state is set up once in a process',
    ('liblw_db.a', 'shared'): 'SQLite\'s file systems are the process\'s, and so are the descriptors whose closing would drop its locks',
}

# Templates of a C++ library that stands behind one file with a C face: their names are the library's.
FOREIGN = {'liblw_measure.a': re.compile(r'^_Z(\w*N(K)?5boost4math|StL8__ioinit$)')} # its headers bring <iostream>

UNFINISHED = re.compile(r'\b(TODO|FIXME|HACK|for now|not implemented)\b')

SHORT_FILE_LINES = 150

# A lone bytecode loop is as long as its list of opcodes; it is shown, not counted.
LONG_BY_NATURE = {('src/cel/vm.c', 'lw_vm_execute')}


class Report:
    """Collects rules: a line each, its faults under it."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    def rule(self, name, count, faults):
        if faults:
            self.failed += 1
            print(f'FAIL {name}: {len(faults)} of {count}')
            for fault in faults:
                print(f'     {fault}')
        else:
            self.passed += 1
            print(f'ok   {name}: {count}')


def relative(path):
    return str(path.relative_to(ROOT))


def blank(match):
    return re.sub(r'[^\n]', ' ', match.group(0))


COMMENT_OR_TEXT = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
COMMENT = re.compile(r'("(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\')|(/\*.*?\*/|//[^\n]*)', re.S)


class Source:
    """One file, with comments blanked (`code` keeps texts, `bare` blanks them too); lines stay where they are."""

    def __init__(self, path):
        self.path = path
        self.name = relative(path)
        parts = path.relative_to(ROOT).parts
        self.folder = parts[1] if parts[0] == 'src' and len(parts) > 2 else ''
        self.text = path.read_text(encoding='utf-8')
        self.code = COMMENT.sub(lambda m: m.group(1) if m.group(1) else blank(m), self.text)
        self.bare = COMMENT_OR_TEXT.sub(blank, self.text)

    def line_of(self, offset):
        return self.text.count('\n', 0, offset) + 1

    def includes(self):
        for match in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', self.code, re.M):
            yield self.line_of(match.start()), match.group(2), match.group(1) == '"'


def read_sources():
    paths = []
    for top in ['src', 'include', 'tests', 'bench']:
        for suffix in ['c', 'cpp', 'h', 'def']:
            paths += (ROOT / top).rglob('*.' + suffix)
    return [Source(path) for path in sorted(paths) if 'node_modules' not in path.parts]


def in_product(sources):
    return [s for s in sources if s.name.startswith(('src/', 'include/'))]


def headers_of(sources):
    return [s for s in in_product(sources) if s.name.endswith('.h')]


# --- layers ------------------------------------------------------------------------------------------------------

def folder_of_include(header, own_folder):
    if header == 'leeway.h':
        return header
    folder = header.split('/')[0] if '/' in header else own_folder
    return folder


def check_layers(report, sources):
    faults, count = [], 0
    for source in in_product(sources):
        if not source.folder:
            continue
        if source.folder not in LAYERS:
            faults.append(f'{source.name}: folder {source.folder} has no row in tools/house.py')
            continue
        for line, header, own in source.includes():
            if not own:
                continue
            count += 1
            folder = folder_of_include(header, source.folder)
            if folder == source.folder or folder in LAYERS[source.folder]:
                continue
            if (source.folder, header) in LAYER_EXCEPTIONS:
                continue
            faults.append(f'{source.name}:{line}: {source.folder} may not include {header}')
    report.rule('layers: includes go down', count, faults)


def check_circles(report, sources):
    graph = {}
    for source in in_product(sources):
        if source.folder:
            edges = graph.setdefault(source.folder, set())
            edges |= {folder_of_include(h, source.folder) for _, h, own in source.includes() if own}
            edges.discard(source.folder)
    faults, done = [], set()

    def visit(folder, path):  # as deep as there are folders
        if folder in path:
            faults.append(' -> '.join(path[path.index(folder):] + [folder]))
            return
        if folder in done:
            return
        for below in sorted(graph.get(folder, ())):
            visit(below, path + [folder])
        done.add(folder)

    for folder in sorted(graph):
        visit(folder, [])
    report.rule('no circle between folders', len(graph), faults)


def check_fences(report, sources):
    faults, count = [], 0
    for source in in_product(sources):
        for line, header, _ in source.includes():
            for pattern, folder in FENCES:
                if pattern.match(header):
                    count += 1
                    if source.folder != folder:
                        faults.append(f'{source.name}:{line}: {header} belongs to src/{folder} alone')
    report.rule('libraries stay behind their fences', count, faults)


# --- names -------------------------------------------------------------------------------------------------------

def check_guards(report, sources):
    faults, count = [], 0
    for source in headers_of(sources):
        count += 1
        stem = re.sub(r'[^A-Z0-9]', '_', source.path.stem.upper())
        guard = f'LW_{source.folder.upper()}_{stem}_H' if source.folder else 'LEEWAY_H'
        wanted = rf'\s*#ifndef {guard}\s+#define {guard}\b'
        if not re.match(wanted, source.code) or not source.code.rstrip().endswith('#endif'):
            faults.append(f'{source.name}: has no guard {guard}')
    report.rule('header guards', count, faults)


def declared_functions(source):
    """Functions that a header declares: (line, name). Bodies, structs and macros are skipped."""
    text = re.sub(r'^[ \t]*#(?:\\\n|[^\n])*', blank, source.bare, flags=re.M)
    depth, start = 0, 0
    for offset, char in enumerate(text):
        if char == '{':
            if depth == 0:
                yield from function_in(source, text, start, offset)
            depth += 1
        elif char == '}':
            depth -= 1
            start = offset + 1
        elif char == ';' and depth == 0:
            yield from function_in(source, text, start, offset)
            start = offset + 1


def function_in(source, text, start, end):
    statement = text[start:end]
    if re.match(r'\s*(typedef|extern\s*$)', statement) or '(' not in statement:
        return
    for match in re.finditer(r'\b([a-z]\w*)\s*\(', statement):
        if match.group(1) not in ('static_assert', '__attribute__', '_Static_assert'):
            yield source.line_of(start + match.start()), match.group(1)
        return


def check_names(report, sources, show):
    faults, count, strangers = [], 0, []
    for source in headers_of(sources):
        prefix = 'lw_' if source.folder else 'leeway_'
        for line, name in declared_functions(source):
            count += 1
            if not name.startswith(prefix):
                faults.append(f'{source.name}:{line}: {name} does not begin with {prefix}')
            elif source.folder and source.path.stem.rstrip('s').split('_')[0] not in name:
                strangers.append(f'{source.name}:{line}: {name}')
    report.rule('functions of headers carry the prefix', count, faults)
    if show:
        print(f'     {len(strangers)} do not carry the noun of their file:')
        for stranger in strangers:
            print(f'     {stranger}')


def check_macros(report, sources):
    faults, count = [], 0
    for source in headers_of(sources):
        for match in re.finditer(r'^[ \t]*#[ \t]*define[ \t]+(\w+)', source.bare, re.M):
            count += 1
            undone = re.search(rf'#[ \t]*undef[ \t]+{match.group(1)}\b', source.bare)
            if not match.group(1).startswith(('LW_', 'LEEWAY_')) and not undone:
                faults.append(f'{source.name}:{source.line_of(match.start())}: macro {match.group(1)}')
    report.rule('macros of headers carry the prefix', count, faults)


# --- what the text holds -----------------------------------------------------------------------------------------

def check_banned(report, sources):
    instead = BANNED | BANNED_IN_PRODUCT
    pattern = re.compile(r'(?<![\w.>])(' + '|'.join(instead) + r')\s*\(')
    faults, count = [], 0
    for source in sources:
        count += 1
        for match in pattern.finditer(source.bare):
            call = match.group(1)
            if call in BANNED or source.name.startswith('src/'):
                faults.append(f'{source.name}:{source.line_of(match.start())}: {call}; use {instead[call]}')
    report.rule('banned calls', count, faults)


def check_floats(report, sources):
    faults, count = [], 0
    for source in in_product(sources):
        if not any(source.path.relative_to(ROOT).match(pattern) for pattern in NO_FLOATS):
            continue
        count += 1
        for match in re.finditer(r'\b(double|float)\b', source.bare):
            faults.append(f'{source.name}:{source.line_of(match.start())}: {match.group(1)} near money')
    report.rule('no floating point near money', count, faults)


def check_design(report, sources):
    faults, count = [], 0
    for source in in_product(sources):
        short = source.name.endswith(('.c', '.cpp')) and source.text.count('\n') < SHORT_FILE_LINES
        if short:  # its header says it all
            continue
        count += 1
        if not source.text.startswith('/*'):
            faults.append(f'{source.name}: does not open with what it is for')
    report.rule('files open with their design', count, faults)


def text_files():
    tops = ['src', 'include', 'tests', 'bench', 'docs', 'scripts', 'tools', 'packaging', 'api']
    suffixes = {'.c', '.cpp', '.h', '.def', '.py', '.sh', '.md', '.build', '.yaml', ''}
    for top in tops:
        for path in sorted((ROOT / top).rglob('*')):
            names = path.relative_to(ROOT).parts
            generated = 'zoneinfo' in names or 'corpus' in names or 'finds' in names or 'node_modules' in names or 'LICENSE' in path.name
            if path.is_file() and path.suffix in suffixes and not generated and '__pycache__' not in names:
                yield path


def check_text(report):
    faults, count = [], 0
    for path in text_files():
        try:
            text = path.read_text(encoding='utf-8')
        except UnicodeDecodeError:
            continue
        count += 1
        source = path.suffix in ('.c', '.cpp', '.h', '.def')
        if text and not text.endswith('\n'):
            faults.append(f'{relative(path)}: no newline at its end')
        for number, line in enumerate(text.split('\n'), 1):
            if source and (line != line.rstrip() or '\t' in line):
                faults.append(f'{relative(path)}:{number}: a tab, or a space at the end')
            if path.suffix != '.md' and path != pathlib.Path(__file__).resolve() and UNFINISHED.search(line):
                faults.append(f'{relative(path)}:{number}: unfinished: {line.strip()[:70]}')
    report.rule('texts are finished and tidy', count, faults)


# What the policy of the console's pages (CSP) would not let through, or what makes a text a program.
IN_CONSOLE = re.compile(r'\bstyle\s*=|innerHTML|outerHTML|insertAdjacentHTML|dangerouslySet|document\.write|\beval\(|new Function\b')


def check_console(report):
    faults, count = [], 0
    for path in sorted((ROOT / 'web' / 'src').rglob('*')):
        if path.suffix not in ('.ts', '.tsx', '.html', '.svg'):
            continue
        count += 1
        for number, line in enumerate(path.read_text(encoding='utf-8').split('\n'), 1):
            if IN_CONSOLE.search(line):
                faults.append(f'{relative(path)}:{number}: {line.strip()[:70]}')
    report.rule('the console has no inline style, and no text becomes a program', count, faults)


# --- lists that stand twice --------------------------------------------------------------------------------------

def commands():
    """(name, options) of every verb, from its one list."""
    table = ROOT / 'src' / 'cli' / 'command.def'
    text = COMMENT.sub(lambda m: m.group(1) if m.group(1) else blank(m), table.read_text(encoding='utf-8'))
    for match in re.finditer(r'LW_COMMAND\(\s*"([^"]+)",\s*"([^"]*)"', text):
        yield match.group(1), re.findall(r'--([a-z-]+)', match.group(2))


def check_commands(report):
    faults, count = [], 0
    completion = ROOT / 'packaging' / 'completion'
    shells = {name: (completion / name).read_text(encoding='utf-8') for name in ['leeway.bash', '_leeway', 'leeway.fish']}
    overview = (ROOT / 'docs' / 'man' / 'leeway.1').read_text(encoding='utf-8')
    for name, flags in commands():
        count += 1
        page = ROOT / 'docs' / 'man' / f'leeway-{name.split()[0]}.1'
        manual = page.read_text(encoding='utf-8') if page.exists() else overview
        if f'.It Cm {name}\n' not in overview:
            faults.append(f'docs/man/leeway.1: no word on `{name}`')
        for shell, text in shells.items():
            if not all(re.search(rf'\b{word}\b', text) for word in name.split()):
                faults.append(f'packaging/completion/{shell}: no word on `{name}`')
        for flag in flags:
            count += 1
            if f'Fl -{flag}' not in manual:
                faults.append(f'{relative(page)}: no word on `{name} --{flag}`')
            for shell, text in shells.items():
                if not re.search(rf'(--|-l ){flag}\b', text):
                    faults.append(f'packaging/completion/{shell}: no word on `{name} --{flag}`')
    report.rule('verbs and options are in manuals and completions', count, faults)


# --- lengths -----------------------------------------------------------------------------------------------------

def functions_of(source):
    """(lines, name, first line). A function's braces stand alone in the first column: clang-format sees to it."""
    lines = source.bare.split('\n')
    start = None
    for number, line in enumerate(lines):
        if line.rstrip() == '{':
            start = number
        elif line.startswith('}') and start is not None:
            head = start
            while head > 0 and lines[head - 1].strip() and not re.match(r'[#}]|.*;\s*$', lines[head - 1]):
                head -= 1
            match = re.search(r'(\w+)\s*\(', ' '.join(lines[head:start]))
            yield number - head + 1, match.group(1) if match else '?', head + 1
            start = None


def measure(sources):
    functions, files = [], []
    for source in in_product(sources):
        if source.name.endswith('.c'):
            files.append((source.text.count('\n'), source.name))
            functions += [(n, name, source.name, line) for n, name, line in functions_of(source)]
    functions.sort(reverse=True)
    files.sort(reverse=True)
    counted = [f for f in functions if (f[2], f[1]) not in LONG_BY_NATURE]
    return {
        'functions': functions,
        'files': files,
        'ratchet': {
            'longest_function_lines': counted[0][0] if counted else 0,
            'functions_over_75_lines': sum(1 for f in counted if f[0] > 75),
            'longest_file_lines': files[0][0] if files else 0,
        },
    }


def read_ratchet():
    if not RATCHET.exists():
        return {}
    rows = (line.split('#')[0].split('=') for line in RATCHET.read_text().splitlines() if '=' in line.split('#')[0])
    return {name.strip(): int(value) for name, value in rows}


def write_ratchet(measured):
    lines = ['# The worst there is; may shrink, not grow. Written by tools/house.py --ratchet.']
    lines += [f'{name} = {value}' for name, value in measured['ratchet'].items()]
    RATCHET.write_text('\n'.join(lines) + '\n')


def check_lengths(report, measured, show):
    kept, faults = read_ratchet(), []
    for name, value in measured['ratchet'].items():
        if name not in kept:
            faults.append(f'{name} is not in {relative(RATCHET)}')
        elif value > kept[name]:
            faults.append(f'{name} is {value}, was {kept[name]}; see tools/house.py --lengths')
    report.rule('lengths do not grow', len(measured['functions']), faults)
    if not show:
        return
    lengths = sorted(f[0] for f in measured['functions'])
    if lengths:
        print(f'     functions: {len(lengths)}, middle {lengths[len(lengths) // 2]} lines, '
              f'nine in ten under {lengths[len(lengths) * 9 // 10]}')
    for n, name, path, line in measured['functions'][:10]:
        print(f'     {n:5} lines  {name}  {path}:{line}')
    for n, path in measured['files'][:5]:
        print(f'     {n:5} lines  {path}')


# --- the compiler and the build ----------------------------------------------------------------------------------

def libraries_flags():
    """Where headers stand that are not in the compiler's own folders."""
    done = subprocess.run(['pkg-config', '--cflags', 'libpq'], capture_output=True, text=True)
    return done.stdout.split()


def compile_alone(source, flags):
    command = ['gcc', '-std=gnu17', '-D_GNU_SOURCE', '-DLW_VERSION="0"', '-Isrc', '-Iinclude', *flags, '-Wall', '-Wextra',
               '-Wno-unused-function', '-Wno-missing-field-initializers', '-Werror', '-fsyntax-only', '-x', 'c',
               '-include', source.name, os.devnull]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode == 0:
        return None
    first = next((line for line in done.stderr.splitlines() if 'error' in line), done.stderr.strip())
    return f'{source.name}: {first}'


def check_alone(report, sources):
    headers, flags = headers_of(sources), libraries_flags()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        faults = [fault for fault in pool.map(lambda header: compile_alone(header, flags), headers) if fault]
    report.rule('headers compile alone', len(headers), faults)


def tool(*command):
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f'{" ".join(command[:2])}: {done.stderr.strip()}')
    return done.stdout


def static_libraries(build):
    return sorted((build / 'src').rglob('liblw_*.a'))


def check_symbols(report, build):
    libraries, faults, count = static_libraries(build), [], 0
    if not libraries:
        faults.append(f'no libraries in {build}: build first')
    for library in libraries:
        for line in tool('nm', '-g', '--defined-only', str(library)).splitlines():
            parts = line.split()
            if len(parts) == 3:
                count += 1
                foreign = FOREIGN.get(library.name)
                if not parts[2].startswith(('lw_', 'leeway_')) and not (foreign and foreign.match(parts[2])):
                    faults.append(f'{library.name}: {parts[2]}')
    report.rule('symbols carry the prefix', count, faults)


def check_state(report, build):
    """Sections that can be written while running; tables of pointers (.data.rel.ro) become read-only at the start."""
    libraries, faults, count = static_libraries(build), [], 0
    for library in libraries:
        if library.name == 'liblw_cli.a':
            continue
        for line in tool('objdump', '-t', str(library)).splitlines():
            match = re.match(r'[0-9a-f]+ .{7} (\.\S+)\s+([0-9a-f]+)\s+(?:\.hidden )?(\S+)$', line)
            if not match or not match.group(1).startswith(('.data', '.bss', '.tbss', '.tdata')):
                continue
            count += 1
            section, size, name = match.groups()
            foreign = FOREIGN.get(library.name)
            known = (library.name, name.split('.')[0]) in GLOBAL_STATE or (foreign is not None and foreign.match(name) is not None)
            if not section.startswith('.data.rel.ro') and int(size, 16) != 0 and not known:
                faults.append(f'{library.name}: {name} in {section}')
    if not libraries:
        faults.append(f'no libraries in {build}: build first')
    report.rule('no global state that changes', count, faults)


def check_library(report, build):
    if not (ROOT / 'include' / 'leeway.h').exists():
        return
    libraries = sorted((build / 'src').rglob('libleeway.so'))
    faults, count = [], 0
    if not libraries:
        faults.append(f'no libleeway.so in {build}: build first')
    for library in libraries:
        for line in tool('nm', '-D', '--defined-only', str(library)).splitlines():
            count += 1
            if not line.split()[-1].startswith('leeway_'):
                faults.append(f'{library.name}: {line.split()[-1]}')
    report.rule('libleeway shows leeway_ and nothing else', count, faults)


def main():
    parser = argparse.ArgumentParser(description='The house rules.')
    parser.add_argument('--build', default='build/release', help='the build whose symbols are looked at')
    parser.add_argument('--no-build', action='store_true', help='without the rules about symbols')
    parser.add_argument('--lengths', action='store_true', help='also the longest functions and files')
    parser.add_argument('--names', action='store_true', help="also names that do not carry their file's noun")
    parser.add_argument('--ratchet', action='store_true', help="write today's lengths")
    options = parser.parse_args()

    sources = read_sources()
    measured = measure(sources)
    if options.ratchet:
        write_ratchet(measured)

    report = Report()
    check_layers(report, sources)
    check_circles(report, sources)
    check_fences(report, sources)
    check_guards(report, sources)
    check_names(report, sources, options.names)
    check_macros(report, sources)
    check_banned(report, sources)
    check_floats(report, sources)
    check_design(report, sources)
    check_text(report)
    check_console(report)
    check_commands(report)
    check_lengths(report, measured, options.lengths)
    check_alone(report, sources)
    if not options.no_build:
        build = ROOT / options.build
        check_symbols(report, build)
        check_state(report, build)
        check_library(report, build)
    print(f'{report.passed} passed, {report.failed} failed')
    return 1 if report.failed else 0


if __name__ == '__main__':
    sys.exit(main())
