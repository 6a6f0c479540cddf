#!/usr/bin/env python3
"""Nothing that looks at people leads to less authority: tests/invariant/run.py [BUILD] [--show FUNCTION]

Reads the call graph out of the objects of a build (every `liblw_*.a.p/*.o` and the program's own) and looks for a path from the code
that looks (reviews, coaching, ratings, figures, and their HTTP calls) to the code that takes authority away: the functions that write
people, teams, certificates and own limits, lowerings, and every SQL text that does.

What counts as an edge is more than a call: a function that takes another's address, or names a table that holds it, leads to it. A
pointer that is called somewhere was taken somewhere: whoever hands a change its `apply` has an edge to that function, so the engine
that calls it needs none. That finds paths which no run would take; it misses none that a pointer takes.

It can fail, and shows it first: the same search must find the way from the call that changes people, and a way that is planted, a
review whose change hides behind a table of pointers. Needs binutils, and a compiler for the plant; x86-64 objects, otherwise it is
skipped with a line. The last line is `N passed, N failed`."""
import collections
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

# Source files (folder/name) whose every function is a place to start from.
LOOKING = re.compile(r'^(desk/(review|question|coaching|rating|nudge|contact|feed)\w*|measure/\w+|track/\w+|engine/(lists|similar)\w*|'
                     r'http/api_(reviews|questions|my_track|coaching|ratings|track|evidence|effect)\w*|http/room_list|tweak/(effect|suggest|answered|room)\w*)\.c$')
# What takes authority away, or could.
TAKING = ('lw_person_write', 'lw_team_write', 'lw_team_remove', 'lw_person_shut_out', 'lw_staff_write_person', 'lw_person_change_apply',
          'lw_team_change_apply', 'lw_people_import_apply', 'lw_lowering_ask', 'lw_lowering_confirm', 'lw_lowering_end', 'lw_lowerings_due')
TAKING_SQL = re.compile(rb'\b(?:UPDATE|INTO|FROM|TABLE)\s+(?:person|certificate|own_limit|team|lowering)\b')
WRITES = re.compile(rb'^\s*(?:UPDATE|INSERT|DELETE|DROP|ALTER|REPLACE)\b')
# Earned room may give: its one way to a change of people, which asks first whether that takes anything. And what asks.
GIVING, ASKS = 'lw_room_accept_apply', 'lw_lowers_compare'
# Where looking must find a way, or it finds nothing anywhere.
CONTROL = 'http/api_people.c'

PLANT = '''
struct batch; struct change; struct error;
int lw_person_change_apply(struct batch *batch, struct change *change, struct error *err);
static int (*const acts[])(struct batch *, struct change *, struct error *) = {lw_person_change_apply};
static int punish(int which, struct batch *batch, struct change *change, struct error *err)
{
  return acts[which](batch, change, err);
}
int lw_review_planted(int which, struct batch *batch, struct change *change, struct error *err)
{
  return which > 9 ? 0 : punish(which, batch, change, err);
}
'''


def tool(*words):
    return subprocess.run(words, capture_output=True, text=True, errors='replace', check=True).stdout


def source_of(path):
    """`desk/review.c` of .../src/desk/liblw_desk.a.p/review.c.o"""
    return f'{path.parent.parent.name}/{path.name.removesuffix(".o")}'


class Object:
    """The symbols of one object, and what each of them leads to."""

    def __init__(self, path, source):
        self.path, self.source = path, source
        self.sections, self.symbols, self.by_section = {}, {}, collections.defaultdict(list)
        self.functions = set()
        self._read_sections()
        self._read_symbols()
        self.bytes = path.read_bytes()

    def _read_sections(self):
        for line in tool('readelf', '-SW', str(self.path)).splitlines():
            found = re.match(r'\s*\[\s*(\d+)\]\s+(\S+)\s+\S+\s+[0-9a-f]+\s+([0-9a-f]+)\s+([0-9a-f]+)', line)
            if found:
                self.sections[int(found[1])] = (found[2], int(found[3], 16), int(found[4], 16))
        self.numbers = {name: number for number, (name, _, _) in self.sections.items()}

    def _read_symbols(self):
        for line in tool('readelf', '-sW', str(self.path)).splitlines():
            found = re.match(r'\s*\d+:\s+([0-9a-f]+)\s+(\d+|0x[0-9a-f]+)\s+(FUNC|OBJECT)\s+(\w+)\s+\w+\s+(\d+)\s+(\S+)', line)
            if found:
                value, size, kind, bind, section, name = int(found[1], 16), int(found[2], 0), found[3], found[4], int(found[5]), found[6]
                node = name if bind == 'GLOBAL' else f'{self.source}:{name}'
                self.by_section[section].append((value, size, node))
                self.symbols[name] = node
                if kind == 'FUNC':
                    self.functions.add(node)
            # A text without a symbol of its own has a label of the compiler's.
            label = re.match(r'\s*\d+:\s+([0-9a-f]+)\s+0\s+NOTYPE\s+LOCAL\s+\w+\s+(\d+)\s+(\S+)', line)
            if label and int(label[2]) in self.sections:
                self.symbols[label[3]] = f'{self.source}:{self.sections[int(label[2])][0]}+{int(label[1], 16)}'
        for places in self.by_section.values():
            places.sort()

    def at(self, section, offset):
        """The symbol that stands there, or the section itself."""
        for value, size, node in reversed(self.by_section.get(section, ())):
            if value <= offset < value + max(size, 1):
                return node
        return f'{self.source}:{self.sections[section][0]}+{offset}'

    def content(self, section, offset, size):
        name, begin, length = self.sections[section]
        data = self.bytes[begin:begin + length]
        return data[offset:offset + size] if size else data[offset:data.find(b'\0', offset)]

    def texts(self):
        """(node, bytes) of everything that could be a text of SQL."""
        for section, (name, _, _) in self.sections.items():
            if not name.startswith(('.rodata', '.data')) or name.startswith('.rela'):
                continue
            for value, size, node in self.by_section.get(section, ()):
                yield node, self.content(section, value, size)

    def edges(self):
        yield from self._relocated()
        yield from self._resolved()

    def _relocated(self):
        section = None
        for line in tool('readelf', '-rW', str(self.path)).splitlines():
            head = re.match(r"Relocation section '\.rela(\.\S+)'", line)
            if head:
                section = self.numbers.get(head[1])
                continue
            found = re.match(r'([0-9a-f]+)\s+[0-9a-f]+\s+(R_\S+)\s+[0-9a-f]+\s+(\S+)(?:\s+([+-])\s+([0-9a-f]+))?', line)
            if not found or section is None or self.sections[section][0].startswith(('.debug', '.eh_frame')):
                continue
            addend = int(found[5] or '0', 16) * (-1 if found[4] == '-' else 1)
            relative = found[2] in ('R_X86_64_PC32', 'R_X86_64_PLT32', 'R_X86_64_GOTPCREL', 'R_X86_64_GOTPCRELX', 'R_X86_64_REX_GOTPCRELX')
            name = found[3]
            if name in self.numbers:
                # A text without a name begins where it is named, 4 bytes before the next instruction.
                target = self.at(self.numbers[name], max(addend + (4 if relative else 0), 0))
            else:
                target = self.symbols.get(name, name)
            yield self.at(section, int(found[1], 16)), target

    def _resolved(self):
        """What the assembler has filled in: calls and addresses within a section. One that it has left to the linker names the next
        instruction, which may be the next function's first: it has a line of its own behind it, and is in _relocated."""
        function = None
        lines = tool('objdump', '-dr', '--no-show-raw-insn', str(self.path)).splitlines()
        for line, after in zip(lines, lines[1:] + ['']):
            if re.match(r'\s+[0-9a-f]+: R_', after):
                continue
            head = re.match(r'[0-9a-f]+ <([^>]+)>:', line)
            if head:
                function = self.symbols.get(head[1])
                continue
            for name in re.findall(r'<([^>+]+)(?:\+0x[0-9a-f]+)?>', line) if function else ():
                target = self.symbols.get(name)
                if target is not None and target != function and not name.startswith('.'):
                    yield function, target


class Graph:
    def __init__(self):
        self.next, self.looking, self.taking = collections.defaultdict(set), set(), set(TAKING)
        self.functions, self.sources = set(), collections.defaultdict(set)

    def add(self, path, source):
        found = Object(path, source)
        for node, target in found.edges():
            self.next[node].add(target)
        self.functions |= found.functions
        self.sources[source] |= found.functions
        if LOOKING.match(source):
            self.looking |= found.functions
        for node, text in found.texts():
            if WRITES.match(text) and TAKING_SQL.search(text):
                self.taking.add(node)
        for target in set().union(*(self.next[node] for node in list(found.functions))) if found.functions else ():
            text = self._plain(found, target)
            if text and WRITES.match(text) and TAKING_SQL.search(text):
                self.taking.add(target)

    @staticmethod
    def _plain(found, node):
        """The text of a literal that has no name."""
        place = re.match(re.escape(found.source) + r':(\.rodata\S*)\+(\d+)$', node)
        return found.content(found.numbers[place[1]], int(place[2]), 0) if place else None

    def path(self, starts, without=()):
        """The shortest way from one of them to what takes, as names, that does not lead over `without`; None: there is none."""
        before = {start: None for start in sorted(starts) if start not in without}
        queue = collections.deque(before)
        while queue:
            node = queue.popleft()
            if node in self.taking:
                way = []
                while node is not None:
                    way.append(node)
                    node = before[node]
                return way[::-1]
            for target in sorted(self.next.get(node, ())):
                if target not in before and target not in without:
                    before[target] = node
                    queue.append(target)
        return None

    def reached(self, starts):
        seen, queue = set(starts), list(starts)
        while queue:
            for target in self.next.get(queue.pop(), ()):
                if target not in seen:
                    seen.add(target)
                    queue.append(target)
        return seen


def read(build):
    graph = Graph()
    for path in sorted((build / 'src').glob('*/*.p/*.o')):
        graph.add(path, source_of(path))
    return graph


def plant(graph):
    """The graph with one edge more that must not be there."""
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / 'review_planted.c'
        source.write_text(PLANT)
        out = source.with_suffix('.c.o')
        subprocess.run([shutil.which('cc') or 'gcc', '-O2', '-fno-inline', '-c', str(source), '-o', str(out)], check=True)
        graph.add(out, 'desk/review_planted.c')
    return graph.path(['lw_review_planted'])


def main():
    words = [word for word in sys.argv[1:] if not word.startswith('--')]
    build = pathlib.Path(words[0] if words else ROOT / 'build').resolve()
    objects = sorted((build / 'src').glob('*/*.p/*.o'))
    if not objects:
        print(f'{build} has no objects: build first\n0 passed, 1 failed')
        return 1
    if 'X86-64' not in tool('readelf', '-h', str(objects[0])):
        print('skipped: the objects are not for x86-64\n0 passed, 0 failed')
        return 0
    graph = read(build)
    passed = failed = 0

    def check(name, holds, text=''):
        nonlocal passed, failed
        passed, failed = passed + bool(holds), failed + (not holds)
        print(f'{"ok  " if holds else "FAIL"} {name}' + (f'\n     {text}' if text and not holds else ''))

    missing = [name for name in TAKING if name not in graph.functions and not name.endswith('_due')]
    check(f'what takes authority is there: {len(TAKING)} functions, {len(graph.taking) - len(TAKING)} texts of SQL',
          not missing and len(graph.taking) - len(TAKING) >= 10, f'missing: {missing}')
    check(f'what looks is there: {len(graph.looking)} functions', len(graph.looking) >= 150)
    parts = ('lw_review_send', 'lw_review_agreement', 'lw_coaching_open', 'lw_coaching_close', 'lw_track_person_print', 'lw_api_open_coaching')
    check('reviews, agreement, coaching and a person\'s figures are among it', graph.looking.issuperset(parts), str(set(parts) - graph.looking))
    way = graph.path(graph.sources[CONTROL])
    check('from the call that changes people there is a way', way is not None, 'the search finds nothing')
    for source in ('engine/staff_change.c', 'engine/lowering.c', 'people/person.c'):
        check(f'from {source} there is a way', graph.path(graph.sources[source]) is not None)
    way = graph.path(graph.looking)
    check(f'from what looks there is none, in {len(graph.reached(graph.looking))} places reached', way is None,
          ' -> '.join(way or ()))
    room = graph.sources['http/api_room.c']
    check('earned room is looked at there', {'lw_api_list_room', 'lw_api_accept_room', 'lw_api_room_add_own'} <= room
          and {'lw_room_find', 'lw_room_list_print'} <= graph.looking)
    check('from the calls of earned room there is a way', graph.path(room) is not None)
    way = graph.path(room, {GIVING})
    check(f'and none but over {GIVING}', way is None, ' -> '.join(way or ()))
    check('which asks whether the change takes anything', ASKS in graph.reached({GIVING}))
    parts = {'lw_api_room_add_own', 'lw_room_forward_apply', 'lw_room_later_apply'}
    way = graph.path(parts)
    check('putting forward, putting aside and one\'s own page have none', way is None, ' -> '.join(way or ()))
    way = plant(graph)
    check('a way that is planted behind a table of pointers is found', way is not None and way[-1] == 'lw_person_change_apply', str(way))
    if '--show' in sys.argv:
        print('\n'.join(sorted(graph.reached(graph.looking))))
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
