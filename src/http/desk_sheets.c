/* Columns stand by name and in this order, whatever an answer has; new ones go to the end. What is
 * a list in JSON has its first entries as columns of their own. */
#include "http/desk_sheets.h"

#include <stddef.h>

#define ANSWER(i, word)                                                                            \
  word "_appeal=answers." i ".appeal", word "_reviewer=answers." i ".reviewer",                    \
      word "_reviewer_name=answers." i ".reviewer_name", word "_at=answers." i ".at",              \
      word "_amount=answers." i ".amount", word "_cause=answers." i ".cause",                      \
      word "_kept=answers." i ".kept", word "_understood=answers." i ".understood",                \
      word "_note=answers." i ".note"

static const struct lw_sheet_table review_tables[] = {{"reviews", "items"}, {NULL, NULL}};
static const char *const review_columns[] = {"id",
                                             "team",
                                             "week",
                                             "kind",
                                             "decision",
                                             "agent",
                                             "agent_name",
                                             "customer",
                                             "case",
                                             "action",
                                             "verdict",
                                             "amount",
                                             "currency",
                                             "happened",
                                             "why",
                                             "pick_reason",
                                             "second",
                                             "state",
                                             "scenario",
                                             "closed",
                                             "skip_reason",
                                             ANSWER("0", "answer_1"),
                                             ANSWER("1", "answer_2"),
                                             ANSWER("2", "answer_3"),
                                             "reply",
                                             "replied",
                                             "appeal.state",
                                             "appeal.at",
                                             "appeal.text",
                                             "appeal.by",
                                             "appeal.decided",
                                             "appeal.note",
                                             NULL};
const struct lw_sheet lw_reviews_sheet = {review_tables, review_columns};

#define KAPPA(question, kind)                                                                      \
  question "_" kind "_kappa=questions." question "." kind ".kappa",                                \
      question "_" kind "_low=questions." question "." kind ".low",                                \
      question "_" kind "_high=questions." question "." kind ".high"
#define AGREED(question)                                                                           \
  question "_same=questions." question ".same", KAPPA(question, "plain"), KAPPA(question, "linear")

static const struct lw_sheet_table agreement_tables[] = {
    {"all", ""}, {"pairs", "pairs"}, {NULL, NULL}};
static const char *const agreement_columns[] = {"since",
                                                "needed",
                                                "one",
                                                "one_name",
                                                "other",
                                                "other_name",
                                                "reviews",
                                                AGREED("amount"),
                                                AGREED("cause"),
                                                AGREED("kept"),
                                                AGREED("understood"),
                                                NULL};
const struct lw_sheet lw_agreement_sheet = {agreement_tables, agreement_columns};

static const struct lw_sheet_table question_tables[] = {{"questions", "items"}, {NULL, NULL}};
static const char *const question_columns[] = {
    "id",        "kind",           "agent",         "agent_name", "team",        "customer",
    "state",     "asked",          "explain_until", "explained",  "explanation", "closed",
    "closed_by", "closed_by_name", "words",         NULL};
const struct lw_sheet lw_questions_sheet = {question_tables, question_columns};

#define STEP(i, word)                                                                              \
  "step_" word "=steps." i ".text", "step_" word "_due=steps." i ".due",                           \
      "step_" word "_done=steps." i ".done"

static const struct lw_sheet_table coaching_tables[] = {{"talks", "items"}, {NULL, NULL}};
static const char *const coaching_columns[] = {"id",
                                               "person",
                                               "person_name",
                                               "lead",
                                               "lead_name",
                                               "state",
                                               "opened",
                                               "review",
                                               "measure",
                                               "follow_up",
                                               "due",
                                               "closed",
                                               "closed_by",
                                               "closed_by_name",
                                               "note=notes.0.text",
                                               STEP("0", "1"),
                                               STEP("1", "2"),
                                               STEP("2", "3"),
                                               NULL};
const struct lw_sheet lw_coaching_sheet = {coaching_tables, coaching_columns};

#define PULSE(i, word)                                                                             \
  word "=questions." i ".id", word "_mean=questions." i ".mean.value",                             \
      word "_low=questions." i ".mean.low", word "_high=questions." i ".mean.high",                \
      word "_1=questions." i ".counts.0", word "_2=questions." i ".counts.1",                      \
      word "_3=questions." i ".counts.2", word "_4=questions." i ".counts.3",                      \
      word "_5=questions." i ".counts.4", word "_change=questions." i ".change.value",             \
      word "_change_low=questions." i ".change.low",                                               \
      word "_change_high=questions." i ".change.high"

static const struct lw_sheet_table pulse_tables[] = {{"groups", "results.groups"}, {NULL, NULL}};
static const char *const pulse_columns[] = {"team",
                                            "name",
                                            "whole",
                                            "answers",
                                            PULSE("0", "question_1"),
                                            PULSE("1", "question_2"),
                                            PULSE("2", "question_3"),
                                            PULSE("3", "question_4"),
                                            PULSE("4", "question_5"),
                                            PULSE("5", "question_6"),
                                            NULL};
const struct lw_sheet lw_pulse_sheet = {pulse_tables, pulse_columns};
