//! Codes of the `lint::` stage.

codes! {
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
    UNUSED_TAG = "lint::unused-tag", Note,
        "a tag that no cap names",
        "A tag groups offers for caps. One that no cap names may still be read by something outside, so this is only a \
         note; more often it is a slip of the pen. \
         Avoid: `tags promos` beside a cap `on tag promo`. Prefer: the same word in both.";
    SLOT_WITHOUT_RULES = "lint::slot-without-rules", Warning,
        "a slot for which there is no rule",
        "A slot without rules shows its fallback to everybody, always. \
         Avoid: `slot footer on web { accepts service fallback story }` and no `rule ... in footer`. \
         Prefer: write a rule for it, or remove the slot until there is one.";
}
