"""The company that the stories happen in: a server set up from nothing over its own API, its people, and what stories are made
of.
"""
import pathlib
import time

from server import Caller, new, secret_of

HERE = pathlib.Path(__file__).resolve().parent
ROOT_ACCESS = HERE.parent.parent / 'src' / 'people' / 'access.def'
PASSWORD = 'a long enough password 1'
POLICY = (HERE / 'policy.yaml').read_text()
PEOPLE = '''id,name,email,team,tier,kind,holds,hired_at,manager
mia,Mia Novak,mia@example.com,care,manager,human,,2015-04-20,
lee,Lee Walker,lee@example.com,care,lead,human,billing-101,2019-09-16,mia
lou,Lou Grant,lou@example.com,care,lead,human,billing-101,2019-10-16,mia
ana,Ana Silva,ana@example.com,care,frontline,human,billing-101,2025-02-03,lee
ben,Ben Okafor,ben@example.com,care,frontline,human,,2026-01-12,lee
cho,Cho Min-ji,cho@example.com,care,senior,human,billing-101,2022-06-01,lee
tess,Tess Ode,tess@example.com,care/billing,frontline,human,billing-101,2024-06-01,lee
sal,Sal Rossi,sal@example.com,sales,lead,human,,2020-01-01,
kim,Kim Berg,kim@example.com,sales,frontline,human,,2023-01-01,sal
pol,Pol Haas,pol@example.com,care,frontline,human,,2023-01-01,
peo,Peo Lind,peo@example.com,care,frontline,human,,2023-01-01,
qua,Qua Moor,qua@example.com,care,frontline,human,,2023-01-01,
aud,Aud Berg,aud@example.com,care,frontline,human,,2023-01-01,
desk-ai,Desk assistant,,care,frontline,ai,billing-101,2025-01-01,lee
'''
ROLES = {'pol': ['policy'], 'peo': ['people'], 'qua': ['quality'], 'aud': ['auditor'], 'lee': ['lead'], 'lou': ['lead'], 'sal': ['lead']}
SIGN_IN = ('ana', 'ben', 'cho', 'tess', 'lee', 'lou', 'mia', 'kim', 'sal', 'pol', 'peo', 'qua', 'aud')
SCOPES = ('decide', 'facts', 'read', 'policy', 'people', 'admin')

STORIES = []


class Failed(Exception):
    pass


def story(text, alone=False):
    """A function that tells one story. alone: nothing else may happen at the same time."""
    def keep(function):
        STORIES.append((text, function, alone))
        return function
    return keep


def holds(condition, text):
    if not condition:
        raise Failed(text)


def gives(reply, *statuses):
    if reply.status not in (statuses or (200, 201)):
        raise Failed(f'{" or ".join(map(str, statuses or (200, 201)))} was expected: {reply!r}')
    return reply


def same(found, expected, what):
    if found != expected:
        raise Failed(f'{what}: {found!r}, not {expected!r}')


def eventually(test, seconds=5, what='it'):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = test()
        if found:
            return found
        time.sleep(0.02)
    raise Failed(f'{what} did not come within {seconds} s')


class World:
    def __init__(self, server, contract):
        self.server, self.contract = server, contract
        self.nobody = Caller(server, contract, name='nobody')
        self.root = Caller(server, contract, name='root')
        self.people = {}
        self.tokens = {}
        self.token_ids = {}

    def set_up(self):
        """From an empty folder to a company at work; each step is a call that has to succeed."""
        gives(self.nobody.get('/healthz'), 200)
        gives(self.nobody.get('/readyz'), 503)
        gives(self.nobody.get('/v1/me'), 401)
        gives(self.root.accept(self.server.invitation(), PASSWORD, id='root', name='Root Admin', email='root@example.com'), 200, 201)
        gives(self.root.post('/v1/policy/publish', {'source': POLICY, 'note': 'The first.'}), 201)
        gives(self.nobody.get('/readyz'), 200)
        report = gives(self.root.call('POST', '/v1/people/import', PEOPLE.encode(), headers={'Content-Type': 'text/csv'}), 200)
        same(report['added'], PEOPLE.count('\n') - 1, f'people added ({report!r})')
        for person, roles in ROLES.items():
            gives(self.root.patch(f'/v1/people/{person}', {'roles': roles}), 200)
        for person in SIGN_IN:
            self.people[person] = self.invited(person)
        self.people['root'] = self.root
        for scope in SCOPES:
            self.make_token(scope, [scope])
        self.make_token('system', ['decide', 'facts', 'read'])
        self.make_token('ai', ['decide'], person='desk-ai')

    def make_token(self, name, scopes, person=None):
        made = gives(self.root.post('/v1/tokens', {'name': name, 'scopes': scopes, **({'person': person} if person else {})}), 201)
        self.tokens[name] = Caller(self.server, self.contract, token=made['token'], name=f'token {name}')
        self.token_ids[name] = made['id']
        return self.tokens[name]

    def invited(self, person):
        made = gives(self.root.post(f'/v1/people/{person}/invite'), 201)
        caller = Caller(self.server, self.contract, name=person)
        gives(caller.accept(secret_of(made['link']), PASSWORD), 200)
        return caller

    def __getattr__(self, name):
        if name in self.__dict__.get('people', {}):
            return self.people[name]
        if name in self.__dict__.get('tokens', {}):
            return self.tokens[name]
        raise AttributeError(name)

    def agent(self, team='care', tier='frontline', **more):
        """A new agent of one's own, with full budgets, and a token that stands for them."""
        person = new('agent')
        gives(self.root.post('/v1/people', {'id': person, 'name': f'Name of {person}', 'team': team, 'tier': tier, 'manager': 'lee', **more}), 201)
        made = gives(self.root.post('/v1/tokens', {'name': person, 'scopes': ['decide', 'read'], 'person': person}), 201)
        caller = Caller(self.server, self.contract, token=made['token'], name=person)
        caller.id = person
        return caller

    def ask(self, caller, action='credit', amount='40.00', **more):
        """A request by somebody about a customer of their own."""
        request = {'action': action, 'customer': new('customer'), 'reason': 'outage', **more}
        if amount is not None:
            request['amount'] = amount
        return gives(caller.post('/v1/decisions', request), 201)

    def left(self, caller, budget, **query):
        for item in gives(caller.get('/v1/budgets', **query), 200)['items']:
            if item['budget'] == budget:
                return item
        raise Failed(f'budget {budget} is not listed')
