//! The words of a reading: where it stands, and why it may.

use super::{CapPart, ChannelPart, Holder, Masked, Place};
use crate::frame::Via;
use crate::model::RuleSet;
use crate::model::show::show_called;

impl Masked {
    /// One name for machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fallback => "fallback",
            Self::HoldsBack => "holds-back",
            Self::BeforeConsent => "before-consent",
            Self::Compared => "compared",
            Self::MightBelong => "might-belong",
            Self::StandsIn => "stands-in",
            Self::AskedFirst => "asked-first",
        }
    }

    /// Why it may rest on masking, for people.
    pub fn why(self) -> &'static str {
        match self {
            Self::Fallback => "a fallback carries no purpose, and what it reads is missing without one",
            Self::HoldsBack => "it only holds back: missing, it blocks",
            Self::BeforeConsent => "a block is asked before the consent of its rule",
            Self::Compared => "scores are compared before the consent of their rules is asked",
            Self::MightBelong => "`if no consent` is for whoever might belong to the audience",
            Self::StandsIn => "it holds back what stands in",
            Self::AskedFirst => "a channel is asked whether it reaches before its consent is",
        }
    }
}

impl Place {
    /// Where it is: `the audience of comeback`.
    pub fn words(self, rules: &RuleSet) -> String {
        let for_whom = |holder: Holder| match holder {
            Holder::Rule(rule) => format!("for {}", rules[rule].name),
            Holder::StandsIn(rule, Via::Capped | Via::NoConsent | Via::Unknown) => {
                format!("for what stands in for {}", rules[rule].name)
            }
            Holder::Fallback(at) => format!("for entry {} of the fallback list", at + 1),
        };
        match self {
            Self::When(rule) => format!("`when` of {}", rules[rule].name),
            Self::Unless(rule) => format!("`unless` of {}", rules[rule].name),
            Self::Expires(rule) => format!("`expires` of {}", rules[rule].name),
            Self::Rank(rule) => format!("`rank by` of {}", rules[rule].name),
            Self::MightBelong(rule) => format!("`if no consent` of {}", rules[rule].name),
            Self::Block(id, holder) => format!("block {} {}", rules[id].name, for_whom(holder)),
            Self::Window(id, holder) => format!("window {} {}", rules[id].name, for_whom(holder)),
            Self::Cap(id, part, holder) => {
                let part = match part {
                    CapPart::Number => "the number of ",
                    CapPart::Zone => "the zone of ",
                    CapPart::Unit => "the unit of ",
                    CapPart::Counts => "",
                };
                format!("{part}{} {}", show_called(&rules[id]), for_whom(holder))
            }
            Self::Channel(id, part, holder) => {
                let part = match part {
                    ChannelPart::Allowed => "allowed when",
                    ChannelPart::Reached => "reached when",
                    ChannelPart::Silent => "silent when",
                };
                format!("`{part}` of channel {} {}", rules[id].name, for_whom(holder))
            }
            Self::Fallback(at) => format!("entry {} of the fallback list", at + 1),
            Self::Rotation => "`rotate`".to_owned(),
            Self::Key => "the key".to_owned(),
        }
    }
}
