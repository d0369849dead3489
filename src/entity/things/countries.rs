//! Countries and capitals: "the government", "the nation", "the capital".

use crate::entity::anaphor::Article;
use crate::entity::things::description::Description;
use crate::entity::things::{CAPITAL, CHIEF, GOVERNMENT, SENTENCES_BEFORE};
use crate::entity::{EntityType, Reason, is_country, kinds};

impl Article<'_> {
    /// The only country so far whose government the article has mentioned, else the only country.
    pub(super) fn government(&self, description: &Description<'_>) -> Option<(usize, Reason)> {
        let Description { before, span, sentence, .. } = description;
        const PLAIN: [&str; 3] = ["federal", "central", "national"];
        if !before.of.is_empty() || !before.words.iter().all(|word| PLAIN.contains(&word.as_str())) {
            return None;
        }
        let is_spoken_of = |entity: usize| {
            self.introductions.before(entity, span.start).any(|known| known.noun == GOVERNMENT)
        };
        let end = self.names.mentions.partition_point(|m| m.span.start < span.start);
        let is_land = |&at: &usize| is_country(&self.names.entities[self.names.mentions[at].entity].name);
        let lands: Vec<usize> = (0..end).rev().filter(is_land).collect();
        let only = |lands: &[usize]| {
            let first = lands.first().copied()?;
            let entity = |at: usize| self.names.mentions[at].entity;
            let is_near = sentence - self.names.mentions[first].sentence <= SENTENCES_BEFORE;
            (is_near && lands.iter().all(|&at| entity(at) == entity(first))).then_some(first)
        };
        let spoken_of: Vec<usize> =
            lands.iter().copied().filter(|&at| is_spoken_of(self.names.mentions[at].entity)).collect();
        if !spoken_of.is_empty() {
            return only(&spoken_of).map(|land| (land, Reason::Introduced(GOVERNMENT.into())));
        }
        // "Danish troops" and "a sale to Denmark" do not make Denmark the topic.
        let places = lands.iter().filter(|&&at| !self.names.mentions[at].demonym);
        let is_subject = |&&at: &&usize| self.trees.is_subject(self.names, at);
        let is_story = places.clone().any(|at| is_subject(&at)) || places.count() >= CHIEF;
        is_story.then(|| only(&lands))?.map(|land| (land, Reason::Only))
    }

    /// The only country so far, for "the nation".
    pub(super) fn only_country(&self, description: &Description<'_>) -> Option<(usize, Reason)> {
        let Description { noun, before, span, sentence, .. } = description;
        if !kinds::is_called("country", noun) || !before.words.is_empty() || !before.of.is_empty() {
            return None;
        }
        let end = self.names.mentions.partition_point(|m| m.span.start < span.start);
        let is_land = |&at: &usize| is_country(&self.names.entities[self.names.mentions[at].entity].name);
        let mut lands = (0..end).rev().filter(is_land);
        let first = lands.next()?;
        let (mentions, entity) = (&self.names.mentions, self.names.mentions[first].entity);
        let is_near = sentence - mentions[first].sentence <= SENTENCES_BEFORE;
        let is_place = !mentions[first].demonym || lands.clone().any(|at| !mentions[at].demonym);
        (is_near && is_place && lands.all(|at| mentions[at].entity == entity))
            .then_some((first, Reason::Only))
    }

    /// The only capital so far, of the country that stands before it or that the article has named.
    pub(super) fn capital(&self, description: &Description<'_>) -> Option<(usize, Reason)> {
        let Description { before, span, sentence, .. } = description;
        if !before.words.is_empty() {
            return None;
        }
        let end = self.names.mentions.partition_point(|m| m.span.start < span.start);
        let is_its = |land: &str| {
            let mut lands: Box<dyn Iterator<Item = usize>> = match before.of.is_empty() {
                false => Box::new(before.of.iter().copied()),
                true => Box::new(self.names.mentions[..end].iter().map(|m| m.entity)),
            };
            lands.any(|entity| self.names.entities[entity].name == land)
        };
        let is_capital = |&at: &usize| {
            let mention = &self.names.mentions[at];
            let entity = &self.names.entities[mention.entity];
            let is_near = sentence - mention.sentence <= SENTENCES_BEFORE && !mention.demonym;
            is_near
                && entity.entity_type == EntityType::Loc
                && kinds::country_of_capital(&entity.name).is_some_and(is_its)
        };
        let capitals: Vec<usize> = (0..end).rev().filter(is_capital).collect();
        let first = capitals.first().copied()?;
        let entity = |at: usize| self.names.mentions[at].entity;
        let is_only = capitals.iter().all(|&at| entity(at) == entity(first));
        is_only.then(|| (first, Reason::Named(CAPITAL.into())))
    }
}
