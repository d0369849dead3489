//! What a rule file names for its rules: word lists, cues and phrases.

use std::ops::Range;

use toml::Spanned;

use crate::entity::EntityType;
use crate::error::{Error, Result};
use crate::relation::cues;
use crate::relation::lists::{List, Lists};
use crate::relation::pattern;
use crate::relation::rule_file::source::{PhraseTexts, WordLists};
use crate::relation::rule_file::{RuleFile, capital};
use crate::relation::scope::{Phrase, Scopes};

impl RuleFile<'_> {
    /// Has the file see the lists and phrases of others.
    pub(in crate::relation) fn import(&self, uses: &[Spanned<String>], scopes: &mut Scopes) -> Result<()> {
        for name in uses {
            let Some(used) = scopes.file(name.get_ref(), self.number) else {
                return Err(Error::config(
                    self.place(name.span().start),
                    format!("there is no rule file `{}` to use", name.get_ref()),
                    format!("There are {}", scopes.listed(self.number)),
                ));
            };
            scopes.use_file(self.number, used);
        }
        Ok(())
    }

    /// Makes the lists known, without their entries: these may name any other list.
    pub(in crate::relation) fn define_lists(
        &self,
        from: &WordLists,
        scopes: &mut Scopes,
        lists: &mut Lists,
    ) -> Result<()> {
        for (name, entries) in from {
            let place = self.place(entries.span().start);
            self.check_name(name, "a word list", &place)?;
            if let Some(first) = scopes.list(self.number, name).and_then(|key| lists.get(&key)) {
                return Err(Error::config(
                    place,
                    format!("there is a list `{name}` already, in {}", first.place),
                    "Choose another name, or add words to it under [add_to_lists]",
                ));
            }
            let key = scopes.define_list(self.number, name);
            lists.insert(key, List { place, entries: Vec::new() });
        }
        Ok(())
    }

    /// Puts entries into lists.
    pub(in crate::relation) fn fill_lists(
        &self,
        from: &WordLists,
        table: &str,
        scopes: &Scopes,
        lists: &mut Lists,
    ) -> Result<()> {
        for (name, entries) in from {
            let place = || self.place(entries.span().start);
            let Some(list) = scopes.list(self.number, name).and_then(|key| lists.get_mut(&key)) else {
                let nearest = scopes.nearest(self.number, name);
                return Err(Error::config(
                    place(),
                    format!("there is no list `{name}` to add to{nearest}"),
                    "Correct the name, or define it under [lists]",
                ));
            };
            for entry in entries.get_ref() {
                let Some(other) = entry.strip_prefix('@') else {
                    list.entries.push(entry.clone());
                    continue;
                };
                let Some(key) = scopes.list(self.number, other) else {
                    let nearest = scopes.nearest(self.number, other);
                    return Err(Error::config(
                        place(),
                        format!(
                            "under {table}, list `{name}` includes `{entry}`, and there is no such list{nearest}"
                        ),
                        format!("Define `{other}` under [lists], or correct the name"),
                    ));
                };
                list.entries.push(format!("@{key}"));
            }
        }
        Ok(())
    }

    /// Defines lists of cues, which the whole set shares.
    pub(in crate::relation) fn define_cues(&self, from: &WordLists, to: &mut Lists) -> Result<()> {
        for (name, entries) in from {
            let place = self.place(entries.span().start);
            if !cues::is_cue_list(name) {
                return Err(Error::config(
                    place,
                    format!("`{name}` is no list of cues"),
                    format!("The cue lists are {}", cues::cue_lists()),
                ));
            }
            let list = List { place: place.clone(), entries: entries.get_ref().clone() };
            if let Some(first) = to.insert(name.clone(), list) {
                return Err(Error::config(
                    place,
                    format!("there is a list `{name}` already, in {}", first.place),
                    "Add words to it under [add_to_cues]",
                ));
            }
        }
        Ok(())
    }

    pub(in crate::relation) fn add_to_cues(&self, from: &WordLists, to: &mut Lists) -> Result<()> {
        for (name, entries) in from {
            let Some(list) = to.get_mut(name) else {
                return Err(Error::config(
                    self.place(entries.span().start),
                    format!("there is no list `{name}` to add to"),
                    format!("The cue lists are {}", cues::cue_lists()),
                ));
            };
            list.entries.extend(entries.get_ref().iter().cloned());
        }
        Ok(())
    }

    pub(in crate::relation) fn define_phrases(&self, from: &PhraseTexts, scopes: &mut Scopes) -> Result<()> {
        for (name, text) in from {
            let place = self.place(text.span().start);
            self.check_name(name, "a phrase", &place)?;
            if let Some((_, first)) = scopes.phrase(self.number, name) {
                let problem = format!("there is a phrase `{name}` already, in {}", first.place);
                return Err(Error::config(place, problem, "Choose another name"));
            }
            scopes.define_phrase(self.number, name, Phrase { place, text: text.get_ref().clone() });
        }
        Ok(())
    }

    /// That every phrase is (a part of) a pattern.
    pub(in crate::relation) fn check_phrases(&self, phrases: &PhraseTexts, scopes: &Scopes) -> Result<()> {
        for (name, text) in phrases {
            pattern::parse_any(text.get_ref(), scopes, self.number).map_err(|e| {
                let place = self.place(text.span().start);
                Error::config(place, format!("phrase `{name}`: {}", e.problem), capital(&e.remedy))
            })?;
        }
        Ok(())
    }

    /// The type under which nouns stand in `[acting]`.
    pub(in crate::relation) fn acting_type(&self, name: &str, span: Range<usize>) -> Result<EntityType> {
        let known = [EntityType::Per, EntityType::Org, EntityType::Loc];
        known.into_iter().find(|known| known.as_str() == name).ok_or_else(|| {
            let problem = format!("under [acting], `{name}` is no type");
            Error::config(self.place(span.start), problem, "Use PER, ORG and LOC")
        })
    }
}
