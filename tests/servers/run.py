#!/usr/bin/env python3
"""Several servers on one PostgreSQL: what one is told holds at all of them, and what is due is done once.

    scripts/postgres tests/servers/run.py [PROGRAM] [--only WORDS]

Needs LEEWAY_POSTGRES, as scripts/postgres gives it. The last line is `N passed, N failed`; exit 1 if something failed.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE.parent / 'http'), str(HERE.parent / 'crash')]

from load import POLICY, journal, listed_whole, set_up  # noqa: E402
from server import Caller, Server, new, secret_of  # noqa: E402
from stories_policy import Receiver  # noqa: E402
from world import PASSWORD, Failed, eventually, gives, holds, same  # noqa: E402

SECOND = 1.0
LATE_SECONDS = 30  # for what has no limit in what the product says: that it comes, and once, is what counts
LIMITS = {'pool': '9000.00', 'agent': '9000.00', 'customer': '9000.00'}
STORIES = []


def story(text):
    def keep(function):
        STORIES.append((text, function))
        return function
    return keep


class Pair:
    """Two servers on one database; callers of both by the same token."""

    def __init__(self, program, limits=None):
        self.a = Server(program, '--webhooks-inside').start()
        self.b = Server(program, '--webhooks-inside', beside=self.a)
        self.at_a = set_up(self.a, **(limits or LIMITS))
        self.b.start()
        invitation = gives(self.token(self.at_a, 'people').post('/v1/people/ana/invite'), 201)
        self.ana = Caller(self.a)
        gives(self.ana.accept(secret_of(invitation['link']), PASSWORD), 200)
        self.at_b = self.at_a.at(self.b)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.b.__exit__()
        self.a.__exit__()

    @staticmethod
    def token(caller, scope):
        made = gives(caller.post('/v1/tokens', {'scopes': [scope], 'name': new(scope)}), 201)['token']
        return Caller(caller.server, token=made)

    def publish(self, caller, **limits):
        other = self.token(caller, 'policy')
        return gives(other.post('/v1/policy/publish', {'source': POLICY % (LIMITS | limits)}), 201)['version']


def credit(caller, amount='1.00', key=None, **more):
    return gives(caller.post('/v1/decisions', {'agent': 'ana', 'action': 'credit', 'amount': amount, 'customer': 'k', **more}, key), 200, 201)


def sql(server, text):
    done = subprocess.run(['psql', '-q', '-A', '-t', str(server.db), '-c', text], capture_output=True, text=True)
    holds(done.returncode == 0, done.stderr)
    return done.stdout.strip()


def within(test, seconds, what):
    """As eventually, and says how long it took."""
    begin = time.monotonic()
    eventually(test, seconds, what)
    return time.monotonic() - begin


@story('a token made at one server is good at the other, and is not any more once it is revoked')
def tokens(pair):
    for here, there in ((pair.at_a, pair.b), (pair.at_b, pair.a)):
        made = gives(here.post('/v1/tokens', {'scopes': ['decide'], 'name': new('token')}), 201)
        other = Caller(there, token=made['token'])
        credit(other)
        gives(here.delete(f'/v1/tokens/{made["id"]}'), 200)
        within(lambda other=other: other.get('/v1/me').status == 401, SECOND, 'the end of a token')


@story('a session of one server is one of the other, and ends at both')
def sessions(pair):
    here, there = Caller(pair.b), Caller(pair.a)
    gives(here.sign_in('ana', PASSWORD), 200)
    there.cookie, there.csrf = here.cookie, here.csrf
    same(gives(there.get('/v1/me'), 200)['person']['id'], 'ana', 'who it is')
    gives(there.post('/v1/decisions', {'action': 'credit', 'amount': '1.00', 'customer': 'k'}), 201)
    gives(there.post('/v1/signout'), 200)
    gives(here.get('/v1/me'), 401)
    gives(here.sign_in('ana', PASSWORD), 200)
    gives(here.get('/v1/me'), 200)


@story('a decision that begins after a version was published is by that version, at whichever server')
def versions(pair):
    for turn in range(12):
        here, there = (pair.at_a, pair.at_b) if turn % 2 else (pair.at_b, pair.at_a)
        version = pair.publish(here, pool=f'{8000 + turn}.00')
        same(credit(there)['policy'], version, 'by version')
        same(credit(here)['policy'], version, 'by version')


@story('who has something to read since a version was published at one server has it for the very next decision at the other')
def unread(pair):
    asks = POLICY + 'changes: {until_read: ask}\n'
    for turn in range(4):
        here, there = (pair.at_a, pair.at_b) if turn % 2 else (pair.at_b, pair.at_a)
        for caller, own in ((here, pair.ana), (there, pair.ana)):
            for item in gives(own.get('/v1/me/reads'), 200)['items']:
                gives(own.post(f'/v1/me/reads/{item["id"]}'), 200)
            within(lambda caller=caller: credit(caller)['verdict'] == 'granted', SECOND, 'nothing is left to read')
        limits = LIMITS | {'agent': f'{8000 + turn}.00'}
        gives(pair.token(here, 'policy').post('/v1/policy/publish', {'source': asks % limits}), 201)
        for caller in (there, here):
            said = credit(caller)
            holds(said['verdict'] != 'granted' and said['needs'] == ['read'], said.json)
    for item in gives(pair.ana.get('/v1/me/reads'), 200)['items']:
        gives(pair.ana.post(f'/v1/me/reads/{item["id"]}'), 200)
    pair.publish(pair.at_a)
    for item in gives(pair.ana.get('/v1/me/reads'), 200)['items']:
        gives(pair.ana.post(f'/v1/me/reads/{item["id"]}'), 200)


@story('what is changed about somebody holds at the other server for the very next decision')
def people(pair):
    keeper = pair.token(pair.at_a, 'people')
    gives(keeper.post('/v1/people', {'id': 'new', 'team': 'care', 'tier': 'frontline', 'budgets': {'agent-month': '2.00'}}), 201)
    body = {'agent': 'new', 'action': 'credit', 'amount': '1.00', 'customer': 'k'}
    within(lambda: pair.at_b.post('/v1/decisions', body).status == 201, SECOND, 'somebody new')
    same(credit(pair.at_a, '5.00', agent='new')['verdict'], 'refused', 'with a small budget')
    gives(keeper.at(pair.b).patch('/v1/people/new', {'budgets': {'agent-month': '50.00'}}), 200)
    same(credit(pair.at_a, '5.00', agent='new')['verdict'], 'granted', 'with a larger budget')
    within(lambda: '50.00' in keeper.get('/v1/people/new').text, SECOND, 'what the other server shows')


@story('a key is good once, at whichever server; many at once with one key are one decision')
def keys(pair):
    key = new('key')
    first = credit(pair.at_a, '3.00', key)
    same(credit(pair.at_b, '3.00', key)['id'], first['id'], 'sent again')
    gives(pair.at_b.post('/v1/decisions', {'agent': 'ana', 'action': 'credit', 'amount': '4.00', 'customer': 'k'}, key), 422)
    for _ in range(5):
        key = new('key')
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            replies = list(pool.map(lambda number, key=key: credit((pair.at_a, pair.at_b)[number % 2], '3.00', key), range(8)))
        same(len({reply['id'] for reply in replies}), 1, 'decisions of one key')


@story('events reach a listener at either server, and are taken up at the other without a gap')
def events(pair):
    here, there = pair.ana, pair.ana.at(pair.b)
    there.cookie, there.csrf = here.cookie, here.csrf
    stream = there.listen()
    holds(stream.status == 200, 'the stream')
    took = []
    for _ in range(5):
        begin = time.monotonic()
        found = credit(pair.at_a)['id']
        holds(stream.next('decision', SECOND, lambda event, found=found: event['body']['id'] == found), 'no event within a second')
        took.append(time.monotonic() - begin)
    gives(pair.token(pair.at_a, 'people').post('/v1/teams', {'id': new('team')}), 201)
    stream.close()
    missed = [credit((pair.at_a, pair.at_b)[number % 2])['id'] for number in range(20)]
    stream = here.listen(stream.last)
    heard = [stream.next('decision', 5) for _ in missed]
    holds(all(heard), 'too few events')
    same([event['body']['id'] for event in heard], missed, 'what was told')
    last = credit(pair.at_b)['id']
    same(stream.next('decision', 5)['body']['id'], last, 'and then')
    stream.close()
    print(f'       events of the other server: {max(took) * 1000:.0f} ms at most')


@story('a hold ends once, though the server that set it aside is gone')
def timers(pair):
    held = [credit(here, '2.00', hold='2s')['id'] for here in (pair.at_a, pair.at_b) for _ in range(3)]
    pair.a.kill()
    eventually(lambda: all(pair.at_b.get(f'/v1/decisions/{found}')['state'] not in ('held', None) for found in held), 8, 'the end of the holds')
    pair.a.start()
    time.sleep(0.5)
    ends = [entry['body']['decision'] for entry in journal(pair.at_b) if entry['kind'].startswith('hold.') and entry['body']['decision'] in held]
    same(sorted(ends), sorted(held), 'entries of their ends')


ROUTES = '''leeway: 1
organization: Crash test
currency: USD
time_zone: UTC
why: A clock a level.
instead: Wait for somebody.
tiers: [frontline, lead, manager]
actions: {credit: {kind: money}}
grants:
  - {id: all, who: {tier: frontline}, may: [credit], up_to: 10.00, why: Small things.}
  - {id: lead, who: {tier: lead}, may: [credit], up_to: 50.00, why: Leads.}
  - {id: manager, who: {tier: manager}, may: [credit], up_to: 500.00, why: Managers.}
routes:
  - id: over
    for: [credit]
    ask: [{who: {only_tier: lead, team: same}, within: 2s}, {who: {only_tier: manager, team: same}, within: 2s}]
    otherwise: {grant_up_to: 30.00}
'''


@story('an approval goes up a level, and falls back, once, whichever server is alive')
def clocks(pair):
    policy = pair.token(pair.at_a, 'policy')
    before = gives(pair.at_a.get('/v1/policy'), 200)['version']
    gives(policy.post('/v1/policy/publish', {'source': ROUTES, 'reason': 'Clocks are tried.'}), 201)
    eventually(lambda: pair.at_b.get('/v1/policy')['version'] > before, 2, 'the policy at the other')
    people = pair.token(pair.at_a, 'people')
    for person, tier in (('lin', 'lead'), ('mo', 'manager')):
        gives(people.post('/v1/people', {'id': person, 'team': 'care', 'tier': tier}), 201)

    def asked(here, amount):
        made = gives(here.post('/v1/decisions', {'agent': 'ana', 'action': 'credit', 'amount': amount, 'customer': 'k'}), 201)
        same(made['verdict'], 'ask', 'what is beyond ana')
        return gives(here.post(f'/v1/decisions/{made["id"]}/ask', {}), 201)['id']
    small = [asked(here, '20.00') for here in (pair.at_a, pair.at_b) for _ in range(3)]
    large = [asked(here, '40.00') for here in (pair.at_a, pair.at_b) for _ in range(2)]
    time.sleep(1)
    pair.a.kill()  # before the first level's time is over: who counted it is gone
    eventually(lambda: all(gives(pair.at_b.get(f'/v1/approvals/{found}'), 200)['state'] != 'open' for found in small + large), LATE_SECONDS, 'the fallbacks')
    both = [asked(pair.at_b, '20.00') for _ in range(3)]
    pair.a.start()  # two alive count the same clocks
    both += [asked(pair.at_a, '20.00') for _ in range(3)]
    eventually(lambda: all(gives(pair.at_b.get(f'/v1/approvals/{found}'), 200)['state'] != 'open' for found in both), LATE_SECONDS, 'the fallbacks of two')
    time.sleep(1)  # for what would come a second time
    told = [(entry['kind'], entry['body']['approval']) for entry in journal(pair.at_b) if entry['kind'].startswith('approval.') and 'approval' in entry['body']]
    for found in small + large + both:
        mine = [kind for kind, approval in told if approval == found]
        ends = [kind for kind in mine if kind not in ('approval.opened', 'approval.raised')]
        same((mine.count('approval.raised'), ends), (1, ['approval.lapsed']), f'entries of {found}: {mine}')
    granted = [entry for entry in journal(pair.at_b) if entry['kind'] == 'approval.lapsed' and entry['body'].get('amount') == '20.00']
    print(f'       {len(small + large + both)} fallbacks, {len(granted)} granted')
    gives(policy.at(pair.b).post('/v1/policy/publish', {'source': POLICY % LIMITS, 'reason': 'As before.'}), 201)
    for here in (pair.at_a, pair.at_b):
        eventually(lambda here=here: here.get('/v1/policy')['version'] == before + 2, 3, 'the policy as before')


@story('each delivery is made once, by whichever server is there; what was on its way when a server died may come again, with its id')
def deliveries(pair):
    receiver = Receiver()
    gives(pair.at_a.post('/v1/webhooks', {'url': receiver.url, 'kinds': ['decision']}), 201)

    def came():
        return len({headers['webhook-id'] for headers, _ in receiver.got})
    made = [credit((pair.at_a, pair.at_b)[number % 2])['id'] for number in range(20)]
    eventually(lambda: came() >= 20, LATE_SECONDS, '20 deliveries')
    time.sleep(1.5)  # for what would come a second time
    same(len(receiver.got), 20, 'deliveries')
    before = {headers['webhook-id'] for headers, _ in receiver.got}
    pair.a.kill()  # it began first: it delivers; what was answered and is not written down yet is sent again
    made += [credit(pair.at_b)['id'] for _ in range(20)]
    eventually(lambda: came() >= 40, LATE_SECONDS, 'deliveries by the other server')
    pair.a.start()
    made += [credit((pair.at_a, pair.at_b)[number % 2])['id'] for number in range(10)]
    eventually(lambda: came() >= 50, LATE_SECONDS, 'deliveries with both again')
    time.sleep(1.5)
    same(len({headers['webhook-id'] for headers, _ in receiver.got}), 50, 'deliveries by their ids')
    ids = [headers['webhook-id'] for headers, _ in receiver.got]
    same({found for found in ids if ids.count(found) > 1} - before, set(), 'delivered twice, though no server died')
    holds(all(any(found.encode() in body for _, body in receiver.got) for found in made), 'not every decision was told')
    receiver.shutdown()


@story('what the database undoes for somebody else\'s sake is done again, once, with the same keys')
def undone(pair):
    sql(pair.a, 'CREATE SEQUENCE undone; CREATE FUNCTION undo() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE n bigint := nextval(\'undone\'); BEGIN'
        ' IF n % 3 = 1 THEN RAISE EXCEPTION \'serialization\' USING ERRCODE = \'40001\'; END IF;'
        ' IF n % 3 = 2 THEN RAISE EXCEPTION \'deadlock\' USING ERRCODE = \'40P01\'; END IF; RETURN NEW; END $$;'
        'CREATE TRIGGER undo BEFORE INSERT ON drawn_log FOR EACH ROW EXECUTE FUNCTION undo()')
    try:
        made = {}
        for number in range(6):
            key = new('key')
            made[key] = gives((pair.at_a, pair.at_b)[number % 2].post('/v1/decisions', {'agent': 'ana', 'action': 'credit', 'amount': '1.00', 'customer': 'k'}, key), 201)['id']
    finally:
        sql(pair.a, 'DROP TRIGGER undo ON drawn_log; DROP FUNCTION undo; DROP SEQUENCE undone')
    eventually(lambda: journal(pair.at_a) == journal(pair.at_b), 5, 'the same journal at both')
    ids = [entry['body']['id'] for entry in journal(pair.at_a) if entry['kind'] == 'decision']
    same([ids.count(found) for found in made.values()], [1] * 6, 'entries of each')
    for key, found in made.items():
        same(credit(pair.at_b, key=key)['id'], found, 'sent again')


TURN_SECONDS = 3.0  # what the product says (docs/how-to/postgresql.md)
SLACK_SECONDS = 2.0  # of a busy machine: less than the turn, so that waiting for it twice shows


@story('while somebody holds the turn requests are told to come again, and then go on')
def held_up(pair):
    """Whoever comes while others wait is told as soon: behind the batch that waits, and behind the other server."""
    holder = subprocess.Popen(['psql', '-q', str(pair.a.db), '-c', 'BEGIN; SELECT turn FROM writer_turn FOR UPDATE; SELECT pg_sleep(12); COMMIT'],
                              stdout=subprocess.DEVNULL)
    eventually(lambda: sql(pair.b, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == '1', 5, 'the lock')

    def told(number):
        time.sleep(number * 0.4)
        begin = time.monotonic()
        here = (pair.at_a, pair.at_b)[number % 2]
        reply = here.post('/v1/decisions', {'agent': 'ana', 'action': 'credit', 'amount': '1.00', 'customer': 'k'})
        return reply, time.monotonic() - begin
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(told, range(6)))
    print(f'       told to come again after {max(took for _, took in replies):.1f} s at most')
    for reply, took in replies:
        gives(reply, 503)
        holds(reply.header('retry-after').isdigit(), 'no Retry-After')
        holds(took < TURN_SECONDS + SLACK_SECONDS, f'it waited for {took:.1f} s')
    gives(pair.at_b.get('/v1/budgets', agent='ana', customer='k'), 200)
    holder.wait()
    eventually(lambda: pair.at_a.post('/v1/decisions', {'agent': 'ana', 'action': 'credit', 'amount': '1.00', 'customer': 'k'}).status == 201, 5, 'a decision')
    credit(pair.at_b)


TURN_KEPT_SECONDS = 5.0  # how long a server that says nothing more keeps the turn (docs/decisions/postgresql.md)


def asked(here, key):
    return here.post('/v1/decisions', {'agent': 'ana', 'action': 'credit', 'amount': '1.00', 'customer': 'k'}, key=key)


def stop_with_turn(pair, pool):
    """Stops server A as it gets the turn, with a request of the key 'stopped' in its hands, whose answer is returned."""
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%writer_turn%'"
    holder = subprocess.Popen(['psql', '-q', str(pair.a.db), '-c', 'BEGIN; SELECT turn FROM writer_turn FOR UPDATE; SELECT pg_sleep(2); COMMIT'],
                              stdout=subprocess.DEVNULL)
    eventually(lambda: sql(pair.b, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == '1', 5, 'the lock')
    reply = pool.submit(asked, pair.at_a, 'stopped')
    eventually(lambda: sql(pair.b, waits) != '0', 5, 'a server that waits for it')
    time.sleep(0.3)  # if that was the other one, whose time has come for something
    os.kill(pair.a.process.pid, signal.SIGSTOP)
    holder.wait()
    return reply


@story('a server that is stopped while it has the turn loses it, and has told nobody anything that is not there')
def stopped(pair):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        reply = stop_with_turn(pair, pool)
        begin, waits = time.monotonic(), []
        try:
            status = 503
            while status == 503 and time.monotonic() - begin < 2 * TURN_KEPT_SECONDS:
                sent = time.monotonic()
                status = asked(pair.at_b, 'beside').status
                waits.append(time.monotonic() - sent)
            took = time.monotonic() - begin
            print(f'       the other server goes on after {took:.1f} s; its requests were told so after {max(waits):.1f} s at most')
            same(status, 201, 'at the other server')
            holds(took < TURN_KEPT_SECONDS + SLACK_SECONDS, f'the turn was kept for {took:.1f} s')
            holds(max(waits) < TURN_SECONDS + SLACK_SECONDS, f'a request waited for {max(waits):.1f} s')
        finally:
            os.kill(pair.a.process.pid, signal.SIGCONT)
        said = reply.result()
        holds(said.status in (201, 503), f'the one that was stopped says {said.status}')
    again = [credit(here, key='stopped')['id'] for here in (pair.at_a, pair.at_b)]
    same(again, [again[0]] * 2, 'sent again')
    same([entry['body'].get('id') for entry in journal(pair.at_a)].count(again[0]), 1, 'entries of it')
    if said.status == 201:
        same(said['id'], again[0], 'what the one that was stopped has told')


@story('after PostgreSQL has ended all connections the next readings are answered')
def ended(pair):
    """As after a crash or a restart: connections that rest in a server's pool are renewed before they are used."""
    def read(number):
        here = (pair.at_a, pair.at_b)[number % 2]
        return [here.get('/v1/budgets', agent='ana', customer='k').status, here.get('/v1/webhooks').status]

    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        list(pool.map(read, range(24)))
        sql(pair.a, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'leeway'")
        eventually(lambda: pair.at_a.get('/readyz').status == pair.at_b.get('/readyz').status == 200, 5, 'both ready again')
        time.sleep(0.5)
        same({status for statuses in pool.map(read, range(24)) for status in statuses}, {200}, 'what is read')
    credit(pair.at_a)
    credit(pair.at_b)


def whole(pair):
    """At the end: lists and journal agree, and the record verifies."""
    eventually(lambda: journal(pair.at_a) == journal(pair.at_b), 5, 'the same journal at both')
    ids = {entry['body']['id'] for entry in journal(pair.at_a) if entry['kind'] == 'decision'}
    for caller in (pair.at_a, pair.at_b):
        same(set(listed_whole(caller)) ^ ids, set(), 'only in the list, or only in the journal')
    done = pair.a.run('verify')
    holds(done.returncode == 0, f'verify: {done.stdout[-300:]}{done.stderr[-300:]}')


def start_together(program):
    """Four servers at once on an empty schema."""
    first = Server(program)
    all_servers = [first, *(Server(program, beside=first) for _ in range(3))]
    try:
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda server: server.start(), all_servers))
        same([Caller(server).get('/healthz').status for server in all_servers], [200] * 4, 'those that started')
    finally:
        for server in all_servers:
            server.__exit__()


def attempt(text, function, *arguments):
    begin = time.monotonic()
    try:
        function(*arguments)
        print(f'ok     {text} ({time.monotonic() - begin:.1f} s)', flush=True)
        return True
    except Failed as failed:
        line = next(line for line in reversed(traceback.extract_tb(failed.__traceback__)) if line.filename == __file__)
        print(f'FAILED {text}\n       line {line.lineno}: {failed}', flush=True)
    except Exception:  # a story that breaks is a story that fails
        print(f'FAILED {text}\n{traceback.format_exc()}', flush=True)
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('program', nargs='?', default=ROOT / 'build' / 'leeway', type=pathlib.Path)
    parser.add_argument('--only', help='stories whose text matches')
    options = parser.parse_args()
    if not os.environ.get('LEEWAY_POSTGRES'):
        print('servers: start it by scripts/postgres', file=sys.stderr)
        return 2
    program = options.program.resolve()
    told = [item for item in STORIES if options.only is None or re.search(options.only, item[0])]
    results = []
    if options.only is None:
        results.append(attempt('servers that start at once make their tables once', start_together, program))
    with Pair(program) as pair:
        results += [attempt(text, function, pair) for text, function in told]
        results.append(attempt('lists and journal agree at both, and the record verifies', whole, pair))
        if not all(results):
            print(''.join(pair.a.said[-20:] + pair.b.said[-20:]))
    print(f'{sum(results)} passed, {len(results) - sum(results)} failed')
    return 0 if all(results) else 1


if __name__ == '__main__':
    sys.exit(main())
