/* One person's figures beside what their cases call for, in a window: what a talk begins with, and
 * what it is held against later. */
#ifndef LW_TRACK_PERSON_H
#define LW_TRACK_PERSON_H

#include "track/sums.h"

/* Appends {"since","until","decisions","amount":{"value","expected","difference","outside_20",
 * "outside_500"},"given":{...},"asked":{...}} (api/openapi.yaml: OwnFigures); what is expected is
 * left out where it can't be told. until: the moment up to which the sums go. LW_NO_MEMORY,
 * LW_OVERFLOW. */
LW_NODISCARD enum lw_code lw_track_person_print(const struct lw_track_sums *sums, lw_str person,
                                                lw_usec until, uint16_t currency,
                                                struct lw_arena *arena, struct lw_buf *out,
                                                struct lw_error *err);

#endif
