"""Lowering is an act of its own: a manager, a reason, an end, a second person, a notice; and nothing else lowers anybody."""
import datetime

from server import new
from world import gives, holds, same, story

UNTIL = (datetime.date.today() + datetime.timedelta(days=30)).isoformat()


def somebody(w, **more):
    """A senior whom root made: nobody else can take that back as their own slip."""
    person = new('low')
    gives(w.root.post('/v1/people', {'id': person, 'name': f'Name of {person}', 'team': 'care', 'tier': 'senior', 'manager': 'lee',
                                     'email': f'{person}@example.com', 'holds': ['billing-101'], 'budgets': {'rep-month': '300.00'}, **more}), 201)
    return person


def asked(w, person, to, caller=None, **more):
    return (caller or w.lee).post('/v1/lowerings', {'person': person, 'to': to, 'until': UNTIL, 'reason': 'We agreed on it.', **more})


@story('somebody is lowered by a manager with a reason and an end, a second person confirms, they are told, and it is given back')
def whole(w):
    person = somebody(w)
    caller = w.invited(person)
    gives(asked(w, person, {'tier': 'frontline'}, reason=' '), 422)
    gives(asked(w, person, {'tier': 'frontline'}, until='2020-01-01'), 422)
    gives(asked(w, person, {'tier': 'frontline'}, until=(datetime.date.today() + datetime.timedelta(days=120)).isoformat()), 422)
    gives(asked(w, person, {'tier': 'lead'}), 422)  # gives
    gives(asked(w, person, {'tier': 'frontline', 'budgets': {'rep-month': '900.00'}}), 422)  # takes, and gives
    gives(asked(w, person, {'roles': []}), 422)
    gives(asked(w, person, {'tier': 'frontline'}, caller=w.sal), 404, 403)  # not their manager
    gives(asked(w, person, {'tier': 'frontline'}, caller=w.root), 403)  # reaches everybody, and is no manager of theirs
    gives(asked(w, person, {'tier': 'frontline'}, caller=caller), 403)
    gives(asked(w, person, {'tier': 'frontline'}, caller=w.tokens['people']), 403)
    made = gives(asked(w, person, {'tier': 'frontline', 'holds': [], 'budgets': {'rep-month': '50.00'}}), 201)
    same((made['state'], made['by'], made['may']), ('asked', 'lee', ['end']), 'asked')
    holds('tier senior to frontline' in made['words'] and 'billing-101' in made['words'] and 'rep-month' in made['words'], made['words'])
    gives(asked(w, person, {'tier': 'frontline'}), 409)
    at = f'/v1/lowerings/{made["id"]}'
    same(gives(w.root.get(f'/v1/people/{person}'), 200)['tier'], 'senior', 'not before a second person')
    # The one concerned reads it, and who asked can't confirm it.
    same(gives(caller.get(at), 200)['reason'], 'We agreed on it.', 'the reason')
    gives(caller.post(f'{at}/confirm'), 403)
    gives(w.lee.post(f'{at}/confirm'), 403)
    gives(w.sal.post(f'{at}/confirm'), 404, 403)
    gives(w.ben.get(at), 404)
    gives(w.qua.post(f'{at}/confirm'), 403)
    events = caller.listen()
    done = gives(w.lou.post(f'{at}/confirm'), 200)
    same((done['state'], done['confirmed_by']), ('in_force', 'lou'), 'in force')
    told = events.next('lowering.confirmed')
    same((told['body']['person'], told['body']['for_you'], told['body']['reason']), (person, True, 'We agreed on it.'), 'told')
    events.close()
    now = gives(w.root.get(f'/v1/people/{person}'), 200)
    same((now['tier'], now.json.get('holds', []), now['budgets']['rep-month']['amount']), ('frontline', [], '50.00'), 'lowered')
    gives(w.lou.post(f'{at}/confirm'), 409)
    same([item['id'] for item in gives(caller.get('/v1/lowerings'), 200)['items']], [made['id']], 'their own list')
    # Something given meanwhile stays; the rest comes back.
    gives(w.peo.patch(f'/v1/people/{person}', {'holds': ['refunds-2']}), 200)
    gives(w.lou.post(f'{at}/end'), 200)
    back = gives(w.root.get(f'/v1/people/{person}'), 200)
    same((back['tier'], {hold['name'] for hold in back['holds']}, back['budgets']['rep-month']['amount']),
         ('senior', {'billing-101', 'refunds-2'}, '300.00'), 'back')
    gives(w.lou.post(f'{at}/end'), 409)


@story('it is declined, or withdrawn; and whoever has no manager is lowered by who keeps people')
def declined(w):
    person = somebody(w)
    first = gives(asked(w, person, {'tier': 'frontline'}), 201)
    same(gives(w.lou.post(f'/v1/lowerings/{first["id"]}/end'), 200)['why'], 'declined', 'declined')
    second = gives(asked(w, person, {'tier': 'frontline'}), 201)
    same(gives(w.lee.post(f'/v1/lowerings/{second["id"]}/end'), 200)['why'], 'withdrawn', 'withdrawn')
    gives(w.lou.post(f'/v1/lowerings/{second["id"]}/confirm'), 409)
    same(gives(w.root.get(f'/v1/people/{person}'), 200)['tier'], 'senior', 'nothing was taken')
    alone = new('alone')
    gives(w.root.post('/v1/people', {'id': alone, 'tier': 'senior'}), 201)
    made = gives(asked(w, alone, {'tier': 'frontline'}, caller=w.peo), 201)
    gives(w.root.post(f'/v1/lowerings/{made["id"]}/confirm'), 200)
    same(gives(w.root.get(f'/v1/people/{alone}'), 200)['tier'], 'frontline', 'lowered')


@story('no other way lowers anybody: not a change of the person, not an import, not a team that moves, not leaving and coming back')
def side_doors(w):
    person = somebody(w)
    at = f'/v1/people/{person}'
    for less in ({'tier': 'frontline'}, {'tier': None}, {'holds': []}, {'holds': ['billing-101@2026-12-31']}, {'budgets': {'rep-month': '10.00'}},
                 {'budgets': {}}, {'team': 'sales', 'tier': 'frontline'}):
        refused = gives(w.peo.patch(at, less), 409)
        holds('/v1/lowerings' in refused['detail'], refused)
    for csv in (f'id,tier\n{person},frontline\n', f'id,holds\n{person},\n'):
        report = gives(w.peo.call('POST', '/v1/people/import', csv.encode(), headers={'Content-Type': 'text/csv'}), 200)
        holds(not report['applied'] and 'lowering' in report.text, report)
        dry = gives(w.peo.call('POST', '/v1/people/import?dry_run=true', csv.encode(), headers={'Content-Type': 'text/csv'}), 200)
        holds('lowering' in dry.text, dry)
    yaml = f'people:\n  - {{id: {person}, tier: frontline}}\n'
    report = gives(w.peo.call('POST', '/v1/people/import', yaml.encode(), headers={'Content-Type': 'application/yaml'}), 200)
    holds(not report['applied'] and 'lowering' in report.text, report)
    done = w.server.run('import', 'people', _file(w, f'id,tier\n{person},frontline\n'))
    holds(done.returncode != 0 and 'lowering' in done.stdout + done.stderr, done.stdout + done.stderr)
    gives(w.root.patch(at, {'active': False}), 200)
    gives(w.peo.patch(at, {'tier': 'frontline'}), 409)
    gives(w.peo.patch(at, {'active': True, 'tier': 'frontline'}), 409)
    gives(w.peo.patch(at, {'active': True}), 200)
    same(gives(w.root.get(at), 200)['tier'], 'senior', 'as they were')
    # A team that loses its grants where it is to stand.
    team = new('team')
    gives(w.root.post('/v1/teams', {'id': team, 'parent': 'care'}), 201)
    inside = new('inside')
    gives(w.root.post('/v1/people', {'id': inside, 'team': team, 'tier': 'frontline'}), 201)
    gives(w.peo.patch(f'/v1/teams/{team}', {'parent': 'sales'}), 409)
    gives(w.peo.patch(f'/v1/people/{inside}', {'team': 'sales'}), 409)
    gives(w.peo.patch(f'/v1/people/{inside}', {'team': 'care'}), 200)
    # Giving, and what is neither, is done as ever.
    gives(w.peo.patch(at, {'tier': 'lead', 'holds': ['billing-101', 'refunds-2']}), 200)
    gives(w.peo.patch(at, {'name': 'Another Name'}), 200)


def _file(w, text):
    path = w.server.folder / f'{new("people")}.csv'
    path.write_text(text)
    return str(path)


@story('one\'s own slip is taken back within minutes, and never below what was before')
def slips(w):
    person = somebody(w)
    at = f'/v1/people/{person}'
    gives(w.peo.patch(at, {'tier': 'manager'}), 200)
    gives(w.root.patch(at, {'tier': 'senior'}), 409)  # somebody else's
    gives(w.peo.patch(at, {'tier': 'frontline'}), 409)  # below what was
    gives(w.peo.patch(at, {'tier': 'senior', 'holds': []}), 409)
    gives(w.peo.patch(at, {'tier': 'senior'}), 200)
    gives(w.peo.patch(at, {'tier': 'frontline'}), 409)
    fresh = new('fresh')
    gives(w.peo.post('/v1/people', {'id': fresh, 'tier': 'manager', 'holds': ['x']}), 201)
    gives(w.peo.patch(f'/v1/people/{fresh}', {'tier': 'frontline', 'holds': []}), 200)


@story('looking lowers nobody: whoever reviews, coaches or sees figures has no call that does')
def looking(w):
    person = somebody(w)
    agent = new('c')
    decision = gives(w.system.post('/v1/decisions', {'agent': person, 'action': 'voucher', 'amount': '0.30', 'customer': agent, 'note': 'A note.'}), 201)
    before = gives(w.root.get(f'/v1/people/{person}'), 200).json
    review = gives(w.qua.post('/v1/reviews', {'decision': decision['id']}), 201)
    at = f'/v1/reviews/{review["id"]}'
    for more in ({'tier': 'frontline'}, {'person': {'tier': 'frontline'}}, {'lower': True}):
        answer = {'amount': 'too_much', 'cause': 'wrong', 'kept': 'no', 'understood': 'not_yet', 'note': 'Far too much.'}
        gives(w.qua.post(f'{at}/send', {**answer, **more}), 422)
    gives(w.qua.post(f'{at}/send', answer), 200)
    gives(w.qua.put(f'{at}/scenario', {'marked': True}), 200)
    gives(w.qua.patch(f'/v1/people/{person}', {'tier': 'frontline'}), 403)
    gives(asked(w, person, {'tier': 'frontline'}, caller=w.qua), 403)
    gives(w.aud.patch(f'/v1/people/{person}', {'tier': 'frontline'}), 403)
    same(gives(w.root.get(f'/v1/people/{person}'), 200).json, before, 'the person, with the worst of reviews')
