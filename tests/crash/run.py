#!/usr/bin/env python3
"""No loss: `kill -9` at random instants under load, again and again on the same database.

    tests/crash/run.py [ROUNDS] [--program PROGRAM] [--seed N] [--clients N] [--servers N]

After each start every acknowledged decision is there exactly once (by its id, and by its key), what was finished or taken back
stays so, what was not acknowledged has one effect when it is sent again with its key, the budgets are what the decisions draw,
and `leeway verify` finds nothing. The last line is `N passed, N failed` (rounds); exit 1 if something failed.
"""
import argparse
import http.client
import pathlib
import random
import sys
import threading
import time
import traceback

sys.dont_write_bytecode = True

from load import ROOT, cents, decisions, drawn, journal, journal_sums, new, servers, standing  # noqa: E402

LIVE_SECONDS = (0.02, 0.6)
LISTS_SECONDS_MAX = 15
HELD = 0.25  # of the requests: set aside, then finished
REVERSED = 0.1


class Mismatch(Exception):
    pass


class Record:
    """What the clients were told, and what they do not know."""

    def __init__(self):
        self.lock = threading.Lock()
        self.acked = {}    # key -> (body, id, verdict)
        self.open = {}     # key -> body: no answer came
        self.states = {}   # id -> (state, cents): as an answer said last
        self.unsure = set()  # ids whose finishing got no answer
        self.faults = []   # answers that no server should give


class Client(threading.Thread):
    def __init__(self, caller, record, seed, stop):
        super().__init__(daemon=True)
        self.caller, self.record, self.stop = caller, record, stop
        self.random = random.Random(seed)

    def run(self):
        while not self.stop.is_set():
            try:
                self.one()
            except (OSError, http.client.HTTPException):
                return
            except Mismatch as fault:
                self.record.faults.append(str(fault))
                return

    def one(self):
        key = new('key')
        body = {'agent': 'ana', 'action': 'credit', 'amount': f'0.{self.random.randint(1, 99):02}', 'customer': 'k'}
        held = self.random.random() < HELD
        if held:
            body['hold'] = '1h'
        with self.record.lock:
            self.record.open[key] = body
        reply = self.caller.post('/v1/decisions', body, key)
        if reply.status not in (200, 201):
            if reply.status != 503:
                raise Mismatch(f'{reply!r}')
            return
        found = reply['id']
        with self.record.lock:
            del self.record.open[key]
            self.record.acked[key] = (body, found, reply['verdict'])
            if reply['verdict'] == 'granted':
                self.record.states[found] = ('held' if held else 'final', cents(reply['amount']))
        if reply['verdict'] != 'granted':
            return
        if held:
            part = f'0.{self.random.randint(1, cents(body["amount"])):02}'
            self.finish(found, 'confirm', {'amount': part}, ('final', cents(part)))
        elif self.random.random() < REVERSED:
            self.finish(found, 'reverse', {'reason': 'test'}, ('reversed', 0))

    def finish(self, found, verb, body, state):
        with self.record.lock:
            self.record.unsure.add(found)
        reply = self.caller.post(f'/v1/decisions/{found}/{verb}', body, new('key'))
        if reply.status not in (200, 503):
            raise Mismatch(f'{verb} {found}: {reply!r}')
        if reply.status == 200:
            with self.record.lock:
                self.record.unsure.discard(found)
                self.record.states[found] = state


def compare(caller, record):
    """After a start: raises Mismatch with what is wrong."""
    listed = decisions(caller)
    until = time.monotonic() + LISTS_SECONDS_MAX
    while time.monotonic() < until and any(found not in listed for _, found, _ in record.acked.values()):
        time.sleep(0.2)  # lists follow the journal, and are made anew when their file is damaged
        listed = decisions(caller)
    for key, (body, found, verdict) in record.acked.items():
        if found not in listed:
            page = caller.get('/v1/decisions', limit=1)
            raise Mismatch(f'{found} was acknowledged and is gone (by its id: {caller.get("/v1/decisions/" + found).status}; the list goes through {page["through"]})')
        if listed[found]['verdict'] != verdict:
            raise Mismatch(f'{found} was {verdict} and is {listed[found]["verdict"]}')
    for found, (state, amount) in record.states.items():
        item = listed[found]
        if found not in record.unsure and (item['state'] != state or standing(item) != amount):
            raise Mismatch(f'{found} was {state} with {amount} cents and is {item}')


def by_key(caller, record, keys):
    """Keys that were answered give the same decision again; those that were not, one."""
    for key in keys:
        body, found, _ = record.acked[key]
        again = caller.post('/v1/decisions', body, key)
        if again.status != 200 or again['id'] != found:
            raise Mismatch(f'key of {found} gives {again!r}')
    for key, body in list(record.open.items()):
        first = caller.post('/v1/decisions', body, key)
        second = caller.post('/v1/decisions', body, key)
        if first.status not in (200, 201) or second.status != 200 or first['id'] != second['id']:
            raise Mismatch(f'sent again: {first!r}, then {second!r}')
        del record.open[key]
        record.acked[key] = (body, first['id'], first['verdict'])


def settle(caller, record):
    """What nobody knows is looked up: either it happened or it did not."""
    for found in list(record.unsure):
        reply = caller.get(f'/v1/decisions/{found}')
        if reply.status != 200:
            raise Mismatch(f'{found}: {reply!r}')
        record.states[found] = (reply['state'], cents(reply['stands_at']) if reply['verdict'] == 'granted' else 0)
        record.unsure.discard(found)


def balance(server, caller, whole):
    """Budgets, list and journal say the same sums; the journal has each decision once."""
    listed = decisions(caller)
    expected = sum(standing(item) for item in listed.values())
    rows, _ = drawn(caller)
    if set(rows.values()) != {expected}:
        raise Mismatch(f'budgets {rows}, decisions {expected}')
    if whole:
        _, ids = journal_sums(journal(caller))
        twice = [found for found, count in ids.items() if count != 1]
        if twice or set(ids) != set(listed):
            raise Mismatch(f'the journal: {twice[:3]} twice, {len(set(ids) ^ set(listed))} elsewhere')
    done = server.run('verify')
    if done.returncode != 0:
        raise Mismatch(f'verify: {done.stdout[-600:]}{done.stderr[-600:]}')


def one_round(all_servers, callers, record, generator, clients, whole):
    stop = threading.Event()
    threads = [Client(callers[number % len(callers)], record, generator.random(), stop) for number in range(clients)]
    server, caller = generator.choice(list(zip(all_servers, callers)))
    answered = set(record.acked)
    for thread in threads:
        thread.start()
    time.sleep(generator.uniform(*LIVE_SECONDS))
    server.kill()
    if len(all_servers) > 1:
        time.sleep(generator.uniform(*LIVE_SECONDS))  # the others go on
    stop.set()
    for thread in threads:
        thread.join(30)
    if record.faults:
        raise Mismatch(record.faults[0])
    server.start()
    compare(caller, record)
    fresh = [key for key in record.acked if key not in answered]
    lost = len(record.open)
    by_key(caller, record, fresh)
    settle(caller, record)
    compare(caller, record)
    balance(server, caller, whole)
    return len(fresh), lost


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('rounds', nargs='?', type=int, default=5)
    parser.add_argument('--program', default=ROOT / 'build' / 'leeway', type=pathlib.Path)
    parser.add_argument('--seed', type=int, default=int(time.time()))
    parser.add_argument('--clients', type=int, default=16)
    parser.add_argument('--servers', type=int, default=1, help='on one PostgreSQL (LEEWAY_POSTGRES); one of them is killed in each round')
    options = parser.parse_args()
    generator = random.Random(options.seed)
    record = Record()
    passed = failed = 0
    limits = dict.fromkeys(('pool', 'agent', 'customer'), '9000000.00')
    with servers(options.program.resolve(), options.servers, **limits) as (all_servers, callers):
        for number in range(1, options.rounds + 1):
            try:
                answered, lost = one_round(all_servers, callers, record, generator, options.clients,
                                           number % 10 == 0 or number <= 5)
                passed += 1
                print(f'round {number}: {answered} answered, {lost} without an answer; {len(record.acked)} decisions so far', flush=True)
            except Exception as fault:  # whatever it is, the round failed
                failed += 1
                print(f'FAILED round {number} (seed {options.seed}): {fault}', flush=True)
                if not isinstance(fault, Mismatch):
                    traceback.print_exc()
                    print(''.join(line for server in all_servers for line in server.said[-20:]))
                break
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
