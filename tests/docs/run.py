#!/usr/bin/env python3
"""Runs what README.md, docs/ and the examples' READMEs show, and compares what comes out.

    tests/docs/run.py [--leeway build/leeway] [FILE.md ...]

In a fenced block marked `console` a line that starts with `$ ` is a command (lines that start with `> ` carry it on), the
lines up to the next one are what it prints, stdout and stderr together. `...` stands for anything: inside a line for any
text, alone on a line for any lines. Nothing shown means nothing printed. `$?` is the command before's exit status, and what
one command exports the later ones have.
A command that ends with ` &` (a server) goes on until the page ends; what it prints is compared as soon as it fits.
`127.0.0.1:8080` stands for a free port. `./start` is what that script ends with: `leeway serve --demo`, with a new database.
A block whose first line is `# file: NAME` is written to NAME, one with `# add to: NAME` at its end; YAML keeps that line,
which is a comment there, others lose it.
In a table headed `| expression | value |` each expression is given to `leeway cel eval --currency USD` (`\|` is a bar).
Every page has a folder of its own, with a copy of examples/ in it; its blocks run in the order of the page.
Pages with blocks marked `sh` that call a server with a token made beforehand are run by tests/http/docs.py.
The last line is `N passed, N failed`; exit 1 if something failed.
"""
import argparse
import os
import pathlib
import re
import select
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SECONDS_MAX = 60
SHOWN_ADDRESS = '127.0.0.1:8080'
START = f'#!/bin/sh\nexec leeway serve --demo --db build/demo.db --listen {SHOWN_ADDRESS}\n'
FENCE = re.compile(r'^(?P<indent> *)(?P<ticks>`{3,})(?P<language>\w*)[^\n]*\n(?P<body>.*?)^(?P=indent)(?P=ticks) *$', re.M | re.S)
FILE_LINE = re.compile(r'^# (file|add to): (\S+)\s*$')
ROW = re.compile(r'^\| `(.+?)` \| `(.+?)` \|')


def blocks_of(text):
    """(language, lines, line in the page) of every fenced block."""
    for match in FENCE.finditer(text):
        indent = len(match['indent'])
        lines = [line[indent:] if line[:indent].isspace() else line for line in match['body'].splitlines()]
        yield match['language'], lines, text.count('\n', 0, match.start()) + 2


def commands_of(lines, first):
    """(command, expected lines, line in the page)."""
    command, expected, place, open_end = None, [], first, False
    for number, line in enumerate(lines, first):
        if line.startswith('$ '):
            if command is not None:
                yield command, expected, place
            command, expected, place, open_end = line[2:], [], number, True
        elif open_end and (line == '>' or line.startswith('> ')):
            command += '\n' + line[2:]
        elif command is not None:
            expected.append(line)
            open_end = False
    if command is not None:
        yield command, expected, place


def pattern_of(expected):
    while expected and not expected[-1].strip():
        expected = expected[:-1]
    parts = []
    for line in expected:
        if line.strip() == '...':
            parts.append(r'(?:[^\n]*\n)*')
        else:
            parts.append('[^\n]*'.join(re.escape(piece) for piece in line.rstrip().split('...')) + r'[ ]*\n')
    return re.compile(''.join(parts))


def write_file(shell, language, how, name, lines):
    path = (shell.folder / name).resolve()
    if shell.folder not in path.parents:
        raise ValueError(f'{name} is outside of the page\'s folder')
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = lines if language in ('yaml', 'yml') else lines[1:]
    with path.open('a' if how == 'add to' else 'w', encoding='utf-8') as file:
        file.write(shell.localize('\n'.join(kept) + '\n'))


class Shell:
    """Runs the commands of one page: in its folder, each with what those before it exported, some in the background."""

    def __init__(self, folder, environment):
        self.folder, self.environment, self.status = folder, environment, 0
        self.state = folder / 'bin' / 'exported'
        self.state.touch()
        self.background = []
        with socket.socket() as free:
            free.bind(('127.0.0.1', 0))
            self.address = f'127.0.0.1:{free.getsockname()[1]}'

    def localize(self, text):
        return text.replace(SHOWN_ADDRESS, self.address)

    def run(self, command):
        """What it prints; its exit status is kept."""
        script = f'. {self.state}\ntrap "export -p >{self.state}" EXIT\n(exit {self.status})\n{self.localize(command)}\n'
        try:
            done = subprocess.run(['sh', '-c', script], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.status = 255
            return f'(no end after {SECONDS_MAX} seconds)\n'
        self.status = done.returncode
        return done.stdout.decode('utf-8', 'replace')

    def begin(self, command, pattern):
        """What it prints until that fits, or until it ends."""
        script = f'. {self.state}\n{self.localize(command)}\n'
        process = subprocess.Popen(['sh', '-c', script], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        self.background.append(process)
        self.status, output, end = 0, b'', time.monotonic() + SECONDS_MAX
        while time.monotonic() < end and not pattern.fullmatch(output.decode('utf-8', 'replace')):
            if select.select([process.stdout], [], [], 0.2)[0]:
                more = os.read(process.stdout.fileno(), 65536)
                if not more:
                    break
                output += more
        return output.decode('utf-8', 'replace')

    def finish(self):
        for process in self.background:
            try:
                os.killpg(process.pid, signal.SIGTERM)
            except ProcessLookupError:
                pass
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def tell_difference(page, place, command, expected, output, status):
    print(f'FAIL {page}:{place}: $ {command}')
    for line in expected:
        print(f'     expected: {line}')
    for line in output.splitlines() or ['(nothing)']:
        print(f'     printed:  {line}')
    print(f'     exit status {status}')


def rows_of(text):
    """(expression, value, line in the page) of every table of examples."""
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith('| expression | value |'):
            inside = True
        elif inside and not line.startswith('|'):
            inside = False
        elif inside:
            cells = ROW.match(line)
            if cells:
                yield cells[1].replace('\\|', '|'), cells[2].replace('\\|', '|'), number


def run_rows(page, text, shell):
    """(passed, failed) of the tables of examples."""
    passed = failed = 0
    for expression, value, place in rows_of(text):
        command = 'leeway cel eval --currency USD -- ' + shlex.quote(expression)
        output = shell.run(command)
        if output.strip() == value:
            passed += 1
        else:
            failed += 1
            tell_difference(page, place, command, [value], output, shell.status)
    return passed, failed


def run_one(shell, command, expected):
    """(whether it printed that, what it printed)."""
    pattern = pattern_of([shell.localize(line) for line in expected])
    if command.endswith(' &'):
        output = shell.begin(command[:-2], pattern)
    else:
        output = shell.run(command)
    ends = output if not output or output.endswith('\n') else output + '\n'
    return shell.status < 126 and pattern.fullmatch(ends) is not None, output


def run_blocks(shown, text, shell):
    """(passed, failed) of a page's blocks."""
    passed = failed = 0
    for language, lines, first in blocks_of(text):
        file_line = FILE_LINE.match(lines[0]) if lines else None
        if file_line:
            write_file(shell, language, file_line.group(1), file_line.group(2), lines)
            continue
        if language != 'console':
            continue
        for command, expected, place in commands_of(lines, first):
            fits, output = run_one(shell, command, expected)
            if fits:
                passed += 1
            else:
                failed += 1
                tell_difference(shown, place, command, expected, output, shell.status)
    return passed, failed


def run_page(page, program):
    """(passed, failed) of one page."""
    with tempfile.TemporaryDirectory(prefix='leeway-docs-') as name:
        folder = pathlib.Path(name).resolve()
        (folder / 'bin').mkdir()
        (folder / 'build').mkdir()
        (folder / 'bin' / 'leeway').symlink_to(program)
        shutil.copytree(ROOT / 'examples', folder / 'examples')
        environment = {'PATH': f'{folder}/bin:{os.environ.get("PATH", "/usr/bin:/bin")}', 'HOME': name, 'TZ': 'UTC',
                       'LC_ALL': 'C.UTF-8', 'NO_COLOR': '1', 'TERM': 'dumb', 'COLUMNS': '80', 'no_proxy': '*'}
        shell = Shell(folder, environment)
        (folder / 'start').write_text(shell.localize(START))
        (folder / 'start').chmod(0o755)
        shown = page.relative_to(ROOT) if ROOT in page.parents else page
        text = page.read_text(encoding='utf-8')
        try:
            blocks = run_blocks(shown, text, shell)
            shell.status = 0
            rows = run_rows(shown, text, shell)
        finally:
            shell.finish()
        passed, failed = blocks[0] + rows[0], blocks[1] + rows[1]
        if passed + failed:
            print(f'{shown}: {passed} passed, {failed} failed')
    return passed, failed


def pages():
    found = [ROOT / 'README.md'] + sorted((ROOT / 'docs').rglob('*.md')) + sorted((ROOT / 'examples').rglob('*.md'))
    return [page for page in found if page.exists()]


def main():
    parser = argparse.ArgumentParser(description='Runs the examples of the documentation.')
    parser.add_argument('--leeway', default=os.environ.get('LEEWAY', 'build/leeway'), help='the program')
    parser.add_argument('pages', nargs='*', type=pathlib.Path)
    options = parser.parse_args()

    program = pathlib.Path(options.leeway).resolve()
    if not program.exists():
        print(f'{program} is not there: build first', file=sys.stderr)
        print('0 passed, 1 failed')
        return 1
    passed = failed = 0
    for page in [p.resolve() for p in options.pages] or pages():
        result = run_page(page, program)
        passed += result[0]
        failed += result[1]
    if passed + failed == 0:
        print('no example was found')
        failed = 1
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
