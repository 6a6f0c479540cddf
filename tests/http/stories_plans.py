"""Game plans: pages that are written, what fits a case, and what is ticked in it."""
import json

from server import new
from world import gives, holds, same, story

STEPS = ['listen', 'say_back', 'find_cause', 'find_need', 'choose', 'prevent']
OUTAGE = '''---
cause: outage
needs: [works-now, know-next]
---
## listen
Ask since when, and **what they could not do** meanwhile.

> Since when is it down?
> What did you miss?

## choose
A credit for the days without service, and the date when it works again.
'''


def journal(w):
    return [json.loads(line) for line in gives(w.aud.get('/v1/journal'), 200).text.splitlines()]


def steps(plan):
    return {one['step']: one for one in plan['steps']}


@story('a new company has a general plan and needs, which say that the program brings them, in English and in German')
def built_in(w):
    listed = gives(w.ben.get('/v1/plans'), 200)
    holds(listed['general']['built_in'] and listed['general']['version'] == 0, 'the general plan is the program\'s')
    same(listed['general']['steps'], 6, 'steps')
    holds('goodwill' in [one['cause'] for one in listed['items']], 'a row for each reason')
    page = gives(w.ben.get('/v1/plans/general', lang='de'), 200)
    holds('Lassen Sie den Kunden' in page['text'], 'in German')
    same([one['step'] for one in page['whole']['steps']], STEPS, 'the steps')
    same({one['from'] for one in page['whole']['steps']}, {'built_in'}, 'whose')
    needs = gives(w.ben.get('/v1/plans/needs'), 200)
    same([one['id'] for one in needs['needs']], ['be-heard', 'know-next', 'in-time', 'works-now', 'not-our-cost', 'not-again'], 'needs')
    for name in ('none', 'cause:', 'cause:a%20b'):
        gives(w.ben.get(f'/v1/plans/{name}'), 404)


@story('a plan is written by who writes courses, in versions; somebody else\'s change meanwhile is not written over')
def written(w):
    at = '/v1/plans/cause:outage'
    before = gives(w.ben.get(at), 200)
    same((before['version'], before['text'], before['built_in']), (0, '', False), 'nobody has written it')
    gives(w.ben.put(at, {'text': OUTAGE}), 403)
    gives(w.lee.put(at, {'text': OUTAGE}), 403)
    gives(w.ben.delete(at), 403)
    made = gives(w.qua.put(at, {'text': OUTAGE, 'version': 0}), 201)
    same(made['items'], [{'plan': 'cause:outage', 'version': 1, 'changed': True}], 'written')
    same(gives(w.tokens['policy'].put(at, {'text': OUTAGE}), 200)['items'][0]['changed'], False, 'the same again')
    refused = gives(w.qua.put(at, {'text': OUTAGE + '\n', 'version': 0}), 412)
    holds('version 1' in refused['detail'], f'which version is there: {refused["detail"]}')
    shown = gives(w.ben.get(at), 200)
    same((shown['text'], shown['version'], shown['steps'], shown['by']), (OUTAGE, 1, 2, 'qua'), 'as it was written')
    whole = steps(shown['whole'])
    same(whole['listen']['questions'], ['Since when is it down?', 'What did you miss?'], 'questions')
    same(whole['listen']['text'], 'Ask since when, and **what they could not do** meanwhile.', 'text')
    same((whole['listen']['from'], whole['prevent']['from']), ('cause', 'built_in'), 'where steps come from')
    same([(one['id'], one['usual']) for one in shown['whole']['needs']][:3], [('works-now', True), ('know-next', True), ('be-heard', False)], 'usual needs first')
    gives(w.qua.put(at, {'text': OUTAGE + '\n', 'version': 1}), 200)
    wrote = [entry['body'] for entry in journal(w) if entry['kind'] == 'plan.written' and entry['body']['plan'] == 'cause:outage']
    same([(one['version'], one['text']) for one in wrote], [(1, OUTAGE), (2, OUTAGE + '\n')], 'the record')
    gives(w.qua.delete(f'{at}?version=1'), 412)
    gives(w.qua.delete(f'{at}?version=2'), 204)
    gives(w.qua.delete(at), 404)
    same(gives(w.ben.get(at), 200)['version'], 0, 'taken away')
    same(gives(w.qua.put(at, {'text': OUTAGE, 'version': 0}), 201)['items'][0]['version'], 4, 'no version comes twice')
    gives(w.qua.delete(at), 204)


@story('a page with mistakes is not kept; each is told with its line; a check keeps nothing')
def mistakes(w):
    wrong = OUTAGE.replace('## choose', '## chose').replace('works-now', 'works-later')
    found = gives(w.qua.post('/v1/plans/check', {'text': wrong}), 200)
    same([(one['line'], one['code']) for one in found['findings']], [(11, 'unknown-step')], 'findings')
    holds('did you mean ## choose?' in found['findings'][0]['hint'], 'the mend')
    gives(w.ben.post('/v1/plans/check', {'text': wrong}), 403)
    refused = gives(w.qua.put('/v1/plans/cause:outage', {'text': wrong}), 422)
    holds('line 11' in refused['errors'][0]['message'], f'the line: {refused["errors"]}')
    wrong = wrong.replace('## chose', '## choose')
    holds('works-later' in gives(w.qua.put('/v1/plans/cause:outage', {'text': wrong}), 422)['detail'], 'a need that is none')
    holds('"rain"' in gives(w.qua.put('/v1/plans/cause:rain', {'text': OUTAGE.replace('outage', 'rain')}), 422)['detail'], 'a cause that is none')
    holds('cause:outage' in gives(w.qua.put('/v1/plans/general', {'text': OUTAGE}), 422)['errors'][0]['message'], 'another page')
    gives(w.qua.put('/v1/plans/cause:outage', {}), 422)
    gives(w.qua.put('/v1/plans/cause:outage', {'text': OUTAGE, 'version': 'x'}), 422)
    checked = gives(w.qua.post('/v1/plans/check', {'text': OUTAGE}), 200)
    same((checked['findings'], checked['page']['version'], checked['page']['steps']), ([], 0, 2), 'as it would be')


@story('what is ticked and found in a case is kept with who and when; the last word counts; who may not see the case sees nothing')
def ticked(w):
    agent, other = w.agent(), w.agent()
    case = new('case')
    gives(w.system.post('/v1/cases', {'id': case, 'customer': new('customer'), 'owner': agent.id}), 201)
    at = f'/v1/cases/{case}/plan'
    fresh = gives(agent.get(at), 200)
    same((fresh['done'], fresh['of'], fresh['ticked'], fresh['found']), (0, 6, [], {}), 'nothing yet')
    key = new('key')
    first = gives(agent.post(at, {'step': 'listen'}, key=key), 200)
    same(gives(agent.post(at, {'step': 'listen'}, key=key), 200).text, first.text, 'the same key')
    gives(agent.post(at, {'step': 'say_back', 'done': True}), 200)
    gives(agent.post(at, {'cause': 'outage', 'need': 'works-now'}), 200)
    gives(agent.post(at, {'step': 'say_back', 'done': False}), 200)
    told = gives(w.lee.get(at), 200)
    same(([one['step'] for one in told['ticked']], told['ticked'][0]['by'], told['done']), (['listen'], agent.id, 1), 'their lead sees it')
    same({key: told['found'][key]['id'] for key in told['found']}, {'cause': 'outage', 'need': 'works-now'}, 'found')
    same((told['because'], told['plan']['cause']), ('found', 'outage'), 'the plan of the cause that was found')
    same(told['found']['need']['label'], 'To have it working now', 'in words')
    gives(agent.post(at, {'cause': ''}), 200)
    same(gives(agent.get(at), 200)['found'].get('cause'), None, 'taken back')
    entries = [entry for entry in journal(w) if entry['kind'] == 'plan.ticked' and entry['body']['case'] == case]
    same([sorted(set(entry['body']) - {'case', 'by'}) for entry in entries], [['done', 'step'], ['done', 'step'], ['cause', 'need'], ['done', 'step'], ['cause']], 'the record')
    gives(other.get(at), 404)
    gives(other.post(at, {'step': 'listen'}), 404)
    gives(w.decide.post(f'/v1/cases/{new("case")}/plan', {'step': 'listen'}), 403)
    for body in ({}, {'step': 'sing'}, {'done': True}, {'step': 'listen', 'done': 'yes'}, {'cause': 'rain'}, {'need': 'gold'}, {'step': 'listen', 'more': 1}):
        gives(agent.post(at, body), 422)


@story('of a case that nobody has told of, everybody sees the ticks of those whose decisions they see')
def unknown_case(w):
    agent, other = w.agent(), w.agent()
    at = f'/v1/cases/{new("case")}/plan'
    gives(agent.post(at, {'step': 'listen'}), 200)
    same([gives(who.get(at), 200)['done'] for who in (agent, other, w.lee, w.qua)], [1, 0, 1, 1], 'who sees it')


@story('the plan is the one of the cause that is asked for, else of the newest decision in the case')
def which(w):
    agent = w.agent()
    case = new('case')
    at = f'/v1/cases/{case}/plan'
    same(gives(agent.get(at), 200)['because'], None, 'the general plan')
    same(gives(agent.get(at, cause='outage'), 200)['plan'].get('cause'), 'outage', 'as asked')
    same(gives(agent.get(at, cause='rain'), 200)['plan'].get('cause'), None, 'a cause that is none')
    w.ask(agent, action='voucher', amount='11.00', reason='goodwill', note='Sorry.', case=case)
    told = gives(agent.get(at), 200)
    same(told['because'], 'decision', 'whoever has just written sees it')
    same(told['plan']['cause'], 'goodwill', 'of the decision')
