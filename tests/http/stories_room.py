"""The room: options with their effect, undo, tables, budgets of many, today and evidence."""
import time

from server import new
from world import eventually, gives, holds, same, story


@story('what can be undone is taken back in time, and else given by the server itself')
def undo(w):
    agent = w.agent()
    held = w.ask(agent, amount='60.00', undo='60s')
    same((held['verdict'], held['hold']['then']), ('granted', 'confirm'), 'granted, and can be undone')
    same(w.left(agent, 'rep-month')['left'], '140.00', 'left meanwhile')
    same(gives(agent.post(f'/v1/decisions/{held["id"]}/release'), 200)['state'], 'released', 'undone')
    same(w.left(agent, 'rep-month')['left'], '200.00', 'left as before')
    given = w.ask(agent, amount='30.00', undo='1s')
    time.sleep(1.05)
    gives(agent.post(f'/v1/decisions/{given["id"]}/release'), 409)
    record = eventually(lambda: (record := gives(agent.get(f'/v1/decisions/{given["id"]}'), 200))['state'] == 'final' and record,
                        what='the confirmation')
    same(record['settled']['by'], 'leeway', 'who confirmed')
    same(w.left(agent, 'rep-month')['left'], '170.00', 'left after it')
    body = {'action': 'credit', 'amount': '1.00', 'customer': new('k'), 'reason': 'outage'}
    for wrong in ({'undo': '61s'}, {'undo': '0s'}, {'undo': 8}, {'undo': '8s', 'hold': '5m'}):
        same(gives(agent.post('/v1/decisions', body | wrong), 422)['errors'][0]['at'], 'undo', f'{wrong}')
    key = new('key')
    items = [{'key': key, 'request': body | {'undo': '5s'}}]
    first = gives(agent.post('/v1/decisions', items), 200)['answers'][0]
    same(first['body']['hold']['then'], 'confirm', 'in an array')
    same(gives(agent.post('/v1/decisions', items), 200)['answers'][0]['body'], first['body'], 'the first answer again')


@story('options in detail: what each draws from is what is drawn, and who could give more is named by route')
def options_in_detail(w):
    agent = w.agent()
    customer = new('customer')
    said = gives(agent.post('/v1/options', {'customer': customer, 'reason': 'outage', 'detail': True}), 200)
    credit = next(option for option in said['options'] if option['action'] == 'credit')
    same((credit['label'], credit['kind'], credit['up_to']), ('Account credit', 'money', '100.00'), 'the option')
    same([effect['budget'] for effect in credit['effect']], ['rep-month', 'customer-year'], 'what it draws from')
    same([limit['of'] for limit in credit['limits']], ['up_to', 'budget', 'budget'], 'what limits it')
    same(credit['limits'][1]['budget'], 'rep-month', 'the budget that comes next')
    holds('customer.tenure_days' in said['needs'], f'needs: {said["needs"]}')
    asks = {ask['action']: ask for ask in said['asks']}
    same((asks['credit']['route'], asks['credit']['otherwise']), ('over-limit', 'refuse'), 'whom one could ask for more')
    same([level['within'] for level in asks['credit']['levels']], ['60s', '120s'], 'levels')
    given = gives(agent.post('/v1/decisions', {'action': 'credit', 'amount': '70.00', 'customer': customer, 'reason': 'outage'}), 201)
    for effect in credit['effect']:
        cents = int(effect['left'].replace('.', '')) - 7000
        same(given['left'][effect['budget']].replace('.', ''), str(cents), effect['budget'])
    again = gives(agent.post('/v1/options', {'customer': customer, 'reason': 'outage', 'action': 'credit', 'detail': True}), 200)
    same([(option['action'], option['effect'][0]['left']) for option in again['options']], [('credit', '130.00')], 'the next look')
    plain = gives(agent.post('/v1/options', {'customer': customer, 'reason': 'outage'}), 200)
    holds('asks' not in plain.json and 'effect' not in plain['options'][0], 'without `detail` something was added')
    same(gives(agent.post('/v1/options', {'detail': 'yes'}), 422)['errors'][0]['at'], 'detail', 'what does not fit')
    gives(agent.post('/v1/options', {'agent': 'kim', 'detail': True}), 403)
