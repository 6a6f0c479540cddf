/* Members of JSON objects, as all of desk writes them. */
#ifndef LW_DESK_MEMBER_H
#define LW_DESK_MEMBER_H

#include "data/member.h"

#endif
