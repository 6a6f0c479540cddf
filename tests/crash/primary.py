#!/usr/bin/env python3
"""No loss when PostgreSQL itself crashes: one of its processes is killed -9 under load, which makes it start anew from its log.

    scripts/postgres tests/crash/primary.py [ROUNDS] [--program PROGRAM] [--seed N] [--clients N] [--servers N]

Servers commit before the disk has it and answer after (docs/decisions/postgresql.md). In every other round the processes that flush are
held first, so that batches are committed, seen and built upon by the other server, and then are lost in the crash. The servers go on
without a restart, every acknowledged decision is there exactly once, what was not acknowledged has one effect when it is sent again with
its key, the budgets are what the decisions draw, and `leeway verify` finds nothing. The last line is `N passed, N failed` (rounds, and
whether anything was lost at all); exit 1 if something failed.
"""
import argparse
import contextlib
import os
import pathlib
import random
import signal
import subprocess
import sys
import threading
import time
import traceback

sys.dont_write_bytecode = True

import run  # noqa: E402
from run import ROOT, Client, Mismatch, Record, balance, by_key, compare, new, servers, settle  # noqa: E402 (before another of that name is in the path)

POSTGRES = os.environ.get('LEEWAY_POSTGRES')
AGAIN_SECONDS_MAX = 30
LIVE_SECONDS = (0.1, 0.4)
HELD_SECONDS = 0.1
TIMES_MAX = 20
MORE_ROUNDS_MAX = 4  # with held flushers, until something that was seen was lost: whether it is hangs on an instant
FLUSHERS = "SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_logical_emit_message%' AND pid <> pg_backend_pid()"
WRITERS = "SELECT pid FROM pg_stat_activity WHERE application_name = 'leeway'"
UNWRITTEN = 'SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), pg_current_wal_lsn())::bigint'
BATCH_BYTES = 2000  # of the log: less than a batch makes
LOG_WRITER = "SELECT pid FROM pg_stat_activity WHERE backend_type IN ('walwriter', 'checkpointer', 'background writer')"


def ask(url, sql):
    done = subprocess.run(['psql', '-q', '-A', '-t', url, '-c', sql], capture_output=True, text=True)
    return done.stdout.split() if done.returncode == 0 else None


def batches(url):
    """The journal's last rows; None: there is no answer."""
    found = ask(url, "SELECT first || ' ' || last || ' ' || encode(hash, 'hex') FROM journal ORDER BY first DESC LIMIT 100")
    return None if found is None else set(zip(*[iter(found)] * 3))


def entries_lost(before, after):
    oldest = min((int(first) for first, _, _ in after), default=0)
    return sum(int(last) - int(first) + 1 for first, last, _ in before - after if int(first) >= oldest)


def signal_all(pids, number):
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), number)


def hold():
    """Stops whoever writes the log, until entries were committed since that are not in it."""
    for _ in range(TIMES_MAX):
        held = ask(POSTGRES, FLUSHERS) + ask(POSTGRES, LOG_WRITER)
        signal_all(held, signal.SIGSTOP)
        time.sleep(HELD_SECONDS)
        if int(ask(POSTGRES, UNWRITTEN)[0]) > BATCH_BYTES:
            break
        signal_all(held, signal.SIGCONT)
        time.sleep(HELD_SECONDS)
    return held


def crash(url, generator, held):
    """Returns what could be seen of the journal's end before."""
    if not held:
        victim = generator.choice(ask(POSTGRES, WRITERS))
        seen = batches(url)
        signal_all([victim], signal.SIGKILL)
        return seen
    held = hold()
    seen = batches(url)
    signal_all(held, signal.SIGKILL)
    return seen


def until_it_answers(callers, record):
    end = time.monotonic() + AGAIN_SECONDS_MAX
    for caller in callers:
        body, key = {'agent': 'ana', 'action': 'credit', 'amount': '0.01', 'customer': 'k'}, new('key')
        reply = caller.post('/v1/decisions', body, key)
        while reply.status not in (200, 201):
            if reply.status != 503 or time.monotonic() > end:
                raise Mismatch(f'after the crash: {reply!r}')
            time.sleep(0.1)
            reply = caller.post('/v1/decisions', body, key)
        record.acked[key] = (body, reply['id'], reply['verdict'])
        record.states[reply['id']] = ('final', 1)


def one_round(all_servers, callers, record, generator, clients, held):
    """Returns (answered, without an answer, entries lost that could be seen)."""
    stop = threading.Event()
    run.HELD, run.REVERSED = (0, 0) if held else (0.25, 0.1)  # what is told to others is on disk before it is seen
    threads = [Client(callers[number % len(callers)], record, generator.random(), stop) for number in range(clients)]
    answered = set(record.acked)
    for thread in threads:
        thread.start()
    time.sleep(generator.uniform(*LIVE_SECONDS))
    seen = crash(all_servers[0].db, generator, held)
    found = None
    end = time.monotonic() + AGAIN_SECONDS_MAX
    while found is None and time.monotonic() < end:
        time.sleep(0.02)
        found = batches(all_servers[0].db)
    time.sleep(0.3)
    stop.set()
    for thread in threads:
        thread.join(30)
    if record.faults:
        raise Mismatch(record.faults[0])
    until_it_answers(callers, record)
    fresh = [key for key in record.acked if key not in answered]
    lost = len(record.open)
    server, caller = generator.choice(list(zip(all_servers, callers)))
    by_key(caller, record, fresh)
    settle(caller, record)
    compare(caller, record)
    balance(server, caller, True)
    return len(fresh), lost, entries_lost(seen or set(), found or set())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('rounds', nargs='?', type=int, default=6)
    parser.add_argument('--program', default=ROOT / 'build' / 'leeway', type=pathlib.Path)
    parser.add_argument('--seed', type=int, default=int(time.time()))
    parser.add_argument('--clients', type=int, default=64, help='more than a server gathers while it flushes')
    parser.add_argument('--servers', type=int, default=2)
    options = parser.parse_args()
    if POSTGRES is None:
        parser.error('LEEWAY_POSTGRES is not set: run it below scripts/postgres')
    generator = random.Random(options.seed)
    record = Record()
    passed = failed = vanished = 0
    limits = dict.fromkeys(('pool', 'agent', 'customer'), '9000000.00')
    with servers(options.program.resolve(), options.servers, **limits) as (all_servers, callers):
        for number in range(1, options.rounds + MORE_ROUNDS_MAX + 1):
            if number > options.rounds and vanished:
                break
            try:
                answered, lost, gone = one_round(all_servers, callers, record, generator, options.clients, number % 2 == 1 or number > options.rounds)
                passed += 1
                vanished += gone
                print(f'round {number}: {answered} answered, {lost} without an answer, {gone} lost that were seen; {len(record.acked)} decisions so far', flush=True)
            except Exception as fault:  # whatever it is, the round failed
                failed += 1
                print(f'FAILED round {number} (seed {options.seed}): {fault}', flush=True)
                if not isinstance(fault, Mismatch):
                    traceback.print_exc()
                print(''.join(line for server in all_servers for line in server.said[-30:]))
                break
    if failed == 0:
        passed, failed = (passed + 1, 0) if vanished else (passed, 1)
        print(f'{vanished} entries were lost in a crash after they could be seen' + ('' if vanished else ': nothing was tried'))
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
