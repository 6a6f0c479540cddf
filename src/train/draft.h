/* A scenario made of a decision that happened: facts kept, names changed, as the text of a file
 * that an author goes on with. */
#ifndef LW_TRAIN_DRAFT_H
#define LW_TRAIN_DRAFT_H

#include "engine/decision.h"
#include "train/train.h"

/* {"decision","file","text","changed":[{"kind","to","times"}],"look_over":[...]}. with_texts: what
 * was written to it, too, with its names changed; look_over says what the author has to see to. */
LW_NODISCARD enum lw_code lw_scenario_draft(const struct lw_train_reader *reader,
                                            const struct lw_decision *decision, bool with_texts,
                                            struct lw_buf *out, struct lw_error *err);
/* The newest decision of a case whose agent the caller may see, from the lists. LW_NOT_FOUND. */
LW_NODISCARD enum lw_code lw_scenario_case(const struct lw_train_reader *reader, lw_str case_id,
                                           lw_id *ret_decision, struct lw_error *err);

#endif
