-- One chain: the turn is taken first.
\set seed random(1, 1000000000)
BEGIN;
UPDATE writer_turn SET turn = turn + 1 WHERE id = 1 RETURNING turn;
SELECT d.* FROM rows_of(:seed, :teams) r JOIN drawn d USING (budget, scope);
INSERT INTO drawn SELECT * FROM rows_of(:seed, :teams) ON CONFLICT (budget, scope) DO UPDATE SET amount = drawn.amount + excluded.amount;
INSERT INTO journal (server, entries) VALUES (0, convert_to(repeat('x', 16000), 'UTF8'));
COMMIT;
