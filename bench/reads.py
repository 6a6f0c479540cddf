#!/usr/bin/env python3
"""How long a publish takes when it makes reads for many people, beside one that touches nobody.

  bench/reads.py PROGRAM [--people N] [--rounds N]        below scripts/postgres: on PostgreSQL

Prints a line each; nothing is asserted. docs/how-to/tell-changes.md has the figures.
"""
import argparse
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / 'tests' / 'http'))
from server import Caller, Server  # noqa: E402
from world import PASSWORD, POLICY, gives  # noqa: E402


def publish(root, source):
    start = time.perf_counter()
    version = gives(root.post('/v1/policy/publish', {'source': source, 'note': 'Measured.'}), 201)['version']
    return (time.perf_counter() - start) * 1000, version


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument('program')
    options.add_argument('--people', type=int, default=5000)
    options.add_argument('--rounds', type=int, default=5)
    args = options.parse_args()
    with Server(Path(args.program).resolve()) as server:
        server.start()
        root = Caller(server, None, name='root')
        gives(root.accept(server.invitation(), PASSWORD, id='root', name='Root', email='root@example.com'), 200, 201)
        publish(root, POLICY)
        tiers = ('frontline',) * 8 + ('senior', 'lead')
        lines = [f'p{i},P {i},p{i}@example.com,care/t{i % 120},{tiers[i % 10]},human,,,' for i in range(args.people)]
        csv = 'id,name,email,team,tier,kind,holds,hired_at,manager\n' + '\n'.join(lines) + '\n'
        gives(root.call('POST', '/v1/people/import', csv.encode(), headers={'Content-Type': 'text/csv'}), 200)
        took = {'touches nobody': [], 'touches everybody': []}
        for i in range(args.rounds):
            more = POLICY.replace('up_to: 50.00', f'up_to: {51 + i}.00')
            took['touches everybody'].append(publish(root, more)[0])
            took['touches nobody'].append(publish(root, more + '# the same\n')[0])
        for name, times in took.items():
            print(f'{args.people} people, {name}: {statistics.median(times):.0f} ms a publish (most {max(times):.0f})')
        start = time.perf_counter()
        last = gives(root.get('/v1/policy'), 200)['version'] - 1
        people = gives(root.get(f'/v1/policy/versions/{last}/reads', limit=200), 200)
        print(f'who has read it: {len(people["items"])} of {people["people"]} in {(time.perf_counter() - start) * 1000:.0f} ms')


main()
