/* What growing (train/growing.h) asks desk, for whoever stands above both. */
#ifndef LW_HTTP_GROWING_H
#define LW_HTTP_GROWING_H

#include "engine/console.h"
#include "train/growing.h"

/* What became of an ask, as the approvals have it. */
extern const struct lw_growing_asking lw_growing_desk;

#endif
