/* Rows come in parts, made by the feed (journal_feed.h), and are added here. */
#include "tweak/journal_tape.h"

#include "tweak/journal_feed.h"

#include <stdlib.h>

enum { PROGRESS_ENTRIES = 4096 };

struct lw_journal_tape {
  struct lw_tape *tape;
  struct lw_entry_rows *reader;
  struct lw_entry_batch batch;
};

static struct lw_entry_rows *reader_for(const struct lw_journal_tape_options *options)
{
  return lw_entry_rows_create(options != NULL && options->general_only);
}

struct lw_journal_tape *lw_journal_tape_create(struct lw_tape *tape,
                                               const struct lw_journal_tape_options *options)
{
  struct lw_journal_tape *follow = calloc(1, sizeof *follow);
  if (follow == NULL) {
    return NULL;
  }
  follow->tape = tape;
  lw_entry_batch_init(&follow->batch);
  follow->reader = reader_for(options);
  if (follow->reader == NULL) {
    lw_journal_tape_destroy(follow);
    return NULL;
  }
  return follow;
}

void lw_journal_tape_destroy(struct lw_journal_tape *follow)
{
  if (follow != NULL) {
    lw_entry_rows_destroy(follow->reader);
    lw_entry_batch_finish(&follow->batch);
    free(follow);
  }
}

enum lw_code lw_journal_tape_add(struct lw_journal_tape *follow, const struct lw_entry_view *entry,
                                 const struct lw_value *body, struct lw_error *err)
{
  struct lw_entry_batch *batch = &follow->batch;
  lw_entry_batch_reset(batch);
  enum lw_code rc = lw_entry_rows_add(follow->reader, entry, body, batch, err);
  return rc == LW_OK ? lw_tape_add_rows(follow->tape, batch->rows, batch->n_rows, err) : rc;
}

/* --- a journal --- */

/* False: stop. */
static bool hear(const struct lw_journal_tape_options *options, uint64_t after, uint64_t last)
{
  bool go_on = true;
  if (options == NULL || options->progress == NULL) {
    return true;
  }
  for (uint64_t k = after / PROGRESS_ENTRIES + 1; go_on && k <= last / PROGRESS_ENTRIES; k++) {
    go_on = options->progress(options->user, k * PROGRESS_ENTRIES);
  }
  return go_on;
}

static enum lw_code add_parts(struct lw_journal_feed *feed, struct lw_tape *tape, uint64_t *seq,
                              const struct lw_journal_tape_options *options, struct lw_error *err)
{
  const struct lw_journal_part *part = NULL;
  enum lw_code rc = LW_OK;
  do {
    rc = lw_journal_feed_next(feed, &part, err);
    struct lw_error *told = rc == LW_OK ? err : NULL; /* of two failures the first is told */
    enum lw_code added = lw_tape_add_rows(tape, part->batch.rows, part->batch.n_rows, told);
    rc = rc == LW_OK ? added : rc;
    uint64_t before = *seq;
    *seq = part->last;
    if (rc == LW_OK && options != NULL && options->keeper != NULL) {
      rc = lw_tape_keeper_add(options->keeper, tape, err);
    }
    if (rc == LW_OK && !hear(options, before, *seq)) {
      rc = lw_fail(err, LW_BUSY, "stopped");
    }
  } while (rc == LW_OK && part->more);
  return rc;
}

enum lw_code lw_journal_tape_follow(struct lw_db *db, struct lw_tape *tape, uint64_t *seq,
                                    const struct lw_journal_tape_options *options,
                                    struct lw_error *err)
{
  struct lw_journal_feed *feed = NULL;
  struct lw_entry_rows *reader = reader_for(options);
  if (reader == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  uint64_t most = options != NULL ? options->most : 0;
  enum lw_code rc = lw_journal_feed_start(db, *seq, most, reader, &feed, err);
  rc = rc == LW_OK ? add_parts(feed, tape, seq, options, err) : rc;
  lw_journal_feed_stop(feed);
  lw_entry_rows_destroy(reader);
  return rc;
}
