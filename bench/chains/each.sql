-- A chain for each server: the rows that the batch touches are locked, in one order.
\set seed random(1, 1000000000)
BEGIN;
SELECT d.* FROM drawn d WHERE (budget, scope) IN (SELECT budget, scope FROM rows_of(:seed, :teams)) ORDER BY budget, scope FOR UPDATE;
INSERT INTO drawn SELECT * FROM rows_of(:seed, :teams) ON CONFLICT (budget, scope) DO UPDATE SET amount = drawn.amount + excluded.amount;
INSERT INTO journal (server, entries) VALUES (:client_id, convert_to(repeat('x', 16000), 'UTF8'));
COMMIT;
