/* The plan and the needs that a new company has before anybody has written its own. They are read
 * like any page, so the tests hold them to the same rules. */
#include "guide/plan.h"

static const char general_en[] =
    "---\nplan: general\n"
    "needs: [be-heard, know-next, in-time, works-now, not-our-cost, not-again]\n---\n\n"
    "## listen\n"
    "Let the customer tell it to the end. Note what happened and what it did to their day.\n\n"
    "> What happened, from the beginning?\n"
    "> What have you tried so far?\n\n"
    "## say_back\n"
    "Say it back in your own words, with what it meant for them, until they say yes.\n\n"
    "> Have I understood you: ...?\n"
    "> Is there something that I have left out?\n\n"
    "## find_cause\n"
    "Look for what brought it about, not for who did it. The record and the customer each know a "
    "part.\n\n"
    "> When did it last work as it should?\n"
    "> What was different this time?\n\n"
    "## find_need\n"
    "What they ask for is one way to what they need. Find the need: there may be a better way.\n\n"
    "> What would it have to be like for this to be all right?\n"
    "> By when do you need it?\n\n"
    "## choose\n"
    "Look at what you can do now. Choose what meets the need and fits the cause, and say what "
    "happens and by when.\n\n"
    "> Would that settle it for you?\n\n"
    "## prevent\n"
    "Do what keeps it from coming again for this customer, and name the cause so that somebody can "
    "mend it for all.\n\n"
    "> What could still go wrong from here?\n";

static const char general_de[] =
    "---\nplan: general\n"
    "needs: [be-heard, know-next, in-time, works-now, not-our-cost, not-again]\n---\n\n"
    "## listen\n"
    "Lassen Sie den Kunden zu Ende erzählen. Notieren Sie, was geschehen ist und was es für seinen "
    "Tag bedeutet hat.\n\n"
    "> Was ist geschehen, von Anfang an?\n"
    "> Was haben Sie schon versucht?\n\n"
    "## say_back\n"
    "Sagen Sie es mit eigenen Worten zurück, auch was es für ihn bedeutet hat, bis er Ja sagt.\n\n"
    "> Habe ich Sie richtig verstanden: ...?\n"
    "> Habe ich etwas ausgelassen?\n\n"
    "## find_cause\n"
    "Suchen Sie, wodurch es dazu kam, nicht, wer es war. Die Aufzeichnungen und der Kunde wissen "
    "je einen Teil.\n\n"
    "> Wann ging es zuletzt so, wie es soll?\n"
    "> Was war diesmal anders?\n\n"
    "## find_need\n"
    "Was er verlangt, ist ein Weg zu dem, was er braucht. Finden Sie den Bedarf: Vielleicht gibt "
    "es "
    "einen besseren Weg.\n\n"
    "> Wie müsste es sein, damit es für Sie in Ordnung ist?\n"
    "> Bis wann brauchen Sie es?\n\n"
    "## choose\n"
    "Sehen Sie nach, was Sie jetzt tun können. Wählen Sie, was den Bedarf deckt und zur Ursache "
    "passt, und sagen Sie, was geschieht und bis wann.\n\n"
    "> Wäre es damit für Sie erledigt?\n\n"
    "## prevent\n"
    "Tun Sie, was verhindert, dass es diesem Kunden wieder geschieht, und nennen Sie die Ursache, "
    "damit jemand sie für alle beheben kann.\n\n"
    "> Was könnte von hier an noch schiefgehen?\n";

static const char needs_en[] = "---\nplan: needs\n---\n\n"
                               "- be-heard: To be heard\n"
                               "- know-next: To know what happens next\n"
                               "- in-time: To have it in time\n"
                               "- works-now: To have it working now\n"
                               "- not-our-cost: Not to pay for our mistake\n"
                               "- not-again: That it does not happen again\n";

static const char needs_de[] = "---\nplan: needs\n---\n\n"
                               "- be-heard: Gehört zu werden\n"
                               "- know-next: Zu wissen, wie es weitergeht\n"
                               "- in-time: Es rechtzeitig zu haben\n"
                               "- works-now: Dass es jetzt wieder geht\n"
                               "- not-our-cost: Nicht für unseren Fehler zu zahlen\n"
                               "- not-again: Dass es nicht wieder geschieht\n";

lw_str lw_plan_built_in(enum lw_plan_kind kind, lw_str language)
{
  bool german = lw_str_starts(language, LW_STR("de"));
  if (kind == LW_PLAN_NEEDS) {
    return german ? lw_str_c(needs_de) : lw_str_c(needs_en);
  }
  return german ? lw_str_c(general_de) : lw_str_c(general_en);
}
