//! The names of all articles.

use std::collections::{BTreeSet, HashMap};

use crate::entity::EntityType;
use crate::entity::fold::key;
use crate::text::hash64;

/// A name and its type: an entity of an article.
#[derive(Debug)]
pub(super) struct Name {
    pub(super) text: Box<str>,
    pub(super) entity_type: EntityType,
    pub(super) mentions: u32,
}

#[derive(Debug, Default)]
pub(crate) struct Corpus {
    numbers: HashMap<u64, u32>,
    pub(super) names: Vec<Name>,
    /// For each article the start of its names in `members`.
    pub(super) starts: Vec<usize>,
    pub(super) members: Vec<u32>,
    pub(super) years: Vec<Option<i16>>,
    /// The other forms of entities in articles, folded and hashed, with the entity, once per article.
    pub(super) forms: Vec<(u64, u32)>,
}

impl Corpus {
    /// Adds the next article: its year, and for each mention the name and type of its entity and the surface form.
    /// Returns the article's number.
    pub(crate) fn add<'m>(
        &mut self,
        year: Option<i16>,
        mentions: impl Iterator<Item = (&'m str, EntityType, &'m str)>,
    ) -> usize {
        let begin = self.members.len();
        self.starts.push(begin);
        self.years.push(year);
        let mut forms: BTreeSet<(u64, u32)> = BTreeSet::new();
        for (name, entity_type, form) in mentions.filter(|it| it.1 != EntityType::Date) {
            let next = self.names.len() as u32;
            let number = *self.numbers.entry(hash64(&(entity_type, name))).or_insert(next);
            if number == next {
                self.names.push(Name { text: name.into(), entity_type, mentions: 0 });
            }
            self.names[number as usize].mentions += 1;
            self.members.push(number);
            if entity_type != EntityType::Per && form != name {
                forms.insert((hash64(&key(form)), number));
            }
        }
        self.forms.extend(forms);
        self.members[begin..].sort_unstable();
        let mut distinct: Vec<u32> = self.members.drain(begin..).collect();
        distinct.dedup();
        self.members.append(&mut distinct);
        self.starts.len() - 1
    }

    /// Renumbers the names in the order of type and spelling.
    pub(super) fn in_order(mut self) -> Self {
        self.numbers = HashMap::new();
        let mut order: Vec<u32> = (0..self.names.len() as u32).collect();
        let names = &self.names;
        let of = |number: u32| (names[number as usize].entity_type, &names[number as usize].text);
        order.sort_unstable_by(|&a, &b| of(a).cmp(&of(b)));
        let mut rank = vec![0; order.len()];
        for (new, &old) in order.iter().enumerate() {
            rank[old as usize] = new as u32;
        }
        drop(order);
        for member in &mut self.members {
            *member = rank[*member as usize];
        }
        let ends: Vec<usize> = self.starts.iter().copied().skip(1).chain([self.members.len()]).collect();
        for (&start, end) in self.starts.iter().zip(ends) {
            self.members[start..end].sort_unstable();
        }
        for (_, number) in &mut self.forms {
            *number = rank[*number as usize];
        }
        self.forms.sort_unstable();
        // In place, for memory.
        for at in 0..rank.len() {
            while rank[at] as usize != at {
                let to = rank[at] as usize;
                self.names.swap(at, to);
                rank.swap(at, to);
            }
        }
        self
    }
}
