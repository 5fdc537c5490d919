//! The page as text: what is hostile stays text, what is told is told without a script, and the policy forbids the rest.
