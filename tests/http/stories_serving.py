"""Settings, setting up, whom an invitation is for, and policies to begin with."""
import re
import subprocess

from server import Caller, Server, new, secret_of
from world import Failed, PASSWORD, eventually, gives, holds, same, story

SCOPES_WITHOUT = ('decide', 'facts', 'read', 'policy', 'people')
STARTERS = ('aurora', 'telco', 'hotel', 'langfuse', 'bluemercury', 'columbus')


def about_settings(w, check):
    """By everybody: who may reach settings, and who may not."""
    for person in ('ana', 'lee', 'pol', 'peo', 'qua', 'aud'):
        gives(check(w.people[person]), 403)
    for scope in SCOPES_WITHOUT:
        gives(check(w.tokens[scope]), 403)
    gives(check(w.nobody), 401)
    gives(check(w.root), 200, 201, 409)
    gives(check(w.admin), 200, 201, 409)


@story('settings are an administrator\'s, or a token\'s with the scope admin')
def settings_rights(w):
    about_settings(w, lambda caller: caller.get('/v1/settings'))
    about_settings(w, lambda caller: caller.patch('/v1/settings', {}))
    about_settings(w, lambda caller: caller.get('/v1/setup'))
    w.ask(w.agent())  # nothing is invented beside it
    about_settings(w, lambda caller: caller.post('/v1/setup/case', {'starter': 'telco'}))


@story('settings have usual values, change one by one, and null gives the usual back', alone=True)
def settings_change(w):
    usual = gives(w.root.patch('/v1/settings', {'frame_ancestors': None, 'duty': None, 'undo_seconds': None, 'language': None,
                                                'signin_help': None}), 200).json
    same((usual['frame_ancestors'], usual['duty'], usual['undo_seconds'], usual['language']), ([], {}, 8, 'en'), 'usual values')
    holds('signin_help' not in usual, 'help that nobody wrote')
    same((usual['mail'], usual['public_url'], usual['about']['version']), ({'on': False}, w.server.address, '0.1.0'), 'of the command line')
    frames = ['https://helpdesk.example.com', 'http://localhost:3000']
    duty = {'name': 'Nia', 'phone': '+47 22 00 00 00', 'text': 'At night, too'}
    changed = gives(w.root.patch('/v1/settings', {'frame_ancestors': [*frames, frames[0]], 'duty': duty, 'undo_seconds': 0}), 200).json
    same((changed['frame_ancestors'], changed['duty'], changed['undo_seconds']), (frames, duty, 0), 'changed')
    gives(w.root.patch('/v1/settings', {'language': 'de', 'signin_help': 'Ask Nia.'}), 200)
    again = gives(w.root.get('/v1/settings'), 200).json
    same((again['frame_ancestors'], again['language'], again['signin_help']), (frames, 'de', 'Ask Nia.'), 'what was left out stays')
    same(gives(w.root.patch('/v1/settings', {'duty': {'phone': '112'}}), 200)['duty'], {'phone': '112'}, 'the duty is changed whole')
    same(gives(w.root.patch('/v1/settings', {'frame_ancestors': None, 'duty': None, 'undo_seconds': None, 'language': None,
                                             'signin_help': None}), 200).json | {'about': 0}, usual | {'about': 0}, 'taken away')


@story('each setting that changes leaves an entry with its name and not its value', alone=True)
def settings_entries(w):
    def entries():
        text = gives(w.aud.get('/v1/journal'), 200).text
        return [line for line in text.splitlines() if '"setting.changed"' in line]
    before = len(entries())
    gives(w.root.patch('/v1/settings', {'undo_seconds': 9, 'signin_help': 'A word to nobody else', 'language': None}), 200)
    gives(w.root.patch('/v1/settings', {'undo_seconds': 9, 'signin_help': 'A word to nobody else'}), 200)
    fresh = entries()[before:]
    same(len(fresh), 2, 'entries of two settings, told once')
    holds(all('console.' in line and 'nobody else' not in line and '"actor":"root"' in line for line in fresh), f'{fresh}')
    gives(w.root.patch('/v1/settings', {'undo_seconds': None, 'signin_help': None}), 200)


@story('a setting that does not fit is told by its place')
def settings_faults(w):
    for body, at in (({'undo_seconds': 61}, 'undo_seconds'), ({'undo_seconds': -1}, 'undo_seconds'), ({'undo_seconds': '8'}, 'undo_seconds'),
                     ({'language': 'fr'}, 'language'), ({'colour': 'red'}, 'colour'), ({'duty': {'fax': '1'}}, 'fax'), ({'duty': 'Nia'}, ''),
                     ({'duty': {'phone': '1' * 41}}, 'phone'), ({'signin_help': 'x' * 501}, 'signin_help'), ({'signin_help': 'a\tb'}, 'signin_help'),
                     ({'frame_ancestors': 'https://a.example'}, 'frame_ancestors'), ({'frame_ancestors': ['https://a.example'] * 17}, 'frame_ancestors')):
        reply = gives(w.root.patch('/v1/settings', body), 422)
        same([error['at'] for error in reply['errors']], [at], f'{body}')
    for origin in ('http://a.example', 'https://a.example/', 'https://a.example/x', 'https://*.example', "https://a.example;script-src 'self'", 'https://',
                   "'self'", '*', 'https://a b', 'https://a.example:0', 'https://a.example:99999', 'https://-a.example', 'ftp://localhost', 'https://u@a.example',
                   'https://' + 'a' * 200, 'http://localhost.evil.example', 'https://a..b', 7, None):
        reply = gives(w.root.patch('/v1/settings', {'frame_ancestors': ['https://good.example', origin]}), 422)
        same([error['at'] for error in reply['errors']], ['frame_ancestors[1]'], f'{origin!r}')
    same(gives(w.root.get('/v1/settings'), 200)['frame_ancestors'], [], 'nothing of it is kept')


@story('how far the set-up is, told by what is there')
def setup(w):
    w.ask(w.agent())
    told = gives(w.root.get('/v1/setup'), 200).json
    same((told['administrator'], told['decided'], told['mail']), (True, True, False), 'told')
    holds(told['policy'] >= 1 and told['people']['can_sign_in'] >= 14, f'{told}')
    holds(told['people']['active'] > told['people']['may_answer'] > 0, f'{told}')
    refused = gives(w.root.post('/v1/setup/case', {'starter': 'telco'}), 409)
    holds('invented' in refused['detail'], 'why not')
    gives(w.root.post('/v1/setup/case', {'starter': 'nothing'}), 422)
    gives(w.root.post('/v1/setup/case', {'starter': 'telco', 'more': 1}), 422)
    gives(w.root.post('/v1/setup/case', {}), 422)


@story('whom an invitation is for is told to whoever has the link, until it is used')
def invitation(w):
    person = new('person')
    gives(w.root.post('/v1/people', {'id': person, 'name': 'Ina Vite', 'email': 'ina@example.com', 'team': 'care'}), 201)
    secret = secret_of(gives(w.root.post(f'/v1/people/{person}/invite'), 201)['link'])
    seen = gives(w.nobody.get(f'/v1/invitations/{secret}'), 200)
    same(seen.json, {'person': person, 'name': 'Ina Vite', 'email': 'ina@example.com', 'first': False, 'until': seen['until'],
                     'organization': 'Fjord Broadband'}, 'seen')
    same(seen.all('set-cookie'), [], 'looking is no signing in')
    gives(w.nobody.get(f'/v1/invitations/{secret}'), 200)
    gives(Caller(w.server, w.contract).accept(secret, PASSWORD), 200)
    over = gives(w.nobody.get(f'/v1/invitations/{secret}'), 410)
    holds('administrator' in over['detail'] or 'another' in over['detail'], f'no next step: {over!r}')


@story('guessing links is slowed down, and a good link counts for nothing', alone=True)
def invitation_guesses(w):
    with Server(w.server.program).start() as server:
        nobody = Caller(server, w.contract)
        good = server.invitation()
        first = gives(nobody.get(f'/v1/invitations/{good}'), 200)
        same((first['first'], 'person' in first.json, 'organization' in first.json), (True, False, False), 'the first administrator')
        for _ in range(20):
            gives(nobody.get(f'/v1/invitations/{good}'), 200)
        statuses = [gives(nobody.get(f'/v1/invitations/{new("x")}'), 404, 429).status for _ in range(8)]
        same((statuses[0], statuses[-1]), (404, 429), f'guesses: {statuses}')
        late = gives(nobody.get(f'/v1/invitations/{good}'), 429)
        holds(1 <= int(late.header('retry-after')) <= 60, 'Retry-After')


@story('policies to begin with are whole: each one is published, its people come in, its first case is granted', alone=True)
def starters(w):
    items = gives(w.ana.get('/v1/policy/starters'), 200)['items']
    same([item['id'] for item in items], list(STARTERS), 'policies')
    gives(w.nobody.get('/v1/policy/starters'), 401)
    gives(w.ana.get('/v1/policy/starters/nothing'), 404)
    for item in items:
        with Server(w.server.program).start() as server:
            begin(w, server, item)


def begin(w, server, item):
    """From an empty database to a first decision by one starter, as the console does it."""
    root = Caller(server, w.contract, name='root')
    gives(root.accept(server.invitation(), PASSWORD, id='root', name='Root'), 201)
    starter = gives(root.get(f'/v1/policy/starters/{item["id"]}'), 200).json
    told = gives(root.get('/v1/setup'), 200).json
    same((told['policy'], told['me_ready'], told['decided'], told['people']['active']), (0, False, False, 1), 'at the beginning')
    published = gives(root.post('/v1/policy/publish', {'source': starter['source']}), 201)
    holds(starter['source'].find(f'organization: {item["organization"]}') >= 0, 'another organization')
    report = gives(root.call('POST', '/v1/people/import', starter['people_csv'].encode(), headers={'Content-Type': 'text/csv'}), 200)
    same((report['faulty'], report['added'] > 0), (0, True), f'{item["id"]}: people {report!r}')
    gives(root.patch('/v1/people/root', starter['you']), 200)
    told = gives(root.get('/v1/setup'), 200).json
    same((told['policy'], told['me_ready'], told['decided']), (published['version'], True, False), item['id'])
    holds(told['people']['may_ask'] > 1 and told['people']['may_answer'] >= 1, f'{item["id"]}: {told}')
    made = gives(root.post('/v1/setup/case', {'starter': item['id']}), 201).json
    same((made['id'], made['request']), (starter['first']['case']['id'], starter['first']['request']), 'the case')
    gives(root.post('/v1/setup/case', {'starter': item['id']}), 200)
    decision = gives(root.post('/v1/decisions', made['request']), 201)
    same(decision['verdict'], 'granted', f'{item["id"]}: {decision!r}')
    eventually(lambda: gives(root.get('/v1/setup'), 200)['decided'], what='decided')
    gives(root.post('/v1/setup/case', {'starter': item['id']}), 409)


@story('mail and deliveries inside are shown as the command line has them, without what signs in to the mail server', alone=True)
def settings_of_the_command_line(w):
    options = ('--smtp', 'smtp://127.0.0.1:2525', '--mail-from', 'leeway@example.com', '--smtp-plain', '--webhooks-inside',
               '--public-url', 'https://leeway.example.com')
    with Server(w.server.program, *options).start() as server:
        root = Caller(server, w.contract)
        gives(root.accept(server.invitation(), PASSWORD, id='root', name='Root'), 201)
        told = gives(root.get('/v1/settings'), 200).json
        same((told['mail'], told['webhooks_inside'], told['public_url']),
             ({'on': True, 'server': '127.0.0.1:2525', 'from': 'leeway@example.com'}, True, 'https://leeway.example.com'), 'told')
        same(gives(root.get('/v1/setup'), 200)['mail'], True, 'mail')


@story('a program says by itself which routes it has: pages are none of the contract\'s')
def routes(w):
    said = subprocess.run([w.server.program, 'serve', '--routes'], capture_output=True, text=True, check=True).stdout
    holds('GET /v1/settings\n' in said and 'GET /desk' not in said and '/assets' not in said, said)


# What a page of one thing is asked for where nothing is there yet.
OF_NOTHING = {'id': 'root', 'person': 'root', 'team': 'care', 'cause': 'billing', 'case': 'c-1', 'customer': 'cu-1', 'version': '1', 'starter': 'telco'}


def ask_all(contract, root, when):
    """Each thing that can be looked at, by the first administrator: no answer is a failure of the server's own."""
    for operation in contract.operations:
        if operation.method != 'get' or operation.path == '/v1/events':
            continue
        named = re.findall(r'\{(\w+)\}', operation.path)
        path = operation.path.format(**{name: OF_NOTHING.get(name, 'none') for name in named})
        needed = {one['name']: 'credit' if one['name'] == 'action' else 'care' for one in operation.body.get('parameters', [])
                  if one.get('in') == 'query' and one.get('required')}
        try:
            reply = root.get(path, **needed)
        except OSError as fault:
            raise Failed(f'{when}: {path}: no answer: {fault}') from fault
        holds(reply.status < 500 or (path == '/readyz' and when != 'without a decision'), f'{when}: {path}: {reply!r}')
    source = gives(root.get('/v1/policy/starters/hotel'), 200)['source']
    reply = gives(root.post('/v1/policy/replay', {'source': source}), 200, 404, 422)
    holds(reply.status != 200 or reply['requests'] == 0, f'{when}: {reply!r}')


@story('where nothing is there yet, each page has an answer: without a policy, without a decision', alone=True)
def nothing_yet(w):
    with Server(w.server.program).start() as server:
        root = Caller(server, w.contract, name='root')
        gives(root.accept(server.invitation(), PASSWORD, id='root', name='Root'), 201)
        ask_all(w.contract, root, 'without a policy')
        gives(root.put('/v1/policy/draft', {'source': gives(root.get('/v1/policy/starters/hotel'), 200)['source']}), 200, 201)
        ask_all(w.contract, root, 'with a draft')
        gives(root.post('/v1/policy/publish', {'source': gives(root.get('/v1/policy/starters/telco'), 200)['source']}), 201)
        ask_all(w.contract, root, 'without a decision')
