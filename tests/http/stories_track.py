"""Track: what was done with the room, who may see it, and that it follows the record."""
import datetime

from server import new
from world import gives, holds, same, story


def cents(text):
    return round(float(text) * 100)


@story('track adds up: decisions, money, causes and days are those of the record, and what is taken back is gone', alone=True)
def track(w):
    before = gives(w.lee.get('/v1/track', team='care'), 200)
    agent, other = w.agent(), w.agent()
    first = w.ask(agent, amount='12.00', reason='outage')
    w.ask(agent, amount='8.50', reason='billing-error')
    w.ask(other, amount='5.00', reason='outage')
    asked = w.ask(agent, amount='150.00', reason='outage')
    opened = gives(agent.post(f'/v1/decisions/{asked["id"]}/ask', {'note': 'Please.'}), 201)
    gives(w.lee.post(f'/v1/approvals/{opened["id"]}/approve', {'amount': '120.00'}), 200)
    after = gives(w.lee.get('/v1/track', team='care'), 200)
    if after['since'] != before['since']:
        return  # midnight where the policy's days turn over
    more = {name: after['whole'][name] - before['whole'][name] for name in ('decisions', 'given', 'at_once', 'asked', 'answered')}
    same(more, {'decisions': 4, 'given': 4, 'at_once': 3, 'asked': 1, 'answered': 1}, 'what was added')
    same(cents(after['whole']['amount']) - cents(before['whole']['amount']), 14550, 'what was given')
    mine = next(one for one in after['agents'] if one['id'] == agent.id)
    same((mine['decisions'], mine['amount'], mine['kind']), (3, '140.50', 'human'), 'an agent')
    for part in ('agents', 'causes', 'by_day'):
        same(sum(one['decisions'] for one in after[part]), after['whole']['decisions'], f'decisions of all {part}')
        same(sum(cents(one['amount']) for one in after[part]), cents(after['whole']['amount']), f'money of all {part}')
    amounts = [cents(cause['amount']) for cause in after['causes']]
    same(amounts, sorted(amounts, reverse=True), 'the causes, most money first')
    same(after['causes'][-1]['share_so_far'], '1.0000', 'all causes together')
    same(after['by_day'][-1]['decisions'] > 0, True, 'today is the last day')
    gives(w.lee.post(f'/v1/decisions/{first["id"]}/reverse', {'reason': 'It was the wrong customer.'}), 200)
    again = gives(w.lee.get('/v1/track', team='care'), 200)
    same(cents(after['whole']['amount']) - cents(again['whole']['amount']), 1200, 'taken back')
    same((after['whole']['decisions'], after['whole']['given'] - again['whole']['given']), (again['whole']['decisions'], 1),
         'it was decided all the same')


@story('track shows a lead their team, everybody themselves, and nobody else')
def who_sees_track(w):
    agent, other = w.agent(), w.agent()
    w.ask(agent, amount='3.00')
    own = gives(agent.get('/v1/track', agent=agent.id), 200)
    same([one['id'] for one in own['agents']], [agent.id], 'whom an agent sees')
    same((own['whole']['decisions'], own['whole']['amount'], own['by_day']), (1, '3.00', []), 'what of them')
    gives(agent.get('/v1/track'), 403)
    gives(agent.get('/v1/track', agent=other.id), 403)
    gives(agent.get('/v1/track', team='care'), 403)
    same(gives(w.lee.get('/v1/track', team='sales'), 200)['agents'], [], 'a team that is not theirs')
    holds(all(one['team'].split('/')[0] == 'care' for one in gives(w.lee.get('/v1/track'), 200)['agents']), 'another team')
    for wrong in ({'days': 0}, {'days': 732}, {'days': 'many'}):
        gives(w.lee.get('/v1/track', **wrong), 400)
    same(gives(w.lee.get('/v1/track', days=7, agent=new('nobody')), 200)['whole']['decisions'], 0, 'somebody who is not there')


@story('under a works council single people are for themselves and their lead; others see groups of five and more', alone=True)
def track_by_groups(w):
    agent = w.agent()
    for one in [agent, *(w.agent() for _ in range(4))]:
        w.ask(one, amount='4.00')
    everybody = gives(w.root.get('/v1/track'), 200)
    holds(any(one['id'] == agent.id for one in everybody['agents']), 'nobody is shown')
    gives(w.root.patch('/v1/settings', {'works_council': True}), 200)
    try:
        groups = gives(w.root.get('/v1/track'), 200)
        same((groups['agents'], groups['whole']), ([], everybody['whole']), 'the whole without the people')
        gives(w.root.get('/v1/track', agent=agent.id), 403)
        holds(any(one['id'] == agent.id for one in gives(w.lee.get('/v1/track'), 200)['agents']), 'their lead does not see them')
        same(len(gives(agent.get('/v1/track', agent=agent.id), 200)['agents']), 1, 'what they see of themselves')
    finally:
        gives(w.root.patch('/v1/settings', {'works_council': False}), 200)


@story('what it all brought: first contact, repeat contacts, hand-overs, ratings, kept customers and what they cost, each beside the time before', alone=True)
def brought(w):
    facts, agent, other = w.tokens['facts'], w.agent(), w.agent()
    def ago(days, hours=0):
        return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days, hours=hours)).strftime('%Y-%m-%dT%H:%M:%SZ')

    def figures():
        return {one['figure']: one for one in gives(w.lee.get('/v1/track/brought', team='care', days=30), 200)['figures']}
    before = figures()
    clean, handed, again, next_ = new('case'), new('case'), new('case'), new('case')
    customer, lost = new('customer'), new('customer')
    text = (f'case,place,at,state,owner,department,customer\n{clean},0,{ago(12)},open,{agent.id},care,{new("customer")}\n{clean},1,{ago(11)},resolved,{agent.id},care,\n'
            f'{handed},0,{ago(12)},open,{other.id},care,{new("customer")}\n{handed},1,{ago(11, 12)},open,{agent.id},care,\n{handed},2,{ago(11)},resolved,{agent.id},care,\n'
            f'{again},0,{ago(20)},open,{agent.id},care,{customer}\n{again},1,{ago(18)},resolved,{agent.id},care,{customer}\n'
            f'{next_},0,{ago(14)},open,{agent.id},care,{customer}\n')
    gives(facts.call('POST', '/v1/cases/import', text.encode(), headers={'Content-Type': 'text/csv'}), 200)
    after = figures()

    def more(name):
        return after[name]['now']['n'] - before[name]['now']['n']

    def yes(shown, name):
        return round(float(shown[name]['now'].get('value', 0)) * shown[name]['now']['n'])
    same((more('first_contact'), more('repeat_contact'), more('handovers'), more('time_to_resolve')), (3, 3, 3, 3), 'cases whose window is over')
    same(yes(after, 'first_contact') - yes(before, 'first_contact'), 1, 'at the first contact: neither handed on nor come again')
    same(yes(after, 'repeat_contact') - yes(before, 'repeat_contact'), 1, 'came again within the window')
    same(round(after['handovers']['now']['value'] * after['handovers']['now']['n'] - (before['handovers']['now'].get('value', 0) * before['handovers']['now']['n'])), 1, 'hand-overs')
    gives(w.root.patch('/v1/settings', {'repeat_contact_days': 2}), 200)
    try:
        same(yes(figures(), 'repeat_contact'), yes(before, 'repeat_contact'), 'within another window')
    finally:
        gives(w.root.patch('/v1/settings', {'repeat_contact_days': None}), 200)
    with_, without = new('case'), new('case')
    w.ask(agent, amount='6.00', case=with_, customer=customer)
    w.ask(agent, amount='4.00', case=with_, customer=lost)
    for case, rating in ((with_, 5), (without, 1)):
        gives(facts.post('/v1/ratings', {'case': case, 'rating': rating, 'scale': {'min': 1, 'max': 5}, 'agent': agent.id}), 201)
    gives(facts.post(f'/v1/customers/{customer}/outcome', {'outcome': 'kept'}), 201)
    gives(facts.post(f'/v1/customers/{lost}/outcome', {'outcome': 'lost'}), 201)
    after = figures()
    same((more('rating'), more('rating_remedy'), more('rating_no_remedy')), (2, 1, 1), 'ratings, with a remedy and without one')
    same((more('customers_kept'), more('cost_per_kept')), (2, 1), 'customers with whom the team had to do')

    def spent(shown):
        return cents(shown['cost_per_kept']['now'].get('value', '0')) * shown['cost_per_kept']['now']['n']
    same(spent(after) - spent(before), 1000, 'what was given to both, for the one who stayed')
    for name, figure in after.items():
        behind = gives(w.lee.get('/v1/track/brought', team='care', days=30, cases=name), 200)['cases']
        wanted = after['customers_kept' if name == 'cost_per_kept' else name]['now']['n']
        same(len(behind), wanted, f'{name}: what stands behind it')
        values = [float(one['value']) for one in behind]
        if figure['kind'] == 'share' and values:
            holds(abs(sum(values) / len(values) - float(figure['now']['value'])) < 0.0005, f'{name}: they make the figure')
        holds(all(len(one.keys() & {'case', 'decision', 'customer'}) == 1 for one in behind), f'{name}: whose')
    holds(clean in [one['case'] for one in gives(w.lee.get('/v1/track/brought', days=30, cases='first_contact'), 200)['cases']], 'the case')
    gives(w.lee.get('/v1/track/brought', cases='fortune'), 400)
    gives(agent.get('/v1/track/brought', cases='rating'), 403)
    share = after['first_contact']['now']
    holds(float(share['low']) <= float(share['value']) <= float(share['high']), 'an interval')


@story('who stays: by tier, with those who left; what a lead sees is their team, and nobody who sees no statistics sees it; under a works council no small group', alone=True)
def staying(w):
    team = new('team')
    gives(w.peo.post('/v1/teams', {'id': team, 'parent': 'care'}), 201)
    for i, left in enumerate(('2024-06-15', '2025-03-15', None, None, None, None)):
        person = {'id': new('stay'), 'team': team, 'tier': 'frontline', 'hired_at': '2021-06-01'}
        made = gives(w.peo.post('/v1/people', person), 201)
        if left is not None:
            gone = gives(w.peo.patch(f'/v1/people/{made["id"]}', {'active': False, 'left_at': left}), 200)
            same((gone['left_at'][:7], gone['active']), (left[:7], False), 'when they left')
    one = gives(w.peo.post('/v1/people', {'id': new('stay'), 'team': team, 'tier': 'senior', 'hired_at': '2021-06-01', 'left_at': '2090-06-01'}), 201)
    same((one['active'], one['left_at'][:4]), (True, '2090'), 'who will leave is here')
    same(gives(w.peo.patch(f'/v1/people/{one["id"]}', {'left_at': None}), 200).json.get('left_at'), None, 'taken away')
    shown = gives(w.root.get('/v1/track/brought', team=team), 200)['staying']
    same((shown['whole']['people'], shown['whole']['left']), (7, 2), 'all')
    same([(group['tier'], group['people'], group['left']) for group in shown['tiers']], [('frontline', 6, 2), ('senior', 1, 0)], 'by tier')
    same(shown['tiers'][0]['after'][0]['share'], '1.0000', 'after one year')
    same(gives(w.lee.get('/v1/track/brought', team=team), 200)['staying']['whole']['people'], 7, 'for who leads them')
    same(gives(w.lee.get('/v1/track/brought', team='sales'), 200)['staying']['whole']['people'], 0, 'another team')
    gives(w.root.patch('/v1/settings', {'works_council': True}), 200)
    try:
        groups = gives(w.root.get('/v1/track/brought', team=team), 200)['staying']
        same(([group['people'] for group in groups['tiers']], groups['hidden']), ([6], 1), 'groups of five and more')
        same(len(gives(w.lee.get('/v1/track/brought', team=team), 200)['staying']['tiers']), 2, 'their lead sees them')
    finally:
        gives(w.root.patch('/v1/settings', {'works_council': False}), 200)
    for caller, status in ((w.nobody, 401), (w.ana, 403), (w.peo, 403), (w.tokens['facts'], 403), (w.aud, 200), (w.tokens['read'], 200)):
        gives(caller.get('/v1/track/brought'), status)
    for wrong in ({'days': 0}, {'days': 732}, {'days': 'many'}):
        gives(w.lee.get('/v1/track/brought', **wrong), 400)


def rows(caller, **query):
    """How many decisions a list has."""
    page = gives(caller.get('/v1/decisions', limit=1, count='true', **query), 200)
    same(page['count_is'], 'exact', 'counted')
    return page['count']


def money_of(caller, **query):
    items, after = [], {}
    while True:
        page = gives(caller.get('/v1/decisions', limit=500, **query, **after), 200)
        items += page['items']
        if 'next' not in page.json:
            return sum(cents(one['amount']) for one in items if 'amount' in one)
        after = {'after': page['next']}


def behind(caller, cell, what, **query):
    """A cell of Track, and what its lists count to."""
    same(rows(caller, of='requests', **query), cell['decisions'], f'{what}: decisions')
    same(rows(caller, of='remedies', **query), cell['given'], f'{what}: given')
    same(rows(caller, of='without', **query), cell['decisions'] - cell['given'], f'{what}: without a remedy')
    same(rows(caller, of='requests', how='at_once', verdict='granted', **query), cell['at_once'], f'{what}: at once')
    same(rows(caller, of='requests', how='asked', **query), cell['asked'], f'{what}: asked upwards')
    same(rows(caller, of='answers', **query), cell['answered'], f'{what}: a yes')
    same(money_of(caller, of='remedies', **query), cents(cell['amount']), f'{what}: money')


def ended(caller, of, limit=2, **query):
    """All of a list of what ended, page by page."""
    found, after = [], {}
    while True:
        page = gives(caller.get('/v1/track/ended', of=of, days=30, limit=limit, **query, **after), 200).json
        holds(len(page['items']) <= limit, 'no page is longer than was asked for')
        found += page['items']
        if 'next' not in page:
            same(len({one['id'] for one in found}), len(found), f'{of}: each once')
            same([one['at'] for one in found], sorted((one['at'] for one in found), reverse=True), f'{of}: latest first')
            return found
        after = {'after': page['next']}


def ended_behind(caller, cell, what, **query):
    """Time to resolve and ratings of a cell, and the cases and ratings that make them."""
    resolved, rated = ended(caller, 'resolved', **query), ended(caller, 'rated', **query)
    same((len(resolved), len(rated)), (cell['resolved'], cell['ratings']), f'{what}: resolved, rated')
    if resolved:
        mean = sum(one['resolve_seconds'] for one in resolved) / len(resolved)
        holds(abs(mean - cell['resolve_seconds']) < 0.06, f'{what}: {mean} is no {cell["resolve_seconds"]} s')
    if rated:
        mean = sum(float(one['rating']) for one in rated) / len(rated)
        holds(abs(mean - float(cell['rating'])) < 0.0002, f'{what}: {mean} is no {cell["rating"]}')


@story('behind time to resolve and ratings stand the cases that make them: of all, a team, an agent; page by page, as a sheet, and for nobody else', alone=True)
def cases_ended(w):
    agent, other = w.agent(), w.agent()
    facts = w.tokens['facts']
    for n, whose in enumerate((agent, agent, agent, other)):
        case = gives(facts.post('/v1/cases', {'id': new('case'), 'customer': new('customer'), 'owner': whose.id, 'channel': 'chat'}), 201)['id']
        gives(facts.patch(f'/v1/cases/{case}', {'state': 'closed'}), 200)
        gives(facts.post('/v1/ratings', {'case': case, 'rating': 1 + n, 'scale': {'min': 1, 'max': 5}, 'agent': whose.id}), 201)
    gives(facts.post('/v1/ratings', {'case': case, 'rating': 5, 'scale': {'min': 1, 'max': 5}, 'agent': agent.id, 'source': 'again'}), 201)
    track = gives(w.root.get('/v1/track', days=30), 200)
    ended_behind(w.root, track['whole'], 'all')
    for one in track['agents']:
        ended_behind(w.root, one, one['id'], agent=one['id'])
    mine = next(one for one in track['agents'] if one['id'] == agent.id)
    same((mine['resolved'], mine['ratings']), (3, 4), 'what was brought about')
    team = gives(w.root.get('/v1/track', days=30, team='care'), 200)
    ended_behind(w.root, team['whole'], 'a team', team='care')
    ended_behind(w.lee, gives(w.lee.get('/v1/track', days=30), 200)['whole'], 'a lead')
    same([one['agent'] for one in ended(agent, 'rated', agent=agent.id)], [agent.id] * 4, 'one\'s own')
    gives(agent.get('/v1/track/ended', of='rated'), 403)
    gives(agent.get('/v1/track/ended', of='rated', agent=other.id), 403)
    gives(w.root.get('/v1/track/ended', of='fortune'), 400)
    gives(w.root.get('/v1/track/ended', of='rated', after='rat_nobody'), 400)
    sheet = gives(w.root.get('/v1/track/ended', of='rated', days=30, agent=agent.id, format='csv'), 200)
    same(sheet.text.count('\r\n'), 5, 'a head and four rows')


@story('behind each figure of Track stands a list that counts to it: all, by agent, by cause and by day; what is taken back changes both', alone=True)
def cases_behind(w):
    agent, other = w.agent(), w.agent()
    first = w.ask(agent, amount='12.00', reason='outage')
    w.ask(agent, amount='3.00', reason='billing-error')
    gives(other.post('/v1/decisions', {'action': 'credit', 'amount': '5.00', 'customer': new('customer')}), 201)
    given = w.ask(other, amount='150.00', reason='outage')
    left = w.ask(agent, amount='151.00', reason='outage')
    back = w.ask(agent, amount='152.00', reason='outage')
    for one, who in ((given, other), (left, agent), (back, agent)):
        opened = gives(who.post(f'/v1/decisions/{one["id"]}/ask', {'note': 'Please.'}), 201)
        if one is not left:
            approved = gives(w.lee.post(f'/v1/approvals/{opened["id"]}/approve', {'amount': '1.00'}), 200)
    gives(agent.post(f'/v1/approvals/{opened["id"]}/withdraw', {}), 200, 409)
    gives(w.lee.post(f'/v1/decisions/{first["id"]}/reverse', {'reason': 'It was the wrong customer.'}), 200)
    gives(w.lee.post(f'/v1/decisions/{approved["answer"]["decision"]}/reverse', {'reason': 'That one, too.'}), 200)
    track = gives(w.root.get('/v1/track', days=30), 200)
    since = track['since']
    behind(w.root, track['whole'], 'all', since=since)
    for one in track['agents']:
        behind(w.root, one, one['id'], since=since, agent=one['id'])
    holds(any(one['reason'] == '' for one in track['causes']), 'decisions without a cause')
    for one in track['causes']:
        behind(w.root, one, f'cause {one["reason"]!r}', since=since, reason=one['reason'] or '-')
    for one in track['by_day'][-3:]:
        day = datetime.datetime.fromisoformat(one['day'].replace('Z', '+00:00'))
        until = (day + datetime.timedelta(days=1)).strftime('%Y-%m-%dT%H:%M:%SZ')
        same(rows(w.root, of='requests', since=one['day'], until=until), one['decisions'], f'the day {one["day"]}')
        same(money_of(w.root, of='remedies', since=one['day'], until=until), cents(one['amount']), f'money of {one["day"]}')
    # A lead's list has those whom they lead today; who has moved on or left since stays in the team's figures.
    team = gives(w.root.get('/v1/track', days=30, team='care'), 200)
    behind(w.root, team['whole'], 'a team', since=team['since'], team='care')
    people = [one for one in gives(w.lee.get('/v1/track', days=30, team='care'), 200)['agents'] if one['id'] in (agent.id, other.id)]
    for one in people:
        behind(w.lee, one, f'a lead: {one["id"]}', since=team['since'], agent=one['id'])
    same(len(people), 2, 'a lead sees both')
    gives(w.root.get('/v1/decisions', of='some'), 400)


@story('track says how long cases took and how they were rated, of agents and causes, and follows: reopened, handed on, rated again', alone=True)
def track_of_cases(w):
    facts, agent, other = w.tokens['facts'], w.agent(), w.agent()
    case, quiet = new('case'), new('case')
    opened = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=2)).strftime('%Y-%m-%dT%H:%M:%SZ')

    def look():
        page = gives(w.lee.get('/v1/track', team='care'), 200)
        people = {one['id']: one for one in page['agents']}
        parts = [people.get(agent.id, {}), people.get(other.id, {}), next((one for one in page['causes'] if one['reason'] == 'outage'), {})]
        return page, [(part.get('resolved', 0), part.get('ratings', 0)) for part in parts]
    page, (_, _, before) = look()
    same(page['funnels']['rating']['curve'] == [] or page['whole']['ratings'] > 0, True, 'no curve without ratings')
    gives(facts.post('/v1/cases', {'id': case, 'owner': agent.id, 'opened': opened}), 201)
    w.ask(agent, amount='12.00', reason='outage', case=case)
    gives(facts.patch(f'/v1/cases/{case}', {'state': 'resolved'}), 200)
    gives(facts.post('/v1/ratings', {'case': case, 'rating': 4, 'scale': {'min': 1, 'max': 5}}), 201)
    page, counts = look()
    same(counts, [(1, 1), (0, 0), (before[0] + 1, before[1] + 1)], 'resolved and rated: the agent, another, the cause')
    mine = next(one for one in page['agents'] if one['id'] == agent.id)
    holds(7190 <= mine['resolve_seconds'] <= 7320, f'two hours: {mine["resolve_seconds"]}')
    same(mine['rating'], '0.7500', 'four of one to five')
    cause = next(one for one in gives(w.lee.get('/v1/causes'), 200)['items'] if one['cause'] == 'outage')
    same((cause['ratings'], cause['resolved'], cause['cases'] >= 1), (before[1] + 1, before[0] + 1, True), 'in the list of causes')
    sheet = gives(w.lee.get('/v1/causes', format='csv'), 200)
    holds('rating' in sheet.text.splitlines()[0] and 'cases' in sheet.text.splitlines()[0], 'in the sheet of causes')
    own = gives(agent.get('/v1/track', agent=agent.id), 200)
    same((own['agents'][0]['resolved'], own['agents'][0]['rating']), (1, '0.7500'), 'what they see of themselves')
    gives(facts.post('/v1/cases', {'id': quiet, 'owner': other.id, 'opened': opened}), 201)
    gives(facts.patch(f'/v1/cases/{quiet}', {'state': 'closed'}), 200)
    same(look()[1], [(1, 1), (1, 0), (before[0] + 1, before[1] + 1)], 'a case without a decision: its owner\'s, of no cause')
    gives(facts.patch(f'/v1/cases/{case}', {'state': 'open', 'owner': other.id}), 200)
    gives(facts.post('/v1/ratings', {'case': case, 'rating': 1, 'scale': {'min': 1, 'max': 5}, 'source': 'again'}), 201)
    same(look()[1], [(0, 1), (2, 1), (before[0] + 1, before[1] + 2)], 'reopened and handed on: it was resolved once; each rating is whose it was then')
    sheet = gives(w.lee.get('/v1/track', format='csv'), 200).text.splitlines()
    holds('resolve_compared_z' in sheet[0] and 'rating' in sheet[0] and any(line.startswith('curve_rating') for line in sheet), 'in the sheet')
