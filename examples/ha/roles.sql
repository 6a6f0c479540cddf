-- Two roles: leeway_owner has the tables and makes them (leeway migrate), leeway is what servers run as. Run it as a superuser, in the
-- database, after `leeway migrate --to` as the owner has made the tables, and again after each that brought new ones:
--
--   psql -v ON_ERROR_STOP=1 -d leeway -f roles.sql
--
-- A server can add to the record and can't change or remove what is in it: no UPDATE, DELETE or TRUNCATE on journal and checkpoint, no
-- DDL anywhere. Whatever it changed in spite of that (as another role) is found by `leeway verify`.
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM leeway, PUBLIC;
REVOKE CREATE ON SCHEMA public FROM leeway, PUBLIC;
GRANT USAGE ON SCHEMA public TO leeway;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO leeway;
REVOKE UPDATE, DELETE ON journal, checkpoint FROM leeway;
REVOKE INSERT, UPDATE, DELETE ON migration FROM leeway;
REVOKE INSERT, DELETE ON writer_turn FROM leeway;
REVOKE DELETE ON text, policy_version, budget FROM leeway;
-- Pieces of a partitioned journal (docs/explanation/scale.md) are read and written through the journal alone.
DO $$ DECLARE piece regclass;
BEGIN
  FOR piece IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'journal'::regclass LOOP
    EXECUTE format('REVOKE ALL ON %s FROM leeway', piece);
  END LOOP;
END $$;
