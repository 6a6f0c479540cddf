"""The desk's side of the console: the policy in words, what somebody may do, who has a case, names."""
from server import new
from world import POLICY, eventually, gives, holds, same, story


@story('the terms of the live policy: every name with its label, what reads a fact, whom a route asks')
def terms(w):
    found = gives(w.ana.get('/v1/policy/terms'), 200)
    same(found.header('etag'), f'"{found["version"]}"', 'ETag')
    same((found['organization'], found['currency'], found['time_zone']), ('Fjord Broadband', 'USD', 'Europe/Oslo'), 'the frame')
    same(found['tiers'], ['frontline', 'senior', 'lead', 'manager'], 'tiers')
    actions = {item['name']: item for item in found['actions']}
    same(actions['credit'], {'name': 'credit', 'label': 'Account credit', 'kind': 'money'}, 'an action')
    reasons = {item['name']: item for item in found['reasons']}
    same(reasons['outage'], {'name': 'outage', 'label': 'Service outage', 'owner': 'network'}, 'a reason')
    facts = {item['name']: item for item in found['facts']}
    same((facts['photo_seen']['from'], facts['photo_seen']['type'], facts['photo_seen']['read_by']), ('agent', 'bool', ['replacement']), 'a fact')
    same(facts['customer.segment']['one_of'], ['standard', 'silver', 'gold'], 'one of')
    same(facts['customer.flags']['default'], [], 'a default')
    budgets = {item['name']: item for item in found['budgets']}
    same((budgets['customer-year']['window'], budgets['customer-year']['over']), ('rolling', '365d'), 'a window')
    same(budgets['rep-month']['label'], 'Rep-month', 'a label that the policy does not give')
    holds(all(level['who'] for route in found['routes'] for level in route['levels']), 'a level asks nobody')
    holds('care' in found['teams'] and 'otherwise' in found['routes'][0], 'teams and otherwise')
    gives(w.nobody.get('/v1/policy/terms'), 401)
    gives(w.tokens['decide'].get('/v1/policy/terms'), 403)
