-- What a batch of 32 decisions costs a record that several servers write: see bench/postgres.
CREATE TABLE writer_turn (id bigint PRIMARY KEY, turn bigint NOT NULL) WITH (fillfactor = 10);
INSERT INTO writer_turn VALUES (1, 0);
CREATE TABLE drawn (budget bigint, scope text, amount bigint NOT NULL, PRIMARY KEY (budget, scope));
INSERT INTO drawn SELECT 1, a::text, 0 FROM generate_series(0, 1023) a;
INSERT INTO drawn SELECT 2, t::text, 0 FROM generate_series(0, 19) t;
CREATE TABLE journal (server bigint NOT NULL, seq bigserial, entries bytea NOT NULL, PRIMARY KEY (server, seq));
CREATE FUNCTION rows_of(seed int, teams int) RETURNS TABLE (budget bigint, scope text, amount bigint) LANGUAGE sql STABLE AS $$
  SELECT 1, (abs(hashint4(seed + i)) % 1024)::text, count(*) FROM generate_series(1, 32) i GROUP BY 1, 2
  UNION ALL SELECT 2, (abs(hashint4(seed - i)) % teams)::text, count(*) FROM generate_series(1, 32) i GROUP BY 1, 2
  UNION ALL SELECT 3, (abs(hashint4(seed + i)) % 200000)::text, count(*) FROM generate_series(1, 32) i GROUP BY 1, 2
  ORDER BY 1, 2 $$;
