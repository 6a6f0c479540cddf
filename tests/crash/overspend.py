#!/usr/bin/env python3
"""No overspending: many clients at once on the same three budgets.

    tests/crash/overspend.py [SECONDS] [--program PROGRAM] [--clients N] [--servers N]

What the clients were granted, what the list says, what the journal's draws add up to and what the budgets' rows hold are the same
sum, and no limit is passed by a cent. Some of it is taken back all the while, so that limits are reached again and again. The
last line is `N passed, N failed`; exit 1 if something failed.
"""
import argparse
import pathlib
import random
import sys
import threading
import time

sys.dont_write_bytecode = True

from load import BUDGETS, ROOT, cents, drawn, journal, journal_sums, listed_whole, servers, standing  # noqa: E402

LIMIT = '400.00'
REVERSED = 0.1  # how often a refusal makes a client take one of its own back
WATCH_SECONDS = 0.05


class Client(threading.Thread):
    def __init__(self, caller, seed, end):
        super().__init__(daemon=True)
        self.caller, self.end, self.random = caller, end, random.Random(seed)
        self.mine, self.counts, self.fault = {}, {}, None

    def run(self):
        try:
            while time.monotonic() < self.end and self.fault is None:
                self.one()
        except Exception as fault:  # said by the main thread
            self.fault = repr(fault)

    def one(self):
        body = {'agent': 'ana', 'action': 'credit', 'amount': f'{self.random.randint(1, 499) / 100:.2f}', 'customer': 'k'}
        reply = self.caller.post('/v1/decisions', body)
        verdict = reply['verdict'] if reply.status == 201 else str(reply.status)
        self.counts[verdict] = self.counts.get(verdict, 0) + 1
        if verdict == 'granted':
            self.mine[reply['id']] = cents(reply['amount'])
        elif self.mine and self.random.random() < REVERSED:
            found = self.random.choice(list(self.mine))
            taken = self.caller.post(f'/v1/decisions/{found}/reverse', {'reason': 'test'})
            if taken.status != 200:
                self.fault = f'taking back: {taken!r}'
            del self.mine[found]


def watch(caller, end, seen):
    """Looks at the budgets all the while."""
    while time.monotonic() < end:
        rows, limits = drawn(caller)
        seen['looks'] += 1
        for name in BUDGETS:
            seen['most'] = max(seen['most'], rows[name])
            if rows[name] > limits[name]:
                seen['over'].append((name, rows[name]))
        time.sleep(WATCH_SECONDS)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('seconds', nargs='?', type=float, default=10)
    parser.add_argument('--program', default=ROOT / 'build' / 'leeway', type=pathlib.Path)
    parser.add_argument('--clients', type=int, default=64)
    parser.add_argument('--servers', type=int, default=1, help='that the clients share, on one PostgreSQL (LEEWAY_POSTGRES)')
    options = parser.parse_args()
    faults, checks = [], 0
    with servers(options.program.resolve(), options.servers, pool=LIMIT, agent=LIMIT, customer=LIMIT) as (all_servers, callers):
        server, caller = all_servers[0], callers[0]
        end = time.monotonic() + options.seconds
        clients = [Client(callers[seed % len(callers)], seed, end) for seed in range(options.clients)]
        for client in clients:
            client.start()
        seen = {'looks': 0, 'most': 0, 'over': []}
        watch(caller, end, seen)
        for client in clients:
            client.join(30)
        counts = {}
        for client in clients:
            for verdict, count in client.counts.items():
                counts[verdict] = counts.get(verdict, 0) + count
        told = sum(sum(client.mine.values()) for client in clients)
        listed = sum(standing(item) for item in listed_whole(caller).values())
        rows, limits = drawn(caller)
        entries = journal(caller)
        sums, ids = journal_sums(entries)
        verified = server.run('verify')
        print(f'{counts}; granted {told / 100:.2f} of {LIMIT}; {seen["looks"]} looks, at most {seen["most"] / 100:.2f}')
        expectations = {
            'no client failed': [client.fault for client in clients if client.fault] == [],
            'limits were reached': counts.get('refused', 0) > 0 and counts.get('granted', 0) > 0,
            'only granted and refused': set(counts) <= {'granted', 'refused'},
            f'the list says {listed}, the clients were told {told}': listed == told,
            f'the rows hold {rows}': set(rows.values()) == {told},
            f'the journal adds up to {sums}': set(sums.values()) == {told},
            'each decision stands in the journal once': all(count == 1 for count in ids.values()) and len(ids) == sum(counts.values()),
            f'no limit was passed: {seen["over"][:3]}': not seen['over'] and max(rows.values()) <= min(limits.values()),
            f'verify: {verified.stdout[-300:]}{verified.stderr[-300:]}': verified.returncode == 0,
        }
        for text, held in expectations.items():
            checks += 1
            if not held:
                faults.append(text)
                print(f'FAILED {text}')
        print('\n'.join(sorted({client.fault for client in clients if client.fault})[:5]))
    print(f'{checks - len(faults)} passed, {len(faults)} failed')
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main())
