#!/usr/bin/env python3
"""The HTTP API, from outside: starts a server of its own in a folder of its own and tells stories to it.

    tests/http/run.py [PROGRAM] [--only WORDS] [--part PART] [--requests N] [--seed N] [--keep]

Parts: lint (the document), stories, rights, property (random requests), docs (the commands of docs/reference/api.md
and the kinds of api/events.md), bad (bytes that are no requests). All answers are held
against api/openapi.yaml; an operation that nothing called is a failure. The last line is `N passed, N failed`; exit 1 if
something failed. Needs node; what npm installs is pinned in package-lock.json.
"""
import argparse
import concurrent.futures
import pathlib
import re
import subprocess
import sys
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))

import docs  # noqa: E402
import rights  # noqa: E402
import stories_plans  # noqa: E402, F401
import stories_approvals  # noqa: E402, F401
import stories_coaching  # noqa: E402, F401
import stories_council  # noqa: E402, F401
import stories_decisions  # noqa: E402, F401
import stories_deskside  # noqa: E402, F401
import stories_drafts  # noqa: E402, F401
import stories_shadow  # noqa: E402, F401
import stories_trials  # noqa: E402, F401
import stories_huddle  # noqa: E402, F401
import stories_listening  # noqa: E402, F401
import stories_growing  # noqa: E402, F401
import stories_lowerings  # noqa: E402, F401
import stories_people  # noqa: E402, F401
import stories_policy  # noqa: E402, F401
import stories_pulse  # noqa: E402, F401
import stories_questions  # noqa: E402, F401
import stories_reads  # noqa: E402, F401
import stories_records  # noqa: E402, F401
import stories_replay  # noqa: E402, F401
import stories_reviews  # noqa: E402, F401
import stories_causes  # noqa: E402, F401
import stories_earned_room  # noqa: E402, F401
import stories_room  # noqa: E402, F401
import stories_safety  # noqa: E402, F401
import stories_serving  # noqa: E402, F401
import stories_sheets  # noqa: E402, F401
import stories_suggest  # noqa: E402, F401
import stories_track  # noqa: E402, F401
import stories_pages  # noqa: E402, F401
import stories_train  # noqa: E402, F401
import world  # noqa: E402
from contract import Contract  # noqa: E402
from server import Server  # noqa: E402

PARTS = ('lint', 'stories', 'rights', 'property', 'docs', 'bad')
STORIES_AT_ONCE = 4
FAULTS_SHOWN = 40


class Tally:
    def __init__(self):
        self.passed, self.failed = 0, 0

    def add(self, name, fault=None):
        if fault is None:
            self.passed += 1
            return
        self.failed += 1
        print(f'FAILED {name}\n       {fault}', flush=True)

    def add_output(self, name, done):
        """Of a program that ends with `N passed, N failed`."""
        sums = re.findall(r'(\d+) passed, (\d+) failed', done.stdout)
        passed, failed = (int(number) for number in sums[-1]) if sums else (0, 1)
        failed = max(failed, int(done.returncode != 0))
        if failed:
            print(f'FAILED {name}\n{done.stdout[-6000:]}{done.stderr[-2000:]}', flush=True)
        self.passed += passed
        self.failed += failed


def node_modules():
    if not (HERE / 'node_modules' / 'fast-check').is_dir():
        subprocess.run(['npm', 'ci', '--ignore-scripts', '--no-progress'], cwd=HERE, check=True, stdout=subprocess.DEVNULL)


def tell(w, item):
    text, function, _ = item
    try:
        function(w)
        return text, None
    except world.Failed as failed:
        lines = traceback.extract_tb(failed.__traceback__)
        place = next(line for line in reversed(lines) if 'stories' in line.filename)
        return text, f'{pathlib.Path(place.filename).name}:{place.lineno}: {failed}'
    except Exception:  # a story that breaks is a story that fails
        return text, traceback.format_exc()


def tell_stories(w, tally, only):
    items = [item for item in world.STORIES if only is None or re.search(only, item[0])]
    with concurrent.futures.ThreadPoolExecutor(STORIES_AT_ONCE) as pool:
        for text, fault in pool.map(lambda item: tell(w, item), [item for item in items if not item[2]]):
            tally.add(text, fault)
    for item in items:
        if item[2]:
            tally.add(*tell(w, item))


def sums(contract, tally, whole):
    """What the contract has to say about all that was answered."""
    shapes = {re.sub(r"'[^']*'|[0-9a-z]{20,}|\d+", '_', fault): fault for fault in contract.faults}
    for fault in list(shapes.values())[:FAULTS_SHOWN]:
        print(f'       {fault}')
    tally.add(f'{contract.answers} answers fit the contract', f'{len(contract.faults)} do not' if contract.faults else None)
    for bare in contract.bare[:FAULTS_SHOWN]:
        print(f'       {bare}')
    tally.add('never a bare no', f'{len(contract.bare)} of them' if contract.bare else None)
    missed = contract.missed()
    print(f'contract: {len(contract.operations) - len(missed)} of {len(contract.operations)} operations called')
    if whole:
        tally.add('every operation is called', f'not: {", ".join(missed)}' if missed else None)


def kinds_differ():
    """None, or how api/events.md and src/ledger/event.def differ."""
    rows = re.findall(r'^LW_EVENT\(\w+, "([^"]+)", (\w+), "([^"]+)"\)', (ROOT / 'src' / 'ledger' / 'event.def').read_text(), re.M)
    shown = re.findall(r'^\| `([a-z_.]+)` \| (\w+) \| ([^|]+) \|', (ROOT / 'api' / 'events.md').read_text(), re.M)
    same = [(kind, told, says.replace('`', '').strip()) for kind, told, says in shown]
    wanted = [(kind, told.lower(), says.replace('`', '')) for kind, told, says in rows]
    return None if same == wanted else f'{sorted(set(same) ^ set(wanted))}'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('program', nargs='?', default=ROOT / 'build' / 'leeway', type=pathlib.Path)
    parser.add_argument('--only', help='stories whose text matches')
    parser.add_argument('--part', action='append', choices=PARTS)
    parser.add_argument('--requests', type=int, default=2000, help='random requests')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--keep', action='store_true', help='show what the server said')
    options = parser.parse_args()
    parts = options.part or (['stories'] if options.only else list(PARTS))
    program = options.program.resolve()
    tally = Tally()
    started = time.monotonic()

    def took(part):
        print(f'{part}: {time.monotonic() - started:.1f} s', flush=True)
    node_modules()
    if 'lint' in parts:
        tally.add_output('lint', subprocess.run(['node', HERE / 'lint.mjs'], capture_output=True, text=True))
        took('lint')
    contract = Contract()
    with Server(program, '--webhooks-inside') as server:
        server.start()
        w = world.World(server, contract)
        w.set_up()
        took('set up')
        if 'stories' in parts:
            tell_stories(w, tally, options.only)
            took('stories')
        if 'rights' in parts:
            passed, failures = rights.run(w)
            tally.passed += passed
            for name, fault in failures:
                tally.add(name, fault)
            took('rights')
        if 'stories' in parts:
            sums(contract, tally, options.only is None and 'rights' in parts)
        if 'property' in parts:
            tally.add_output('property', subprocess.run(
                ['node', HERE / 'property' / 'property.mjs', server.address, w.root.cookie, w.root.csrf, w.system.token,
                 str(options.seed), str(options.requests)], capture_output=True, text=True))
            took('property')
        alive = server.process.poll() is None
        tally.add('the server still runs', None if alive else ''.join(server.said[-40:]))
        status = server.stop()
        tally.add('the server ends when it is told to', None if status == 0 else f'exit status {status}: {"".join(server.said[-20:])}')
        if options.keep:
            print(''.join(server.said))
    if 'docs' in parts:
        tally.add('api/events.md has the kinds of src/ledger/event.def', kinds_differ())
        for name, fault in docs.run(program):
            tally.add(name, fault)
        took('docs')
    if 'bad' in parts:
        tally.add_output('bad input', subprocess.run([sys.executable, HERE / 'bad_input.py', program], capture_output=True, text=True))
        took('bad input')
    print(f'{tally.passed} passed, {tally.failed} failed')
    return 1 if tally.failed else 0


if __name__ == '__main__':
    sys.exit(main())
