//! Codes of the `lint::` stage.

codes! {
    CONFLICT = "lint::conflict", Error,
        "two rules that can apply to one customer, with nothing but their names to decide",
        "Class, priority and `before` say which of two rules wins. Where they are equal, the name of the rule decides, and \
         nobody ever meant that: renaming a rule would change what customers see. The finding shows such a customer. \
         Avoid: `rule sale in hero { when lapsed priority 50 show a }` beside `rule club in hero { when gold priority 50 show b }`. \
         Prefer: two different priorities, `before sale`, or conditions that exclude each other.";
    NO_ORDER = "lint::no-order", Error,
        "a rule without `priority` or `before` that can apply together with another of its class",
        "As long as a rule is alone, or its audience apart from all others, it needs no place in the order. This one can \
         meet another rule of its slot and class; the finding shows the customer. \
         Avoid: `rule tip in hero { show tips }` beside `rule club in hero { priority 50 show club }`. \
         Prefer: `priority 10` in the first.";
    CONTRADICTION = "lint::contradiction", Warning,
        "a rule, segment or fallback that can never apply to anybody",
        "Its conditions exclude each other, whatever is known of a customer, so it does nothing. All parts that take part \
         in the contradiction are marked; without any one of them the others would not contradict. \
         Avoid: `when tier is gold  when tier is at most silver`, or `when age is more than 130` where age goes to 130. \
         Prefer: what was meant: often one attribute was named for another, or `and` written for `or`.";
    NEVER_ACTIVE = "lint::never-active", Warning,
        "a rule whose dates leave no time, or that is over",
        "A rule is active while its own dates, those of its offer and its last day without a review all allow it. If these \
         have no time in common, it never is. A rule that once was and is over is only a note. \
         Avoid: `active from 2026-12-01` on a rule whose offer says `active to 2026-11-30`. \
         Prefer: dates on one of the two.";
    SERVICE_HIDES = "lint::service-hides", Warning,
        "a rule of a higher class without conditions, which beats every rule of a lower class",
        "Within a slot the class comes first and the priority second. A service rule without conditions therefore beats \
         every marketing rule of its slot, whatever their priorities. \
         Avoid: `rule story in hero { priority 1 show brand_story }` with a service offer, beside marketing rules. \
         Prefer: `fallback brand_story` in the slot.";
    UNREACHABLE_RULE = "lint::unreachable-rule", Warning,
        "a rule that never wins, because those above it take everybody who could see it",
        "Whoever could see this rule always sees another one first. Often no single rule does that, but several together: \
         one takes the younger half, one the older. All of them are marked, and none could be left out. \
         Avoid: `when age is less than 40  priority 9`, `when age is at least 30  priority 8`, and below them \
         `when age is known  priority 7`. Prefer: a higher priority for the narrow rule, or narrower conditions above it.";
    UNREACHABLE_FALLBACK = "lint::unreachable-fallback", Warning,
        "a fallback that is never shown, because what stands before it always answers",
        "A fallback list is tried from left to right after all rules. If the rules and the entries before this one leave \
         nobody, it is never shown. \
         Avoid: `fallback a when news, b when not news, c when news is known, d`. Prefer: the list without `c`.";
    ALWAYS_TRUE = "lint::always-true", Warning,
        "a condition that holds for everybody, or for everybody of whom the data is known",
        "A condition that is never no tells nobody apart. It either says nothing at all, or it says no more than that the \
         data has to be known, which `is known` says better. \
         Avoid: `when age is at least 0` where age goes from 0 to 130. Prefer: `when age is known`, or nothing.";
    NOT_DECIDED = "lint::not-decided", Note,
        "a question that the analysis could neither answer with a customer nor exclude",
        "The analysis never guesses. Where calculations over several attributes, or very many cases, keep it from an answer, \
         it says so, and the rule is counted neither as reachable nor as unreachable. \
         Write a test that shows the rule winning, or simplify the calculation. \
         Avoid: `decimal(2) of (a / b) is at least 3`. Prefer, where it means the same: `a is at least 3 * b`.";
    UNUSED_SEGMENT = "lint::unused-segment", Warning,
        "a segment that no rule, segment or fallback reads",
        "A segment that nobody reads changes no decision, and the next reader will wonder whether it should. \
         Avoid: `segment lapsed = last_order is more than 60 days old` and no `when lapsed` anywhere. \
         Prefer: use it in a rule, or remove it; the file's history remembers it.";
    UNUSED_VALUE = "lint::unused-value", Warning,
        "a value that no rule, segment or fallback reads",
        "A declared value that nobody reads changes no decision. \
         Avoid: `value spread = a - b` and no condition with `spread`. \
         Prefer: compare it in a rule, or remove it.";
    UNUSED_OFFER = "lint::unused-offer", Warning,
        "an offer that no rule, substitute or fallback shows",
        "An offer that nobody shows is never seen. Either its rule is missing or it has had its time. \
         Avoid: `offer spring_sale { class marketing }` without a rule that says `show spring_sale`. \
         Prefer: write the rule, or remove the offer.";
    UNUSED_PURPOSE = "lint::unused-purpose", Warning,
        "a purpose that nothing needs and no condition reads",
        "Asking a customer for a permission that nothing uses is asking too much. \
         Avoid: `purpose profiling` while no rule and no attribute `needs profiling`. \
         Prefer: say `needs` where the data is used for it, or remove the purpose.";
    UNUSED_EVENT = "lint::unused-event", Warning,
        "a declared event that no cap counts",
        "A declared event that no cap counts has no effect on any decision. \
         Avoid: `event reject` without a cap that says `at most 1 reject`. \
         Prefer: count it in a cap, or remove it.";
    UNUSED_CAP = "lint::unused-cap", Warning,
        "a cap that binds no rule and no offer",
        "A declared cap binds offers of class marketing and lifecycle that its `on` names. If there are none, it limits \
         nothing, though it reads as if it did. \
         Avoid: `cap pressure { at most 3 shown in any 7 days per customer on tag promo }` where no offer has `tags promo`. \
         Prefer: give the offers the tag, or name what the cap is meant for.";
    UNUSED_TAG = "lint::unused-tag", Warning,
        "a tag that no cap names, spelt nearly like one that a cap names",
        "A tag groups offers for caps. This one looks like a slip of the pen: no cap is on it, but on one that is spelt \
         nearly the same, so the offer escapes that cap. \
         Avoid: `tags promos` beside a cap `on tag promo`. Prefer: the same word in both.";
    SLOT_WITHOUT_RULES = "lint::slot-without-rules", Warning,
        "a slot for which there is no rule",
        "A slot without rules shows its fallback to everybody, always. \
         Avoid: `slot footer on web { accepts service fallback story }` and no `rule ... in footer`. \
         Prefer: write a rule for it, or remove the slot until there is one.";
    REQUIRED_CLAUSE = "lint::required-clause", Error,
    "a rule does not say what cater.toml requires of it",
    "A house may ask that every rule, or every rule of a class, names its owner, its metric, the day of its review. \
     [required] in cater.toml says what. A rule without it decides nothing until somebody answers for it; where that is too \
     strict, give this code a level: \"lint::required-clause\" = \"warning\" under [lints].\n\n\
     avoid:  rule tip in tips { show a }, where owner is required\n\
     prefer: rule tip in tips { owner \"crm@shop.example\"  show a }";
    UNLESS_AND = "lint::unless-and", Warning,
        "an `unless` with `and`, which people read in two ways",
        "`unless a and b` keeps the rule only from those who are both. Many read it as: from a, and from b. One `unless` a \
         reason is read alike by everybody, and each excludes by itself. \
         Avoid: `unless vulnerable and minor`. \
         Prefer: `unless vulnerable` and `unless minor`, or `unless (vulnerable and minor)` where both must hold.";
    ELSE_MIXED = "lint::else-mixed", Warning,
        "an `else` within a calculation without parentheses",
        "`else` gives a value that stands in where one is missing, and it is taken before `*`, `+` and `of`: `a else 0 * 2` is \
         twice what `a else 0` gives. Many read it the other way round. \
         Avoid: `score else 0.05 * 2`. Prefer: `(score else 0.05) * 2`, or `score else (0.05 * 2)`.";
}
