/* Track's figures as tables for a terminal: those of `leeway track`, `track charts` and `track
 * causes`. */
#ifndef LW_CLI_TRACK_WORDS_H
#define LW_CLI_TRACK_WORDS_H

#include "data/value.h"

enum lw_track_words_of {
  LW_TRACK_WORDS_OF_PAGE,
  LW_TRACK_WORDS_OF_CHARTS,
  LW_TRACK_WORDS_OF_CAUSES
};

/* Appends the table of what api/openapi.yaml calls Track, TrackChart and a page of causes, as
 * read from JSON. */
void lw_track_words(enum lw_track_words_of what, const struct lw_value *value, struct lw_buf *out);

#endif
