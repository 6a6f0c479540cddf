"""Somebody else says yes or no: alerts, answers, silence, and streams that are cut."""
import concurrent.futures
import time

from server import new
from world import eventually, gives, holds, same, story


def opened(w, agent, amount='150.00', action='credit', note='Please: the line was down for a week.'):
    asked = w.ask(agent, action, amount)
    same(asked['verdict'], 'ask', f'verdict ({asked!r})')
    return asked, gives(agent.post(f'/v1/decisions/{asked["id"]}/ask', {'note': note}), 201)


def people_asked(approval):
    return {asked['person'] for asked in approval['asked']}


@story('an agent asks; the approver is alerted within a second, approves another amount with a note, and the agent is told')
def approve(w):
    agent = w.agent()
    lee, mine = w.lee.listen(), agent.listen()
    same((lee.status, mine.status), (200, 200), 'streams')
    started = time.monotonic()
    asked, approval = opened(w, agent)
    same(approval['state'], 'open', 'state')
    same(people_asked(approval), {'lee', 'lou'}, 'who is asked')
    alert = lee.next('approval.opened', test=lambda event: approval['id'] in event['data'])
    holds(alert is not None, 'no alert')
    holds(alert['time'] - started < 1, f'alerted after {alert["time"] - started:.2f} s')
    holds(alert['body'].get('for_you') is True, 'the alert does not say that it is for the approver')
    waiting = gives(w.lee.get('/v1/approvals', for_='me', state='open'), 200)['items']
    holds(approval['id'] in [item['id'] for item in waiting], 'not among those that wait for lee')
    seen = gives(w.lee.get(f'/v1/approvals/{approval["id"]}'), 200)
    same(seen['note'], 'Please: the line was down for a week.', 'the note')
    done = gives(w.lee.post(f'/v1/approvals/{approval["id"]}/approve', {'amount': '120.00', 'note': 'A week is not two.'}), 200)
    same(done['state'], 'approved', 'state')
    same((done['answer']['by'], done['answer']['amount']), ('lee', '120.00'), 'answer')
    told = mine.next('approval.approved', 1, lambda event: approval['id'] in event['data'])
    holds(told is not None, 'the agent was not told within a second')
    granted = gives(agent.get(f'/v1/decisions/{done["answer"]["decision"]}'), 200)
    same((granted['verdict'], granted['amount'], granted['approver']), ('granted', '120.00', 'lee'), 'the decision that came of it')
    same(w.left(agent, 'rep-month')['left'], '200.00', 'nothing is drawn from the agent')
    holds(approval['id'] not in [item['id'] for item in gives(w.lee.get('/v1/approvals', for_='me', state='open'), 200)['items']], 'still waits')
    holds(approval['id'] in [item['id'] for item in gives(agent.get('/v1/approvals', for_='mine'), 200)['items']], 'not among mine')
    same(gives(agent.get('/v1/approvals', state='approved', for_='mine'), 200)['items'][0]['id'], approval['id'], 'by state')
    lee.close()
    mine.close()


@story('another action may be the answer')
def another_action(w):
    agent = w.agent()
    _, approval = opened(w, agent)
    done = gives(w.lou.post(f'/v1/approvals/{approval["id"]}/approve', {'action': 'refund', 'amount': '90.00'}), 200)
    granted = gives(agent.get(f'/v1/decisions/{done["answer"]["decision"]}'), 200)
    same((granted['verdict'], granted['amount']), ('granted', '90.00'), 'granted')
    holds('refund' in granted.text, 'the other action is not in the record')


@story('no, with a note; without a note it does not count')
def decline(w):
    agent = w.agent()
    asked, approval = opened(w, agent)
    gives(w.lee.post(f'/v1/approvals/{approval["id"]}/decline', {}), 422)
    done = gives(w.lee.post(f'/v1/approvals/{approval["id"]}/decline', {'note': 'Offer the voucher first.'}), 200)
    same(done['state'], 'declined', 'state')
    same(gives(agent.get(f'/v1/approvals/{approval["id"]}'), 200)['answer']['note'], 'Offer the voucher first.', 'the note for the agent')
    gives(agent.post(f'/v1/decisions/{asked["id"]}/ask', {'note': 'again'}), 409)


@story('two answers at once: the first counts, the other is told who answered')
def two_answers(w):
    for _ in range(3):
        agent = w.agent()
        _, approval = opened(w, agent)
        path = f'/v1/approvals/{approval["id"]}'
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            yes = pool.submit(w.lee.post, f'{path}/approve', {'note': 'yes'})
            no = pool.submit(w.lou.post, f'{path}/decline', {'note': 'no'})
            replies = {'lee': yes.result(), 'lou': no.result()}
        same(sorted(reply.status for reply in replies.values()), [200, 409], 'statuses')
        winner = next(person for person, reply in replies.items() if reply.status == 200)
        loser = next(reply for reply in replies.values() if reply.status == 409)
        name = {'lee': 'Lee Walker', 'lou': 'Lou Grant'}[winner]
        holds(winner in loser['detail'] or name in loser['detail'], f'the other is not told who: {loser!r}')
        same(gives(agent.get(path), 200)['state'], 'approved' if winner == 'lee' else 'declined', 'state')


@story('nobody approves their own, what they are not asked, or what their own grants do not cover')
def beyond(w):
    agent = w.agent()
    _, approval = opened(w, agent)
    path = f'/v1/approvals/{approval["id"]}/approve'
    gives(agent.post(path, {}), 403)
    gives(w.ben.post(path, {}), 403, 404)
    gives(w.sal.post(path, {}), 403, 404)
    gives(w.kim.get(f'/v1/approvals/{approval["id"]}'), 404)
    gives(w.nobody.post(path, {}), 401)
    gives(w.lee.post(path, {'amount': '151.00'}), 422)
    gives(w.lee.post(path, {'amount': 'lots'}), 422)
    gives(w.lee.post(path, {'action': 'gift'}), 422)
    same(gives(w.lee.get(f'/v1/approvals/{approval["id"]}'), 200)['state'], 'open', 'after all these')
    gives(agent.post(f'/v1/approvals/{approval["id"]}/withdraw'), 200)
    # More than a lead may: it goes to the manager at once, and the lead is not asked.
    _, large = opened(w, agent, '900.00')
    same(people_asked(large), {'mia'}, 'who is asked for 900')
    gives(w.lee.post(f'/v1/approvals/{large["id"]}/approve', {}), 403, 404)
    same(gives(w.mia.post(f'/v1/approvals/{large["id"]}/approve', {}), 200)['state'], 'approved', 'by the manager')


@story('nobody answers: what the route says comes, by itself, flagged for review')
def silence(w):
    agent = w.agent()
    stream = agent.listen()
    _, approval = opened(w, agent, '30.00', 'waive_fee')
    lapsed = stream.next('approval.lapsed', 4, lambda event: approval['id'] in event['data'])
    holds(lapsed is not None, 'it did not lapse')
    done = gives(agent.get(f'/v1/approvals/{approval["id"]}'), 200)
    same(done['state'], 'lapsed', 'state')
    holds(done['review'] is True, 'not marked for review')
    _, small = opened(w, agent, '8.00', 'waive_fee')
    holds(stream.next('approval.lapsed', 4, lambda event: small['id'] in event['data']) is not None, 'the small one did not lapse')
    done = gives(agent.get(f'/v1/approvals/{small["id"]}'), 200)
    granted = gives(agent.get(f'/v1/decisions/{done["answer"]["decision"]}'), 200)
    same((granted['verdict'], granted['amount']), ('granted', '8.00'), 'the agent\'s judgement')
    gives(w.lee.post(f'/v1/approvals/{small["id"]}/approve', {}), 409, 410)
    stream.close()


@story('the next level is asked when the first is silent, and then the route gives up')
def levels(w):
    agent = w.agent()
    mia = w.mia.listen()
    _, approval = opened(w, agent, '30.00', 'exception')
    same((approval['level'], approval['levels'], people_asked(approval)), (1, 2, {'lee', 'lou'}), 'the first level')
    raised = mia.next('approval.raised', 4, lambda event: approval['id'] in event['data'])
    holds(raised is not None, 'the manager was not asked')
    holds(raised['body'].get('for_you') is True, 'not marked for the manager')
    done = eventually(lambda: (lambda found: found if found['state'] == 'lapsed' else None)(
        gives(agent.get(f'/v1/approvals/{approval["id"]}'), 200)), 5, 'lapsing')
    holds('decision' not in (done['answer'] or {}), 'something was granted')
    mia.close()


@story('withdrawn: no answer is needed any more, and none counts')
def withdraw(w):
    agent = w.agent()
    _, approval = opened(w, agent)
    gives(w.lee.post(f'/v1/approvals/{approval["id"]}/withdraw'), 403, 404)
    same(gives(agent.post(f'/v1/approvals/{approval["id"]}/withdraw'), 200)['state'], 'withdrawn', 'state')
    gives(w.lee.post(f'/v1/approvals/{approval["id"]}/approve', {}), 409)
    gives(agent.post(f'/v1/approvals/{approval["id"]}/withdraw'), 409)


@story('a nudge reaches whoever is asked, once a minute')
def nudge(w):
    agent = w.agent()
    _, approval = opened(w, agent)
    lee = w.lee.listen()
    same(gives(agent.post(f'/v1/approvals/{approval["id"]}/nudge'), 200)['nudges'], 1, 'nudges')
    holds(lee.next('approval.nudged', 2, lambda event: approval['id'] in event['data']) is not None, 'lee was not nudged')
    gives(agent.post(f'/v1/approvals/{approval["id"]}/nudge'), 429)
    gives(w.ben.post(f'/v1/approvals/{approval["id"]}/nudge'), 403, 404)
    lee.close()
    gives(agent.post(f'/v1/approvals/{approval["id"]}/withdraw'), 200)


@story('who is away is not asked; the deputy is', alone=True)
def deputy(w):
    agent = w.agent(team='sales', tier='frontline', manager='sal')
    until = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(time.time() + 3600))
    gives(w.sal.put('/v1/me/presence', {'state': 'away', 'until': until}), 200)
    same(gives(w.sal.get('/v1/me'), 200)['person']['presence']['state'], 'away', 'presence')
    asked = w.ask(agent, 'credit', '150.00')
    approval = gives(agent.post(f'/v1/decisions/{asked["id"]}/ask', {'note': 'x'}), 201)
    holds('sal' not in people_asked(approval), 'somebody away was asked')
    gives(agent.post(f'/v1/approvals/{approval["id"]}/withdraw'), 200)
    gives(w.sal.put('/v1/me/presence', {'state': 'away', 'until': until, 'deputy': 'lou'}), 200)
    asked = w.ask(agent, 'credit', '150.00')
    approval = gives(agent.post(f'/v1/decisions/{asked["id"]}/ask', {'note': 'x'}), 201)
    holds('lou' in people_asked(approval), f'the deputy was not asked: {people_asked(approval)}')
    same(gives(w.lou.post(f'/v1/approvals/{approval["id"]}/approve', {}), 200)['state'], 'approved', 'by the deputy')
    gives(w.sal.put('/v1/me/presence', {'state': 'here'}), 200)
    gives(w.root.put('/v1/people/sal/presence', {'state': 'here'}), 200)


@story('an ask can be made of an ask alone, by whoever asked')
def who_may_ask(w):
    agent = w.agent()
    granted = w.ask(agent, amount='10.00')
    gives(agent.post(f'/v1/decisions/{granted["id"]}/ask', {'note': 'x'}), 409, 422)
    refused = w.ask(agent, 'plan_change', None)
    gives(agent.post(f'/v1/decisions/{refused["id"]}/ask', {'note': 'x'}), 409, 422)
    asked = w.ask(agent, amount='150.00')
    gives(w.ben.post(f'/v1/decisions/{asked["id"]}/ask', {'note': 'x'}), 403, 404)
    gives(agent.post(f'/v1/decisions/{asked["id"]}/ask', {'note': 'x', 'amount': '1.00'}), 422)


@story('a stream that is cut goes on behind the last event: none is missing, none comes twice')
def resume(w):
    agent = w.agent()
    stream = agent.listen()
    ids = [w.ask(agent, amount='1.00')['id'] for _ in range(3)]
    events = [stream.next('decision', 3) for _ in range(3)]
    holds(all(events), 'an event is missing')
    last = int(events[1]['id'])
    stream.close()
    ids += [w.ask(agent, amount='1.00')['id'] for _ in range(3)]
    again = agent.listen(last)
    ids += [w.ask(agent, amount='1.00')['id'] for _ in range(3)]
    got = [again.next('decision', 3) for _ in range(7)]
    holds(all(got), f'an event is missing: {sum(map(bool, got))} of 7')
    same(again.next('decision', 0.4), None, 'one too many')
    numbers = [int(event['id']) for event in got]
    holds(numbers == sorted(set(numbers)) and numbers[0] > last, f'numbers {numbers} behind {last}')
    told = [next(one for one in ids if one in event['data']) for event in got]
    same(told, ids[2:], 'the decisions that the events tell of')
    again.close()
    gives(agent.call('GET', '/v1/events', headers={'Last-Event-ID': 'x'}), 400, 422)


@story('a stream tells nobody what is not theirs')
def private_streams(w):
    agent = w.agent()
    kim = w.kim.listen()
    asked, approval = opened(w, agent)
    gives(agent.post(f'/v1/approvals/{approval["id"]}/withdraw'), 200)
    probe = w.ask(w.kim, 'voucher', '1.00', note='x')
    holds(kim.next('decision', 3, lambda event: probe['id'] in event['data']) is not None, 'kim\'s own decision')
    holds(not any(asked['id'] in event['data'] or approval['id'] in event['data'] for event in kim.seen), 'kim was told of somebody else\'s')
    kim.close()
    gives(w.nobody.get('/v1/events'), 401)


@story('a restart in the middle loses nothing and no clock', alone=True)
def restart(w):
    agent = w.agent()
    asked, approval = opened(w, agent)
    _, quick = opened(w, agent, '9.00', 'waive_fee')
    held = w.ask(agent, amount='20.00', hold='1s')
    before = gives(agent.get(f'/v1/approvals/{approval["id"]}'), 200)
    port = w.server.port
    w.server.kill()
    time.sleep(1.2)
    w.server.start(port=port)
    after = gives(agent.get(f'/v1/approvals/{approval["id"]}'), 200)
    same((after['state'], after['due'], after['asked']), (before['state'], before['due'], before['asked']), 'the approval')
    eventually(lambda: gives(agent.get(f'/v1/approvals/{quick["id"]}'), 200)['state'] == 'lapsed', 4, 'the lapse')
    eventually(lambda: gives(agent.get(f'/v1/decisions/{held["id"]}'), 200)['state'] == 'lapsed', 4, 'the hold\'s lapse')
    same(gives(w.lee.post(f'/v1/approvals/{approval["id"]}/approve', {}), 200)['state'], 'approved', 'an answer after the restart')
