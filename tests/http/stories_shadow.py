"""The shadow: a policy beside the live one that decides every request too, and by which nothing is done."""
import datetime

from server import new
from world import POLICY, gives, holds, same, story

LESS = POLICY.replace('rep-month:     {per: agent, every: month, amount: 200.00}', 'rep-month:     {per: agent, every: month, amount: 30.00}')
AT = '/v1/policy/shadow'


def later(days=7):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)).strftime('%Y-%m-%dT%H:%M:%SZ')


@story('a draft decides beside the live policy: nothing is done by it, no agent hears of it, what differs is counted and listed', alone=True)
def beside(w):
    agent = w.agent('care')
    hears, plans = agent.listen(), w.pol.listen()
    made = gives(w.pol.post('/v1/policy/drafts', {'source': LESS, 'title': 'Less a month'}), 201)
    none = gives(w.pol.get(AT), 404)
    holds('no policy runs in the shadow' in none.text, 'the words of none')
    holds('shadow' not in gives(w.pol.get('/v1/policy/drafts'), 200).json, 'a shadow in the list')
    info = gives(w.pol.put(AT, {'draft': made['id'], 'until': later(), 'reason': 'How many would ask?'}), 200)
    try:
        same((info['title'], info['draft'], info['draft_tag'], info['who'], info['requests'], info['reason']),
             ('Less a month', made['id'], made['tag'], 'pol', 0, 'How many would ask?'), 'what runs')
        holds(info['name'] and info['until'] and 'undrawn' not in info.json, 'who and until')
        holds(plans.next('policy.shadow_started', 3) is not None, 'not told')
        same(gives(w.pol.get('/v1/policy/drafts'), 200).json.get('shadow'), True, 'the list says that one runs')
        holds('shadow' not in gives(agent.get('/v1/policy/drafts'), 200).json, 'an agent is told that one runs')
        granted = w.ask(agent)  # 40.00: the draft leaves 30.00 a month
        same(granted['verdict'], 'granted', 'what is done')
        small = w.ask(agent, amount='10.00')
        same(small['verdict'], 'granted', 'the second')
        same(w.left(agent, 'rep-month')['left'], '150.00', 'what was drawn')
        told = hears.next('decision', 3)
        holds(told is not None and granted['id'] in str(told), 'the agent is told of the decision')
        for text in (str(told), granted.text, gives(agent.get(f'/v1/decisions/{granted["id"]}'), 200).text,
                     gives(w.pol.get(f'/v1/decisions/{granted["id"]}'), 200).text):
            holds('shadow' not in text, 'it is told')
        said = gives(w.pol.get(AT), 200)
        same((said['requests'], said['same'], said['more'], said['less'], said['errors']), (2, 0, 0, 2, 0), 'counts')
        same((said['cost_more'], said['cost_less']), ('0.00', '50.00'), 'in money')
        same(said['by_action'], [{'name': 'credit', 'requests': 2, 'more': 0, 'less': 2, 'errors': 0}], 'by action')
        same([(item['decision'], item['before']) for item in said['items']], [(small['id'], 'granted'), (granted['id'], 'granted')], 'what differs')
        same((said['items'][1]['agent'], said['items'][1]['action'], said['items'][1]['amount'], said['items'][1]['possible']),
             (agent.id, 'credit', '40.00', '30.00'), 'a line')
        first = gives(w.pol.get(AT, limit=1), 200)
        same((len(first['items']), first['items'][0]['decision']), (1, small['id']), 'a page')
        rest = gives(w.pol.get(AT, limit=1, after=first['next']), 200)
        same(([item['decision'] for item in rest['items']], rest.json.get('next')), ([granted['id']], None), 'the next page')
        figures = gives(w.read.get('/metrics'), 200).text
        holds('leeway_shadow_requests_total 2' in figures and 'leeway_shadow_differences_total 2' in figures, 'metrics')
        gives(w.pol.delete(f'/v1/policy/drafts/{made["id"]}', headers={'If-Match': f'"{made["tag"]}"'}), 204)
        gives(w.pol.get(AT), 404)  # its draft is gone
        ended = plans.next('policy.shadow_ended', 3)
        holds(ended is not None and 'deleted' in str(ended), 'not told of the end')
        holds(hears.next('policy.shadow_started', 0.3) is None, 'an agent is told')
    finally:
        hears.close()
        plans.close()


@story('another shadow takes the place of one that runs; a version goes live beside it; it is stopped', alone=True)
def replaced(w):
    live = gives(w.pol.get('/v1/policy'), 200)['version']
    first = gives(w.pol.put(AT, {'source': LESS}), 200)
    same(first['title'], 'Draft', 'without a name')
    second = gives(w.pol.put(AT, {'version': live}), 200)
    same((second['title'], second['version']), (f'Version {live}', live), 'a version')
    agent = w.agent('care')
    same(w.ask(agent)['verdict'], 'granted', 'what is done')
    said = gives(w.pol.get(AT), 200)
    same((said['requests'], said['same'], said['items']), (1, 1, []), 'the counts begin anew')
    try:
        gives(w.pol.post('/v1/policy/publish', {'source': LESS}), 201)
        same(w.ask(agent)['verdict'], 'ask', 'the new version')
        said = gives(w.pol.get(AT), 200)
        same((said['requests'], said['more'], said['cost_more']), (2, 1, '40.00'), 'compared with what is live then')
    finally:
        gives(w.pol.post('/v1/policy/rollback', {'version': live}), 200)
    gives(w.pol.delete(AT), 204)
    gives(w.pol.delete(AT), 404)


@story('a shadow that says too little, too much or counts in another way is refused; only who may change the policy has to do with it', alone=True)
def refused(w):
    for body, where in (
            ({}, 'one of'), ({'source': LESS, 'version': 1}, 'one of'), ({'version': 0}, 'version'), ({'source': LESS, 'until': 'soon'}, 'until'),
            ({'source': LESS, 'until': later(-1)}, 'until'), ({'source': LESS, 'until': later(400)}, 'until'), ({'source': LESS, 'unitl': later()}, 'unitl'),
            ({'source': LESS.replace('up_to: 100.00', 'upto: 100.00')}, 'up_to')):
        holds(where in gives(w.pol.put(AT, body), 422).text, f'{where} is not named')
    gives(w.pol.put(AT, {'draft': 'drf_01kah8m0w6e4ysz4n9p3qf7x2c'}), 404)
    gives(w.pol.put(AT, {'version': 9999}), 404)
    window = POLICY.replace('rep-month:     {per: agent, every: month', 'rep-month:     {per: agent, every: week')
    holds('rep-month' in gives(w.pol.put(AT, {'source': window}), 409).text, 'the budget is not named')
    for caller in (w.ana, w.lee, w.aud, w.peo, w.read):
        gives(caller.put(AT, {'source': LESS}), 403)
        gives(caller.get(AT), 403)
        gives(caller.delete(AT), 403)
    gives(w.nobody.get(AT), 401)
    key = new('key')
    machine = w.tokens['policy']
    first = gives(machine.put(AT, {'source': LESS}, key=key), 200)
    same(gives(machine.put(AT, {'source': LESS}, key=key), 200)['since'], first['since'], 'the first answer')
    gives(machine.get(AT), 200)
    gives(machine.delete(AT), 204)
