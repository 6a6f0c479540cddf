#!/usr/bin/env python3
"""Leeway on PostgreSQL: what is of no meaning on a file.

    scripts/postgres tests/postgres/run.py [PROGRAM] [--part NAME]

move    `leeway migrate` there and back, refusals, an end in the middle
role    a server as the role of examples/ha/roles.sql: it works, and can neither change nor remove what it recorded; a journal in pieces
stall   the network between a server and the database falls silent: bounded waiting, 503 with a reason and Retry-After, what needs no
        database goes on, and so does everything afterwards; no approval is stuck

Needs a PostgreSQL of its own, whose URL stands in LEEWAY_POSTGRES: what scripts/postgres gives; without it nothing is tried, and a
line says so. The last line is `N passed, N failed`; exit 1 if something failed.
"""
import argparse
import hashlib
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.parse
import uuid

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / 'crash'))

from load import Caller, Server, drawn, journal, journal_sums, new, set_up  # noqa: E402
from stalls import Relay, timed  # noqa: E402

POSTGRES = os.environ.get('LEEWAY_POSTGRES', '')
REFUSED_SECONDS_MAX = 14  # 503 comes after so long at most
BACK_SECONDS_MAX = 12
ROUTE_POLICY = '''leeway: 1
organization: Stall test
currency: USD
time_zone: UTC
why: One route.
instead: Wait.
tiers: [frontline, lead]
actions:
  credit: {kind: money}
routes:
  floor: {to: {tier: lead}, answer_within: 2s, if_silent: refuse}
grants:
  - id: small
    who: {tier: frontline}
    may: [credit]
    up_to: 10.00
    then: {ask: floor}
    why: It is a test.
  - id: large
    who: {tier: lead}
    may: [credit]
    up_to: 1000.00
    why: It is a test.
'''


class Mismatch(Exception):
    pass


def expect(held, what):
    if not held:
        raise Mismatch(what)


def sql(text, url=POSTGRES, fine=True):
    done = subprocess.run(['psql', '-X', '-A', '-t', '-v', 'ON_ERROR_STOP=1', url, '-c', text], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if fine and done.returncode != 0:
        raise RuntimeError(f'{text}: {done.stderr}')
    return done


def database(user=None):
    """The URL of a new, empty database; as that user."""
    name = 'd' + uuid.uuid4().hex[:12]
    sql(f'CREATE DATABASE {name}')
    parts = urllib.parse.urlsplit(POSTGRES)
    place = f'{user or parts.username}@{parts.hostname}:{parts.port}'
    return urllib.parse.urlunsplit(parts._replace(netloc=place, path='/' + name))


def run(program, *words, **more):
    return subprocess.run([program, *map(str, words)], capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, **more)


def told(done, status, *parts):
    text = done.stdout + done.stderr
    expect(done.returncode == status and all(part in text for part in parts), f'{done.args}: {done.returncode}: {text}')
    return done


def exported(program, url):
    done = told(run(program, 'export', 'journal', '--db', url), 0)
    return hashlib.sha256(done.stdout.encode()).hexdigest()


# --- move ----------------------------------------------------------------------------------------------------------

def there_and_back(program, folder):
    """The same journal to the byte in all four; both sorts verify, and a server goes on where the last one stopped."""
    first, second, third = folder / 'a.db', folder / 'b.db', folder / 'c.db'
    there = database()
    told(run(program, 'demo', 'generate', '--decisions', 3000, '--db', first, '--quiet'), 0)
    told(run(program, 'migrate', '--from', first, '--to', there), 0, 'all is well', 'tables with')
    told(run(program, 'migrate', '--from', there, '--to', second), 0, 'all is well')
    told(run(program, 'migrate', '--from', second, '--to', third), 0, 'all is well')
    expect(len({exported(program, url) for url in (first, there, second, third)}) == 1, 'the journals differ')
    expect(not [path.name for path in folder.iterdir() if 'moving' in path.name], 'something was left behind')
    counts = {url: run(program, 'verify', '--db', url, '--json').stdout for url in (first, there, second)}
    expect(len(set(counts.values())) == 1, f'verify says different things: {counts}')


def a_server_goes_on(program, folder):
    """Keys, budgets and tokens move along: the same key gets its first answer, the budget stands where it stood."""
    there = database()
    with Server(program, folder=folder) as server:
        server.db = folder / 'leeway.db'
        server.start()
        caller = set_up(server, pool='900.00', agent='900.00', customer='900.00')
        body = {'agent': 'ana', 'action': 'credit', 'amount': '1.23', 'customer': 'k'}
        first = caller.post('/v1/decisions', body, 'key-1')
        busy = told(run(program, 'migrate', '--from', server.db, '--to', there), 3, 'a server works on')
        expect(busy.stderr.count('\n') == 1, busy.stderr)
        rows = drawn(caller)[0]
        server.stop()
        told(run(program, 'migrate', '--from', server.db, '--to', there), 0, 'all is well')
        server.db = there
        server.start('--state', str(folder / 'leeway.db'))
        again = caller.post('/v1/decisions', body, 'key-1')
        expect(again['id'] == first['id'] and drawn(caller)[0] == rows, f'{first!r}, then {again!r}')
        back = folder / 'back.db'
        told(run(program, 'migrate', '--from', there, '--to', back), 3, 'work on')
        caller.post('/v1/decisions', body, 'key-2')
        server.stop()
        told(run(program, 'migrate', '--from', there, '--to', back), 0, 'all is well')
        server.db = back
        server.start()
        expect(drawn(caller)[0] == {name: 246 for name in rows}, f'{drawn(caller)}')
        expect(server.run('verify').returncode == 0, 'verify')


def refusals(program, folder):
    first, there = folder / 'a.db', database()
    told(run(program, 'demo', 'generate', '--decisions', 200, '--db', first, '--quiet'), 0)
    told(run(program, 'migrate', '--from', first, '--to', there), 0)
    told(run(program, 'migrate', '--from', first, '--to', there), 3, 'is not empty: table journal')
    told(run(program, 'migrate', '--from', first, '--to', first), 2, 'the same database')
    told(run(program, 'migrate', '--from', folder / 'none.db', '--to', there), 3, 'No such file')
    told(run(program, 'migrate', '--from', there, '--to', first), 3, 'exists already')
    told(run(program, 'migrate', '--from', first), 2, 'where to is not said')
    secret = POSTGRES.replace('leeway@', 'leeway:geheim@').replace('/postgres', '/nowhere')
    done = told(run(program, 'migrate', '--from', first, '--to', secret), 3, 'nowhere')
    expect('geheim' not in done.stderr, done.stderr)
    text = folder / 'text.db'
    text.write_text('this is no database\n' * 100)
    told(run(program, 'migrate', '--from', text, '--to', database()), 3)
    expect(sql('SELECT count(*) FROM journal', there).stdout.strip() != '0', 'the target lost its rows')


def killed(program, words, seconds):
    process = subprocess.Popen([program, *map(str, words)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def an_end_in_the_middle(program, folder):
    """kill -9 at many moments: nothing in the target, nothing but a name in growth beside it, and the next attempt is whole."""
    first = folder / 'a.db'
    told(run(program, 'demo', 'generate', '--decisions', 6000, '--db', first, '--quiet'), 0)
    there, hits = database(), 0
    _, whole = timed(run, program, 'migrate', '--from', first, '--to', database())
    for part in (0.1, 0.3, 0.5, 0.6, 0.7):
        if not killed(program, ('migrate', '--from', first, '--to', there), whole * part):
            there = database()  # it was sooner than the first time
            break
        hits += 1
        end = time.monotonic() + 10  # until the server has noticed that its client is gone
        while int(sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'leeway'").stdout) and time.monotonic() < end:
            time.sleep(0.1)
        if sql("SELECT to_regclass('journal')", there).stdout.strip():
            rows = int(sql('SELECT count(*) FROM journal', there).stdout)
            if rows:  # the end came while the copy was looked at: it is there, whole
                told(run(program, 'verify', '--db', there), 0)
                there = database()
    told(run(program, 'migrate', '--from', first, '--to', there), 0, 'all is well')
    back = folder / 'back.db'
    _, whole = timed(run, program, 'migrate', '--from', there, '--to', folder / 'other.db')
    for part in (0.2, 0.5, 0.8):
        hits += killed(program, ('migrate', '--from', there, '--to', back), whole * part)
        if back.exists():
            told(run(program, 'verify', '--db', back), 0)
            back.unlink()
        time.sleep(0.3)
    told(run(program, 'migrate', '--from', there, '--to', back), 0, 'all is well')
    expect(hits >= 4, f'only {hits} ends were in the middle')
    expect(exported(program, first) == exported(program, back), 'the journals differ')


# --- role ----------------------------------------------------------------------------------------------------------

def make_roles():
    for role in ('leeway_owner', 'leeway_server'):
        sql(f"DO $$ BEGIN CREATE ROLE {role} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")


def grant(admin):
    """What the file that ships grants to `leeway`, to the servers' role here (the superuser has that name)."""
    sql(re.sub(r'\b(TO|FROM) leeway\b', r'\1 leeway_server', (ROOT / 'examples' / 'ha' / 'roles.sql').read_text()), admin)


def denied(words, url):
    done = sql(words, url, fine=False)
    expect(done.returncode != 0 and ('permission denied' in done.stderr or 'must be owner' in done.stderr), f'{words}: {done.stderr}')


def least_privilege(program, folder):
    make_roles()
    owner = database('leeway_owner')
    admin, server_url = owner.replace('leeway_owner@', 'leeway@'), owner.replace('leeway_owner@', 'leeway_server@')
    sql('ALTER SCHEMA public OWNER TO leeway_owner', admin)
    done = run(program, 'verify', '--db', server_url)
    expect(done.returncode == 3, f'a database without tables: {done.stdout}{done.stderr}')
    told(run(program, 'migrate', '--to', owner), 0, 'its tables are those of Leeway')
    told(run(program, 'migrate', '--to', owner), 0)
    grant(admin)
    with Server(program, '--state', str(folder / 'own'), folder=folder) as server:
        server.db = server_url
        server.start()
        caller = set_up(server, pool='900.00', agent='900.00', customer='900.00')
        body = {'agent': 'ana', 'action': 'credit', 'amount': '1.00', 'customer': 'k', 'note': 'A note.'}
        made = [caller.post('/v1/decisions', body, new('role')) for _ in range(30)]
        expect(all(reply.status == 201 for reply in made), f'{made[-1]!r}')
        expect(caller.post(f'/v1/decisions/{made[0]["id"]}/reverse', {'reason': 'test'}).status == 200, 'taking back')
        told(run(program, 'erase', 'k', '--yes', '--db', server_url), 0)
        told(server.run('verify'), 0, 'all is well')
        for words in ('UPDATE journal SET entries = entries', 'DELETE FROM journal', 'TRUNCATE journal', 'DROP TABLE journal',
                      'ALTER TABLE journal ADD COLUMN x int', 'UPDATE checkpoint SET at = 0', 'DELETE FROM checkpoint',
                      'DELETE FROM text', 'CREATE TABLE mine (x int)', 'DELETE FROM migration', 'ALTER TABLE drawn DISABLE TRIGGER ALL'):
            denied(words, server_url)
        told(server.run('verify'), 0, 'all is well')


def a_partitioned_journal(program, folder):
    """The journal in pieces, as docs/explanation/scale.md has it: nothing of Leeway's knows."""
    there = database()
    told(run(program, 'migrate', '--to', there), 0)
    with Server(program, '--state', str(folder / 'own'), folder=folder) as server:
        server.db = there
        server.start()
        caller = set_up(server, pool='900.00', agent='900.00', customer='900.00')
        server.stop()
        head = int(sql('SELECT max(last) FROM journal', there).stdout)
        sql(f"""BEGIN; ALTER TABLE journal RENAME TO journal_0;
            CREATE TABLE journal (LIKE journal_0 INCLUDING ALL) PARTITION BY RANGE (first);
            ALTER TABLE journal ATTACH PARTITION journal_0 FOR VALUES FROM (MINVALUE) TO ({head + 1});
            CREATE TABLE journal_1 PARTITION OF journal FOR VALUES FROM ({head + 1}) TO ({head + 6});
            CREATE TABLE journal_2 PARTITION OF journal FOR VALUES FROM ({head + 6}) TO (MAXVALUE); COMMIT""", there)
        make_roles()
        grant(there)
        server.db = there.replace('leeway@', 'leeway_server@')
        server.start()
        for piece in ('journal', 'journal_0', 'journal_1'):
            denied(f'DELETE FROM {piece}', server.db)
        body = {'agent': 'ana', 'action': 'credit', 'amount': '1.00', 'customer': 'k'}
        made = [caller.post('/v1/decisions', body, new('part')).status for _ in range(12)]
        expect(made == [201] * 12, f'{made}')
        server.stop()
    expect(all(int(sql(f'SELECT count(*) FROM journal_{part}', there).stdout) for part in (0, 1, 2)), 'a piece is empty')
    told(run(program, 'verify', '--db', there), 0, 'all is well')
    told(run(program, 'migrate', '--from', there, '--to', folder / 'back.db'), 0, 'all is well')
    expect(exported(program, there) == exported(program, folder / 'back.db'), 'the journals differ')


# --- stall ---------------------------------------------------------------------------------------------------------

def through(relay, url):
    parts = urllib.parse.urlsplit(url)
    return urllib.parse.urlunsplit(parts._replace(netloc=f'{parts.username}@127.0.0.1:{relay.port}'))


class Asker(threading.Thread):
    """Sends one request with one key until it is answered; keeps what came on the way."""

    def __init__(self, caller, number):
        super().__init__(daemon=True)
        self.caller, self.key, self.refusals, self.reply, self.longest = caller, f'stall-{number}-{uuid.uuid4().hex}', [], None, 0.0
        self.body = {'agent': 'ana', 'action': 'credit', 'amount': '1.00', 'customer': 'k'}

    def run(self):
        while True:
            reply, took = timed(self.caller.post, '/v1/decisions', self.body, self.key)
            self.longest = max(self.longest, took)
            if reply.status != 503:
                self.reply = reply
                return
            self.refusals.append(reply)
            time.sleep(0.3)


def while_silent(caller, relay, askers):
    """What is answered and how soon, until the first 503 has come."""
    began = time.monotonic()
    relay.stall()
    for asker in askers:
        asker.start()
    while not any(asker.refusals for asker in askers) and time.monotonic() - began < REFUSED_SECONDS_MAX:
        alive, took = timed(caller.get, '/healthz')
        expect(alive.status == 200 and took < 1, f'/healthz: {took:.1f} s {alive!r}')
        time.sleep(0.1)
    expect(any(asker.refusals for asker in askers), f'no 503 within {REFUSED_SECONDS_MAX} s')
    first = time.monotonic() - began
    ready, took = timed(caller.get, '/readyz')
    expect(ready.status == 503 and took < 1 and 'the store fails' in ready.text, f'/readyz: {took:.1f} s {ready!r}')
    refused = next(asker.refusals[0] for asker in askers if asker.refusals)
    expect(refused['detail'] and refused.header('retry-after'), f'{refused!r}')
    return first


def falls_silent(program, folder):
    parts = urllib.parse.urlsplit(POSTGRES)
    with Relay(parts.hostname, parts.port) as relay, Server(program, '--state', str(folder / 'own'), folder=folder) as server:
        server.db = through(relay, database())
        server.start()
        caller = set_up(server, pool='9000.00', agent='9000.00', customer='9000.00')
        expect(caller.post('/v1/decisions', Asker(caller, 0).body).status == 201, 'before')
        askers = [Asker(caller, number) for number in range(6)]
        first = while_silent(caller, relay, askers)
        relay.go()
        began = time.monotonic()
        for asker in askers:
            asker.join(BACK_SECONDS_MAX)
        back = time.monotonic() - began
        expect(all(asker.reply is not None and asker.reply.status in (200, 201) for asker in askers),
               f'not answered {back:.1f} s after: {[asker.reply for asker in askers]}\n{"".join(server.said[-20:])}')
        expect(caller.get('/readyz').status == 200, 'ready again')
        sums, ids = journal_sums(journal(caller))
        expect(len(ids) == 7 and set(ids.values()) == {1}, f'{len(ids)} decisions of 7: {ids}')
        expect(set(drawn(caller)[0].values()) == {700} == set(sums.values()), f'{drawn(caller)} {sums}')
        expect(server.run('verify').returncode == 0, 'verify')
        print(f'  first 503 after {first:.1f} s, longest request {max(asker.longest for asker in askers):.1f} s, all answered {back:.1f} s after it ended')


PARTS = {
    'move': (there_and_back, a_server_goes_on, refusals, an_end_in_the_middle),
    'role': (least_privilege, a_partitioned_journal),
    'stall': (falls_silent,),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('program', nargs='?', default=ROOT / 'build' / 'leeway', type=pathlib.Path)
    parser.add_argument('--part', choices=PARTS)
    options = parser.parse_args()
    if not POSTGRES:
        print('nothing was tried: LEEWAY_POSTGRES names no PostgreSQL; run it by scripts/postgres\n0 passed, 0 failed')
        return 0
    passed = failed = 0
    for part in [options.part] if options.part else PARTS:
        for case in PARTS[part]:
            began = time.monotonic()
            try:
                with tempfile.TemporaryDirectory(prefix='leeway-postgres-test-') as folder:
                    case(str(options.program.resolve()), pathlib.Path(folder))
                passed += 1
                print(f'{part}: {case.__name__}: {time.monotonic() - began:.1f} s', flush=True)
            except Exception as wrong:  # whatever it is, the case failed
                failed += 1
                print(f'FAILED {part}: {case.__name__}: {wrong}', flush=True)
                if not isinstance(wrong, Mismatch):
                    traceback.print_exc()
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
