//! Whether what a relation says is still so, has ended, or is to come.

use serde::{Deserialize, Serialize};

use crate::relation::said::{Said, has_dependent};
use crate::relation::{Holds, Predicate};
use crate::syntax::{Deprel, Pos, Sentence, Word};
use crate::text::Span;

/// Whether a relation is still so.
///
/// See the [example](crate::relation#example).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It is so, or has happened.
    #[default]
    Current,
    /// It was so: "former", "ex-", "then", "resigned as".
    Former,
    /// It is to come: "will", "plans to", "president-elect".
    Planned,
}

impl Status {
    /// The word in the output.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Current => "current",
            Status::Former => "former",
            Status::Planned => "planned",
        }
    }
}

/// Modifiers that say of their head that it is over.
const FORMER: [&str; 19] = [
    "former",
    "once",
    "ex",
    "then",
    "late",
    "ousted",
    "deposed",
    "onetime",
    "erstwhile",
    "retired",
    "formerly",
    "previously",
    "previous",
    "disgraced",
    "fallen",
    "widow",
    "widower",
    "ex-wife",
    "ex-husband",
];
/// Words for a person who does not hold the post yet.
const NOT_YET: [&str; 5] = ["elect", "designate", "nominee", "incoming", "would-be"];
/// Verbs that end a relation of their agent.
const ENDED: [&str; 4] = ["depart", "divorce", "separate", "widow"];
/// Verbs that do so with a post.
const RESIGNED: [&str; 3] = ["resign", "quit", "retire"];
/// Verbs that end one of their agent where the other of the two is their object, or stands behind "from": who "left Lima" is
/// still president of Peru.
const LEFT: [&str; 2] = ["leave", "withdraw"];
/// Verbs that do so with one of these words: "stepped down", but not "stepped in".
const STEPPED: [&str; 2] = ["step", "stand"];
const DOWN: [&str; 3] = ["down", "aside", "back"];
/// Verbs that end a relation of their patient.
const OUSTED: [&str; 10] =
    ["oust", "sack", "fire", "dismiss", "remove", "depose", "expel", "overthrow", "topple", "impeach"];
/// Verbs behind which an infinitive has happened.
const FORCED: [&str; 6] = ["force", "compel", "oblige", "have", "choose", "make"];
/// Verbs whose past tense says that the relation is over: "served as minister".
const SERVED: [&str; 7] = ["serve", "work", "live", "head", "reside", "govern", "rule"];
/// Verbs whose agent is dead, and those whose patient is.
const DIE: [&str; 3] = ["die", "perish", "drown"];
const KILL: [&str; 9] =
    ["kill", "murder", "assassinate", "execute", "behead", "hang", "lynch", "poison", "slay"];
/// Nouns whose "of" or possessor is dead.
const DEATH: [&str; 6] = ["death", "murder", "killing", "assassination", "execution", "funeral"];
/// Words before those of the match that may belong to the same title: "former deputy Acme president Bo Lee".
const BEFORE: usize = 3;

/// What tells the status of a relation: the words that state it, and its time.
pub(super) struct StatusCues<'s> {
    pub(super) text: &'s str,
    pub(super) tree: &'s Sentence,
    pub(super) predicate: Predicate,
    /// The words that state it, if any do.
    pub(super) said: Option<&'s Said>,
    /// Those of them whose time it has.
    pub(super) timed: Option<&'s Said>,
    /// The heads of subject and object.
    pub(super) names: Option<[usize; 2]>,
    /// What the rule looked at, from the first word to the last, in bytes of the text.
    pub(super) looked_at: Span,
    /// Whether its time is to come: "next month"; or its verb.
    pub(super) is_ahead: bool,
    /// Whether it has a beginning and an end.
    pub(super) has_end: bool,
}

impl StatusCues<'_> {
    pub(super) fn status(&self) -> Status {
        let can_end = self.predicate.schema().holds == Holds::AWhile;
        let words = self.words();
        if self.is_ahead {
            // A seller still owns it.
            let is_ending = self.timed.is_some_and(|said| self.is_ended(said));
            return if is_ending { Status::Current } else { Status::Planned };
        }
        if !can_end {
            return Status::Current;
        }
        let is_not_yet = |&word: &usize| NOT_YET.contains(&self.form(word).as_str()) && self.is_of_it(word);
        if words.clone().any(|word| is_not_yet(&word)) {
            return Status::Planned;
        }
        // "Turkey's president, who had met him, resigned": of the verb of a title only that it ends it is told of the title.
        let is_over = self.timed.is_some_and(|said| said.words.iter().any(|&word| self.is_past(word)));
        match self.has_end
            || is_over
            || self.said.is_some_and(|said| self.is_ended(said))
            || self.has_left()
            || self.is_of_the_dead()
            || words.clone().any(|word| self.is_former(word))
        {
            true => Status::Former,
            false => Status::Current,
        }
    }

    /// The words that a rule looked at, and those before that may belong to the same title.
    fn words(&self) -> std::ops::Range<usize> {
        let all = &self.tree.words;
        let first = all.partition_point(|word| word.span.end <= self.looked_at.start);
        let last = all.partition_point(|word| word.span.start < self.looked_at.end);
        let mut start = first;
        while start > 0 && first - start < BEFORE {
            let form = self.form(start - 1);
            let may_be = matches!(all[start - 1].pos, Pos::Adj | Pos::Adv | Pos::Noun | Pos::Propn | Pos::X)
                || matches!(form.as_str(), "-" | "ex-" | "one" | "time")
                || FORMER.contains(&form.as_str());
            if !may_be {
                break;
            }
            start -= 1;
        }
        start..last
    }

    fn form(&self, word: usize) -> String {
        self.tree.words[word].span.of(self.text).to_lowercase()
    }

    /// Whether a word stands with what states the relation: "president of the former colony of X" is no former president.
    fn is_of_it(&self, word: usize) -> bool {
        let Some(said) = self.said else { return true };
        let stating = said.words[0];
        let head = self.tree.words[word].head;
        word == stating || head == Some(stating) || head == Some(said.names[0])
    }

    fn is_former(&self, word: usize) -> bool {
        let form = self.form(word);
        let before = word.checked_sub(1).map(|before| self.form(before)).unwrap_or_default();
        let after = self.tree.words.get(word + 1);
        let is_it = match form.as_str() {
            // "The late X"; "then president", but not "then met".
            "late" => before == "the",
            "then" => {
                after.is_some_and(|next| !matches!(next.pos, Pos::Verb | Pos::Aux | Pos::Pron | Pos::Punct))
            }
            // "One-time", whether that is one word or three.
            "time" => before == "-" || before == "one",
            form => FORMER.contains(&form) || form.starts_with("ex-") || form == "one-time",
        };
        is_it && self.is_of_it(word)
    }

    /// Whether one of the words that state the relation ends it. Who "resigned to lead Acme" has not left Acme.
    fn is_ended(&self, said: &Said) -> bool {
        let is_purpose = |i: usize| i > 0 && self.tree.words[said.words[i - 1]].relation == Deprel::Xcomp;
        (0..said.words.len()).any(|i| !is_purpose(i) && self.ends(said.words[i]))
    }

    /// Whether the sentence says that who has the post leaves it: "Acme president Bo Lee resigned", "Acme president Bo Lee
    /// was fired"; but not "resigned as a director of Bolt".
    fn has_left(&self) -> bool {
        let Some([subject, _]) = self.names.filter(|_| self.predicate.schema().post) else { return false };
        let name = &self.tree.words[subject];
        let Some(verb) = name.head else { return false };
        let leaves = match name.relation {
            Deprel::Nsubj => self.resigns(verb),
            Deprel::Obj | Deprel::NsubjPass => OUSTED.contains(&&*self.tree.words[verb].lemma),
            _ => false,
        };
        let is_of = |complement: &Word| {
            complement.head == Some(verb)
                && matches!(complement.relation, Deprel::Obl | Deprel::Obj)
                && complement.span != name.span
        };
        let is_denied = has_dependent(self.tree, verb, Deprel::Advmod, &["not", "never"]);
        let has_other = self.tree.words.iter().enumerate().any(|(i, it)| {
            is_of(it)
                && (it.relation == Deprel::Obj
                    || ["as", "from"].iter().any(|word| has_dependent(self.tree, i, Deprel::Case, &[word])))
        });
        leaves && !has_other && !is_denied && !self.is_to_be_done(verb)
    }

    /// Whether a verb is "resign", "step down" or the like.
    fn resigns(&self, verb: usize) -> bool {
        let lemma = &*self.tree.words[verb].lemma;
        let is_particle = |it: &Word| it.head == Some(verb) && DOWN.contains(&&*it.lemma);
        RESIGNED.contains(&lemma) || STEPPED.contains(&lemma) && self.tree.words.iter().any(is_particle)
    }

    /// Whether a verb or noun that states the relation is in the past.
    fn is_past(&self, word: usize) -> bool {
        let hung_on = |relation: Deprel, forms: &[&str]| {
            self.tree.words.iter().enumerate().any(|(i, other)| {
                other.head == Some(word)
                    && other.relation == relation
                    && forms.contains(&self.form(i).as_str())
            })
        };
        let has_until = self.tree.words.iter().any(|until| {
            let time = until.head.filter(|_| matches!(&*until.lemma, "until" | "till"));
            time.is_some_and(|time| self.tree.words[time].head == Some(word))
        });
        let lemma = &*self.tree.words[word].lemma;
        let form = self.form(word);
        let is_noun = self.tree.words[word].pos != Pos::Verb;
        // "Said that she was president": she may be.
        let is_reported = self.tree.words[word].relation == Deprel::Ccomp;
        has_until
            || hung_on(Deprel::Advmod, &["longer"])
            || !is_reported && is_noun && hung_on(Deprel::Cop, &["was", "were"])
            || !is_reported && hung_on(Deprel::Aux, &["had"])
            || lemma == "use" && form == "used"
            || SERVED.contains(&lemma)
                && form.ends_with("ed")
                && !has_dependent(self.tree, word, Deprel::Aux, &["have"])
            || lemma == "grow" && form == "grew"
            || lemma == "have" && form == "had"
    }

    /// Whether the sentence reports the death of an argument: "the murder of Bo Lee, a guard at Acme".
    fn is_of_the_dead(&self) -> bool {
        let Some(names) = &self.names else { return false };
        let either = if self.predicate.schema().symmetric { &names[..] } else { &names[..1] };
        either.iter().any(|&name| self.is_dead(name))
    }

    fn is_dead(&self, name: usize) -> bool {
        let words = &self.tree.words;
        let of_death = |name: usize| {
            let word = &words[name];
            let Some(head) = word.head else { return false };
            let lemma = &*words[head].lemma;
            // "Shot dead".
            let is_dead = words.iter().any(|it| it.head == Some(head) && &*it.lemma == "dead");
            match word.relation {
                Deprel::Nsubj => DIE.contains(&lemma),
                Deprel::Obj | Deprel::NsubjPass => KILL.contains(&lemma) || is_dead,
                Deprel::Nmod | Deprel::NmodPoss => DEATH.contains(&lemma),
                _ => false,
            }
        };
        // In "Bo Lee, who died in May" the verb depends on the name.
        let dies = |verb: &Word| {
            verb.head == Some(name) && verb.relation == Deprel::AclRelcl && DIE.contains(&&*verb.lemma)
        };
        of_death(name) || words.iter().any(dies)
    }

    /// Whether a verb is an infinitive of what need not have happened: "voted to leave", but "was forced to leave".
    fn is_to_be_done(&self, word: usize) -> bool {
        let words = &self.tree.words;
        let is_forced = words[word].head.is_some_and(|head| FORCED.contains(&&*words[head].lemma));
        has_dependent(self.tree, word, Deprel::Mark, &["to"]) && !is_forced
    }

    /// Whether a verb ends what is said: of the subject, or, as "replace", of whom it is done to.
    fn ends(&self, word: usize) -> bool {
        let lemma = &*self.tree.words[word].lemma;
        let words = &self.tree.words;
        // What is done to the name, or to the noun that says what it is: "dismissed chief executive Bo Lee".
        let parts = self.said.map(|said| [said.names[0], said.words[0]]);
        let is_done_to = || {
            parts.iter().flatten().any(|&part| {
                words[part].head == Some(word)
                    && matches!(words[part].relation, Deprel::Obj | Deprel::NsubjPass)
            })
        };
        let is_of_other = || {
            let Some([_, object]) = self.names else { return false };
            std::iter::successors(Some(object), |&at| words[at].head)
                .take(words.len())
                .take_while(|&at| at != word)
                .any(|at| {
                    words[at].head == Some(word) && matches!(words[at].relation, Deprel::Obj | Deprel::Obl)
                })
        };
        match lemma {
            // Only the seller loses it, not the buyer.
            "sell" => {
                // "Plans to sell": whose subject is that of the verb above.
                let above = words[word].head.filter(|_| words[word].relation == Deprel::Xcomp);
                let is_seller = |name: &Word| {
                    name.relation == Deprel::Nsubj
                        && (name.head == Some(word) || name.head.is_some() && name.head == above)
                };
                self.said.is_some_and(|said| is_seller(&words[said.names[0]]))
            }
            "replace" | "succeed" => is_done_to(),
            _ if self.is_to_be_done(word) => false,
            _ if LEFT.contains(&lemma) => is_of_other(),
            _ if OUSTED.contains(&lemma) => is_done_to(),
            _ => ENDED.contains(&lemma) || self.resigns(word),
        }
    }
}
