"""What both tests of the record share: a server with three budgets that everybody draws on, and sums from three sides."""
import contextlib
import json
import pathlib
import sys
import time
from decimal import Decimal

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / 'http'))

from server import Caller, Server, new  # noqa: E402, F401
from world import PASSWORD  # noqa: E402

BUDGETS = ('pool', 'agent-month', 'customer-day')
POLICY = '''leeway: 1
organization: Crash test
currency: USD
time_zone: UTC
why: Three budgets that everybody draws on.
instead: Wait for the next month.
tiers: [frontline]
actions:
  credit: {kind: money}
budgets:
  pool:         {per: organization, every: year, amount: %(pool)s}
  agent-month:  {per: agent, every: month, amount: %(agent)s}
  customer-day: {per: customer, over: 1d, amount: %(customer)s}
grants:
  - id: all
    who: {tier: frontline}
    may: [credit]
    up_to: 100.00
    draws: [pool, agent-month, customer-day]
    why: It is a test.
'''


def set_up(server, **limits):
    """From an empty folder to a token that may decide; gives its caller."""
    root = Caller(server)
    steps = [root.accept(server.invitation(), PASSWORD, id='root', name='Root', email='root@example.com'),
             root.post('/v1/policy/publish', {'source': POLICY % limits}),
             root.post('/v1/teams', {'id': 'care'}),
             root.post('/v1/people', {'id': 'ana', 'team': 'care', 'tier': 'frontline'})]
    made = root.post('/v1/tokens', {'scopes': ['decide', 'read', 'admin']})
    for reply in [*steps, made]:
        if reply.status not in (200, 201):
            raise RuntimeError(f'setting up: {reply!r}')
    return Caller(server, token=made['token'])


@contextlib.contextmanager
def servers(program, count, **limits):
    """So many servers that run on one database, and for each a caller with a token that may decide."""
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(Server(program)).start()
        caller = set_up(first, **limits)
        others = [stack.enter_context(Server(program, beside=first)).start() for _ in range(count - 1)]
        yield [first, *others], [caller.at(server) for server in [first, *others]]


def listed_whole(caller, seconds=15):
    """All decisions of the list, once it has come as far as the journal."""
    end = time.monotonic() + seconds
    last = json.loads(caller.get('/v1/journal').text.splitlines()[-1])['seq']
    while caller.get('/v1/decisions', limit=1)['through'] < last and time.monotonic() < end:
        time.sleep(0.05)
    return decisions(caller)


def cents(text):
    return int(Decimal(text) * 100)


def decisions(caller):
    """All decisions of the list, by id."""
    found, after = {}, None
    while True:
        page = caller.get('/v1/decisions', limit=500, after=after)
        if page.status != 200:
            raise RuntimeError(f'the list: {page!r}')
        for item in page['items']:
            if item['id'] in found:
                raise RuntimeError(f'{item["id"]} stands twice in the list')
            found[item['id']] = item
        after = page['next']
        if not after:
            return found


def standing(item):
    """Cents that a decision draws as it stands."""
    draws = item['verdict'] == 'granted' and item['state'] in ('final', 'held')
    return cents(item['amount']) if draws else 0


def drawn(caller, customer='k'):
    """Cents drawn by budget, and the limits."""
    reply = caller.get('/v1/budgets', agent='ana', customer=customer)
    if reply.status != 200:
        raise RuntimeError(f'budgets: {reply!r}')
    rows = {item['budget']: item for item in reply['items']}
    return {name: cents(rows[name]['drawn']) for name in BUDGETS}, {name: cents(rows[name]['amount']) for name in BUDGETS}


def journal(caller):
    """The journal's entries, in order."""
    reply = caller.get('/v1/journal')
    if reply.status != 200:
        raise RuntimeError(f'journal: {reply!r}')
    return [json.loads(line) for line in reply.text.splitlines()]


def journal_sums(entries):
    """(cents drawn by budget as the entries' draws say, how often each decision's id stands in it)"""
    sums, ids = dict.fromkeys(BUDGETS, 0), {}
    for entry in entries:
        body = entry['body']
        if entry['kind'] == 'decision':
            ids[body['id']] = ids.get(body['id'], 0) + 1
        sign = {'decision': 1}.get(entry['kind'], -1)
        for draw in body.get('draws' if sign == 1 else 'returns', ()):
            if draw['budget'] in sums:
                sums[draw['budget']] += sign * draw['minor']
    return sums, ids
