/* GIFT in and out. The examples are those of the format's documentation (docs.moodle.org, "GIFT
 * format", and the examples that come with Moodle's importer): each is read as documented, and what
 * is written of it reads as the same again. */
#include "gift_dump.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct example {
  lw_str source;
  const char *reads; /* as gift_dump.h has it */
};
#define EXAMPLE(source, reads)                                                                     \
  {                                                                                                \
    LW_STR_INIT(source), reads                                                                     \
  }

static const struct example EXAMPLES[] = {
    /* choices */
    EXAMPLE("Who's buried in Grant's tomb?{~Grant ~Jefferson =no one}",
            "choice Who's buried in Grant's tomb? | 0 Grant | 0 Jefferson | 10000000 no one\n"),
    EXAMPLE("Grant is {~buried =entombed ~living} in Grant's tomb.",
            "choice Grant is _____ in Grant's tomb. | 0 buried | 10000000 entombed | 0 living\n"),
    EXAMPLE("The American holiday of Thanksgiving is celebrated on the {\n    ~second\n    ~third\n"
            "    =fourth\n} Thursday of November.",
            "choice The American holiday of Thanksgiving is celebrated on the _____ Thursday of "
            "November. | 0 second | 0 third | 10000000 fourth\n"),
    EXAMPLE("Japanese characters originally came from what country? {\n    ~India\n    =China\n    "
            "~Korea\n    ~Egypt}",
            "choice Japanese characters originally came from what country? | 0 India | 10000000 "
            "China | 0 Korea | 0 Egypt\n"),
    EXAMPLE(
        "::Q2:: What's between orange and green in the spectrum?\n{ =yellow # right; good! ~red "
        "# wrong, it's yellow ~blue # wrong, it's yellow }",
        "choice ::Q2:: What's between orange and green in the spectrum? | 10000000 yellow # "
        "right; good! | 0 red # wrong, it's yellow | 0 blue # wrong, it's yellow\n"),
    EXAMPLE("Difficult question.{~wrong answer ~%50%half credit answer =full credit answer}",
            "choice Difficult question. | 0 wrong answer | 5000000 half credit answer | 10000000 "
            "full credit answer\n"),
    EXAMPLE(
        "::Jesus' hometown::Jesus Christ was from {\n    ~Jerusalem#This was an important city, "
        "but the wrong answer.\n    ~%25%Bethlehem#He was born here, but not raised here.\n    "
        "~%50%Galilee#You need to be more specific.\n    =Nazareth#Yes! That's right!}.",
        "choice ::Jesus' hometown:: Jesus Christ was from _____. | 0 Jerusalem # This was an "
        "important city, but the wrong answer. | 2500000 Bethlehem # He was born here, but not "
        "raised here. | 5000000 Galilee # You need to be more specific. | 10000000 Nazareth # "
        "Yes! That's right!\n"),
    /* several */
    EXAMPLE(
        "What two people are entombed in Grant's tomb? {\n    ~%-100%No one\n    ~%50%Grant\n   "
        " ~%50%Grant's wife\n    ~%-100%Grant's father\n}",
        "choices What two people are entombed in Grant's tomb? | -10000000 No one | 5000000 "
        "Grant | 5000000 Grant's wife | -10000000 Grant's father\n"),
    EXAMPLE("Thirds? {~%33.33333%a ~%33.33333%b ~%33.33333%c ~%-100%d}",
            "choices Thirds? | 3333333 a | 3333333 b | 3333333 c | -10000000 d\n"),
    /* true and false */
    EXAMPLE("// true/false\n::Q1:: 1+1=2 {T}", "true-false ::Q1:: 1+1=2 | 10000000 | 0\n"),
    EXAMPLE("Grant is buried in Grant's tomb.{FALSE}",
            "true-false Grant is buried in Grant's tomb. | 0 | 10000000\n"),
    EXAMPLE(
        "::TrueStatement about Grant::Grant was buried in a tomb in New York City.{T}",
        "true-false ::TrueStatement about Grant:: Grant was buried in a tomb in New York City. | "
        "10000000 | 0\n"),
    EXAMPLE("Grant is buried in Grant's tomb.{FALSE#No one is buried in Grant's tomb.#Right.}",
            "true-false Grant is buried in Grant's tomb. | 0 # No one is buried in Grant's tomb. | "
            "10000000 # Right.\n"),
    /* short answers */
    EXAMPLE("Who's buried in Grant's tomb?{=no one =nobody}",
            "short Who's buried in Grant's tomb? | 10000000 no one | 10000000 nobody\n"),
    EXAMPLE("::Q3:: Two plus {=two =2} equals four.",
            "short ::Q3:: Two plus _____ equals four. | 10000000 two | 10000000 2\n"),
    EXAMPLE("Two plus two equals {=four =4}.",
            "short Two plus two equals _____. | 10000000 four | 10000000 4\n"),
    EXAMPLE("::Jesus' hometown (Short answer ex.):: Jesus Christ was from {\n     =Nazareth#Yes! "
            "That's right!\n     =%75%Nazereth#Right, but misspelled.\n     =%25%Bethlehem#He was "
            "born here, but not raised here.\n}.",
            "short ::Jesus' hometown (Short answer ex.):: Jesus Christ was from _____. | 10000000 "
            "Nazareth # Yes! That's right! | 7500000 Nazereth # Right, but misspelled. | 2500000 "
            "Bethlehem # He was born here, but not raised here.\n"),
    /* matching */
    EXAMPLE("::Q4:: Which animal eats which food? { =cat -> cat food =dog -> dog food }",
            "matching ::Q4:: Which animal eats which food? | 5000000 cat -> cat food | 5000000 dog "
            "-> dog food\n"),
    EXAMPLE("Match the following countries with their corresponding\ncapitals.{=Canada->Ottawa "
            "=Italy->Rome =Japan->Tokyo = -> New Delhi}",
            "matching Match the following countries with their corresponding\ncapitals. | 3333333 "
            "Canada -> Ottawa | 3333333 Italy -> Rome | 3333333 Japan -> Tokyo | 0 -> New Delhi\n"),
    /* numbers, in millionths */
    EXAMPLE("::Q5:: What is a number from 1 to 5? {#3:2}",
            "number ::Q5:: What is a number from 1 to 5? | 10000000 1000000..5000000\n"),
    EXAMPLE("::Q6:: What is a number from 1 to 5? {#1..5}",
            "number ::Q6:: What is a number from 1 to 5? | 10000000 1000000..5000000\n"),
    EXAMPLE("What is the value of pi (to 3 decimal places)? {#3.1415:0.0005}.",
            "number What is the value of pi (to 3 decimal places)? _____. | 10000000 "
            "3141000..3142000\n"),
    EXAMPLE("When was Ulysses S. Grant born? {#1822}",
            "number When was Ulysses S. Grant born? | 10000000 1822000000..1822000000\n"),
    EXAMPLE(
        "When was Ulysses S. Grant born? {#\n         =1822:0      # Correct! Full credit.\n    "
        "     =%50%1822:2  # He was born in 1822. Half credit for being close.\n}",
        "number When was Ulysses S. Grant born? | 10000000 1822000000..1822000000 # Correct! "
        "Full credit. | 5000000 1820000000..1824000000 # He was born in 1822. Half credit for "
        "being close.\n"),
    EXAMPLE("Any of them {=one ~=two}", "choice Any of them | 10000000 one | 10000000 two\n"),
    EXAMPLE("Two and two? {#4 ~#Count again.####It is four.}",
            "number Two and two? | 10000000 4000000..4000000 | 0 any # Count again. #### It is "
            "four.\n"),
    /* essays and descriptions */
    EXAMPLE("Write a short biography of Dag Hammarskj\xC3\xB6ld. {}",
            "essay Write a short biography of Dag Hammarskj\xC3\xB6ld.\n"),
    EXAMPLE("How are you? {####We hope you're feeling well.}",
            "essay How are you? #### We hope you're feeling well.\n"),
    EXAMPLE("You can use your pencil and paper for these next math questions.",
            "description You can use your pencil and paper for these next math questions.\n"),
    /* formats */
    EXAMPLE(
        "[markdown]Who's buried in **Grant's tomb**?{\n=no one#excellent answer!\n"
        "=nobody#[html]<b>excellent</b> answer!}",
        "short [markdown]Who's buried in **Grant's tomb**? | 10000000 no one # excellent answer! "
        "| 10000000 nobody # [html]<b>excellent</b> answer!\n"),
    EXAMPLE("[plain]x[1] {=[moodle]a =[b] c}",
            "short [plain]x[1] | 10000000 [moodle]a | 10000000 [b] c\n"),
    EXAMPLE("[moodle][html]literally {=[plain][html]x}",
            "short [html]literally | 10000000 [plain][html]x\n"),
    /* escapes */
    EXAMPLE("Which answer equals 5? {\n     ~ \\= 2 + 2\n     = \\= 2 + 3\n     ~ \\= 2 + 4  }",
            "choice Which answer equals 5? | 0 = 2 + 2 | 10000000 = 2 + 3 | 0 = 2 + 4\n"),
    EXAMPLE(
        "::GIFT Control Characters::\nWhich of the following is NOT a control character for the "
        "GIFT import format? {\n   ~ \\~     # \\~ is a control character.\n   ~ \\=     # \\= is "
        "a control character.\n   ~ \\#     # \\# is a control character.\n   ~ \\{     # \\{ is "
        "a control character.\n   ~ \\}     # \\} is a control character.\n   = \\\\     # "
        "Correct! \\\\ (backslash) is not a control character.\n}",
        "choice ::GIFT Control Characters:: Which of the following is NOT a control character "
        "for the GIFT import format? | 0 ~ # ~ is a control character. | 0 = # = is a control "
        "character. | 0 # # # is a control character. | 0 { # { is a control character. | 0 } # "
        "} is a control character. | 10000000 \\ # Correct! \\ (backslash) is not a control "
        "character.\n"),
    EXAMPLE("two\\n\\nlines\\: {=a\\nb}", "short two\n\nlines: | 10000000 a\nb\n"),
    EXAMPLE("a C:\\new path \\q {T}", "true-false a C:\new path \\q | 10000000 | 0\n"),
    /* categories, ids, tags, comments */
    EXAMPLE("$CATEGORY: $course$/top/Refunds\n\n// [id:q\\]1] [tag:late] [tag:two words]\n::One:: "
            "yes? {T}\n\n$CATEGORY: Other\n\nno? {F}",
            "true-false id=q]1 tag=late tag=two words in=$course$/top/Refunds ::One:: yes? | "
            "10000000 | 0\ntrue-false in=Other no? | 0 | 10000000\n"),
    EXAMPLE("\xEF\xBB\xBF// only a comment\r\n\r\n// with a question\r\nReally?\r\n// "
            "between\r\n{F}\r\n",
            "true-false Really? | 0 | 10000000\n"),
    EXAMPLE("", ""),
    /* what would be read otherwise if it were written carelessly */
    EXAMPLE("::::// no comment {T}", "true-false // no comment | 10000000 | 0\n"),
    EXAMPLE("a -> b? {a->b}", "short a -> b? | 10000000 a->b\n"),
    EXAMPLE("percent? {=%100%%50% of it ~%0%%20%}",
            "choice percent? | 10000000 %50% of it | 0 %20%\n"),
    EXAMPLE("a _____ and _____ b {=c}", "short a _____ and _____ b | 10000000 c\n"),
    EXAMPLE("ends in _____ {=c}", "short ends in _____ | 10000000 c\n"),
};

struct reading {
  struct lw_arena arena;
  struct lw_diags diags;
  struct lw_gift gift;
  struct lw_buf dump;
};

static void read_it(struct reading *reading, lw_str source)
{
  struct lw_error err;
  *reading = (struct reading){.dump = {0}};
  lw_arena_init(&reading->arena, NULL, 0);
  lw_diags_init(&reading->diags, &reading->arena);
  assert_int_equal(lw_gift_read(&reading->arena, source, &reading->diags, &reading->gift, &err),
                   LW_OK);
  dump_all(&reading->dump, &reading->gift);
  lw_buf_add_char(&reading->dump, '\0');
}

static void drop_it(struct reading *reading)
{
  lw_buf_finish(&reading->dump);
  lw_arena_finish(&reading->arena);
}

static void documented_examples_read_as_documented_and_round_trip(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof EXAMPLES / sizeof EXAMPLES[0]; i++) {
    struct reading first;
    struct reading second;
    struct lw_buf once = {0};
    struct lw_buf twice = {0};
    struct lw_error err;
    read_it(&first, EXAMPLES[i].source);
    assert_string_equal(first.dump.ptr, EXAMPLES[i].reads);
    assert_int_equal(first.diags.errors, 0);
    assert_int_equal(lw_gift_write(first.gift.questions, first.gift.count, &once, &err), LW_OK);
    read_it(&second, lw_buf_str(&once));
    assert_string_equal(second.dump.ptr, first.dump.ptr);
    assert_int_equal(lw_gift_write(second.gift.questions, second.gift.count, &twice, &err), LW_OK);
    assert_true(lw_str_equal(lw_buf_str(&once), lw_buf_str(&twice)));
    lw_buf_finish(&once);
    lw_buf_finish(&twice);
    drop_it(&first);
    drop_it(&second);
  }
}

struct mistake {
  lw_str source;
  const char *report;
};
#define MISTAKE(source, report)                                                                    \
  {                                                                                                \
    LW_STR_INIT(source), report                                                                    \
  }

static const struct mistake MISTAKES[] = {
    MISTAKE("good? {T}\n\nbad? {T\n\nbetter? {F}",
            "1: true-false, 2 answers: good?\n3: error brace: a brace stands alone; close the "
            "answers with }; a brace in a text is written \\{ or \\}\n5: true-false, 2 answers: "
            "better?\n"),
    MISTAKE("a {=b} c\nd {=e} f",
            "2: error brace: a question has one part with answers; part questions with an empty "
            "line; a brace in a text is written \\{ or \\}\n"),
    MISTAKE("::open title {T}", "1: error open-title: the title has no end; close it: ::title::\n"),
    MISTAKE("\n\n{=a}", "3: error no-text: there is no question; write it before the braces\n"),
    MISTAKE("n? {#\n=five}",
            "2: error bad-number: the answer is no number with a tolerance; write 3, 3:2 or 1..5; "
            "decimals have a point, at most 12 of them\n"),
    MISTAKE("n? {#5..1}", "1: error bad-range: the range ends before it begins; write the lower "
                          "number first\n"),
    MISTAKE("n? {#1:-2}",
            "1: error bad-number: the answer is no number with a tolerance; write 3, 3:2 or 1..5; "
            "decimals have a point, at most 12 of them\n"),
    MISTAKE("n? {#}",
            "1: error few-answers: there is no number behind the #; write {#3}, {#3:2} or "
            "{#1..5}\n"),
    MISTAKE("c? {~a}", "1: error few-answers: a choice needs two answers; add wrong ones with ~; "
                       "without any it is a short answer, which needs no ~\n"),
    MISTAKE("c? {\n=a\n~\n}",
            "3: error empty-answer: an answer has no text; write it behind the sign, or remove the "
            "sign; a sign that is meant as text is escaped with a backslash\n"),
    MISTAKE("c? {=%70%a ~b}",
            "1: error bad-weight: an answer behind = is worth the whole question; "
            "write a part of it as ~%50%answer\n"),
    MISTAKE("c? {~a ~b}",
            "1: choices, 2 answers: c?\n1: warning no-full-answer: no answer is worth the whole "
            "question; weights of what is right add up to 100: ~%50%one ~%50%two\n"),
    MISTAKE("c? {~%50%a ~%50%b ~c}",
            "1: choices, 3 answers: c?\n1: warning all-chosen: choosing every answer is worth it "
            "all; give wrong ones a weight below nothing: ~%-50%wrong\n"),
    MISTAKE("m? {=a -> b\n=c}", "2: error no-arrow: a pair has no ->; write =this -> that\n"),
    MISTAKE("m? {=a -> b}",
            "1: error few-answers: matching needs two pairs; write =this -> that for each\n"),
    MISTAKE("$CATEGORY: one\nreal? {T}",
            "2: true-false, 2 answers: real?\n2: warning category: a category needs an empty line "
            "behind it; Moodle would take what follows for its name\n"),
    MISTAKE("con\x07trol? {T}",
            "1: error control-character: a control character stands here; remove "
            "it: texts are plain UTF-8\n"),
};

static void mistakes_are_told_by_line_and_the_rest_is_read(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof MISTAKES / sizeof MISTAKES[0]; i++) {
    struct reading reading;
    struct lw_buf report = {0};
    read_it(&reading, MISTAKES[i].source);
    lw_diags_sort(&reading.diags);
    lw_gift_report(&reading.gift, &reading.diags, &report);
    lw_buf_add_char(&report, '\0');
    assert_string_equal(report.ptr, MISTAKES[i].report);
    lw_buf_finish(&report);
    drop_it(&reading);
  }
}

static void what_is_not_utf8_is_refused(void **state)
{
  (void)state;
  struct lw_arena arena;
  struct lw_diags diags;
  struct lw_gift gift = {.count = 7};
  struct lw_error err;
  lw_arena_init(&arena, NULL, 0);
  lw_diags_init(&diags, &arena);
  assert_int_equal(lw_gift_read(&arena, LW_STR("caf\xE9 {T}"), &diags, &gift, &err), LW_INVALID);
  assert_int_equal(gift.count, 7);
  lw_arena_finish(&arena);
}

static void amounts_are_not_written(void **state)
{
  (void)state;
  const struct lw_quiz amount = {.kind = LW_QUIZ_AMOUNT, .text = {LW_STR("How much?"), 0}};
  struct lw_buf out = {0};
  struct lw_error err;
  assert_int_equal(lw_gift_write(&amount, 1, &out, &err), LW_MISMATCH);
  lw_buf_finish(&out);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(documented_examples_read_as_documented_and_round_trip),
      cmocka_unit_test(mistakes_are_told_by_line_and_the_rest_is_read),
      cmocka_unit_test(what_is_not_utf8_is_refused),
      cmocka_unit_test(amounts_are_not_written),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
