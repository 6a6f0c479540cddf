"""What nobody may bring about: in somebody else's name, after their time, by another way in."""

from server import Caller, new
from world import PASSWORD, eventually, gives, holds, same, story

@story('whose a case is, the record says: a request about it can not draw in another customer\'s name')
def case_customer(w):
    agent, case, customer = w.agent(), new('case'), new('customer')
    gives(w.facts.post('/v1/cases', {'id': case, 'owner': agent.id, 'customer': customer}), 201)
    body = {'action': 'credit', 'amount': '10.00', 'reason': 'outage', 'case': case}
    gives(agent.post('/v1/decisions', body | {'customer': new('customer')}), 422)
    gives(agent.post('/v1/options', {'case': case, 'customer': new('customer')}), 422)
    gives(agent.post('/v1/decisions', body | {'customer': customer}), 201)
    gives(agent.post('/v1/decisions', body), 201)
    same(w.left(w.lee, 'customer-year', customer=customer)['drawn'], '20.00', 'drawn in the name of the customer whose case it is')


@story('an event stream of a session ends with the session', alone=True)
def stream_ends(w):
    for how in ('signout', 'password', 'invitation'):
        person = new('person')
        gives(w.root.post('/v1/people', {'id': person, 'name': 'Str Eam', 'team': 'care', 'tier': 'frontline'}), 201)
        caller, other = w.invited(person), Caller(w.server, w.contract)
        gives(other.sign_in(person, PASSWORD), 200)
        stream = caller.listen()
        gives(w.system.post('/v1/decisions', {'agent': person, 'action': 'voucher', 'amount': '1.00', 'customer': new('c'), 'note': 'x'}), 201)
        holds(stream.next('decision') is not None, 'no event while the session is open')
        if how == 'signout':
            gives(caller.post('/v1/signout'), 200)
        elif how == 'password':
            other.entered(gives(other.put('/v1/me/password', {'old': PASSWORD, 'new': 'another long password 2'}), 200))
        else:
            w.invited(person)
        gives(w.system.post('/v1/decisions', {'agent': person, 'action': 'voucher', 'amount': '2.00', 'customer': new('c'), 'note': 'x'}), 201)
        holds(stream.next('decision', 3) is None, f'the stream was told of a decision after {how}')
        eventually(stream.answer.isclosed, what=f'the end of the stream after {how}')


@story('what is kept for retries forgets with an erasure, and nothing is done twice by it')
def erase_answers(w):
    person, key, name = new('person'), new('key'), 'Zebedee ' + new('Quux')
    body = {'id': person, 'name': name, 'email': 'zebedee@example.com', 'team': 'care', 'tier': 'frontline'}
    gives(w.root.post('/v1/people', body, key), 201)
    holds(name in gives(w.root.post('/v1/people', body, key), 200).text, 'the answer was not kept')
    gives(w.root.post(f'/v1/people/{person}/erase'), 200)
    again = gives(w.root.post('/v1/people', body, key), 422)
    holds(name not in again.text, 'the name is still there')
    other = {'id': new('person'), 'name': new('Zebedee'), 'team': 'care', 'tier': 'frontline'}
    gives(w.root.post('/v1/people', other, new('key')), 201)
    answers = w.server.ask('SELECT answer FROM key_answer')
    holds(any(other['name'] in answer for answer in answers), 'no answers are kept, or they are not to be read here')
    same([answer for answer in answers if name in answer], [], 'kept answers with the name')


@story('nobody is called as the journal calls a token or Leeway itself')
def reserved_ids(w):
    for person in ('token:tok_01kah8m0w6e4ysz4n9p3qf7x2c', 'leeway', 'cli', 'Token:x'):
        gives(w.root.post('/v1/people', {'id': person, 'team': 'care'}), 422)
        report = gives(w.root.call('POST', '/v1/people/import', f'id,team\n{person},care\n'.encode(), headers={'Content-Type': 'text/csv'}), 200)
        same((report['added'], report['faulty']), (0, 1), f'import of {person}')


@story('who keeps people does not raise themselves')
def raise_oneself(w):
    for body in ({'tier': 'manager'}, {'roles': ['people', 'policy']}, {'budgets': {'rep-month': '9000.00'}}, {'holds': ['billing-101']},
                 {'team': 'sales'}, {'manager': 'kim'}, {'kind': 'service'}):
        gives(w.peo.patch('/v1/people/peo', body), 403)
    report = w.peo.call('POST', '/v1/people/import', b'id,tier\npeo,manager\n', headers={'Content-Type': 'text/csv'})
    gives(report, 403)
    person = gives(w.root.get('/v1/people/peo'), 200)
    same((person['tier'], person['roles'], person['budgets']), ('frontline', ['people'], {}), 'peo')
    # Names are one's own; others one may change, and an administrator changes anybody.
    gives(w.peo.patch('/v1/people/peo', {'name': 'Peo Lind'}), 200)
    gives(w.root.patch('/v1/people/peo', {'hired_at': '2023-01-02'}), 200)


@story('a parameter that can not be decoded is told, not passed over')
def undecodable(w):
    for query in ('agent=%ZZ', 'agent=%', 'team=%ff', '%zz=1', 'limit=%00'):
        gives(w.root.call('GET', f'/v1/decisions?{query}'), 400)
    gives(w.root.call('GET', '/v1/budgets?agent=%C3'), 400)


@story('figures are for the machine itself, or for who shows a right: not for whoever comes through a proxy')
def metrics_by_proxy(w):
    gives(w.nobody.get('/metrics'), 200)
    gives(w.nobody.call('GET', '/metrics', headers={'X-Forwarded-For': '203.0.113.7'}), 401)
    gives(w.nobody.call('GET', '/metrics', headers={'Forwarded': 'for=203.0.113.7'}), 401)
    gives(w.tokens['read'].call('GET', '/metrics', headers={'X-Forwarded-For': '203.0.113.7'}), 200)
    gives(w.ai.call('GET', '/metrics', headers={'X-Forwarded-For': '203.0.113.7'}), 403)


@story('behind a proxy on the same machine one address that guesses does not lock out the others', alone=True)
def throttle_by_proxy(w):
    def attempt(person, password, address):
        return w.nobody.call('POST', '/v1/signin', {'person': person, 'password': password}, headers={'X-Forwarded-For': address})

    def guess_until_slowed():
        for i in range(40):
            reply = attempt(new('guess'), 'guess guess guess', '198.51.100.1, 203.0.113.7')
            if reply.status == 429:
                break
        same(reply.status, 429, 'after 40 guesses from one address')
    guess_until_slowed()
    gives(attempt('ben', PASSWORD, '203.0.113.8'), 200)
    guess_until_slowed()  # the first wait is a second, and computing a password may have taken that
    gives(attempt('ben', PASSWORD, '203.0.113.7'), 429)


@story('an import under a key that was used for another is no import')
def import_key(w):
    key, person = new('key'), new('person')

    def send(text):
        return w.root.call('POST', '/v1/people/import', text.encode(), key, headers={'Content-Type': 'text/csv'})
    same(gives(send(f'id,team\n{person},care\n'), 200)['added'], 1, 'added')
    gives(send(f'id,team\n{new("person")},care\n'), 422)
