"""Who and what: sign-in, tokens, people, teams, cases, erasing."""
import time

from server import Caller, new, secret_of
from world import PASSWORD, gives, holds, same, story


@story('signing in gives a cookie that scripts and other sites can not use; signing out ends it')
def sign_in(w):
    person = new('person')
    gives(w.root.post('/v1/people', {'id': person, 'name': 'Sig Nin', 'email': f'{person}@example.com', 'team': 'care', 'tier': 'frontline'}), 201)
    invitation = gives(w.root.post(f'/v1/people/{person}/invite'), 201)
    secret = secret_of(invitation['link'])
    caller = Caller(w.server, w.contract)
    gives(caller.accept(secret, 'short'), 422)
    gives(caller.accept(secret, PASSWORD), 200)
    gives(Caller(w.server, w.contract).accept(secret, PASSWORD), 404, 410)
    gives(Caller(w.server, w.contract).accept('x' * 43, PASSWORD), 404, 410)
    fresh = Caller(w.server, w.contract)
    gives(fresh.sign_in(person, 'not the password at all'), 401)
    gives(fresh.sign_in(new('nobody'), PASSWORD), 401)
    reply = gives(fresh.sign_in(person, PASSWORD), 200)
    cookie = reply.all('set-cookie')[0]
    parts = {part.strip().lower() for part in cookie.split(';')[1:]}
    holds('httponly' in parts and 'path=/' in parts, f'cookie {cookie}')
    holds(any(part.startswith('samesite=') and part != 'samesite=none' for part in parts), f'cookie {cookie}')
    holds(not any(part.startswith('domain=') for part in parts), f'cookie {cookie}')
    same(gives(fresh.get('/v1/me'), 200)['person']['id'], person, 'me')
    by_mail = Caller(w.server, w.contract)
    gives(by_mail.sign_in(f'{person}@example.com', PASSWORD), 200)
    holds(by_mail.cookie != fresh.cookie, 'two sessions share a cookie')
    gives(fresh.post('/v1/signout'), 200)
    gives(fresh.get('/v1/me'), 401)
    gives(by_mail.get('/v1/me'), 200)
    # A new password ends the sessions that there are.
    other = 'another long password 2'
    gives(by_mail.put('/v1/me/password', {'old': 'not the old one at all', 'new': other}), 401, 403, 422)
    gives(by_mail.put('/v1/me/password', {'old': PASSWORD, 'new': 'short'}), 422)
    second = Caller(w.server, w.contract)
    gives(second.sign_in(person, PASSWORD), 200)
    by_mail.entered(gives(by_mail.put('/v1/me/password', {'old': PASSWORD, 'new': other}), 200))
    gives(second.get('/v1/me'), 401)
    gives(Caller(w.server, w.contract).sign_in(person, PASSWORD), 401)
    gives(by_mail.get('/v1/me'), 200)
    holds(PASSWORD not in ''.join(w.server.said), 'a password in the log')
    # Whoever leaves is out at once.
    gives(w.root.patch(f'/v1/people/{person}', {'active': False}), 200)
    gives(by_mail.get('/v1/me'), 401)


@story('another site can not change anything with somebody\'s cookie')
def forged(w):
    body = {'action': 'credit', 'amount': '1.00', 'customer': new('c'), 'reason': 'outage'}
    good = w.ana
    gives(good.post('/v1/decisions', body), 201)
    gives(good.post('/v1/decisions', body, headers={'X-CSRF-Token': None}), 403)
    gives(good.post('/v1/decisions', body, headers={'X-CSRF-Token': 'x' * 43}), 403)
    gives(good.post('/v1/decisions', body, headers={'Sec-Fetch-Site': 'cross-site'}), 403)
    gives(good.post('/v1/decisions', body, headers={'Origin': 'https://evil.example'}), 403)
    gives(good.post('/v1/decisions', body, headers={'Sec-Fetch-Site': 'same-origin'}), 201)
    gives(good.post('/v1/decisions', body, headers={'Origin': w.server.address}), 201)
    holds('access-control-allow-origin' not in [name.lower() for name, _ in good.get('/v1/me').headers], 'CORS is open')
    stolen = Caller(w.server, w.contract)
    stolen.cookie = good.cookie.split('=')[0] + '=' + 'A' * 43
    gives(stolen.get('/v1/me'), 401)


@story('guessing passwords is throttled', alone=True)
def throttle(w):
    person = new('person')
    gives(w.root.post('/v1/people', {'id': person, 'team': 'care', 'tier': 'frontline'}), 201)
    fresh = Caller(w.server, w.contract)
    for _ in range(30):
        reply = fresh.sign_in(person, 'guess guess guess')
        if reply.status == 429:
            break
        gives(reply, 401)
    same(reply.status, 429, 'after 30 guesses')
    holds(int(reply.header('retry-after')) >= 1, 'no Retry-After')
    # The others are let in.
    same(w.ben.get('/v1/me').status, 200, 'a session of somebody else')


@story('a token is shown once, kept as a hash, says what it may, and ends when it is ended')
def tokens(w):
    key = new('key')
    body = {'name': 'helpdesk', 'scopes': ['decide', 'read'], 'days': 2}
    made = gives(w.root.post('/v1/tokens', body, key), 201)
    holds(made['token'].startswith('lw_'), 'no secret')
    again = gives(w.root.post('/v1/tokens', body, key), 200)
    same(again['id'], made['id'], 'again')
    holds(again['token'] is None, 'the secret was shown twice')
    caller = Caller(w.server, w.contract, token=made['token'])
    gives(caller.get('/v1/decisions'), 200)
    me = gives(caller.get('/v1/me'), 200)
    same(set(me['token']['scopes']), {'decide', 'read'}, 'scopes')
    gives(caller.get('/v1/people'), 403)
    gives(caller.get('/v1/tokens'), 403)
    gives(caller.post('/v1/policy/publish', {'source': 'x'}), 403)
    gives(caller.post('/v1/decisions', {'action': 'credit', 'amount': '1.00', 'customer': 'k', 'reason': 'outage'}), 422)
    listed = gives(w.root.get('/v1/tokens'), 200)
    holds(made['token'] not in listed.text, 'the list shows a secret')
    holds(made['token'].encode() not in b''.join(path.read_bytes() for path in w.server.folder.glob('leeway.db*') if path.is_file()),
          'the secret is on disk')
    gives(Caller(w.server, w.contract, token=made['token'][:-1] + ('0' if made['token'][-1] != '0' else '1')).get('/v1/me'), 401)
    gives(Caller(w.server, w.contract, token='nonsense').get('/v1/me'), 401)
    ended = gives(w.root.delete(f'/v1/tokens/{made["id"]}'), 200)
    same(ended['state'], 'revoked', 'state')
    refused = gives(caller.get('/v1/me'), 401)
    holds('bearer' in refused.header('www-authenticate').lower(), 'no WWW-Authenticate')
    gives(w.root.delete('/v1/tokens/tok_01kah8m0w6e4ysz4n9p3qf7x2c'), 404)
    gives(w.root.post('/v1/tokens', {'scopes': ['everything']}), 422)
    gives(w.root.post('/v1/tokens', {'scopes': ['decide'], 'person': new('nobody')}), 404, 422)
    gives(w.root.post('/v1/tokens', {'scopes': []}), 422)


@story('people are added, changed with what was read, moved, sent away; teams stand in a tree')
def people(w):
    team, sub = new('team'), new('team')
    gives(w.peo.post('/v1/teams', {'id': team, 'name': 'A team'}), 201)
    made = gives(w.peo.post('/v1/teams', {'id': sub, 'parent': team}), 201)
    same(made['path'], f'{team}/{sub}', 'path')
    gives(w.peo.post('/v1/teams', {'id': sub}), 409)
    gives(w.peo.patch(f'/v1/teams/{team}', {'parent': sub}), 409, 422)
    gives(w.peo.patch(f'/v1/teams/{sub}', {'name': 'Below'}), 200)
    person = new('person')
    made = gives(w.peo.post('/v1/people', {'id': person, 'name': 'Per Son', 'email': f'{person}@example.com', 'team': sub, 'tier': 'frontline',
                                           'holds': ['billing-101@2027-12-31', {'name': 'refunds-2'}], 'budgets': {'rep-month': '333.00'},
                                           'hired_at': '2025-02-03', 'manager': 'lee'}), 201)
    same((made['team_path'], made['active'], made['kind']), (f'{team}/{sub}', True, 'human'), 'person')
    same({hold['name'] for hold in made['holds']}, {'billing-101', 'refunds-2'}, 'certificates')
    same(w.left(w.root, 'rep-month', agent=person)['amount'], '333.00', 'an own limit')
    read = gives(w.peo.get(f'/v1/people/{person}'), 200)
    tag = read.header('etag')
    holds(tag, 'no ETag')
    changed = gives(w.peo.patch(f'/v1/people/{person}', {'tier': 'senior'}, headers={'If-Match': tag}), 200)
    same(changed['tier'], 'senior', 'tier')
    gives(w.peo.patch(f'/v1/people/{person}', {'tier': 'lead'}, headers={'If-Match': tag}), 412)
    gives(w.peo.patch(f'/v1/people/{person}', {'roles': ['king']}), 422)
    gives(w.peo.patch(f'/v1/people/{person}', {'roles': ['admin']}), 403)
    gives(w.peo.patch(f'/v1/people/{person}', {'shoe_size': 42}), 422)
    gives(w.peo.patch(f'/v1/people/{new("nobody")}', {'name': 'x'}), 404)
    gives(w.peo.post('/v1/people', {'id': person}), 409)
    holds(person in [item['id'] for item in gives(w.peo.get('/v1/people', team=team), 200)['items']], 'not listed under the team above')
    gives(w.peo.delete(f'/v1/teams/{team}'), 409)
    gives(w.peo.patch(f'/v1/people/{person}', {'active': False, 'team': 'care'}), 200)
    holds(person not in [item['id'] for item in gives(w.peo.get('/v1/people', limit=500), 200)['items']], 'still listed after leaving')
    gives(w.system.post('/v1/decisions', {'agent': person, 'action': 'voucher', 'amount': '1.00', 'note': 'x', 'customer': 'k'}), 403, 422)
    gives(w.peo.delete(f'/v1/teams/{sub}'), 200, 204)
    gives(w.peo.delete(f'/v1/teams/{team}'), 200, 204)
    gives(w.peo.patch(f'/v1/teams/{team}', {'name': 'x'}), 404)
    gives(w.root.patch('/v1/people/root', {'roles': []}), 409)
    pages, after = [], None
    while True:
        page = gives(w.peo.get('/v1/people', limit=5, after=after), 200)
        pages += [item['id'] for item in page['items']]
        after = page['next']
        if not after:
            break
    holds(len(pages) == len(set(pages)) and {'ana', 'lee', 'root'} <= set(pages), 'pages of people')
    holds({'care', 'sales'} <= {item['id'] for item in gives(w.peo.get('/v1/teams'), 200)['items']}, 'teams')


@story('a file of people is imported line by line, tried first, and faults are named with their line')
def imported(w):
    one, two = new('imp'), new('imp')
    text = f'id,name,team,tier\n{one},One,care/imported,frontline\n{two},Two,care,senior\nana,Ana Silva,care,frontline\n'

    def send(text, query=''):
        return w.peo.call('POST', f'/v1/people/import{query}', text.encode(), headers={'Content-Type': 'text/csv'})
    tried = gives(send(text, '?dry_run=true'), 200)
    same((tried['applied'], tried['added']), (False, 2), 'tried')
    gives(w.peo.get(f'/v1/people/{one}'), 404)
    done = gives(send(text), 200)
    same((done['applied'], done['added'], done['unchanged']), (True, 2, 1), 'done')
    same({line['line']: line['outcome'] for line in done['lines']}, {2: 'added', 3: 'added', 4: 'unchanged'}, 'lines')
    same(gives(w.peo.get(f'/v1/people/{one}'), 200)['team_path'], 'care/imported', 'a team that the file made')
    wrong = 'id,tier\nana,sneior\nana,senior\n,senior\n'
    refused = gives(w.peo.call('POST', '/v1/people/import?dry_run=true', wrong.encode(), headers={'Content-Type': 'text/csv'}), 422)
    same([error['at'] for error in refused['errors']], ['line 2', 'line 3', 'line 4'], 'each line that does not fit')
    holds('did you mean "senior"' in refused['errors'][0]['message'], refused['errors'][0])
    same(gives(send(text), 200)['unchanged'], 3, 'again')
    bad = gives(send(f'id,tier\n{new("imp")},king\n{two},lead\n'), 200, 422)
    holds('king' in bad.text, 'the fault is not named')
    same(gives(w.peo.get(f'/v1/people/{two}'), 200)['tier'], 'senior', 'nothing of a faulty file')
    gives(send('this is no table'), 200, 422)
    gives(w.ana.call('POST', '/v1/people/import', text.encode(), headers={'Content-Type': 'text/csv'}), 403)


@story('cases: opened once, changed with what was read, closed and reopened, nudged')
def cases(w):
    case, customer = new('case'), new('customer')
    made = gives(w.system.post('/v1/cases', {'id': case, 'customer': customer, 'owner': 'ana', 'department': 'care', 'opened': '2026-03-01T09:00:00Z',
                                             'facts': {'customer': {'segment': 'gold', 'tenure_days': 400}}}), 201)
    same((made['state'], made['customer'], made['owner']), ('open', customer, 'ana'), 'case')
    gives(w.system.post('/v1/cases', {'id': case}), 409)
    read = gives(w.ana.get(f'/v1/cases/{case}'), 200)
    tag = read.header('etag')
    changed = gives(w.system.patch(f'/v1/cases/{case}', {'facts': {'customer': {'segment': None}, 'lines': 2}, 'last_update': '2026-03-02T09:00:00Z'},
                                   headers={'If-Match': tag}), 200)
    same(changed['facts'], {'customer': {'tenure_days': 400}, 'lines': 2}, 'facts, merged')
    gives(w.system.patch(f'/v1/cases/{case}', {'owner': 'ben'}, headers={'If-Match': tag}), 412)
    same(gives(w.system.patch(f'/v1/cases/{case}', {'state': 'closed'}), 200)['state'], 'closed', 'closed')
    same(gives(w.system.patch(f'/v1/cases/{case}', {'state': 'open'}), 200)['reopened'], True, 'reopened')
    gives(w.system.patch(f'/v1/cases/{case}', {'owner': new('nobody')}), 404, 422)
    gives(w.system.patch(f'/v1/cases/{case}', {'mood': 'bad'}), 422)
    gives(w.system.patch(f'/v1/cases/{new("case")}', {'state': 'closed'}), 404)
    holds(case in [item['id'] for item in gives(w.ana.get('/v1/cases', owner='ana', customer=customer, state='open'), 200)['items']], 'not listed')
    gives(w.kim.get(f'/v1/cases/{case}'), 404)
    stream = w.ana.listen()
    gives(w.cho.post(f'/v1/cases/{case}/nudge', {'note': 'The customer called again.'}), 200)
    gives(w.lee.post(f'/v1/cases/{case}/nudge', {'note': 'The customer called again.'}), 429)
    same(gives(w.system.post(f'/v1/cases/{case}/nudge', {'note': 'The customer called again.'}), 200, 429).status in (200, 429), True, 'nudge')
    holds(stream.next('case.nudged', 2, lambda event: case in event['data']) is not None, 'the owner was not told')
    stream.close()


@story('erasing takes names and notes away, and the journal still verifies')
def erase(w):
    agent = w.agent()
    customer = new('customer')
    secret = 'Unforgettable Words ' + agent.id
    asked = gives(agent.post('/v1/decisions', {'action': 'voucher', 'amount': '5.00', 'customer': customer, 'note': secret}), 201)
    holds(secret in gives(w.qua.get(f'/v1/decisions/{asked["id"]}'), 200).text, 'the note is not there before')
    holds(gives(w.root.post(f'/v1/customers/{customer}/erase', {'reason': 'They asked.'}), 200)['erased'] >= 1, 'nothing erased')
    holds(secret not in gives(w.qua.get(f'/v1/decisions/{asked["id"]}'), 200).text, 'the note is still there')
    gives(w.root.post(f'/v1/people/{agent.id}/erase'), 200)
    person = gives(w.root.get(f'/v1/people/{agent.id}'), 200)
    holds(person['name'] is None, 'the name is still there')
    gives(w.root.post(f'/v1/people/{new("nobody")}/erase'), 404)
    done = w.server.run('verify')
    same(done.returncode, 0, f'verify: {done.stdout}{done.stderr}')


@story('budgets: one\'s own without asking, others\' by name, with limits, draws and when they turn over')
def budgets(w):
    agent = w.agent()
    w.ask(agent, amount='30.00')
    own = {item['budget']: item for item in gives(agent.get('/v1/budgets'), 200)['items']}
    month = own['rep-month']
    same((month['amount'], month['drawn'], month['left'], month['times']), ('200.00', '30.00', '170.00', 1), 'rep-month')
    same((month['per'], month['window'], month['scope']), (['agent'], 'month', {'agent': agent.id}), 'rep-month')
    holds(month['until'] > time.strftime('%Y-%m-%dT', time.gmtime()), 'until')
    same(w.left(w.lee, 'rep-month', agent=agent.id)['left'], '170.00', 'seen by the lead')
    gives(w.kim.get('/v1/budgets', agent=agent.id), 403, 404)
    customer = new('customer')
    w.ask(agent, amount='20.00', customer=customer)
    year = w.left(w.lee, 'customer-year', customer=customer)
    same((year['left'], year['times_left']), ('280.00', 4), 'customer-year')
    before = {name: w.left(w.root, name, team='care') for name in ('pool', 'team-year')}
    w.ask(agent, 'voucher', '11.00', note='x')
    for name, was in before.items():
        now = w.left(w.root, name, team='care')
        holds(float(now['drawn']) >= float(was['drawn']) + 11 and now['times'] > was['times'], f'{name} was {was}, is {now}')


@story('people are found by words and marks, counted, and read in windows; it says who can sign in')
def people_found(w):
    mark = new('zq')
    made = []
    for n, more in enumerate(({'kind': 'ai'}, {'tier': 'senior'}, {'roles': ['lead', 'quality']}, {'email': f'{mark}@Example.com'})):
        made.append(f'{mark}-{n}')
        gives(w.root.post('/v1/people', {'id': made[n], 'name': f'Zoe Number{n}', 'team': 'care', 'tier': 'frontline', **more}), 201)

    def ids(**asked):
        return [item['id'] for item in gives(w.peo.get('/v1/people', **{'q': mark, **asked}), 200)['items']]
    same(ids(), made, 'by a part of the id')
    same((ids(kind='ai'), ids(tier='senior'), ids(role='quality'), ids(role='admin'), ids(team='nowhere')), (made[:1], made[1:2], made[2:3], [], []), 'by marks')
    same((ids(q=f'{mark.upper()} zoe NUMBER3'), ids(q=f'{mark} zoe nobody'), ids(q=f'{mark}@EXAMPLE')), (made[3:], [], made[3:]), 'by words')
    page = gives(w.peo.get('/v1/people', q=mark, skip=1, limit=2, count='true'), 200).json
    same(([item['id'] for item in page['items']], page['next'], page['count']), (made[1:3], made[2], 4), 'a window')
    same(ids(after=page['next']), made[3:], 'the next')
    same(gives(w.peo.get('/v1/people', q=mark, skip=4, count='true'), 200).json, {'items': [], 'count': 4}, 'past the end')
    back = gives(w.peo.get('/v1/people', q=mark, sort='name', limit=2), 200).json
    same([item['id'] for item in back['items']], made[:2], 'by name')
    same(ids(sort='name', after=back['next']), made[2:], 'by name, the next')
    gives(w.root.patch(f'/v1/people/{made[0]}', {'name': 'Älva Ångström'}), 200)
    gives(w.root.patch(f'/v1/people/{made[1]}', {'name': None}), 200)
    same((ids(sort='name'), ids(q=f'{mark} alva angstrom'), ids(q=f'{mark} ÄLVA')), ([made[0], *made[2:], made[1]], made[:1], made[:1]), 'whatever the accents; without a name by id')
    gives(w.peo.get('/v1/people', sort='age'), 400)
    gives(w.peo.get('/v1/people', sort='name', after=new('nobody')), 400)
    gives(w.peo.get('/v1/people', active='perhaps'), 400)
    gives(w.peo.get('/v1/people', kind='robot'), 400)
    gives(w.peo.get('/v1/people', role='king'), 400)
    gives(w.peo.get('/v1/people', skip=-1), 400)
    link = gives(w.root.post(f'/v1/people/{made[1]}/invite'), 201)['link']
    same(gives(w.peo.get(f'/v1/people/{made[1]}'), 200)['can_sign_in'], False, 'before')
    gives(Caller(w.server, w.contract).accept(secret_of(link), PASSWORD), 200)
    same({item['id']: item['can_sign_in'] for item in gives(w.peo.get('/v1/people', q=mark), 200)['items']}, {one: one == made[1] for one in made}, 'after')
    gives(w.root.patch(f'/v1/people/{made[1]}', {'active': False}), 200)
    gone = gives(w.peo.get('/v1/people', q=mark, active='false'), 200)['items']
    same([(item['id'], item['can_sign_in']) for item in gone], [(made[1], False)], 'who left')
    same((ids(active='all'), ids(active='true')), (made, [made[0], *made[2:]]), 'with those who left')
    same(len(gives(w.ana.get('/v1/people', q=mark), 200)['items']), 0, 'an agent finds nobody else')


@story('who keeps people hears of every change of people and teams; tokens, webhooks and settings go to administrators alone')
def people_told(w):
    keeper, root, lead, agent = w.peo.listen(), w.root.listen(), w.lee.listen(), w.ana.listen()
    team, one, far = new('team'), new('told'), new('told')
    gives(w.peo.post('/v1/teams', {'id': team}), 201)
    gives(w.peo.post('/v1/people', {'id': one, 'name': 'Told One', 'team': 'care', 'tier': 'frontline'}), 201)
    gives(w.peo.post('/v1/people', {'id': far, 'team': team, 'tier': 'frontline'}), 201)
    gives(w.peo.patch(f'/v1/people/{one}', {'tier': 'senior'}), 200)
    gives(w.peo.put(f'/v1/people/{one}/presence', {'state': 'away'}), 200)
    token = gives(w.root.post('/v1/tokens', {'scopes': ['read']}), 201)['id']
    gives(w.root.delete(f'/v1/tokens/{token}'), 200)
    hook = gives(w.root.post('/v1/webhooks', {'url': 'http://127.0.0.1:9/told', 'kinds': ['setting.changed']}), 201)['id']
    gives(w.root.delete(f'/v1/webhooks/{hook}'), 204)
    gives(w.peo.patch(f'/v1/people/{far}', {'active': False}), 200)
    gives(w.root.post(f'/v1/people/{one}/erase'), 200)
    last = w.ask(w.ana, 'voucher', '1.00', note='x')['id']

    def about(stream, *ids):
        stream.next('decision', 1.5, lambda event: last in event['data'])
        return [event['event'] for event in stream.seen if any(f'"{one}"' in event['data'] for one in ids)]
    holds(agent.next('decision', 5, lambda event: last in event['data']) is not None, 'the last event')
    people = ['person.added', 'person.changed', 'presence.changed', 'text.erased']
    same(about(keeper, one), people, 'of one, to who keeps people')
    same(about(root, one), people, 'of one, to the administrator')
    same(about(lead, one), people, 'of one, to the lead')
    same(about(keeper, far), ['person.added', 'person.removed'], 'of another team')
    same(about(lead, far), [], 'of another team, to the lead')
    same((about(keeper, team)[:1], about(lead, team)[:1]), (['team.changed'], ['team.changed']), 'of a team')
    same(about(root, token, hook), ['token.created', 'token.revoked', 'webhook.set', 'webhook.set'], 'of tokens and webhooks')
    same((about(keeper, token, hook), about(lead, token, hook), about(agent, one, far, team, token, hook)), ([], [], []), 'what is not theirs')
    for stream in (keeper, root, lead, agent):
        stream.close()


@story('a person is shown with what the record knows: online, last seen, open cases; a team with how many work in it')
def people_known(w):
    one = new('known')
    team = new('team')
    gives(w.peo.post('/v1/teams', {'id': team}), 201)
    gives(w.peo.post('/v1/people', {'id': one, 'name': 'Known One', 'team': team, 'tier': 'frontline'}), 201)

    def shown(caller=w.peo):
        alone = gives(caller.get(f'/v1/people/{one}'), 200).json
        listed = gives(caller.get('/v1/people', q=one), 200)['items'][0]
        same({name: listed.get(name) for name in ('online', 'seen', 'open_cases')}, {name: alone.get(name) for name in ('online', 'seen', 'open_cases')}, 'in the list as alone')
        return alone
    is_new = shown()
    same((is_new['online'], 'seen' in is_new, is_new['open_cases']), (False, False, 0), 'of whom nothing is known')
    link = gives(w.root.post(f'/v1/people/{one}/invite'), 201)['link']
    caller = Caller(w.server, w.contract)
    caller.entered(gives(caller.accept(secret_of(link), PASSWORD), 200))
    for n in range(3):
        gives(w.system.post('/v1/cases', {'id': f'{one}-{n}', 'owner': one}), 201)
    gives(w.system.patch(f'/v1/cases/{one}-0', {'state': 'closed'}), 200)
    stream = caller.listen()
    holds(stream.status == 200, 'no stream')
    is_here = shown()
    same((is_here['online'], is_here['open_cases']), (True, 2), 'who is here')
    holds(is_here['seen'] > '2026', 'when they were seen')
    stream.close()
    holds('open_cases' in shown(w.aud), 'who sees cases counts them')
    holds('open_cases' in gives(caller.get(f'/v1/people/{one}'), 200).json, 'one counts one\'s own')
    teams = {item['id']: item['people'] for item in gives(w.peo.get('/v1/teams', limit=500), 200)['items']}
    same((teams[team], teams['care'] > 0), (1, True), 'how many work in a team')
    same({item['people'] for item in gives(caller.get('/v1/teams', limit=500), 200)['items'] if item['id'] != team}, {0}, 'of whom one may see')
    named = gives(w.lee.get('/v1/budgets', of='members', ids=f'ana,{one},nobody'), 200)['items']
    same({item['scope']['agent'] for item in named}, {'ana'}, 'budgets of those who are named and theirs to see')
    gives(w.lee.get('/v1/budgets', of='members', ids=','.join(['ana'] * 101)), 400)


@story('when somebody left is a date: who comes in a list with one behind them is added as one who has left, of who is here it takes nothing')
def left(w):
    gone, here = new('gone'), new('here')
    csv = {'Content-Type': 'text/csv'}
    text = f'id,team,tier,hired_at,left_at\n{gone},care,frontline,2020-01-06,2022-03-31\n{here},care,frontline,2020-01-06,2090-03-31\n'
    same(gives(w.peo.call('POST', '/v1/people/import', text.encode(), headers=csv), 200)['added'], 2, 'added')
    was = gives(w.peo.get(f'/v1/people/{gone}'), 200)
    same((was['active'], was['hired_at'][:4], was['left_at'][:10] in ('2022-03-31', '2022-03-30')), (False, '2020', True), 'who has left')
    same(gives(w.peo.get(f'/v1/people/{here}'), 200)['active'], True, 'who will leave')
    same(gives(w.peo.call('POST', '/v1/people/import', text.encode(), headers=csv), 200)['unchanged'], 2, 'again')
    moved = text.replace('2022-03-31', '2022-04-30').replace('2090-03-31', '2021-01-01')
    same(gives(w.peo.call('POST', '/v1/people/import', moved.encode(), headers=csv), 200)['changed'], 2, 'other days')
    same(gives(w.peo.get(f'/v1/people/{here}'), 200)['active'], True, 'a date takes nothing')
    gives(w.system.post('/v1/options', {'agent': here, 'customer': 'k'}), 200)
    gives(w.peo.patch(f'/v1/people/{here}', {'left_at': 'soon'}), 422)
    gives(w.ana.patch(f'/v1/people/{here}', {'left_at': None}), 403)
    back = gives(w.peo.patch(f'/v1/people/{gone}', {'active': True}), 200)
    same('left_at' in back.json, False, 'who comes back has not left')
