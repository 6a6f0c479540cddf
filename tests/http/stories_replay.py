"""A draft tried on the past: the answer is what the command line says of the same database; who may, and what is refused."""
import json
import subprocess

from server import new
from world import POLICY, gives, holds, same, story

TIGHTER = POLICY.replace('up_to: 100.00', 'up_to: 30.00')


def by_command_line(w, source, *options):
    draft = w.server.folder / f'{new("draft")}.yaml'
    draft.write_text(source)
    command = [w.server.program, 'replay', '--policy', str(draft), '--against', str(w.server.db), '--json', '--quiet', *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    holds(done.returncode == 0, f'leeway replay: {done.stderr}')
    return json.loads(done.stdout)


def all_flips(caller, body):
    """The answer with the pages of its list put together."""
    answer = gives(caller.post('/v1/policy/replay', body), 200).json
    flips, after = answer['flips']['items'], answer['flips'].get('next')
    while after:
        page = gives(caller.post('/v1/policy/replay', {**body, 'after': after}), 200)['flips']
        flips, after = flips + page['items'], page.get('next')
    return answer, flips


def same_side(answer, said, side):
    for name, value in said[side].items():
        same(answer[side][name], value, f'{side}.{name}')


def same_groups(answer, said):
    for name, groups in answer['by'].items():
        theirs = {group['name']: group for group in said[f'{name}s']}
        same({group['name'] for group in groups}, set(theirs), f'by {name}')
        for group in groups:
            same_side(group, theirs[group['name']], 'after')
            same((group['more'], group['less']), (theirs[group['name']]['more'], theirs[group['name']]['less']), f'{name} {group["name"]}')


def same_replay(w, body, *options):
    said = by_command_line(w, body['source'], *options)
    answer, flips = all_flips(w.pol, {**body, 'flips': 2})
    same_side(answer, said, 'before')
    same_side(answer, said, 'after')
    same_groups(answer, said)
    same((answer['more'], answer['less'], answer['avoided'], answer['avoided_waiting_seconds'], answer['newly_asked']),
         (said['more'], said['less'], said['asks_avoided'], said['waiting_avoided_seconds'], said['newly_asked']), 'sums')
    same(answer['flips']['total'], said['different'], 'how many come out otherwise')
    same([(flip['entry'], flip['agent'], flip['before'], flip['after']) for flip in flips],
         [(flip['entry'], flip['agent'], flip['before'], flip['after']) for flip in said['flips']], 'which do')
    return answer, flips


def some_past(w):
    """An agent with a grant at once, an ask that is approved, and one that is declined."""
    agent = w.agent()
    granted = w.ask(agent, amount='40.00', case=new('case'))
    asked = w.ask(agent, amount='150.00')
    approval = gives(agent.post(f'/v1/decisions/{asked["id"]}/ask', {}), 201)
    gives(w.lee.post(f'/v1/approvals/{approval["id"]}/approve', {}), 200)
    declined = w.ask(agent, amount='160.00')
    approval = gives(agent.post(f'/v1/decisions/{declined["id"]}/ask', {}), 201)
    gives(w.lee.post(f'/v1/approvals/{approval["id"]}/decline', {'note': 'Not this one.'}), 200)
    return agent, granted, asked, declined


@story('a draft tried on the past is what the command line says of the same database', alone=True)
def replayed(w):
    agent, granted, asked, _ = some_past(w)
    answer, flips = same_replay(w, {'source': TIGHTER}, '--before', 'record')
    mine = next(flip for flip in flips if flip.get('decision') == granted['id'])
    same((mine['agent'], mine['name'], mine['action'], mine['amount'], mine['before'], mine['after']),
         (agent.id, f'Name of {agent.id}', 'credit', '40.00', 'granted', 'ask'), 'the one that would have to be asked for')
    holds(answer['newly_asked'] >= 1 and answer['less'] >= 1 and len(answer['unknown']) >= 3, f'the sums: {answer!r}')
    live = gives(w.pol.get('/v1/policy'), 200)['version']
    same_replay(w, {'source': TIGHTER, 'before': live})
    looser = POLICY.replace('up_to: 100.00', 'up_to: 500.00')
    _, flips = same_replay(w, {'source': looser}, '--before', 'record')
    better = next(flip for flip in flips if flip.get('decision') == asked['id'])
    same((better['before'], better['after'], better['answered_by']), ('ask', 'granted', 'lee'), 'the one that would not have been asked for')
    holds(better['waited_seconds'] >= 0, 'how long it took')


@story('budgets that would have run dry: whose, when first, what met them empty; both sides', alone=True)
def dry(w):
    agent = w.agent()
    first = w.ask(agent, amount='40.00', case=new('case'))
    for _ in range(2):
        w.ask(agent, amount='40.00', case=new('case'))
    small = POLICY.replace('amount: 200.00', 'amount: 50.00')
    holds(small != POLICY, 'the budget is not there')
    body = {'source': small, 'before': 1, 'since': first['at']}
    answer = gives(w.pol.post('/v1/policy/replay', body), 200)['dry']
    mine = next(item for item in answer['items'] if item['scope'] == {'agent': agent.id})
    same((mine['budget'], mine['name'], mine['window'], mine['side'], mine['requests'], mine['amount'], mine['windows']),
         ('rep-month', f'Name of {agent.id}', 'month', 'after', 2, '80.00', 1), 'newly dry')
    holds(first['at'] < mine['first_at'] <= mine['last_at'], 'not when the first met it empty')
    same((answer['compared'], answer['newly'] + answer['both'] + answer['no_longer']), (True, answer['total']), 'sums')
    holds(answer['requests'] >= 2 and answer['requests_before'] == 0, 'rows')
    turned = gives(w.pol.post('/v1/policy/replay', {**body, 'source': POLICY}), 200)['dry']
    same(turned['total'], 0, 'the live policy beside itself')
    smaller = gives(w.pol.post('/v1/policy/replay', {**body, 'source': POLICY.replace('amount: 200.00', 'amount: 90.00')}), 200)['dry']
    same([item['requests'] for item in smaller['items'] if item['scope'] == {'agent': agent.id}], [1], 'a little more room')
    nothing = gives(w.pol.post('/v1/policy/replay', {**body, 'source': POLICY.replace('amount: 200.00', 'amount: 30.00')}), 200)['dry']
    same([item for item in nothing['items'] if item['scope'] == {'agent': agent.id}], [], 'more than the whole budget is no empty budget')
    alone = gives(w.pol.post('/v1/policy/replay', {'source': small, 'since': first['at']}), 200)['dry']
    same((alone['compared'], alone.get('requests_before'), alone['no_longer']), (False, None, 0), 'beside the record')
    whole = gives(w.pol.post('/v1/policy/replay', {'source': small, 'before': 1}), 200)['dry']
    said = by_command_line(w, small)['dry']
    same((whole['total'], whole['newly'], whole['requests']), (said['total'], said['newly'], said['requests']), 'the command line')
    same([(item['scope'], item['first_at'], item['requests'], item['amount']) for item in whole['items']],
         [(item['scope'], item['first_at'], item['requests'], item['amount']) for item in said['items'][:50]], 'items')


@story('between what the change of cost likely lies is told when it is asked for', alone=True)
def likely(w):
    some_past(w)
    same(gives(w.pol.post('/v1/policy/replay', {'source': TIGHTER, 'before': 1}), 200)['cost_change'], None, 'not asked for')
    answer = gives(w.pol.post('/v1/policy/replay', {'source': TIGHTER, 'before': 1, 'spread': True}), 200)
    same(answer['cost_change'], by_command_line(w, TIGHTER)['cost_change'], 'the command line')
    same(set(answer['cost_change']), {'sum'}, 'a day is no range')
    none = gives(w.pol.post('/v1/policy/replay', {'source': TIGHTER, 'spread': True, 'until': '2001-01-01T00:00:00Z'}), 200)
    same(none['cost_change'], {'sum': '0.00'}, 'nothing was then')


@story('what happened just now is in the past that a draft is tried on', alone=True)
def follows(w):
    before = gives(w.pol.post('/v1/policy/replay', {'source': POLICY, 'flips': 0}), 200)
    w.ask(w.agent(), amount='1.00')
    after = gives(w.pol.post('/v1/policy/replay', {'source': POLICY, 'flips': 0}), 200)
    same(after['requests'], before['requests'] + 1, 'requests')
    holds(after['of_seq'] > before['of_seq'], 'the last entry')
    same(after['flips']['items'], [], 'no list was asked for')
    metrics = gives(w.root.get('/metrics'), 200).text
    holds('leeway_past_rows 0\n' not in metrics and 'leeway_past_bytes 0\n' not in metrics, 'its memory is not told')


@story('a part of the past is told: by time, by who gets more or less, a version, the draft', alone=True)
def parts(w):
    _, granted, _, _ = some_past(w)
    at = granted['at']
    answer = gives(w.pol.post('/v1/policy/replay', {'source': TIGHTER, 'since': at, 'until': '2099-01-01T00:00:00Z'}), 200)
    holds(0 < answer['requests'] < gives(w.pol.post('/v1/policy/replay', {'source': TIGHTER}), 200)['requests'], 'the window')
    none = gives(w.pol.post('/v1/policy/replay', {'source': TIGHTER, 'until': '2001-01-01T00:00:00Z'}), 200)
    same((none['requests'], none['flips']['total'], none['from']), (0, 0, None), 'nothing was then')
    same([flip for flip in gives(w.pol.post('/v1/policy/replay', {'source': TIGHTER, 'gets': 'more', 'flips': 200}), 200)['flips']['items']
          if flip['after'] != 'granted' and flip['before'] != 'refused'], [], 'who gets more')
    less = gives(w.pol.post('/v1/policy/replay', {'source': TIGHTER, 'gets': 'less', 'since': at}), 200)['flips']
    holds(any(flip['decision'] == granted['id'] for flip in less['items']), 'who gets less')
    live = gives(w.pol.get('/v1/policy'), 200)['version']
    same(gives(w.pol.post('/v1/policy/replay', {'version': live, 'before': live}), 200)['flips']['total'], 0, 'one beside itself')
    tag = gives(w.pol.get('/v1/policy/draft'), 200).header('etag')
    gives(w.pol.put('/v1/policy/draft', {'source': TIGHTER}, headers={'If-Match': tag}), 200)
    kept = gives(w.pol.post('/v1/policy/replay', {'draft': 'draft', 'since': at}), 200)
    same(kept['after'], answer['after'], 'the draft')
    same(gives(w.pol.post('/v1/policy/replay'), 200)['less'], gives(w.pol.post('/v1/policy/replay', {'source': TIGHTER}), 200)['less'], 'without a body')


@story('a curve and a grid: what a value does; each change alone', alone=True)
def curves(w):
    _, granted, _, _ = some_past(w)
    path = next(item['path'] for item in gives(w.pol.post('/v1/policy/diff', {'a_source': POLICY, 'b_source': TIGHTER}), 200)['changes'])
    curve = gives(w.pol.post('/v1/policy/replay', {'source': POLICY, 'set': [{'path': path, 'values': ['0.00', '30.00', '100.00', '500.00']}]}), 200)['curve']
    same([point['values'] for point in curve], [['0.00'], ['30.00'], ['100.00'], ['500.00']], 'values')
    holds(curve[0]['after']['granted'] < curve[3]['after']['granted'], 'more room grants more')
    for point in curve:
        alone = gives(w.pol.post('/v1/policy/replay', {'source': POLICY.replace('up_to: 100.00', f'up_to: {point["values"][0]}')}), 200)
        same((point['after'], point['more'], point['less']), (alone['after'], alone['more'], alone['less']), f'{path} = {point["values"][0]}')
    grid = gives(w.pol.post('/v1/policy/replay', {'source': POLICY, 'set': [
        {'path': path, 'values': ['10.00', '50.00']}, {'path': 'budgets.rep-month.amount', 'values': ['20.00', '200.00', '400.00']}]}), 200)['curve']
    same(len(grid), 6, 'fields')
    same(grid[1]['values'], ['10.00', '200.00'], 'the second goes first')
    both = TIGHTER.replace('amount: 200.00', 'amount: 20.00')
    each = gives(w.pol.post('/v1/policy/replay', {'source': both, 'before': 1, 'each': True, 'flips': 200, 'since': granted['at']}), 200)
    same(sorted(change['path'] for change in each['changes']), sorted([path, 'budgets.rep-month.amount']), 'changes')
    holds(all(change['less'] >= 1 and change['cost'].startswith('-') for change in each['changes']), f'each takes away: {each["changes"]!r}')
    mine = next(flip for flip in each['flips']['items'] if flip['decision'] == granted['id'])
    same(sorted(mine['because']), sorted([path, 'budgets.rep-month.amount']), 'each of them alone would do it')
    holds(all(change['words'].endswith('.') for change in each['changes']), f'no sentence: {each["changes"]!r}')
    added = TIGHTER.replace('  - id: voucher-any', '  - {id: more, who: {tier: frontline}, may: [refund], up_to: 5.00, why: Small ones.}\n  - id: voucher-any', 1)
    rule = gives(w.pol.post('/v1/policy/replay', {'source': added, 'before': 1, 'each': True, 'flips': 0}), 200)
    same(sorted((change['path'], 'more' in change) for change in rule['changes']), sorted([(path, True), ('grants.more', True)]), 'a new rule alone')
    draft = gives(w.pol.post('/v1/policy/drafts', {'source': both, 'from': 1}), 201)
    kept = gives(w.pol.post('/v1/policy/replay', {'draft': draft['id'], 'before': 1, 'each': True, 'flips': 200, 'since': granted['at']}), 200)
    same((kept['after'], kept['changes']), (each['after'], each['changes']), 'the same from a draft')
    beside = gives(w.pol.post('/v1/policy/replay', {'draft': draft['id'], 'each': True, 'flips': 0, 'since': granted['at']}), 200)
    same([change['less'] for change in beside['changes']], [change['less'] for change in each['changes']], 'counted from what the draft began with')
    gives(w.pol.delete(f'/v1/policy/drafts/{draft["id"]}', headers={'If-Match': f'"{draft["tag"]}"'}), 204)
    gives(w.pol.post('/v1/policy/replay', {'draft': draft['id']}), 404)


@story('who may try a draft on the past, and what is refused')
def refused(w):
    gives(w.nobody.post('/v1/policy/replay', {'source': POLICY}), 401)
    for person in (w.ana, w.lee, w.mia, w.peo, w.qua, w.aud):
        gives(person.post('/v1/policy/replay', {'source': POLICY}), 403)
    for scope in ('decide', 'facts', 'read', 'people'):
        gives(w.tokens[scope].post('/v1/policy/replay', {'source': POLICY}), 403)
    for caller in (w.pol, w.root, w.tokens['policy']):
        gives(caller.post('/v1/policy/replay', {'source': POLICY, 'flips': 0}), 200)
    broken = gives(w.pol.post('/v1/policy/replay', {'source': POLICY.replace('up_to: 100.00', 'upto: 100.00')}), 422)
    holds(broken['findings'] and 'up_to' in broken.text, 'what was meant is not said')
    gives(w.pol.post('/v1/policy/replay', {'version': 9999}), 404)
    gives(w.pol.post('/v1/policy/replay', {'source': POLICY, 'before': 9999}), 404)
    missing = gives(w.pol.post('/v1/policy/replay', {'source': POLICY, 'set': [{'path': 'grants.nobody.up_to', 'values': ['1.00']}]}), 404, 422)
    holds('nobody' in missing.text, 'the path is not named')
    wrong = [{'source': POLICY, 'version': 1}, {'flips': 201}, {'flips': 'all'}, {'gets': 'some'}, {'since': 'yesterday'}, {'after': 'x'},
             {'set': {}}, {'set': [{'path': 'x', 'values': []}]}, {'set': [{'values': ['1']}]}, {'set': [{'path': 'x', 'values': [1]}]},
             {'set': [{'path': 'x', 'values': ['1'] * 42}]}, {'set': [{'path': 'x', 'values': ['1'] * 21}, {'path': 'y', 'values': ['1'] * 20}]},
             {'each': 1}, {'spread': 'yes'}, {'version': 0}, {'before': '1'}, {'draft': 'd-nobody'}, {'nonsense': True}]
    for body in wrong:
        holds(gives(w.pol.post('/v1/policy/replay', {'source': POLICY, **body} if 'set' in body else body), 404, 422)['detail'], f'{body!r}: no words')
    gives(w.pol.post('/v1/policy/replay', {'source': POLICY, 'set': [{'path': 'budgets.rep-month.amount', 'values': ['lots']}]}), 422)
