#include "http/told.h"

#include "listen/huddle.h"

static enum lw_code say(void *user, const struct lw_payload_options *options,
                        const struct lw_entry_view *entry, const struct lw_value *body,
                        struct lw_buf *out, struct lw_error *err)
{
  struct lw_engine *engine = user;
  if (!lw_str_equal(entry->kind, lw_event_name(LW_EVENT_HUDDLE_PUBLISHED))) {
    return LW_OK;
  }
  const struct lw_snapshot *snapshot = lw_engine_snapshot(engine);
  const struct lw_desk_reader reader = {.db = options->db,
                                        .snapshot = snapshot,
                                        .now = lw_engine_now(engine),
                                        .arena = options->arena};
  enum lw_code rc = lw_huddle_tell(&reader, options->reader, body, options->texts, out, err);
  lw_snapshot_unref(snapshot);
  return rc;
}

struct lw_payload_words lw_told_words(struct lw_engine *engine)
{
  return (struct lw_payload_words){say, engine};
}
