"""Courses: published in versions, taken, and what passing opens; certificates by hand."""
import concurrent.futures
import datetime
import json
import time

from server import new
from world import POLICY, eventually, gives, holds, same, story

HEAD = 'course: {id}\ntitle: Refunds, the second course\ncertificate: {certificate}\npass: 75\nvalid_days: 365\ntries: 2\ncurrency: USD\norder: [welcome.md, basics.gift, amounts.yaml]\n'
GIFT = '''// [id:who]
Who's buried in Grant's tomb?{=no one#Right: he is entombed. ~Grant#Not buried. ####A riddle.}

The sun rises in the east.{T#It does.#Yes.}

Why do you ask? {}

Pi? {#3.1415:0.001}
'''
AMOUNTS = '''- id: late
  text: An hour late. How much?
  ruler: {from: 0.00, to: 60.00}
  accept:
    - {from: 15.00, to: 25.00, feedback: As peers gave.}
  otherwise: Too far off.
'''
RIGHT = {'who': {'choice': 1}, '2': {'truth': True}, '4': {'number': '3,1415'}, 'late': {'number': '20.00'}}


def course(**more):
    """A course's id, its certificate, and its folder."""
    name = new('course')
    certificate = new('cert')
    return name, certificate, {'course.yaml': HEAD.format(id=name, certificate=certificate), 'welcome.md': '# Welcome\n\nRead *this*.\n',
                               'basics.gift': GIFT, 'amounts.yaml': AMOUNTS, **more}


def journal(w):
    return [json.loads(line) for line in gives(w.aud.get('/v1/journal'), 200).text.splitlines()]


def answers(caller, attempt, given):
    for question, answer in given.items():
        gives(caller.put(f'/v1/attempts/{attempt}/answers/{question}', answer), 200)


@story('a course is published in versions, comes out as it went in, and shows nothing of what is right')
def published(w):
    name, certificate, files = course()
    gives(w.ben.post('/v1/courses', {'files': files}), 403)
    made = gives(w.qua.post('/v1/courses', {'files': files}), 201)
    same((made['course'], made['version']), (name, 1), 'the first version')
    same(gives(w.policy.post('/v1/courses', {'files': files}), 200)['version'], 1, 'the same files again')
    got = gives(w.qua.get(f'/v1/courses/{name}/files'), 200)
    same(got['files'], files, 'the folder')
    gives(w.ben.get(f'/v1/courses/{name}/files'), 403)
    shown = gives(w.ben.get(f'/v1/courses/{name}'), 200)
    same([item['kind'] for item in shown['items']], ['page', 'choice', 'true-false', 'essay', 'number', 'amount'], 'items')
    for secret in ('Right:', 'riddle', '15.00', '3.1415', 'credit'):
        holds(secret not in shown.text, f'{secret} is told before anything was answered')
    same(gives(w.qua.post('/v1/courses', {'files': {**files, 'welcome.md': '# Hello\n'}}), 201)['version'], 2, 'another version')
    holds(name in [item['id'] for item in gives(w.ben.get('/v1/courses'), 200)['items']], 'listed')
    gives(w.ben.get(f'/v1/courses/{new("none")}'), 404)


@story('a course is checked without being published: findings by file and line, and what people would see')
def checked(w):
    name, _, files = course()
    gives(w.ben.post('/v1/courses/check', {'files': files}), 403)
    seen = gives(w.qua.post('/v1/courses/check', {'files': files}), 200)
    same((seen['findings'], seen['course']['id'], seen['course']['asked'], seen['course']['questions']), ([], name, 5, 4), 'as it would be')
    gives(w.ben.get(f'/v1/courses/{name}'), 404)
    wrong = gives(w.qua.post('/v1/courses/check', {'files': {**files, 'basics.gift': 'One? {T}\n\nTwo? {T\n'}}), 200)
    holds('course' not in wrong.json, 'a course with a mistake is none')
    same([(one['file'], one['line'], one['severity']) for one in wrong['findings'] if one['severity'] == 'error'][0], ('basics.gift', 3, 'error'), 'where')
    same([(one['file'], one['line'], one['kind'], one['answers']) for one in seen['questions']],
         [('basics.gift', 2, 'choice', 2), ('basics.gift', 4, 'true-false', 2), ('basics.gift', 6, 'essay', 0), ('basics.gift', 8, 'number', 1), ('amounts.yaml', 1, 'amount', 2)],
         'what was read, line by line')
    same([(one['file'], one['line'], one['kind']) for one in wrong['questions']], [('basics.gift', 1, 'true-false'), ('amounts.yaml', 1, 'amount')], 'what could be read')
    gives(w.qua.post('/v1/courses/check', {'files': {}}), 422)
    gives(w.qua.post('/v1/courses/check', {'files': files, 'more': 1}), 422)


@story('who is in the middle: one\'s own and one\'s team\'s, how many were answered and right, and an older version stays readable')
def middle(w):
    name, _, files = course()
    gives(w.qua.post('/v1/courses', {'files': files}), 201)
    agent = w.agent()
    attempt = gives(agent.post(f'/v1/courses/{name}/attempts'), 201)
    same((attempt['answered'], attempt['right'], attempt.json.get('saved_at')), (0, 0, None), 'nothing yet')
    answers(agent, attempt['id'], {'who': {'choice': 1}, '2': {'truth': False}, '3': {'text': 'To know.'}})
    mine = lambda caller, **more: [one for one in gives(caller.get('/v1/attempts', **more), 200)['items'] if one['id'] == attempt['id']]
    for caller in (agent, w.lee, w.qua):
        (one,) = mine(caller)
        same((one['person'], one['state'], one['answered'], one['right']), (agent.id, 'open', 3, 1), 'in the middle')
        holds(one['saved_at'] >= one['started_at'] and 'answers' not in one, one)
    same(mine(w.sal), [], 'of another team')
    gives(w.sal.get('/v1/attempts', person=agent.id), 403)
    gives(w.qua.post('/v1/courses', {'files': {**files, 'welcome.md': 'Shorter.\n'}}), 201)
    same(gives(agent.get(f'/v1/courses/{name}'), 200)['items'][0]['text']['text'], 'Shorter.\n', 'the newest')
    same(gives(agent.get(f'/v1/courses/{name}', version=1), 200)['items'][0]['text']['text'], files['welcome.md'], 'the one that was begun')
    gives(agent.get(f'/v1/courses/{name}', version=3), 404)
    gives(agent.get(f'/v1/courses/{name}', version='x'), 400)
    gives(agent.post(f'/v1/attempts/{attempt["id"]}/finish'), 200)
    same(mine(w.lee), [], 'over')
    again = gives(agent.post(f'/v1/courses/{name}/attempts'), 201)['id']
    page = gives(agent.get('/v1/attempts', person=agent.id, limit=1), 200)
    same(([one['id'] for one in page['items']], page['next']), ([again], again), 'the newest, and where the next page begins')
    older = gives(agent.get('/v1/attempts', person=agent.id, limit=1, after=page['next']), 200)
    same(([one['id'] for one in older['items']], older['next']), ([attempt['id']], None), 'the one before, and no more')
    same([one['id'] for one in gives(agent.get(f'/v1/courses/{name}/attempts', after=again), 200)['items']], [attempt['id']], 'of one course, too')
    gives(agent.get('/v1/attempts', limit=501), 400)
    same([(one['state'], one['right']) for one in mine(w.lee, person=agent.id)], [('failed', 1)], 'what became of it')


@story('what is wrong with a course is told with file and line')
def wrong(w):
    _, _, files = course()
    refused = gives(w.qua.post('/v1/courses', {'files': {**files, 'basics.gift': 'One? {T}\n\nTwo? {T\n'}}), 422)
    holds('basics.gift' in refused.text and 'line 3' in refused.text, refused.text)
    gives(w.qua.post('/v1/courses', {'files': {'../x.md': 'a'}}), 422)
    gives(w.qua.post('/v1/courses', {'files': {}}), 422)
    gives(w.qua.post('/v1/courses', {'files': files, 'more': 1}), 422)


@story('a course is taken: every answer is kept and told about at once, passing gives the certificate, and the record has no answer')
def taken(w):
    name, certificate, files = course()
    gives(w.qua.post('/v1/courses', {'files': files}), 201)
    agent = w.agent()
    attempt = gives(agent.post(f'/v1/courses/{name}/attempts'), 201)
    same(gives(agent.post(f'/v1/courses/{name}/attempts'), 200)['id'], attempt['id'], 'one attempt at a time')
    at = f'/v1/attempts/{attempt["id"]}'
    said = gives(agent.put(f'{at}/answers/who', {'choice': 2}), 200)
    same((said['grade']['credit'], [option['chosen'] for option in said['grade']['options']]), ('0', [False, True]), 'wrong')
    same([option['feedback']['text'] for option in said['grade']['options']], ['Right: he is entombed.', 'Not buried.'], 'of every option')
    same(said['grade']['general']['text'], 'A riddle.', 'in general')
    gives(agent.put(f'{at}/answers/who', {'choice': 2}), 200)
    gives(agent.put(f'{at}/answers/who', {'choice': 1}), 409)
    gives(agent.put(f'{at}/answers/who', {'text': 'no one'}), 422)
    gives(agent.put(f'{at}/answers/nowhere', {'choice': 1}), 404)
    gives(agent.put(f'{at}/answers/3', {'text': 'Because.'}), 200)
    gives(agent.put(f'{at}/answers/3', {'text': 'Because I forgot.'}), 200)  # not graded: it may be written anew
    answers(agent, attempt['id'], {key: RIGHT[key] for key in ('2', '4', 'late')})
    # Closing the window loses nothing: what was answered is there.
    open_again = gives(agent.get(at), 200)
    same({item['question']: item['response'] for item in open_again['answers']},
         {'who': {'choice': 2}, '3': {'text': 'Because I forgot.'}, **{key: RIGHT[key] for key in ('2', '4', 'late')}}, 'kept')
    gives(w.ben.get(at), 404)
    gives(w.lee.put(f'{at}/answers/who', {'choice': 1}), 403)
    gives(w.decide.post(f'/v1/courses/{name}/attempts'), 403)  # stands for nobody
    done = gives(agent.post(f'{at}/finish'), 200)
    same((done['state'], done['percent']), ('passed', 75), 'three of four')
    gives(agent.post(f'{at}/finish'), 409)
    gives(agent.put(f'{at}/answers/4', {'number': '3'}), 409)
    later = gives(w.lee.get(at), 200)
    holds('response' not in later.text and later['answers'][0]['credit'] is not None, 'what was answered is not kept')
    same([item['state'] for item in gives(w.lee.get(f'/v1/courses/{name}/attempts', person=agent.id), 200)['items']], ['passed'], 'seen by their lead')
    gives(w.sal.get(f'/v1/courses/{name}/attempts', person=agent.id), 403)
    held = {hold['name']: hold['until'] for hold in gives(w.root.get(f'/v1/people/{agent.id}'), 200)['holds']}
    holds(certificate in held, held)
    mine = next(item for item in gives(agent.get('/v1/courses'), 200)['items'] if item['id'] == name)['mine']
    same((mine['holds'], mine['until']), (True, held[certificate]), 'mine')
    journal = gives(w.aud.get('/v1/journal', limit=500), 200).text
    holds('Because I forgot' not in journal, 'the record has what was answered')


@story('how somebody gets on: the last time beside the first, amounts by how far they are from what works, real cases since beside before')
def progress(w):
    name, _, files = course()
    gives(w.qua.post('/v1/courses', {'files': files}), 201)
    agent = w.agent()
    at = f'/v1/courses/{name}/progress'
    same(set(gives(agent.get(at), 200).json), {'course', 'person'}, 'nothing was taken yet')
    once(agent, name, {'who': {'choice': 2}, '2': {'truth': True}, 'late': {'number': '40.00'}})
    first = gives(agent.get(at), 200)
    same((first['last']['right'], first['last']['of'], first['last']['amounts'], first['last']['apart'], first['last']['currency']),
         (1, 4, 1, '15.00', 'USD'), 'the first time')
    holds('first' not in first.json and 'since' not in first.json, 'there is nothing to hold it against')
    time.sleep(2)
    once(agent, name, {**RIGHT, 'late': {'number': '15.00'}})
    passed = gives(agent.get(at), 200)['passed_at']
    for _ in range(21):
        w.ask(agent, amount='5.00')
    moment = datetime.datetime.fromisoformat(passed)
    time.sleep(2)
    for shift, ratings in ((-1, [2, 3] * 10), (1, [4, 5] * 10)):
        for rating in ratings:
            gives(w.facts.post('/v1/ratings', {'case': new('case'), 'rating': rating, 'scale': {'min': 1, 'max': 5}, 'agent': agent.id,
                                               'at': (moment + datetime.timedelta(seconds=shift)).isoformat()}), 201)
    now = gives(w.lee.get(at, person=agent.id), 200)
    same([(one['right'], one['of'], one['apart']) for one in (now['last'], now['first'])], [(4, 4, '0.00'), (1, 4, '15.00')], 'then and now')
    same({key: now['since']['rating'][key] for key in ('now', 'was', 'n', 'was_n', 'says', 'scale')},
         {'now': '4.50', 'was': '2.50', 'n': 20, 'was_n': 20, 'says': 'more', 'scale': {'min': 1, 'max': 5}}, 'what customers said')
    holds('asked' not in now['since'], 'nothing was asked for before')
    (entry,) = [one for one in journal(w) if one['kind'] == 'attempt.finished' and one['body']['course'] == name and one['body']['state'] == 'failed']
    same(entry['body']['amounts'], {'questions': 1, 'apart': '15.00'}, 'the record')
    gives(w.facts.post('/v1/ratings', {'case': new('case'), 'rating': 1, 'scale': {'min': 1, 'max': 5}, 'agent': agent.id}), 201)
    gives(w.sal.get(at, person=agent.id), 403)
    gives(w.read.get(at), 403)
    gives(w.decide.get(at), 400)
    gives(agent.get(f'/v1/courses/{new("none")}/progress'), 404)


@story('what is too little to tell from is said so')
def too_early(w):
    name, _, files = course()
    gives(w.qua.post('/v1/courses', {'files': files}), 201)
    agent = w.agent()
    for amount in ('5.00', '480.00'):
        w.ask(agent, amount=amount)
    once(agent, name, RIGHT)
    w.ask(agent, amount='5.00')
    found = gives(agent.get(f'/v1/courses/{name}/progress'), 200)
    holds('rating' not in found['since'], 'nobody was asked what they think')
    holds(found['since'].get('asked', {}).get('says', 'early') == 'early', found.json)


def once(agent, name, given):
    attempt = gives(agent.post(f'/v1/courses/{name}/attempts'), 201)
    answers(agent, attempt['id'], given)
    gives(agent.post(f'/v1/attempts/{attempt["id"]}/finish'), 200)


@story('tries run out, a lead vouches with a reason, and nobody vouches for themselves')
def tries(w):
    name, certificate, files = course()
    gives(w.qua.post('/v1/courses', {'files': files}), 201)
    agent = w.agent()
    for _ in range(2):
        attempt = gives(agent.post(f'/v1/courses/{name}/attempts'), 201)['id']
        same(gives(agent.post(f'/v1/attempts/{attempt}/finish'), 200)['state'], 'failed', 'nothing was answered')
    refused = gives(agent.post(f'/v1/courses/{name}/attempts'), 409)
    holds('lead' in refused.text, refused.text)
    vouch = {'certificate': certificate, 'reason': 'She has done this for nine years.'}
    at = f'/v1/people/{agent.id}/certificates'
    gives(w.lee.post(at, {'certificate': certificate}), 422)
    gives(w.lee.post(at, {**vouch, 'until': '2020-01-01'}), 422)
    gives(w.sal.post(at, vouch), 403)
    gives(agent.post(at, vouch), 403)
    gives(w.lee.post('/v1/people/lee/certificates', vouch), 403)
    gives(w.lee.post(f'/v1/people/{new("none")}/certificates', vouch), 403, 404)
    gives(w.lee.post(at, {**vouch, 'until': '2099-12-31'}), 201)
    gives(w.lee.post(at, {**vouch, 'until': '2050-12-31'}), 201)
    held = {hold['name']: hold['until'] for hold in gives(w.root.get(f'/v1/people/{agent.id}'), 200)['holds']}
    holds(held[certificate].startswith('2099') or held[certificate].startswith('2100'), f'what is held for longer stays: {held}')
    # A new version has tries of its own.
    gives(w.qua.post('/v1/courses', {'files': {**files, 'welcome.md': 'Shorter.\n'}}), 201)
    gives(agent.post(f'/v1/courses/{name}/attempts'), 201)


@story('a certificate opens its grant at the next request, and what a lowering took no course gives back', alone=True)
def opens(w):
    asks = POLICY.replace('who: {tier: frontline, team: [care]}', 'who: {tier: frontline, team: [care], holds: [billing-101]}')
    gives(w.pol.post('/v1/policy/publish', {'source': asks}), 201)
    try:
        _opens(w)
    finally:
        gives(w.pol.post('/v1/policy/rollback', {}), 200)


def _opens(w):
    name, _, files = course()
    files['course.yaml'] = HEAD.format(id=name, certificate='billing-101')
    gives(w.qua.post('/v1/courses', {'files': files}), 201)
    shown = gives(w.ben.get(f'/v1/courses/{name}'), 200)
    same([grant['grant'] for grant in shown['opens']], ['frontline-credit'], 'what it opens')
    holds('may give' in shown['opens'][0]['says'] and '100' in shown['opens'][0]['says'], shown['opens'])
    person = new('low')
    gives(w.root.post('/v1/people', {'id': person, 'team': 'care', 'tier': 'frontline', 'manager': 'lee', 'email': f'{person}@example.com'}), 201)
    caller = w.invited(person)
    before = w.ask(caller)
    attempt = gives(caller.post(f'/v1/courses/{name}/attempts'), 201)['id']
    answers(caller, attempt, RIGHT)
    same(gives(caller.post(f'/v1/attempts/{attempt}/finish'), 200)['percent'], 100, 'all right')
    after = w.ask(caller)
    holds(before['verdict'] != 'granted' and after['verdict'] == 'granted', (before['verdict'], after['verdict']))
    made = gives(w.lee.post('/v1/lowerings', {'person': person, 'to': {'holds': []}, 'until': _in_a_month(), 'reason': 'We agreed.'}), 201)
    gives(w.lou.post(f'/v1/lowerings/{made["id"]}/confirm'), 200)
    attempt = gives(caller.post(f'/v1/courses/{name}/attempts'), 201)['id']
    answers(caller, attempt, RIGHT)
    gives(caller.post(f'/v1/attempts/{attempt}/finish'), 409)
    gives(w.lou.post(f'/v1/people/{person}/certificates', {'certificate': 'billing-101', 'reason': 'x'}), 409)
    gives(w.lee.post(f'/v1/lowerings/{made["id"]}/end'), 200)
    same(gives(caller.post(f'/v1/attempts/{attempt}/finish'), 200)['state'], 'passed', 'the attempt had stayed open')


@story('a certificate that lapses closes its grant for the request at that second and not before', alone=True)
def lapses(w):
    asks = POLICY.replace('who: {tier: frontline, team: [care]}', 'who: {tier: frontline, team: [care], holds: [at-noon]}')
    gives(w.pol.post('/v1/policy/publish', {'source': asks}), 201)
    try:
        agent = w.agent()
        noon = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=3)).replace(microsecond=0)
        until = noon.strftime('%Y-%m-%dT%H:%M:%SZ')
        gives(w.lee.post(f'/v1/people/{agent.id}/certificates', {'certificate': 'at-noon', 'until': until, 'reason': 'For this shift.'}), 201)
        time.sleep(max(0, noon.timestamp() - time.time() - 0.4))
        seen = {True: 0, False: 0}
        while time.time() < noon.timestamp() + 0.4:
            made = w.ask(agent, amount='0.01')
            before = _moment(made['at']) < noon
            seen[before] += 1
            same(made['verdict'] == 'granted', before, f'{made["at"]} for a certificate until {until}')
        holds(seen[True] >= 3 and seen[False] >= 3, f'requests on both sides: {seen}')
    finally:
        gives(w.pol.post('/v1/policy/rollback', {}), 200)


def _moment(text):
    return datetime.datetime.fromisoformat(text.replace('Z', '+00:00'))


@story('an AI agent takes the same course with its own token, and answers sent at once are each kept')
def machine(w):
    name, certificate, files = course()
    gives(w.qua.post('/v1/courses', {'files': files}), 201)
    attempt = gives(w.ai.post(f'/v1/courses/{name}/attempts'), 201)['id']
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for reply in pool.map(lambda item: w.ai.put(f'/v1/attempts/{attempt}/answers/{item[0]}', item[1]), RIGHT.items()):
            gives(reply, 200)
    same(gives(w.ai.post(f'/v1/attempts/{attempt}/finish'), 200)['percent'], 100, 'all right')
    holds(certificate in [hold['name'] for hold in gives(w.root.get('/v1/people/desk-ai'), 200)['holds']], 'held')


SCENARIO = '''- id: down
  title: Three days without a line
  situation: |
    Kari has had **no connection** for three days and works at home.
  ask: What do you do first?
  request: {reason: outage, facts: {customer.tenure_days: 900, lines: 1}}
  as: {tier: frontline, team: care}
  drawn: {rep-month: 150.00}
  remedies:
    - action: credit
      ruler: {from: 0.00, to: 400.00}
      accept:
        - {from: 20.00, to: 50.00, feedback: As much as three days are worth.}
        - {from: 50.01, to: 120.00, credit: 50, feedback: It would work; somebody waits for it.}
      otherwise: Far from what it takes.
      possible: {possible}
      peers: 17 of 19 gave 30.
      ended: She stayed.
    - {say: Offer another plan, action: plan_change, possible: no, feedback: Not yours to give.}
    - {say: Explain and apologise, feedback: She has heard that already.}
  peers: Most gave a credit.
  ended: She stayed.
  general: She named a date.
'''


def scenario(possible='yes'):
    name, _, files = course()
    files['course.yaml'] = HEAD.format(id=name, certificate=new('cert')).replace('order: [', 'order: [cases.yaml, ')
    files['cases.yaml'] = SCENARIO.replace('{possible}', possible)
    return name, files


@story('a scenario is decided by the policy: what is possible at once, whom one would ask, and what the author says of each way out')
def scenarios(w):
    name, files = scenario()
    gives(w.qua.post('/v1/courses', {'files': files}), 201)
    shown = next(item for item in gives(w.ben.get(f'/v1/courses/{name}'), 200)['items'] if item['kind'] == 'scenario')
    same((shown['id'], shown['ask'], [option.get('action') for option in shown['options']]), ('down', 'What do you do first?', ['credit', 'plan_change', None]), 'shown')
    same(shown['options'][0]['ruler'], {'from': '0.00', 'to': '400.00'}, 'ruler')
    for secret in ('17 of 19', 'credit":', 'She stayed', 'named a date', '50.01', 'possible'):
        holds(secret not in str(dict(shown)), f'{secret} is told before anything was answered')
    agent = w.agent()
    at = f'/v1/attempts/{gives(agent.post(f"/v1/courses/{name}/attempts"), 201)["id"]}/answers/down'
    gives(agent.put(at, {'choice': 1}), 422)
    gives(agent.put(at, {'choice': 1, 'amount': '500.00'}), 422)
    gives(agent.put(at, {'choice': 3, 'amount': '5.00'}), 422)
    gives(agent.put(at, {'choice': 4}), 422)
    gives(agent.put(at, {'text': 'x', 'amount': '5.00'}), 422)
    said = gives(agent.put(at, {'choice': 1, 'amount': '40,00'}), 200)['grade']
    same((said['credit'], said['options'][0]['chosen'], said['options'][0]['ranges'][0]['chosen']), ('100', True, True), 'right')
    policy = said['options'][0]['policy']
    same((policy['amount'], policy['answer']['verdict'], policy['holds']), ('40.00', 'granted', True), 'the policy')
    # 150.00 of 200.00 are drawn, as the scenario says, whatever this agent's own month is.
    same((policy['preview']['options'][0]['up_to'], policy['answer']['left']['rep-month']), ('50.00', '10.00'), 'up to')
    ask = policy['preview']['asks'][0]
    holds(ask['route'] == 'over-limit' and ask['first']['person'], f'whom one would ask: {ask}')
    holds('count' in policy['similar'], f'what similar cases got: {policy}')
    same((said['options'][0]['peers']['text'], said['options'][0]['ended']['text'], said['general']['text']), ('17 of 19 gave 30.', 'She stayed.', 'She named a date.'), 'told')
    other = said['options'][1]['policy']
    same((other['answer']['verdict'], other['holds'], said['options'][2].get('policy')), ('refused', True, None), 'of the others')
    holds(other['answer']['can'], 'a refusal says what can be done')
    gives(agent.put(at, {'choice': 1, 'amount': '30.00'}), 409)
    again = gives(agent.get(at.split('/answers')[0]), 200)['answers'][0]
    same((again['response'], again['grade']['credit'], again['grade']['options'][0]['policy']['answer']['verdict']),
         ({'choice': 1, 'amount': '40,00'}, '100', 'granted'), 'kept')
    same(w.left(agent, 'rep-month')['drawn'], '0.00', 'nothing is drawn')
    gives(agent.post(at.split('/answers')[0] + '/finish'), 200)
    kinds = {entry['kind'] for entry in journal(w) if agent.id in str(entry)}
    holds('attempt.answered' in kinds and not [kind for kind in kinds if kind.startswith(('decision', 'approval'))], kinds)


@story('what the author rests on and the policy does not say is worth nothing; what is asked for counts as possible')
def rests(w):
    for possible, amount, credit in (('yes', '100.00', '50'), ('at-once', '100.00', '0'), ('ask', '100.00', '50'), ('ask', '30.00', '0'), ('yes', '400.00', '0')):
        name, files = scenario(possible)
        gives(w.qua.post('/v1/courses', {'files': files}), 201)
        agent = w.agent()
        attempt = gives(agent.post(f'/v1/courses/{name}/attempts'), 201)['id']
        said = gives(agent.put(f'/v1/attempts/{attempt}/answers/down', {'choice': 1, 'amount': amount}), 200)['grade']
        same(said['credit'], credit, f'{possible} {amount}')


@story('a scenario is made of what happened: facts kept, names changed, and it can be published as it is')
def made(w):
    case, customer = new('case'), new('customer')
    agent = w.agent()
    gives(w.system.post('/v1/cases', {'id': case, 'customer': customer, 'owner': agent.id, 'facts': {'customer.tenure_days': 812, 'lines': 2}}), 201)
    note = f'Mail to kari.nordmann@example.no or ring +47 22 33 44 55, says {agent.id}; order 4711-0815 of 2025-11-03 for 120.50, case {case}, customer {customer}.'
    decision = gives(agent.post('/v1/decisions', {'action': 'voucher', 'amount': '30.00', 'case': case, 'reason': 'outage', 'note': note}), 201)
    same(decision['verdict'], 'granted', 'the decision')
    at = f'/v1/decisions/{decision["id"]}/scenario'
    gives(agent.post(at), 403)
    gives(w.lee.post(at), 403)
    gives(w.qua.post(at, {'more': 1}), 422)
    gives(w.qua.post('/v1/decisions/dec_00000000000000000000000000/scenario'), 404)
    gives(w.qua.post(f'/v1/cases/{new("none")}/scenario'), 404)
    draft = gives(w.qua.post(at), 200)
    for name in ('kari', '22 33', '4711', case, customer, agent.id):
        holds(name not in draft['text'], f'{name} is still there: {draft["text"]}')
    for fact in ('120.50', '2025-11-03', '812', 'reason: "outage"', 'voucher', '24.00', 'somebody-1@example.com', 'customer-1', 'case-1', 'person-1'):
        holds(fact in draft['text'], f'{fact} is not there: {draft["text"]}')
    same({item['kind'] for item in draft['changed']}, {'customer', 'case', 'person', 'mail', 'phone', 'number'}, 'what was changed')
    holds('note' in draft['look_over'], draft['look_over'])
    same(gives(w.qua.post(f'/v1/cases/{case}/scenario'), 200)['text'], draft['text'], 'of the case')
    # An administrator may not read notes.
    holds('example.com' not in gives(w.root.post(at), 200)['text'], 'free text is for those who may read it')
    name = new('course')
    gives(w.qua.post('/v1/courses', {'files': {'course.yaml': f'course: {name}\ntitle: From life\ncurrency: USD\norder: [{draft["file"]}]\n', draft['file']: draft['text']}}), 201)
    same(gives(w.qua.get(f'/v1/courses/{name}/stale'), 200)['items'], [], 'what was given can still be given')
    refused = gives(agent.post('/v1/decisions', {'action': 'refund', 'amount': '30.00', 'customer': new('customer'), 'reason': 'outage', 'facts': {}}), 201)
    holds(refused['verdict'] != 'granted', refused)
    draft = gives(w.qua.post(f'/v1/decisions/{refused["id"]}/scenario'), 200)
    gives(w.qua.post('/v1/courses', {'files': {'course.yaml': f'course: {new("course")}\ntitle: From life\ncurrency: USD\norder: [{draft["file"]}]\n', draft['file']: draft['text']}}), 201)


@story('practice leaves nothing behind: no entry, no draw, no ask, whatever is tried', alone=True)
def practised(w):
    agent = w.agent()
    head, left = journal(w)[-1]['seq'], w.left(agent, 'rep-month')
    decisions = gives(agent.get('/v1/decisions'), 200)['items']
    given = {'action': 'credit', 'reason': 'outage', 'customer': 'somebody', 'case': 'made-up', 'facts': {'customer.tenure_days': 4000}}
    small = gives(agent.post('/v1/practice', {**given, 'amount': '60.00'}), 200)
    same((small['answer']['verdict'], small['answer']['left']['rep-month']), ('granted', '140.00'), 'at once')
    same(gives(agent.post('/v1/practice', {**given, 'amount': '60.00'}), 200)['answer']['left']['rep-month'], '140.00', 'again')
    large = gives(agent.post('/v1/practice', {**given, 'amount': '300.00'}), 200)
    same((large['answer']['verdict'], large['answer']['route']), ('ask', 'over-limit'), 'by asking')
    holds(large['preview']['asks'][0]['first']['person'] != agent.name, large)  # any lead of care who is here
    known = {name: value for name, value in given.items() if name != 'action'}
    could = gives(agent.post('/v1/practice', known), 200)
    holds(could.json.get('answer') is None and 'credit' in [one['action'] for one in could['preview']['options']] and len(could['preview']['asks']) > 0, could)
    flagged = gives(agent.post('/v1/practice', {**known, 'facts': {'customer.flags': ['fraud-hold']}}), 200)
    holds('credit' not in [one['action'] for one in flagged['preview']['options']], flagged)
    refused = gives(agent.post('/v1/practice', {**given, 'amount': '60.00', 'facts': {'customer.flags': ['fraud-hold']}}), 200)
    same((refused['answer']['verdict'], refused['answer']['rail'], bool(refused['answer']['instead'])), ('refused', 'fraud-hold', True), 'by a rail')
    gives(agent.post('/v1/practice', {**given, 'amount': '60.00', 'facts': {'nothing': 1}}), 422)
    gives(agent.post('/v1/practice', {**given, 'amount': '60.00', 'agent': 'ben'}), 403)
    gives(w.aud.post('/v1/practice', {**given, 'amount': '60.00'}), 200)
    same(gives(w.lee.post('/v1/practice', {**given, 'amount': '60.00', 'agent': agent.id}), 200)['answer']['verdict'], 'granted', 'with somebody whom one leads')
    # What came due meanwhile (an approval's clock, a hold's end) goes on: nothing since then is of them, or of that case.
    since = [entry for entry in journal(w) if entry['seq'] > head and (agent.id in json.dumps(entry) or 'made-up' in json.dumps(entry))]
    same((since, w.left(agent, 'rep-month'), gives(agent.get('/v1/decisions'), 200)['items']), ([], left, decisions), 'nothing is left behind')


@story('after a change of the policy, scenarios that rest on what it does not say are listed for their author, who is told', alone=True)
def stale(w):
    name, files = scenario('at-once')
    files['cases.yaml'] = files['cases.yaml'].replace('    - action: credit', '    - {say: Waive a fee, action: waive_fee, ruler: {from: 0.00, to: 20.00}, accept: [{from: 1.00, to: 9.00}], possible: ask}\n    - action: credit')
    gives(w.qua.post('/v1/courses', {'files': files}), 201)
    gives(w.ben.get('/v1/courses/stale'), 403)
    gives(w.qua.get(f'/v1/courses/{new("none")}/stale'), 404)
    found = gives(w.qua.get(f'/v1/courses/{name}/stale'), 200)['items']
    # At once is what the author says of all that is worth something; 120.00 takes somebody's yes.
    same([(item['question'], [(r['option'], r['amount'], r['verdict']) for r in item['remedies']]) for item in found],
         [('down', [(2, '50.01', 'ask'), (2, '120.00', 'ask')])], 'from the start')
    tighter = POLICY.replace('up_to: 100.00', 'up_to: 25.00').replace('who: {tier: senior}\n    may: [plan_change]', 'who: {tier: frontline}\n    may: [plan_change]').replace('for: [waive_fee]', 'for: [exception]')
    gives(w.pol.post('/v1/policy/publish', {'source': tighter}), 201)
    try:
        item = next(item for item in gives(w.qua.get('/v1/courses/stale'), 200)['items'] if item['course'] == name)
        same([(r['option'], r['action'], r.get('amount'), r['verdict']) for r in item['remedies']],
             [(1, 'waive_fee', '1.00', 'refused'), (1, 'waive_fee', '9.00', 'refused'), (2, 'credit', '50.00', 'ask'), (2, 'credit', '50.01', 'ask'),
              (2, 'credit', '120.00', 'ask'), (3, 'plan_change', None, 'granted')], 'what does not hold')
        same((item['by'], item['file']), ('qua', 'cases.yaml'), 'whose')
        holds("can't be done" in item['remedies'][5]['why'] and 'at once' in item['remedies'][5]['why'], item)
        told = eventually(lambda: [entry for entry in journal(w) if entry['kind'] == 'course.stale' and entry['body']['course'] == name], what='the entry')
        same((told[0]['body']['by'], told[0]['body']['questions']), ('qua', 1), 'told')
    finally:
        gives(w.pol.post('/v1/policy/rollback', {}), 200)


@story('what a version of an AI agent has earned is closed when it is another, from the next request on, until it passes again', alone=True)
def versions(w):
    asks = POLICY.replace('who: {tier: frontline, team: [care]}', 'who: {tier: frontline, team: [care], holds: [model-check]}')
    gives(w.pol.post('/v1/policy/publish', {'source': asks}), 201)
    try:
        _versions(w)
    finally:
        gives(w.pol.post('/v1/policy/rollback', {}), 200)


def _versions(w):
    name, _, files = course()
    files['course.yaml'] = HEAD.format(id=name, certificate='model-check') + 'per_version: true\n'
    gives(w.qua.post('/v1/courses', {'files': files}), 201)
    robot, other = w.agent(kind='ai'), w.agent(kind='ai')
    at = f'/v1/people/{robot.id}/version'

    def passes(agent):
        attempt = gives(agent.post(f'/v1/courses/{name}/attempts'), 201)['id']
        answers(agent, attempt, RIGHT)
        return gives(agent.post(f'/v1/attempts/{attempt}/finish'), 200)['state']

    same(dict(gives(robot.get(at), 200).json), {'person': robot.id, 'passed': []}, 'it was never said')
    gives(robot.put(at, {'version': 'model-1, prompt 7'}), 200)
    gives(robot.put(at, {'version': ''}), 422)
    gives(robot.put(f'/v1/people/{other.id}/version', {'version': 'x'}), 403, 404)
    gives(w.lee.put('/v1/people/ben/version', {'version': 'x'}), 422)
    gives(w.sal.put(at, {'version': 'x'}), 403, 404)
    gives(w.sal.get(at), 403, 404)
    gives(robot.get(f'/v1/people/{new("none")}/version'), 403, 404)
    holds(w.ask(robot)['verdict'] != 'granted', 'before it has passed')
    same(passes(robot), 'passed', 'the test')
    gives(w.lee.post(f'/v1/people/{robot.id}/certificates', {'certificate': 'by-hand', 'reason': 'Seen at work.'}), 201)
    first = w.ask(robot)
    same(first['verdict'], 'granted', 'its limit is open')
    same(gives(robot.put(at, {'version': 'model-1, prompt 7'}), 200)['closed'], [], 'the same version')
    same(w.ask(robot)['verdict'], 'granted', 'still open')
    middle = gives(robot.post(f'/v1/courses/{name}/attempts'), 201)['id']
    changed = gives(robot.put(at, {'version': 'model-2'}), 200)
    same((changed['closed'], changed['before_version']), (['model-check'], 'model-1, prompt 7'), 'closed')
    holds(w.ask(robot)['verdict'] != 'granted', 'the next request')
    told = gives(w.lee.get(at), 200)
    same((told['version'], [(one['certificate'], one['course'], one['version'], one['closed_at'] == told['since']) for one in told['passed']]),
         ('model-2', [('model-check', name, 'model-1, prompt 7', True)]), 'which version passed what, and what is to be passed again')
    same(gives(robot.put(at, {'version': 'model-2b'}), 200)['closed'], [], 'closed once')
    gives(robot.put(at, {'version': 'model-2'}), 200)
    same(gives(robot.get(f'/v1/attempts/{middle}'), 200)['state'], 'ended', 'what it was in the middle of')
    same([hold['name'] for hold in gives(w.root.get(f'/v1/people/{robot.id}'), 200)['holds']], ['by-hand'], 'what somebody vouched for stays')
    entry = [entry for entry in journal(w) if entry['kind'] == 'person.version' and entry['body']['person'] == robot.id and entry['body']['version'] == 'model-2'][0]
    same((entry['body']['version'], entry['body']['closed']), ('model-2', ['model-check']), 'in the record')
    # A request in the record has the certificates as they were then.
    entry = next(entry for entry in journal(w) if entry['kind'] == 'decision' and entry['body']['id'] == first['id'])
    holds('model-check' in [hold['name'] for hold in entry['body']['person']['holds']], entry)
    same(passes(robot), 'passed', 'the same test again')
    same(w.ask(robot)['verdict'], 'granted', 'its limit is open again')
    same([(one['version'], 'closed_at' in one) for one in gives(robot.get(at), 200)['passed']], [('model-2', False)], 'passed by this version')
    same(gives(w.lee.put(at, {'version': 'model-3'}), 200)['closed'], ['model-check'], 'said by whoever leads it')
    # Who is no AI agent keeps what they have.
    same(passes(w.cho), 'passed', 'a person')


@story('erasing somebody forgets what they have answered so far')
def erased(w):
    name, _, files = course()
    gives(w.qua.post('/v1/courses', {'files': files}), 201)
    agent = w.agent()
    attempt = gives(agent.post(f'/v1/courses/{name}/attempts'), 201)['id']
    gives(agent.put(f'/v1/attempts/{attempt}/answers/3', {'text': 'My name is Zacharias.'}), 200)
    gives(w.root.post(f'/v1/people/{agent.id}/erase'), 200)
    holds('Zacharias' not in gives(w.root.get(f'/v1/attempts/{attempt}'), 200, 404).text, 'forgotten')


def _in_a_month():
    return (datetime.date.today() + datetime.timedelta(days=30)).isoformat()


@story('the end of a certificate is told 30 days before, to its person and whoever leads them, once for each end', alone=True)
def expiry(w):
    """A moved clock: what ends in 30 days and two seconds is due in two seconds; what ends sooner, at once."""
    agent = w.invited(w.agent().id)  # between people: a token is told nothing of it
    agent.id = agent.name
    mine, leads, other, moment = agent.listen(), w.lee.listen(), w.sal.listen(), lambda **more: (
        datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**more)).isoformat().replace('+00:00', 'Z')
    at = f'/v1/people/{agent.id}/certificates'
    far, near, never = new('far'), new('near'), new('never')
    gives(w.lee.post(at, {'certificate': never, 'reason': 'For good.'}), 201)
    due = gives(w.lee.post(at, {'certificate': far, 'reason': 'She knows it.', 'until': moment(days=30, seconds=2)}), 201)['until']
    time.sleep(0.7)
    same([e['body'] for e in entries(w) if e['kind'] == 'certificate.expiring' and e['body']['person'] == agent.id], [], 'told before its time')
    for events in (mine, leads):
        told = events.next('certificate.expiring', seconds=15)['body']
        same((told['person'], told['certificate'], told['until'], told['to'], told['for_you']), (agent.id, far, due, [agent.id, 'lee'], True), 'told')
    gives(w.lee.post(at, {'certificate': near, 'reason': 'For a while.', 'until': moment(days=5)}), 201)
    same(mine.next('certificate.expiring', seconds=15)['body']['certificate'], near, 'one that ends sooner is told at once')
    port = w.server.port
    w.server.kill()
    w.server.start(port=port)
    longer = gives(w.lee.post(at, {'certificate': near, 'reason': 'For longer.', 'until': moment(days=9)}), 201)['until']
    told = lambda: [(e['body']['certificate'], e['body']['until']) for e in entries(w) if e['kind'] == 'certificate.expiring' and e['body']['person'] == agent.id]
    end = time.time() + 15
    while (near, longer) not in told() and time.time() < end:
        time.sleep(0.1)
    time.sleep(1)
    same([one[0] for one in told()], [far, near, near], 'once for each end, also after a restart')
    same(told()[-1][1], longer, 'another end is told again')
    holds('certificate.expiring' not in [one['event'] for one in other.seen] and other.next('certificate.expiring', seconds=0.2) is None, 'another team was told')


def entries(w):
    return [json.loads(line) for line in gives(w.aud.get('/v1/journal'), 200).text.splitlines()]
